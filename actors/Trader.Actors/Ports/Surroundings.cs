using Akka.Actor;

namespace Trader.Actors.Ports;

/// <summary>
/// Everything an actor may touch of the outside: the gateway actors, time, identity and the meter. The simulator swaps these and
/// nothing else (DESIGN section 6).
/// </summary>
/// <param name="Redis">Speaks <see cref="Trader.Messages.RedisProtocol"/>.</param>
/// <param name="Exchange">Speaks <see cref="Trader.Messages.ExchangeProtocol"/>.</param>
/// <param name="Link">Speaks <see cref="Trader.Messages.LinkProtocol"/>.</param>
/// <param name="Disk">Speaks <see cref="Trader.Messages.DiskProtocol"/>.</param>
/// <param name="Time">Wall clock for time stamps, monotonic clock for ages.</param>
/// <param name="Meter">Figures for <c>/metrics</c>.</param>
/// <param name="NewGuid">Random uuid v4 in production, seeded in the simulator.</param>
/// <param name="Node">Name of this node, unique among those that share a Redis.</param>
public sealed record Surroundings(
    IActorRef Redis,
    IActorRef Exchange,
    IActorRef Link,
    IActorRef Disk,
    TimeProvider Time,
    IMeter Meter,
    Func<Guid> NewGuid,
    string Node)
{
    /// <summary>Unix ms by the wall clock.</summary>
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}

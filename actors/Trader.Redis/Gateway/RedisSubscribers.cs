using Akka.Actor;

namespace Trader.Redis.Gateway;

/// <summary>Who wants to hear what, over all lives of one gateway. Touched by that actor alone.</summary>
public sealed class RedisSubscribers
{
    internal HashSet<IActorRef> Connection { get; } = [];

    internal HashSet<IActorRef> Heartbeats { get; } = [];

    internal HashSet<IActorRef> Completions { get; } = [];

    /// <summary>The panic-close worker of this node, null where none runs.</summary>
    internal IActorRef? Panics { get; set; }

    /// <summary>Its consumer name.</summary>
    internal string Worker { get; set; } = "";

    /// <summary>Who enters results in the ledger; null where the position state brain does not run.</summary>
    internal IActorRef? Results { get; set; }

    internal string ResultsConsumer { get; set; } = "";

    internal IEnumerable<IActorRef> All() =>
        Connection.Concat(Heartbeats).Concat(Completions).Concat(Panics is null ? [] : [Panics])
            .Concat(Results is null ? [] : [Results]).Distinct();

    internal void Remove(IActorRef gone)
    {
        Connection.Remove(gone);
        Heartbeats.Remove(gone);
        Completions.Remove(gone);
        Panics = gone.Equals(Panics) ? null : Panics;
        Results = gone.Equals(Results) ? null : Results;
    }
}

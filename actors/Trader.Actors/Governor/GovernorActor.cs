using System.Globalization;
using Akka.Actor;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>Issues permits for plans.</summary>
public sealed class GovernorActor : ReceiveActor, IWithTimers
{
    private sealed record Beat;

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private readonly Surroundings around;

    public GovernorActor(Surroundings around)
    {
        this.around = around;
        Receive<Beat>(_ => HandleBeat());
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Surroundings around) => Akka.Actor.Props.Create(() => new GovernorActor(around));

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Beat), new Beat(), TimeSpan.Zero, BeatEvery);

    private void HandleBeat() => around.Link.Tell(new LinkProtocol.Announce(LinkPeer.Governor, LinkProtocol.HeartbeatEvent,
        [new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture))]));
}

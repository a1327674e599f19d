using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.ExitBrain;
using Trader.Actors.Ports;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.ExitBrain;

/// <summary>A brain that is DEGRADED says why: everything, again when that changes, and not more than once a second.</summary>
public sealed class DegradationTests : TestKit
{
    private const string OneThread = """
        akka.actor.default-dispatcher { type = calling-thread, throughput = 2147483647 }
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = INFO
        """;

    private static readonly Trouble Slow = new("loop", "loop took 612 ms");
    private static readonly Trouble Slower = new("loop", "loop took 700 ms");
    private static readonly Trouble Alone = new("watchdog", "no watchdog heard");

    private readonly List<string> lines = [];
    private readonly List<IReadOnlyList<KeyValuePair<string, string>>> beats = [];
    private bool readable;

    public DegradationTests()
        : base(OneThread) => Sys.EventStream.Subscribe(Taker(Said), typeof(Warning));

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void What_begins_is_said_at_once_and_the_same_again_is_not()
    {
        var said = new Degradation();

        Assert.Equal("loop took 612 ms; no watchdog heard", said.ToSay([Slow, Alone], begins: true, Ms(0)));
        Assert.Null(said.ToSay([Slower, Alone], begins: false, Ms(5_000)));
        Assert.Equal("loop took 700 ms", said.ToSay([Slower], begins: true, Ms(5_001)));
    }

    [Fact]
    public void A_change_waits_until_a_second_has_passed_and_a_change_back_is_none()
    {
        var said = new Degradation();
        said.ToSay([Slow], begins: true, Ms(0));

        Assert.Null(said.ToSay([Alone], begins: false, Ms(999)));
        Assert.Null(said.ToSay([Slow], begins: false, Ms(1_500)));
        Assert.Equal("no watchdog heard", said.ToSay([Alone], begins: false, Ms(1_600)));
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_every_reason_stands_in_the_line_and_in_what_the_link_tells()
    {
        Start();
        Pass(300);
        Assert.Equal(["DEGRADED: positions unreadable: Unreachable: gone"], lines);

        Pass(6_000);
        const string both = "positions unreadable: Unreachable: gone; no watchdog heard";
        Assert.Equal($"DEGRADED: {both}", Assert.Single(lines.Skip(1)));
        Assert.Equal(both, PanicWire.Find(beats[^1], ExitBrainActor.DegradedField));

        readable = true;
        Pass(2_000);
        Assert.Equal("DEGRADED: no watchdog heard", Assert.Single(lines.Skip(2)));
        Assert.True(HeartbeatWire.TryRead(beats[^1], out var heartbeat, out _));
        Assert.Equal(BrainStatus.Degraded, heartbeat.Status);
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    private void Start()
    {
        var nobody = Taker((_, _) => { });
        var around = new Surroundings(
            nobody, Taker(Exchange), Taker(Link), nobody, new Clock(Scheduler), NoMeter.Instance, Guid.NewGuid, "n1");
        Sys.ActorOf(ExitBrainActor.Props(
            new ExitBrainSettings(
                "exit_brain_main", Ms(1000), Ms(250), Ms(500), Ms(3000), Ms(5000), new ExitRuleSettings(null, null, null, null, null, null),
                Ms(5000), Ms(20_000)),
            around));
    }

    private IActorRef Taker(Action<object, Action<object>> take) => Sys.ActorOf(Props.Create(() => new Fake(take)));

    private void Said(object message, Action<object> reply) => lines.Add(((LogEvent)message).Message.ToString()!);

    private void Exchange(object message, Action<object> reply)
    {
        if (message is ExchangeProtocol.GetPositions read)
        {
            reply(readable
                ? new ExchangeProtocol.PositionsRead(read.ReadId, [], [])
                : new ExchangeProtocol.PositionsNotRead(read.ReadId, new ExchangeFault(FaultKind.Unreachable, 0, "gone")));
        }
    }

    private void Link(object message, Action<object> reply)
    {
        if (message is LinkProtocol.Announce { Event: LinkProtocol.HeartbeatEvent } beat)
        {
            beats.Add(beat.Fields);
        }
    }

    private void Pass(int ms)
    {
        for (var i = 0; i < ms; i += 10)
        {
            Scheduler.Advance(Ms(10));
        }
    }

    private sealed class Clock(TestScheduler scheduler) : TimeProvider
    {
        private readonly DateTimeOffset born = scheduler.Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (scheduler.Now - born).Ticks;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;
    }

    private sealed class Fake : ReceiveActor
    {
        public Fake(Action<object, Action<object>> take) => ReceiveAny(message =>
        {
            var (sender, self) = (Sender, Self);
            take(message, reply => sender.Tell(reply, self));
        });
    }
}

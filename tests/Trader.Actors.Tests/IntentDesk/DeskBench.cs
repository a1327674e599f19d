using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.IntentDesk;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Tests.IntentDesk;

/// <summary>
/// The intent desk and a Redis that answers what a test says, on one thread under hand-driven time: what a line of a test sets off is over
/// when the line returns.
/// </summary>
public class DeskBench : TestKit
{
    private const string OneThread = """
        akka.actor.default-dispatcher { type = calling-thread, throughput = 2147483647 }
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        """;

    internal static readonly IntentDeskSettings Usual = new(10, 20, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), TimeSpan.FromHours(6));

    private readonly IActorRef redis;
    private int entries;

    internal DeskBench()
        : base(OneThread) => redis = Sys.ActorOf(Props.Create(() => new Silent(Asked)));

    internal TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    /// <summary>Everything the desk asked of Redis.</summary>
    internal List<object> Asked { get; } = [];

    internal IActorRef Desk { get; private set; } = ActorRefs.Nobody;

    internal void Start(IntentDeskSettings? settings = null) => Desk = Sys.ActorOf(IntentDeskActor.Props(
        settings ?? Usual,
        // Neither exchange nor link nor disk: the desk has nothing to tell them (S6).
        new Surroundings(
            redis, ActorRefs.Nobody, ActorRefs.Nobody, ActorRefs.Nobody, new Clock(Scheduler), NoMeter.Instance, Guid.NewGuid, "n1")));

    internal static OrderIntent Buy(string name, decimal quantity = 1m) =>
        OrderIntent.Open(IntentId.Of("test", name), Symbol.Parse("BTCUSDT"), OrderSide.Buy, quantity) with { KillScore = 0.1m, Price = 100m };

    internal static PlanId PlanOf(string name) => IntentId.Of("test", name).Plan;

    /// <summary>A caller with its verdicts.</summary>
    internal List<GateVerdict> Submit(OrderIntent intent, int waitMs = 3000) =>
        Ask(new IntentProtocol.Submit(intent, TimeSpan.FromMilliseconds(waitMs)));

    internal List<GateVerdict> Verdict(string name, int waitMs = 3000) =>
        Ask(new IntentProtocol.GetVerdict(PlanOf(name), TimeSpan.FromMilliseconds(waitMs)));

    /// <summary>Time passes, a little at a time, as far as timers are concerned.</summary>
    internal void Pass(int ms)
    {
        for (var i = 0; i < ms; i += 5)
        {
            Scheduler.Advance(TimeSpan.FromMilliseconds(Math.Min(5, ms - i)));
        }
    }

    internal IReadOnlyList<T> All<T>() => [.. Asked.OfType<T>()];

    /// <summary>Redis took the plan in.</summary>
    internal void Published(string name, bool added = true) =>
        Desk.Tell(new RedisProtocol.IntentPublished(PlanOf(name), $"{1000 + ++entries}-0", added));

    internal void NotDone<T>(RedisDoubt doubt)
        where T : notnull => Desk.Tell(new RedisProtocol.NotDone(All<T>()[^1], doubt, "away"));

    internal static PlanResult Result(string name, bool executed, string error = "") => new(
        PlanOf(name).Value, "BTCUSDT", executed ? "EXECUTE" : "BLOCKED", executed, executed, [], error, 1_770_000_000_000);

    internal void Ended(string name, bool executed, string error = "") =>
        Desk.Tell(new RedisProtocol.PlanEnded(Result(name, executed, error)));

    private List<GateVerdict> Ask(object question)
    {
        var told = new List<GateVerdict>();
        Desk.Tell(question, Sys.ActorOf(Props.Create(() => new Caller(told))));
        return told;
    }

    private sealed class Clock(TestScheduler scheduler) : TimeProvider
    {
        private readonly DateTimeOffset born = scheduler.Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (scheduler.Now - born).Ticks;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent(List<object> asked) => ReceiveAny(asked.Add);
    }

    private sealed class Caller : ReceiveActor
    {
        public Caller(List<GateVerdict> told) => Receive<GateVerdict>(told.Add);
    }
}

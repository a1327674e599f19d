using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class TimerTests : SimulatedTest
{
    private readonly IActorRef _actor;

    public TimerTests()
    {
        _actor = System.ActorOf(Props.Create(() => new Timed(Log)));
        Run();
    }

    [Fact]
    public void A_timer_can_be_started_in_the_constructor()
    {
        System.ActorOf(Props.Create(() => new Eager(Log)));
        RunFor(1_000);
        Assert.Equal(["tick"], Log);
    }

    [Fact]
    public void The_hooks_of_an_end_see_no_timer_running_and_those_of_a_start_may_start_some()
    {
        var actor = System.ActorOf(Props.Create(() => new Watchful(Log)));
        actor.Tell(new InvalidOperationException("boom"));
        Run();
        actor.Tell(PoisonPill.Instance);
        RunFor(1_000);
        Assert.Equal(
            ["around restart 1", "restart 0", "stop 0", "started 1", "around stop 1", "stop 0"], Log);
    }

    [Fact]
    public void A_single_timer_fires_once_and_is_then_inactive()
    {
        Do(t => t.StartSingleTimer("k", "tick", TimeSpan.FromMilliseconds(100)));
        Do(t => Log.Add(t.IsTimerActive("k")));
        RunFor(1_000);
        Do(t => Log.Add(t.IsTimerActive("k")));
        Assert.Equal([true, "tick", false], Log);
    }

    [Fact]
    public void A_periodic_timer_fires_until_cancelled()
    {
        Do(t => t.StartPeriodicTimer("k", "tick", TimeSpan.FromMilliseconds(100)));
        RunFor(350);
        Do(t => t.Cancel("k"));
        RunFor(1_000);
        Assert.Equal(["tick", "tick", "tick"], Log);
    }

    [Fact]
    public void A_periodic_timer_with_an_initial_delay_starts_after_it()
    {
        Do(t => t.StartPeriodicTimer("k", "tick", TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100)));
        RunFor(150);
        Assert.Equal(["tick", "tick"], Log);
    }

    [Fact]
    public void A_new_timer_with_the_key_replaces_the_old_one()
    {
        Do(t => t.StartPeriodicTimer("k", "old", TimeSpan.FromMilliseconds(100)));
        Do(t => t.StartSingleTimer("k", "new", TimeSpan.FromMilliseconds(300)));
        Do(t => Log.Add(t.ActiveTimers.Count));
        RunFor(1_000);
        Assert.Equal([1, "new"], Log);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("replace")]
    [InlineData("restart")]
    public void A_tick_that_is_queued_already_is_dropped(string how)
    {
        Do(t => t.StartSingleTimer("k", "stale", TimeSpan.FromMilliseconds(100)));
        _actor.Tell(how switch
        {
            "cancel" => (Action<ITimerScheduler>)(t => t.Cancel("k")),
            "replace" => t => t.StartSingleTimer("k", "fresh", TimeSpan.FromMilliseconds(100)),
            _ => _ => throw new InvalidOperationException("restart"),
        });
        World.Advance(TimeSpan.FromMilliseconds(100));
        RunFor(1_000);
        Assert.Equal(how == "replace" ? ["fresh"] : [], Log);
    }

    [Fact]
    public void Timers_end_with_the_incarnation_and_with_the_actor()
    {
        Do(t => t.StartPeriodicTimer("k", "tick", TimeSpan.FromMilliseconds(100)));
        Do(_ => throw new InvalidOperationException("restart"));
        Do(t => Log.Add(t.IsTimerActive("k")));
        Do(t => t.StartPeriodicTimer("k", "tick", TimeSpan.FromMilliseconds(100)));
        System.Stop(_actor);
        RunFor(1_000);
        Assert.Equal([false], Log);
        Assert.Null(World.NextTimer);
    }

    [Fact]
    public void CancelAll_leaves_no_timer()
    {
        Do(t =>
        {
            t.StartPeriodicTimer("a", "a", TimeSpan.FromMilliseconds(100));
            t.StartSingleTimer("b", "b", TimeSpan.FromMilliseconds(100));
            t.CancelAll();
            Log.Add(t.ActiveTimers.Count);
        });
        RunFor(1_000);
        Assert.Equal([0], Log);
    }

    [Fact]
    public void A_timer_can_deliver_a_poison_pill()
    {
        Do(t => t.StartSingleTimer("k", PoisonPill.Instance, TimeSpan.FromMilliseconds(100)));
        RunFor(200);
        Assert.True(((IInternalActorRef)_actor).IsTerminated);
    }

    private void Do(Action<ITimerScheduler> action)
    {
        _actor.Tell(action);
        Run();
    }

    private sealed class Eager : ReceiveActor, IWithTimers
    {
        public Eager(List<object> log)
        {
            Timers.StartSingleTimer("k", "tick", TimeSpan.FromMilliseconds(10));
            ReceiveAny(log.Add);
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Watchful(List<object> log) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        public override void AroundPreRestart(Exception cause, object message)
        {
            Note("around restart");
            base.AroundPreRestart(cause, message);
        }

        public override void AroundPostStop()
        {
            Note("around stop");
            base.AroundPostStop();
        }

        protected override void PreStart() => Timers.StartSingleTimer("k", "tick", TimeSpan.FromHours(1));

        protected override void PreRestart(Exception reason, object message)
        {
            Note("restart");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            base.PostRestart(reason);
            Note("started");
        }

        protected override void PostStop() => Note("stop");

        protected override void OnReceive(object message) => throw (Exception)message;

        private void Note(string hook) => log.Add($"{hook} {Timers.ActiveTimers.Count}");
    }

    private sealed class Timed(List<object> log) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void OnReceive(object message)
        {
            if (message is Action<ITimerScheduler> action)
            {
                action(Timers);
            }
            else
            {
                log.Add(message);
            }
        }
    }
}

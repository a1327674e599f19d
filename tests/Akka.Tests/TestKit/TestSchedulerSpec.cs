using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Xunit;

namespace Akka.Tests.TestKit;

public class TestSchedulerSpec : Akka.TestKit.Xunit2.TestKit
{
    public TestSchedulerSpec() : base(TestConfigs.TestSchedulerConfig)
    {
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Nothing_is_due_before_time_is_advanced()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, "later", ActorRefs.NoSender);
        Scheduler.Advance(TimeSpan.FromMinutes(59));
        Assert.False(HasMessages);
        Scheduler.Advance(TimeSpan.FromMinutes(1));
        ExpectMsg("later");
    }

    [Fact]
    public void What_becomes_due_is_delivered_in_order_of_time()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(2), TestActor, 2, ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), TestActor, 1, ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(2), TestActor, 3, ActorRefs.NoSender);
        Scheduler.AdvanceTo(Scheduler.Now.AddSeconds(5));
        Assert.Equal([1, 2, 3], ReceiveN(3));
    }

    [Fact]
    public void A_repeated_message_comes_once_per_interval_until_cancelled()
    {
        using var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellRepeatedly(
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TestActor, "tick", ActorRefs.NoSender, cancelable);
        Scheduler.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(3, ReceiveN(3).Count);
        Assert.False(HasMessages);
        cancelable.Cancel();
        Scheduler.Advance(TimeSpan.FromSeconds(60));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Time_does_not_go_back() =>
        Assert.Throws<InvalidOperationException>(() => Scheduler.Advance(TimeSpan.FromSeconds(-1)));

    [Fact]
    public void An_actors_timers_and_receive_timeout_follow_it()
    {
        var testActor = TestActor;
        ActorOf(dsl =>
        {
            dsl.OnPreStart = context => context.SetReceiveTimeout(TimeSpan.FromMinutes(10));
            dsl.Receive<ReceiveTimeout>((_, context) =>
            {
                context.SetReceiveTimeout(null);
                testActor.Tell("idle");
            });
            dsl.ReceiveAny((m, _) => testActor.Tell(m));
        }).Tell("started");
        ExpectMsg("started");
        AwaitAssert(() =>
        {
            Scheduler.Advance(TimeSpan.FromMinutes(10));
            ExpectMsg("idle", TimeSpan.FromMilliseconds(20));
        });
    }
}

using Akka.Actor;
using Akka.Pattern;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Xunit;

namespace Akka.Tests.Pattern;

public class BackoffSupervisorSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(10);

    public BackoffSupervisorSpec() : base(TestConfigs.TestSchedulerConfig)
    {
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(4, 10)]
    [InlineData(29, 10)]
    [InlineData(1000, 10)]
    public void The_pause_doubles_up_to_the_longest(int restarts, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackoffSupervisor.CalculateDelay(restarts, Min, Max, 0));

    [Fact]
    public void The_random_part_is_at_most_the_factor()
    {
        foreach (var _ in Enumerable.Range(0, 100))
        {
            var delay = BackoffSupervisor.CalculateDelay(0, Min, Max, 0.5);
            Assert.InRange(delay.TotalSeconds, 1.0, 1.5);
        }
    }

    [Fact]
    public void A_stopped_child_is_started_again_only_after_the_pause()
    {
        var supervisor = Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0));
        var first = Child(supervisor);
        StopChild(first);
        AwaitAssert(() => Assert.True(Child(supervisor).IsNobody()));
        Advance(0.9);
        Assert.True(Child(supervisor).IsNobody());
        Advance(0.2);
        var second = Child(supervisor);
        Assert.NotEqual(first, second);
        Assert.Equal(first.Path.Name, second.Path.Name);
        Assert.Equal(1, Restarts(supervisor));
    }

    [Fact]
    public void Messages_go_to_the_child_and_its_own_go_to_the_parent()
    {
        var probe = CreateTestProbe();
        var supervisor = probe.ChildActorOf(BackoffSupervisor.Props(Backoff.OnStop(ChildProps, "child", Min, Max, 0)));
        supervisor.Tell("echo");
        ExpectMsg("echo");
        supervisor.Tell("to parent");
        probe.ExpectMsg("from child");
    }

    [Fact]
    public void A_failed_child_is_started_again_after_the_pause_and_one_that_stops_ends_the_supervisor()
    {
        var supervisor = Start(Backoff.OnFailure(ChildProps, "child", Min, Max, 0));
        var first = Watch(Child(supervisor));
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => first.Tell("fail"));
        ExpectTerminated(first);
        AwaitAssert(() => Assert.Equal(1, Restarts(supervisor)));
        Advance(1.1);
        var second = Child(supervisor);
        Assert.NotEqual(first, second);
        Watch(supervisor);
        second.Tell(PoisonPill.Instance);
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void After_so_many_starts_the_supervisor_stops()
    {
        var supervisor = Watch(Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0, 1)));
        StopChild(Child(supervisor));
        AwaitAssert(() => Assert.Equal(1, Restarts(supervisor)));
        Advance(1.1);
        Watch(Child(supervisor)).Tell(PoisonPill.Instance);
        FishForMessage<Terminated>(t => t.ActorRef.Equals(supervisor));
    }

    [Fact]
    public void The_count_is_reset_by_time_or_on_request()
    {
        var automatic = Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0).WithAutoReset(TimeSpan.FromSeconds(5)));
        StopChild(Child(automatic));
        AwaitAssert(() => Assert.Equal(1, Restarts(automatic)));
        Advance(1.1);
        Assert.False(Child(automatic).IsNobody());
        Advance(5.1);
        Assert.Equal(0, Restarts(automatic));

        var manual = Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0).WithManualReset());
        StopChild(Child(manual));
        AwaitAssert(() => Assert.Equal(1, Restarts(manual)));
        manual.Tell(BackoffSupervisor.Reset.Instance);
        Assert.Equal(0, Restarts(manual));
    }

    [Fact]
    public void During_the_pause_senders_get_the_reply_or_a_dead_letter()
    {
        var replying = Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0).WithReplyWhileStopped("not now"));
        StopChild(Child(replying));
        AwaitAssert(() => Assert.True(Child(replying).IsNobody()));
        replying.Tell("echo");
        ExpectMsg("not now");
        var silent = Start(Backoff.OnStop(ChildProps, "child", Min, Max, 0));
        StopChild(Child(silent));
        AwaitAssert(() => Assert.True(Child(silent).IsNobody()));
        EventFilter.DeadLetter<string>().ExpectOne(() => silent.Tell("echo"));
    }

    [Fact]
    public void After_the_final_message_the_childs_stop_is_final()
    {
        var supervisor = Start(
            Backoff.OnStop(ChildProps, "child", Min, Max, 0).WithFinalStopMessage(m => m is "goodbye"));
        var child = Child(supervisor);
        Watch(supervisor);
        supervisor.Tell("goodbye");
        child.Tell(PoisonPill.Instance);
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(
            () => BackoffSupervisor.Props(Backoff.OnStop(ChildProps, "c", TimeSpan.Zero, Max, 0)));
        Assert.Throws<ArgumentException>(() => BackoffSupervisor.Props(Backoff.OnStop(ChildProps, "c", Max, Min, 0)));
        Assert.Throws<ArgumentException>(() => BackoffSupervisor.Props(Backoff.OnStop(ChildProps, "c", Min, Max, 1.1)));
    }

    private static Props ChildProps => Props.Create(() => new Echo());

    private IActorRef Start(BackoffOptions options) => ActorOf(BackoffSupervisor.Props(options));

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private void StopChild(IActorRef child)
    {
        Watch(child).Tell(PoisonPill.Instance);
        ExpectTerminated(child);
    }

    private IActorRef Child(IActorRef supervisor)
    {
        supervisor.Tell(BackoffSupervisor.GetCurrentChild.Instance);
        return ExpectMsg<BackoffSupervisor.CurrentChild>().Ref;
    }

    private int Restarts(IActorRef supervisor)
    {
        supervisor.Tell(BackoffSupervisor.GetRestartCount.Instance);
        return ExpectMsg<BackoffSupervisor.RestartCount>().Count;
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message =>
        {
            switch (message)
            {
                case "fail":
                    throw new InvalidOperationException("on purpose");
                case "to parent":
                    Context.Parent.Tell("from child");
                    break;
                case "goodbye":
                    break;
                default:
                    Sender.Tell(message);
                    break;
            }
        });
    }
}

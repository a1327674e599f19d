using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Xunit;

namespace Akka.Tests.TestKit;

public class ProbeSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void A_probe_stands_where_a_reference_is_wanted()
    {
        var probe = CreateTestProbe("probe");
        IActorRef asReference = probe;
        asReference.Tell("direct");
        probe.ExpectMsg("direct");
        probe.Reply("answer");
        ExpectMsg("answer");
        Assert.Equal(probe.Ref, LastSender);
        Assert.True(probe.Equals(probe.Ref));
        Assert.True(probe.Ref.Equals(probe));
        Assert.Equal(probe.GetHashCode(), probe.Ref.GetHashCode());
    }

    [Fact]
    public void A_probe_sends_and_forwards_in_its_own_name_and_its_senders()
    {
        var probe = CreateTestProbe();
        probe.Send(TestActor, "from the probe");
        ExpectMsg("from the probe");
        Assert.Equal(probe.Ref, LastSender);
        var other = CreateTestProbe();
        probe.Ref.Tell("ping", other.Ref);
        probe.ExpectMsg("ping");
        probe.Forward(TestActor);
        ExpectMsg("ping");
        Assert.Equal(other.Ref, LastSender);
    }

    [Fact]
    public void Making_a_probe_leaves_the_tests_sender_alone()
    {
        CreateTestProbe();
        ActorOf(SimpleEchoActor.Props()).Tell("x");
        ExpectMsg("x");
    }

    [Fact]
    public async Task Death_is_seen_by_a_probe_and_a_probe_can_be_watched()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(BlackHoleActor.Props);
        probe.Watch(actor);
        actor.Tell(PoisonPill.Instance);
        await probe.ExpectTerminatedAsync(actor);
        Watch(probe);
        Sys.Stop(probe.Ref);
        await ExpectTerminatedAsync(probe);
    }

    [Fact]
    public void An_auto_pilot_answers_until_it_says_otherwise()
    {
        var probe = CreateTestProbe();
        var left = 2;
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"auto {message}");
            return --left > 0 ? AutoPilot.KeepRunning : AutoPilot.NoAutoPilot;
        }));
        foreach (var i in Enumerable.Range(1, 3))
        {
            probe.Ref.Tell(i);
        }
        ExpectMsg("auto 1");
        ExpectMsg("auto 2");
        ExpectNoMsg(TimeSpan.FromMilliseconds(20));
        Assert.Equal([1, 2, 3], probe.ReceiveN(3));
    }

    [Fact]
    public void A_child_of_a_probe_has_it_as_parent_and_the_strategy_given()
    {
        var probe = CreateTestProbe();
        var child = probe.ChildActorOf<Failing>("child", SupervisorStrategy.StoppingStrategy);
        Assert.Equal(probe.Ref.Path / "child", child.Path);
        Watch(child);
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => child.Tell("fail"));
        ExpectTerminated(child);
    }

    [Fact]
    public void A_latch_opens_after_its_counts()
    {
        var latch = CreateTestLatch(2);
        latch.CountDown();
        Assert.False(latch.IsOpen);
        Assert.Throws<TimeoutException>(() => latch.Ready(TimeSpan.FromMilliseconds(10)));
        latch.CountDown();
        latch.Ready();
        Assert.True(latch.IsOpen);
        latch.Reset();
        Assert.False(latch.IsOpen);
        latch.Open();
        Assert.True(latch.IsOpen);
    }

    [Fact]
    public async Task A_barrier_lets_all_go_together()
    {
        var barrier = CreateTestBarrier(2);
        var other = Task.Run(barrier.Await);
        barrier.Await();
        await other;
        Assert.Throws<TimeoutException>(() => barrier.Await(TimeSpan.FromMilliseconds(10)));
    }

    private sealed class Failing : UntypedActor
    {
        public Failing()
        {
        }

        protected override void OnReceive(object message) => throw new InvalidOperationException("on purpose");
    }
}

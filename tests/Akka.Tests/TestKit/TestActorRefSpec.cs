using Akka.Actor;
using Xunit;

namespace Akka.Tests.TestKit;

public class TestActorRefSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void The_actor_handles_a_message_before_Tell_returns()
    {
        var counter = ActorOfAsTestActorRef<Counter>("counter");
        counter.Tell(2);
        counter.Tell(3);
        Assert.Equal(5, counter.UnderlyingActor.Sum);
        Assert.Equal("counter", counter.Path.Name);
        Assert.True(counter == counter.Ref);
    }

    [Fact]
    public void Receive_throws_what_the_actor_throws()
    {
        var counter = ActorOfAsTestActorRef<Counter>();
        counter.Receive(4);
        Assert.Equal(4, counter.UnderlyingActor.Sum);
        Assert.Throws<InvalidOperationException>(() => counter.Receive("fail"));
        Assert.Equal(4, counter.UnderlyingActor.Sum);
    }

    [Fact]
    public async Task ReceiveAsync_waits_for_asynchronous_work_and_throws_what_it_throws()
    {
        var counter = ActorOfAsTestActorRef<Counter>();
        await counter.ReceiveAsync(2.5);
        Assert.Equal(2, counter.UnderlyingActor.Sum);
        await Assert.ThrowsAsync<InvalidOperationException>(() => counter.ReceiveAsync(-1.0));
        counter.Tell(3);
        AwaitAssert(() => Assert.Equal(5, counter.UnderlyingActor.Sum));
    }

    [Fact]
    public void A_failure_through_the_mailbox_restarts_the_actor()
    {
        var counter = ActorOfAsTestActorRef<Counter>();
        counter.Tell(4);
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => counter.Tell("fail"));
        AwaitAssert(() => Assert.Equal(0, counter.UnderlyingActor.Sum));
        counter.Tell(1);
        AwaitAssert(() => Assert.Equal(1, counter.UnderlyingActor.Sum));
    }

    [Fact]
    public void A_supervisor_can_be_given()
    {
        var probe = CreateTestProbe();
        var counter = ActorOfAsTestActorRef<Counter>(probe, "below");
        Assert.Equal(probe.Ref.Path / "below", counter.Path);
        counter.Receive("parent");
        probe.ExpectMsg("hello parent");
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter()
        {
            Receive<int>(i => Sum += i);
            ReceiveAsync<double>(async d =>
            {
                await Task.Yield();
                Sum += d < 0 ? throw new InvalidOperationException("negative") : (int)d;
            });
            Receive<string>(s => s == "fail", _ => Fail());
            Receive<string>(s => s == "parent", _ => Context.Parent.Tell("hello parent"));
        }

        public int Sum { get; private set; }

        private static void Fail() => throw new InvalidOperationException("on purpose");
    }
}

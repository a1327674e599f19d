using Akka.Actor;
using Akka.Actor.Dsl;
using Xunit;

namespace Akka.Tests.Pattern;

public class InboxSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    public InboxSpec() : base("akka.actor.inbox.inbox-size = 3")
    {
    }

    [Fact]
    public async Task Messages_are_received_in_order_by_blocking_awaiting_or_predicate()
    {
        using var inbox = Inbox.Create(Sys);
        foreach (var i in Enumerable.Range(1, 3))
        {
            inbox.Receiver.Tell(i);
        }
        Assert.Equal(2, inbox.ReceiveWhere(m => m is 2));
        Assert.Equal(1, inbox.Receive());
        Assert.Equal(3, await inbox.ReceiveAsync(TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public async Task A_late_message_is_a_timeout()
    {
        using var inbox = Inbox.Create(Sys);
        Assert.Throws<TimeoutException>(() => inbox.Receive(Soon));
        var failure = Assert.IsType<Status.Failure>(await inbox.ReceiveAsync(TimeSpan.FromSeconds(-1)));
        Assert.IsType<TimeoutException>(failure.Cause);
    }

    [Fact]
    public void A_full_inbox_drops_with_one_warning()
    {
        using var inbox = Inbox.Create(Sys);
        EventFilter.Warning(start: "Dropping message").ExpectOne(() =>
        {
            foreach (var i in Enumerable.Range(1, 5))
            {
                inbox.Receiver.Tell(i);
            }
        });
        Assert.Equal([1, 2, 3], new[] { inbox.Receive(), inbox.Receive(), inbox.Receive() });
        Assert.Throws<TimeoutException>(() => inbox.Receive(Soon));
    }

    [Fact]
    public void An_inbox_watches_and_sends()
    {
        using var inbox = Inbox.Create(Sys);
        var echo = Sys.ActorOf(dsl => dsl.ReceiveAny((m, context) => context.Sender.Tell(m)));
        inbox.Watch(echo);
        inbox.Send(echo, "hello");
        Assert.Equal("hello", inbox.Receive());
        Sys.Stop(echo);
        Assert.Equal(echo, Assert.IsType<Terminated>(inbox.Receive()).ActorRef);
    }
}

using Akka.Actor;
using Xunit;
using Xunit.Sdk;

namespace Akka.Tests.TestKit;

public class ExpectSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void ExpectMsg_takes_the_next_message_by_type_value_predicate_and_assertion()
    {
        TestActor.Tell(1);
        TestActor.Tell("two");
        TestActor.Tell(3);
        TestActor.Tell("four");
        Assert.Equal(1, ExpectMsg<int>());
        Assert.Equal("two", ExpectMsg("two"));
        Assert.Equal(3, ExpectMsg<int>(i => i > 2));
        ExpectMsg<string>(s => Assert.StartsWith("f", s, StringComparison.Ordinal));
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task The_awaited_twins_do_the_same()
    {
        TestActor.Tell(1);
        TestActor.Tell("two");
        TestActor.Tell(3);
        Assert.Equal(1, await ExpectMsgAsync<int>());
        Assert.Equal("two", await ExpectMsgAsync("two"));
        Assert.Equal(3, await ExpectMsgAsync<int>(i => i > 2));
        await ExpectNoMsgAsync(Soon);
    }

    [Fact]
    public void A_message_that_never_came_is_named_with_what_came_before()
    {
        TestActor.Tell("earlier");
        ExpectMsg("earlier");
        var failure = Assert.Throws<FailException>(() => ExpectMsg<int>(Soon, "the count"));
        Assert.Contains("no message came within", failure.Message, StringComparison.Ordinal);
        Assert.Contains("System.Int32", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the count", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Taken before: String <earlier>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_message_is_named_with_those_that_wait_behind_it()
    {
        TestActor.Tell("wrong");
        TestActor.Tell(7);
        var failure = Assert.Throws<FailException>(() => ExpectMsg<int>(Soon));
        Assert.Contains("String <wrong>", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Still waiting (1): Int32 <7>", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_value_names_both()
    {
        TestActor.Tell(2);
        var failure = await Assert.ThrowsAsync<FailException>(async () => await ExpectMsgAsync(1));
        Assert.Contains("the message 1 was expected, but 2 came", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExpectNoMsg_fails_with_the_message_that_came()
    {
        TestActor.Tell("surprise");
        var failure = Assert.Throws<FailException>(() => ExpectNoMsg(Soon));
        Assert.Contains("surprise", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_actor_is_the_sender_of_what_a_test_tells()
    {
        var echo = ActorOf(dsl => dsl.ReceiveAny((m, context) => context.Sender.Tell(m)));
        echo.Tell("hello");
        ExpectMsg("hello");
        Assert.Equal(echo, LastSender);
    }

    [Fact]
    public async Task The_test_actor_stays_the_sender_after_an_await_and_inside_awaited_assertions()
    {
        var echo = ActorOf(dsl => dsl.ReceiveAny((m, context) => context.Sender.Tell(m)));
        await Task.Delay(1);
        echo.Tell("hello");
        await ExpectMsgAsync("hello");
        var tries = 0;
        await AwaitAssertAsync(async () =>
        {
            echo.Tell("again");
            await ExpectMsgAsync("again");
            Assert.True(++tries > 2);
        }, interval: TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Watch_leads_to_Terminated()
    {
        var actor = Watch(ActorOf(_ => { }));
        Sys.Stop(actor);
        Assert.Equal(actor, ExpectTerminated(actor).ActorRef);
    }

    [Fact]
    public void All_of_takes_messages_in_any_order_and_names_what_is_missing()
    {
        foreach (var i in new[] { 3, 1, 2 })
        {
            TestActor.Tell(i);
        }
        Assert.Equal([3, 1, 2], ExpectMsgAllOf(1, 2, 3));
        TestActor.Tell(1);
        TestActor.Tell(4);
        var failure = Assert.Throws<FailException>(() => ExpectMsgAllOf(1, 2));
        Assert.Contains("not found [2] found unexpected [4]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_equal_expectations_need_two_equal_messages()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        var failure = Assert.Throws<FailException>(() => ExpectMsgAllOf(1, 1));
        Assert.Contains("not found [1] found unexpected [2]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_filter_of_ReceiveWhile_sees_the_sender_of_its_message()
    {
        var other = CreateTestProbe();
        TestActor.Tell(1, other.Ref);
        Assert.Equal([other.Ref], ReceiveWhile(_ => LastSender, msgs: 1));
    }

    [Fact]
    public async Task ReceiveN_gives_so_many_or_says_how_many_came()
    {
        TestActor.Tell(1);
        TestActor.Tell(2);
        TestActor.Tell(3);
        var two = new List<object>();
        await foreach (var message in ReceiveNAsync(2))
        {
            two.Add(message);
        }
        Assert.Equal([1, 2], two);
        var failure = Assert.Throws<TrueException>(() => ReceiveN(2, Soon));
        Assert.Contains("only 1 of 2 messages came", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReceiveWhile_leaves_the_first_message_that_does_not_match()
    {
        TestActor.Tell("1");
        TestActor.Tell("2");
        TestActor.Tell(3);
        Assert.Equal(["1", "2"], ReceiveWhile(m => m as string));
        ExpectMsg(3);
    }

    [Fact]
    public void ReceiveWhile_with_a_predicate_passes_over_other_types()
    {
        TestActor.Tell("1");
        TestActor.Tell(2);
        TestActor.Tell("3");
        TestActor.Tell("long");
        Assert.Equal(["1", "3"], ReceiveWhile<string>(s => s.Length == 1));
        ExpectMsg("long");
    }

    [Fact]
    public void FishForMessage_passes_over_others_and_counts_them_when_it_fails()
    {
        TestActor.Tell(1);
        TestActor.Tell("x");
        TestActor.Tell(10);
        Assert.Equal(10, FishForMessage<int>(i => i >= 10));
        TestActor.Tell(1);
        var failure = Assert.Throws<TrueException>(() => FishForMessage<int>(i => i > 1, Soon, "a big one"));
        Assert.Contains("a big one", failure.Message, StringComparison.Ordinal);
        Assert.Contains("1 others did", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PeekOne_leaves_the_message()
    {
        TestActor.Tell("x");
        Assert.Equal("x", PeekOne());
        ExpectMsg("x");
    }

    [Fact]
    public void Ignored_messages_are_not_seen()
    {
        IgnoreMessages<int>();
        TestActor.Tell(1);
        TestActor.Tell("seen");
        ExpectMsg("seen");
        IgnoreNoMessages();
        TestActor.Tell(1);
        ExpectMsg(1);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once()
    {
        using var source = new CancellationTokenSource();
        var wait = ExpectMsgAsync<int>(TimeSpan.FromMinutes(5), cancellationToken: source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.ThrowsAny<OperationCanceledException>(
            () => ReceiveOne(TimeSpan.FromMinutes(5), source.Token));
    }
}

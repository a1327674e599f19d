using Akka.Actor;
using Akka.Event;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class AskTests : SimulatedTest
{
    private readonly IActorRef _actor;

    public AskTests()
    {
        _actor = Start(new Script
        {
            OnMessage = (c, m) =>
            {
                switch (m)
                {
                    case "fail":
                        c.Sender.Tell(new Status.Failure(new TimeoutException("said no")), c.Self);
                        break;
                    case "silence":
                        break;
                    default:
                        c.Sender.Tell(m, c.Self);
                        break;
                }
            },
        });
        Run();
    }

    [Fact]
    public async Task The_reply_is_the_result()
    {
        var answer = _actor.Ask<string>("hello");
        Assert.False(answer.IsCompleted);
        Run();
        Assert.Equal("hello", await answer);
    }

    [Fact]
    public async Task The_reply_may_be_null_though_a_message_may_not()
    {
        var silent = Start(new Script { OnMessage = (c, _) => c.Sender.Tell(null!, c.Self) });
        var answer = silent.Ask<string>("anything");
        Run();
        Assert.Null(await answer);
        Assert.Throws<InvalidMessageException>(() => silent.Tell(null!));
    }

    [Fact]
    public async Task A_reply_of_another_type_is_a_dead_letter_too()
    {
        System.EventStream.Subscribe(Probe(), typeof(DeadLetter));
        var answer = _actor.Ask<string>(5);
        Run();
        await Assert.ThrowsAsync<ArgumentException>(() => answer);
        Assert.Equal(5, Last<DeadLetter>().Message);
    }

    [Fact]
    public async Task A_timeout_is_told_in_seconds()
    {
        var answer = _actor.Ask<string>("silence", TimeSpan.FromMilliseconds(1_500));
        RunFor(2_000);
        Assert.Equal("Timeout after 1.50 seconds", (await Assert.ThrowsAsync<AskTimeoutException>(() => answer)).Message);
    }

    [Fact]
    public async Task A_failure_faults_the_task_with_its_cause()
    {
        var answer = _actor.Ask<string>("fail");
        var untyped = _actor.Ask("fail");
        Run();
        Assert.Equal("said no", (await Assert.ThrowsAsync<TimeoutException>(() => answer)).Message);
        await Assert.ThrowsAsync<TimeoutException>(() => untyped);
    }

    [Fact]
    public async Task A_failure_that_was_asked_for_is_the_result()
    {
        var answer = _actor.Ask<Status.Failure>("fail");
        Run();
        Assert.Equal("said no", (await answer).Cause.Message);
    }

    [Fact]
    public async Task A_reply_of_another_type_faults_the_task()
    {
        var answer = _actor.Ask<int>("text");
        Run();
        await Assert.ThrowsAsync<ArgumentException>(() => answer);
    }

    [Fact]
    public async Task Without_a_reply_in_time_the_task_faults()
    {
        var answer = _actor.Ask<string>("silence", TimeSpan.FromSeconds(2));
        RunFor(1_999);
        Assert.False(answer.IsCompleted);
        RunFor(1);
        await Assert.ThrowsAsync<AskTimeoutException>(() => answer);
    }

    [Fact]
    public void By_default_an_ask_waits_for_ever()
    {
        var answer = _actor.Ask<string>("silence");
        Assert.Null(World.NextTimer);
        RunFor(1e9);
        Assert.False(answer.IsCompleted);
    }

    [Fact]
    public async Task An_ask_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        var answer = _actor.Ask<string>("silence", source.Token);
        Run();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public async Task A_message_can_carry_the_reference_to_answer_to()
    {
        var answer = _actor.Ask<string>(self => (Action<IUntypedActorContext>)(_ => self.Tell("to the given one")), null);
        Run();
        Assert.Equal("to the given one", await answer);
    }

    [Fact]
    public void The_asking_reference_is_found_by_its_path_until_it_is_answered()
    {
        IActorRef asking = ActorRefs.Nobody;
        var actor = Start(new Script { OnMessage = (c, _) => asking = c.Sender });
        var answer = actor.Ask<string>("x");
        Run();
        System.ActorSelection(asking.Path).Tell("by path");
        Run();
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal("temp", asking.Path.Parent.Name);
    }

    [Fact]
    public void PipeTo_tells_the_result_with_the_given_sender()
    {
        var senders = new List<IActorRef>();
        var target = Start(new Script
        {
            OnMessage = (c, m) =>
            {
                Log.Add(m);
                senders.Add(c.Sender);
            },
        });
        var source = new TaskCompletionSource<int>();
        source.Task.PipeTo(target, _actor);
        source.Task.PipeTo(target, success: n => $"got {n}");
        source.SetResult(7);
        Run();
        Assert.Equal([7, "got 7"], Log);
        Assert.Equal([_actor, System.DeadLetters], senders);
    }

    [Fact]
    public void PipeTo_tells_a_failure_for_a_faulted_or_cancelled_task()
    {
        var probe = Probe();
        Task.FromException<int>(new TimeoutException("late")).PipeTo(probe);
        Task.FromException(new TimeoutException("late")).PipeTo(probe);
        Task.FromCanceled<int>(new CancellationToken(true)).PipeTo(probe);
        new ValueTask<int>(Task.FromException<int>(new TimeoutException())).PipeTo(probe, failure: e => e.GetType());
        Run();
        Assert.Equal("late", Assert.IsType<Status.Failure>(Log[0]).Cause.Message);
        Assert.Equal("late", Assert.IsType<Status.Failure>(Log[1]).Cause.Message);
        Assert.IsType<TaskCanceledException>(Assert.IsType<Status.Failure>(Log[2]).Cause);
        Assert.Equal(typeof(TimeoutException), Log[3]);
    }

    [Fact]
    public void PipeTo_of_a_task_without_result_tells_only_what_is_asked_for()
    {
        var probe = Probe();
        Task.CompletedTask.PipeTo(probe);
        Task.CompletedTask.PipeTo(probe, success: () => "done");
        new ValueTask(Task.CompletedTask).PipeTo(probe, success: () => "value done");
        Run();
        Assert.Equal(["done", "value done"], Log);
    }
}

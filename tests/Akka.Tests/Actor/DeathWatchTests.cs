using Akka.Actor;
using Xunit;

namespace Akka.Tests.Actor;

public sealed class DeathWatchTests : SimulatedTest
{
    private readonly IActorRef _watcher;
    private readonly IActorRef _subject;

    public DeathWatchTests()
    {
        _watcher = Probe("watcher");
        _subject = Start(new Script(), "subject");
        Run();
    }

    [Fact]
    public void Terminated_comes_once_however_often_the_subject_was_watched()
    {
        Do(c => c.Watch(_subject));
        Do(c => c.Watch(_subject));
        System.Stop(_subject);
        Run();
        var terminated = Assert.IsType<Terminated>(Assert.Single(Log));
        Assert.Equal((_subject, true, false), (terminated.ActorRef, terminated.ExistenceConfirmed, terminated.AddressTerminated));
    }

    [Fact]
    public void Watching_a_dead_actor_answers()
    {
        System.Stop(_subject);
        Run();
        Do(c => c.Watch(_subject));
        Assert.Equal((_subject, false), (Last<Terminated>().ActorRef, Last<Terminated>().ExistenceConfirmed));
    }

    [Fact]
    public void Watching_an_absent_path_answers_without_confirming_existence()
    {
        var absent = ((ExtendedActorSystem)System).Provider.ResolveActorRef("akka://test/user/absent");
        Do(c => c.Watch(absent));
        Assert.False(Last<Terminated>().ExistenceConfirmed);
    }

    [Fact]
    public void After_unwatch_nothing_comes()
    {
        Do(c => c.Watch(_subject));
        Do(c => c.Unwatch(_subject));
        System.Stop(_subject);
        Run();
        Assert.Empty(Log);
    }

    [Fact]
    public void Unwatch_drops_a_notice_that_is_in_the_mailbox_already()
    {
        Do(c =>
        {
            c.Watch(_subject);
            c.Stop(_subject);
        });
        Log.Clear();
        var blocked = Start(new Script { OnMessage = (_, m) => Log.Add(m) });
        Run();
        var second = Start(new Script());
        Run();
        blocked.Tell((Action<IUntypedActorContext>)(c => c.Watch(second)));
        Run();
        // The notice is queued behind this message because the mailbox takes the death's system message first.
        System.Stop(second);
        blocked.Tell((Action<IUntypedActorContext>)(c => c.Unwatch(second)));
        blocked.Tell("end");
        Run();
        Assert.Equal(["end"], Log);
    }

    [Fact]
    public void WatchWith_delivers_the_given_message_instead()
    {
        Do(c => c.WatchWith(_subject, "gone"));
        System.Stop(_subject);
        Run();
        Assert.Equal(["gone"], Log);
    }

    [Fact]
    public void Watching_again_with_another_message_is_refused()
    {
        Do(c =>
        {
            c.WatchWith(_subject, "gone");
            Log.Add(Record.Exception(() => c.Watch(_subject))!.GetType());
            Log.Add(Record.Exception(() => c.WatchWith(_subject, "other"))!.GetType());
        });
        Assert.Equal([typeof(InvalidOperationException), typeof(InvalidOperationException)], Log);
    }

    [Fact]
    public void The_sender_of_Terminated_is_the_one_that_stopped()
    {
        IActorRef? sender = null;
        var watcher = Start(new Script { OnStart = c => c.Watch(_subject), OnMessage = (c, _) => sender = c.Sender });
        Run();
        System.Stop(_subject);
        Run();
        Assert.Equal(_subject, sender);
        Assert.False(watcher.IsNobody());
    }

    [Fact]
    public void An_unhandled_Terminated_breaks_the_death_pact()
    {
        var parent = Start(new Script { Life = Log, Name = "pact ", OnStart = c => c.Watch(_subject) });
        Run();
        System.Stop(_subject);
        Run();
        Assert.Equal(["pact start", "pact stop"], Log);
        Assert.True(((IInternalActorRef)parent).IsTerminated);
    }

    [Fact]
    public void A_parent_that_watches_its_child_hears_of_its_end_once()
    {
        var parent = Start(new Script
        {
            OnStart = c => c.Watch(c.ActorOf(new Script().Props, "child")),
            OnMessage = (c, m) =>
            {
                if (m is "stop")
                {
                    c.Stop(c.Child("child"));
                }
                else
                {
                    Log.Add(m);
                    Log.Add(c.Child("child").IsNobody());
                }
            },
        });
        parent.Tell("stop");
        Run();
        Assert.Equal(2, Log.Count);
        Assert.Equal("child", Assert.IsType<Terminated>(Log[0]).ActorRef.Path.Name);
        Assert.Equal(true, Log[1]);
    }

    [Fact]
    public void A_restart_is_no_end()
    {
        Do(c => c.Watch(_subject));
        _subject.Tell(new InvalidOperationException("restart"));
        Run();
        Assert.Empty(Log);
    }

    [Fact]
    public void GracefulStop_and_WatchAsync_complete_when_the_target_has_stopped()
    {
        var watched = _subject.WatchAsync();
        Run();
        Assert.False(watched.IsCompleted);
        var stopped = _subject.GracefulStop(TimeSpan.FromSeconds(1));
        Run();
        Assert.True(stopped is { IsCompletedSuccessfully: true });
        Assert.True(watched is { IsCompletedSuccessfully: true });
    }

    [Fact]
    public async Task GracefulStop_says_false_when_the_time_is_over()
    {
        var deaf = Start(new Script { OnMessage = (_, m) => Log.Add(m) });
        var stopped = deaf.GracefulStop(TimeSpan.FromSeconds(1), "please");
        RunFor(1_500);
        Assert.True(stopped.IsCompleted);
        Assert.False(await stopped);
        Assert.Equal(["please"], Log);
    }

    private void Do(Action<IUntypedActorContext> action)
    {
        _watcher.Tell(action);
        Run();
    }
}

using Akka.Actor;
using Akka.Configuration;
using Xunit;

namespace Akka.Tests.Actor;

/// <summary>The same engine on real threads.</summary>
public sealed class ThreadedTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _system = ActorSystem.Create("threads", ConfigurationFactory.ParseString("""
        akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF
        pinned.type = PinnedDispatcher
        """));

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate().WaitAsync(Deadline);

    [Fact]
    public async Task Messages_of_each_sender_arrive_in_order_and_all_of_them()
    {
        const int Senders = 4;
        const int Messages = 20_000;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var next = new int[Senders];
        var total = 0;
        var actor = Start((_, m) =>
        {
            var (sender, number) = ((int, int))m;
            if (next[sender]++ != number)
            {
                done.TrySetException(new InvalidOperationException($"{number} of {sender} is out of order"));
            }

            if (++total == Senders * Messages)
            {
                done.TrySetResult();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++)
            {
                actor.Tell((sender, i));
            }
        }))).WaitAsync(Deadline);
        await done.Task.WaitAsync(Deadline);
        Assert.Equal(Senders * Messages, total);
    }

    [Fact]
    public async Task An_actor_never_runs_on_two_threads_at_once()
    {
        var inside = 0;
        var most = 0;
        var actor = Start((c, m) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
            if (m is "end")
            {
                c.Sender.Tell(most);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                actor.Tell(i);
            }
        }))).WaitAsync(Deadline);
        Assert.Equal(1, await actor.Ask<int>("end", Deadline));
    }

    [Fact]
    public async Task Stopping_many_while_mail_comes_in_loses_no_notice()
    {
        const int Count = 500;
        var actors = Enumerable.Range(0, Count).Select(_ => Start((_, _) => { })).ToList();
        var ends = actors.Select(a => a.WatchAsync()).ToList();
        var stopping = Task.Run(() => actors.ForEach(a => _system.Stop(a)));
        actors.ForEach(a => a.Tell("mail"));
        await stopping.WaitAsync(Deadline);
        Assert.All(await Task.WhenAll(ends).WaitAsync(Deadline), Assert.True);
    }

    [Fact]
    public async Task A_pinned_actor_keeps_its_own_thread()
    {
        var script = new Script { OnMessage = (c, _) => c.Sender.Tell(Environment.CurrentManagedThreadId) };
        var actor = _system.ActorOf(script.Props.WithDispatcher("pinned"));
        var threads = new HashSet<int>();
        for (var i = 0; i < 20; i++)
        {
            threads.Add(await actor.Ask<int>("thread", Deadline));
        }

        Assert.Single(threads);
        Assert.True(await actor.GracefulStop(Deadline));
    }

    [Fact]
    public void A_calling_thread_actor_has_handled_the_message_when_Tell_returns()
    {
        var thread = 0;
        var script = new Script { OnMessage = (_, _) => thread = Environment.CurrentManagedThreadId };
        _system.ActorOf(script.Props.WithDispatcher("akka.test.calling-thread-dispatcher")).Tell("now");
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task Timers_fire_in_real_time_and_not_early()
    {
        var fired = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = _system.Scheduler.MonotonicClock;
        var wait = TimeSpan.FromMilliseconds(30);
        _system.Scheduler.Advanced.ScheduleOnce(
            wait, () => fired.TrySetResult(_system.Scheduler.MonotonicClock - start));
        // The system's timers count in steps of up to 4 ms.
        Assert.True(await fired.Task.WaitAsync(Deadline) >= wait - TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public async Task Asynchronous_handlers_return_to_their_actor()
    {
        var actor = _system.ActorOf(Props.Create(() => new Hopping()));
        Assert.Equal("ok", await actor.Ask<string>("hop", Deadline));
    }

    [Fact]
    public async Task Ask_times_out_in_real_time() =>
        await Assert.ThrowsAsync<AskTimeoutException>(
            () => Start((_, _) => { }).Ask<string>("silence", TimeSpan.FromMilliseconds(20)).WaitAsync(Deadline));

    private IActorRef Start(Action<IUntypedActorContext, object> onMessage)
    {
        var script = new Script { OnMessage = onMessage };
        return _system.ActorOf(script.Props);
    }

    private sealed class Hopping : ReceiveActor
    {
        public Hopping() => ReceiveAsync<string>(async _ =>
        {
            var self = Self;
            await Task.Yield();
            await Task.Run(() => { });
            Sender.Tell(ReferenceEquals(self, Context.Self) ? "ok" : "another actor");
        });
    }
}

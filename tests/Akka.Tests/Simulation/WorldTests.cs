using Akka.Actor;
using Akka.Simulation;
using Akka.Tests.Actor;
using Xunit;

namespace Akka.Tests.Simulation;

public sealed class WorldTests
{
    private const string Quiet = "akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF";

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var first = TraceHash(seed: 7, out var steps);
        Assert.Equal(1_000, steps);
        Assert.Equal(first, TraceHash(seed: 7, out _));
        Assert.NotEqual(first, TraceHash(seed: 8, out _));
    }

    [Fact]
    public void Seeds_reach_different_orders_of_one_race()
    {
        var orders = Enumerable.Range(0, 20).Select(seed =>
        {
            var world = new SimulationWorld(seed);
            var system = Create(world, "a");
            var log = new List<object>();
            var target = system.ActorOf(new Script { OnMessage = (_, m) => log.Add(m) }.Props);
            foreach (var name in new[] { "x", "y" })
            {
                system.ActorOf(new Script { OnStart = _ => target.Tell(name) }.Props);
            }

            world.RunUntilIdle();
            return string.Concat(log);
        }).Distinct().Order();
        Assert.Equal(["xy", "yx"], orders);
    }

    [Fact]
    public void Nothing_runs_by_itself_and_time_stands_still()
    {
        var world = new SimulationWorld(1);
        var system = Create(world, "a");
        var started = false;
        system.ActorOf(new Script { OnStart = _ => started = true }.Props);
        Assert.False(started);
        Assert.Equal(SimulationWorld.Epoch, world.Now);
        world.RunUntilIdle();
        Assert.True(started);
        Assert.False(world.RunOne());
    }

    [Fact]
    public void Terminate_and_Ask_complete_on_the_worlds_own_thread()
    {
        var world = new SimulationWorld(1);
        var system = Create(world, "a");
        var threads = new HashSet<int>();
        var echo = system.ActorOf(new Script { OnMessage = (c, m) => c.Sender.Tell(m) }.Props);
        var work = Work();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal((TaskStatus.RanToCompletion, null), (work.Status, work.Exception));
        Assert.Equal([Environment.CurrentManagedThreadId], threads);

        async Task Work()
        {
            for (var i = 0; i < 3; i++)
            {
                await echo.Ask<int>(i).ConfigureAwait(false);
                threads.Add(Environment.CurrentManagedThreadId);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), world.TimeProvider).ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
            await system.Terminate().ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public void A_reply_from_asynchronous_work_stays_on_the_worlds_thread()
    {
        var world = new SimulationWorld(1);
        var system = Create(world, "a");
        var slow = system.ActorOf(Props.Create(() => new Slow(world.TimeProvider)));
        var threads = new HashSet<int>();
        var work = Work();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(work.IsCompletedSuccessfully);
        Assert.Equal([Environment.CurrentManagedThreadId], threads);

        async Task Work()
        {
            await slow.Ask<string>("x").ConfigureAwait(false);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public void An_aborted_system_vanishes_without_PostStop_and_its_timers_with_it()
    {
        var world = new SimulationWorld(1);
        var life = new List<object>();
        var doomed = Create(world, "doomed");
        var other = Create(world, "other");
        var survivor = other.ActorOf(new Script { OnMessage = (_, m) => life.Add(m) }.Props);
        var actor = doomed.ActorOf(new Script { Life = life, OnMessage = (_, m) => survivor.Tell(m) }.Props);
        doomed.Scheduler.ScheduleTellRepeatedly(TimeSpan.Zero, TimeSpan.FromSeconds(1), survivor, "tick", actor);
        world.RunFor(TimeSpan.FromMilliseconds(500));
        actor.Tell("never");
        world.Abort(doomed);
        world.RunFor(TimeSpan.FromSeconds(10));
        actor.Tell("nor this");
        world.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(["start", "tick"], life);
        Assert.False(doomed.WhenTerminated.IsCompleted);
        Assert.Null(world.NextTimer);
    }

    [Fact]
    public void A_frozen_system_keeps_its_mail_and_fires_its_timers_late_when_thawed()
    {
        var world = new SimulationWorld(1);
        var log = new List<object>();
        var system = Create(world, "frozen");
        var other = Create(world, "other");
        var actor = system.ActorOf(
            new Script { OnMessage = (_, m) => log.Add($"{m} {(world.Now - SimulationWorld.Epoch).TotalSeconds}") }.Props);
        world.RunUntilIdle();
        system.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(1), actor, "due at 1", ActorRefs.NoSender);
        system.Scheduler.ScheduleTellOnce(TimeSpan.FromSeconds(8), actor, "due at 8", ActorRefs.NoSender);
        other.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(2), () => log.Add("other"));
        world.Freeze(system);
        actor.Tell("mail");
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(["other"], log);
        world.Thaw(system);
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(["due at 1 5", "due at 8 8", "mail 5", "other"], log.Cast<string>().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_time_provider_follows_virtual_time()
    {
        var world = new SimulationWorld(1);
        var fired = new List<DateTimeOffset>();
        using var timer = world.TimeProvider.CreateTimer(
            _ => fired.Add(world.TimeProvider.GetUtcNow()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        var start = world.TimeProvider.GetTimestamp();
        world.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([1.0, 3.0], fired.Select(at => (at - SimulationWorld.Epoch).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(4), world.TimeProvider.GetElapsedTime(start));
        Assert.True(timer.Change(TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan));
        Assert.True(world.AdvanceToNextTimer());
        Assert.Equal(14, (world.Now - SimulationWorld.Epoch).TotalSeconds);
        Assert.False(world.AdvanceToNextTimer());
    }

    [Fact]
    public void A_livelock_is_reported_with_the_seed()
    {
        var world = new SimulationWorld(42);
        var system = Create(world, "a");
        system.ActorOf(new Script { OnStart = c => c.Self.Tell(0), OnMessage = (c, m) => c.Self.Tell(m) }.Props);
        var failure = Assert.Throws<InvalidOperationException>(() => world.RunUntilIdle(100));
        Assert.Contains("42", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_thread_inside_a_run_is_reported()
    {
        var world = new SimulationWorld(1);
        var system = Create(world, "a");
        var target = system.ActorOf(new Script { OnMessage = (_, _) => { } }.Props);
        system.ActorOf(new Script
        {
            OnStart = _ =>
            {
                var thread = new Thread(() => target.Tell("from outside"));
                thread.Start();
                thread.Join();
            },
        }.Props);
        var failure = Assert.Throws<InvalidOperationException>(() => world.RunUntilIdle());
        Assert.Contains("another thread", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunUntil_lets_time_pass_until_the_condition_holds()
    {
        var world = new SimulationWorld(1);
        var system = Create(world, "a");
        var done = false;
        system.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMinutes(1), () => done = true);
        Assert.False(world.RunUntil(() => done, TimeSpan.FromSeconds(59)));
        Assert.True(world.RunUntil(() => done, TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromMinutes(1), world.Now - SimulationWorld.Epoch);
    }

    [Fact]
    public void A_thousand_worlds_of_five_systems_each_run_to_the_end()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var world = new SimulationWorld(seed);
            var received = 0;
            var systems = Enumerable.Range(0, 5).Select(i => Create(world, $"s{i}")).ToList();
            var actors = systems.ConvertAll(s => s.ActorOf(new Script { OnMessage = (_, _) => received++ }.Props));
            actors.ForEach(a => a.Tell("m"));
            world.RunUntilIdle();
            Assert.Equal(5, received);
        }
    }

    private static ActorSystem Create(SimulationWorld world, string name) => ActorSystem.Create(
        name, BootstrapSetup.Create().WithConfig(Quiet).And(new SimulationSetup(world)));

    private static ulong TraceHash(int seed, out long steps)
    {
        var world = new SimulationWorld(seed);
        var hash = 14695981039346656037UL;
        world.Stepping += step =>
        {
            foreach (var c in $"{step.Now.Ticks} {step.System} {step.Path?.ToSerializationFormat()} {step.Message}")
            {
                hash = unchecked((hash ^ c) * 1099511628211UL);
            }
        };
        var all = new List<IActorRef>();
        foreach (var name in new[] { "a", "b", "c" })
        {
            var system = Create(world, name);
            for (var i = 0; i < 4; i++)
            {
                all.Add(system.ActorOf(Props.Create(() => new Gossip(world, all)), $"g{i}"));
            }
        }

        while (world.Steps < 1_000)
        {
            if (!world.RunOne())
            {
                Assert.True(world.AdvanceToNextTimer());
            }
        }

        steps = world.Steps;
        return hash;
    }

    private sealed class Gossip(SimulationWorld world, List<IActorRef> all) : UntypedActor, IWithTimers
    {
        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() =>
            Timers.StartPeriodicTimer("k", 3, TimeSpan.FromMilliseconds(world.Random.Next(1, 20)));

        protected override void OnReceive(object message)
        {
            if (message is 13)
            {
                throw new InvalidOperationException("unlucky");
            }

            if (message is int hops and > 0)
            {
                all[world.Random.Next(all.Count)].Tell(world.Random.Next(40) == 0 ? 13 : hops - 1, Self);
            }
        }
    }

    private sealed class Slow : ReceiveActor
    {
        public Slow(TimeProvider time) => ReceiveAsync<string>(async m =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
            Sender.Tell(m);
        });
    }
}

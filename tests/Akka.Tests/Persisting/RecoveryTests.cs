using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Event;
using Akka.Persistence;
using Akka.Simulation;
using Xunit;

namespace Akka.Tests.Persisting;

/// <summary>What an incarnation begins with.</summary>
public sealed class RecoveryTests : PersistingTest
{
    [Fact]
    public void A_new_incarnation_replays_what_was_stored_before_it_handles_commands()
    {
        Written("a", "b");
        Begin(new PersistingScript()).Tell("c");
        Run();
        Assert.Equal(["r:a", "r:b", "replayed", "recovered", "s:c"], Log);
    }

    [Fact]
    public void Persisting_is_allowed_when_the_recovery_is_completed_and_comes_before_commands()
    {
        var actor = Begin(new PersistingScript
        {
            OnRecover = (a, m) =>
            {
                if (m is RecoveryCompleted)
                {
                    a.Persist("first", a.Stored);
                }
            },
        });
        actor.Tell("a");
        Run();
        Assert.Equal(["replayed", "recovered", "s:first", "s:a"], Log);
    }

    [Fact]
    public void A_snapshot_is_offered_and_only_the_events_after_it_are_replayed()
    {
        var actor = Begin(new PersistingScript());
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell((Action<ScriptedPersistent>)(a => a.SaveSnapshot("ab")));
        actor.Tell("c");
        Run();
        var saved = Assert.Single(Log.OfType<SaveSnapshotSuccess>()).Metadata;
        Assert.Equal(("p", 2L, World.Now.UtcDateTime), (saved.PersistenceId, saved.SequenceNr, saved.Timestamp));
        Log.Clear();
        Begin(new PersistingScript()).Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        Run();
        Assert.Equal(["o:ab", "r:c", "replayed", "recovered", 3L], Log);
    }

    [Fact]
    public void What_is_recovered_can_be_chosen()
    {
        var actor = Begin(new PersistingScript());
        foreach (var m in new[] { "a", "b", "c" })
        {
            actor.Tell(m);
            actor.Tell((Action<ScriptedPersistent>)(a => a.SaveSnapshot("after-" + m)));
        }

        actor.Tell("d");
        Run();
        Assert.Equal(["o:after-b", "r:c", "r:d"], With(new Recovery(new SnapshotSelectionCriteria(2))));
        Assert.Equal(["o:after-b"], With(new Recovery(SnapshotSelectionCriteria.Latest, 2)));
        Assert.Equal(["r:a", "r:b", "r:c"], With(new Recovery(SnapshotSelectionCriteria.None, 3)));
        Assert.Equal(["r:a", "r:b"], With(new Recovery(SnapshotSelectionCriteria.None, long.MaxValue, 2)));
        Assert.Equal([], With(Recovery.None));
    }

    [Fact]
    public void Numbers_go_on_after_a_recovery_of_nothing()
    {
        Written("a", "b");
        var actor = Begin(new PersistingScript { Recovery = Recovery.None });
        actor.Tell("c");
        actor.Tell((Action<ScriptedPersistent>)(a => a.Note(a.Last)));
        Run();
        Assert.Equal(["replayed", "recovered", "s:c", 3L], Log);
    }

    [Fact]
    public void Snapshots_are_deleted_one_or_as_the_criteria_say()
    {
        var actor = Begin(new PersistingScript());
        foreach (var m in new[] { "a", "b", "c" })
        {
            actor.Tell(m);
            actor.Tell((Action<ScriptedPersistent>)(a => a.SaveSnapshot("after-" + m)));
        }

        actor.Tell((Action<ScriptedPersistent>)(a => a.DeleteSnapshot(3)));
        Run();
        Assert.IsType<DeleteSnapshotSuccess>(Log[^1]);
        Assert.Equal(["o:after-b", "r:c"], With(Recovery.Default));
        actor.Tell((Action<ScriptedPersistent>)(a => a.DeleteSnapshots(SnapshotSelectionCriteria.Latest)));
        Run();
        Assert.IsType<DeleteSnapshotsSuccess>(Log[^1]);
        Assert.Equal(["r:a", "r:b", "r:c"], With(Recovery.Default));
    }

    [Fact]
    public void Without_a_snapshot_store_saving_fails_and_the_actor_goes_on()
    {
        var actor = Begin(new PersistingScript { SnapshotStore = "akka.persistence.no-snapshot-store" });
        actor.Tell((Action<ScriptedPersistent>)(a => a.SaveSnapshot("x")));
        actor.Tell("a");
        Run();
        Assert.Contains(Log, m => m is SaveSnapshotFailure { Cause.Message: "No snapshot store configured." });
        Assert.Contains("s:a", Log);
    }

    [Fact]
    public void Only_so_many_actors_recover_at_a_time_and_an_end_gives_the_permit_back()
    {
        var system = NewSystem("narrow", "akka.persistence { max-concurrent-recoveries = 1, journal.inmem.class = \"" +
            typeof(FaultyJournal).AssemblyQualifiedName + "\" }");
        IActorRef Start(string id) => system.ActorOf(
            Props.Create(() => new ScriptedPersistent(new PersistingScript { Id = id }, Log)), id);

        Start("p").Tell("silent");
        Run();
        Log.Clear();
        var stuck = system.ActorOf(
            Props.Create(() => new ScriptedPersistent(new PersistingScript { Id = "p" }, Log)), "stuck");
        Run();
        Start("q");
        Start("r");
        Run();
        Assert.Empty(Log);
        system.Stop(stuck);
        Run();
        Assert.Equal(["stop", "replayed", "recovered", "replayed", "recovered"], Log);
    }

    [Fact]
    public void A_life_after_an_abort_recovers_what_the_storage_holds()
    {
        var storage = new MemoryStorage();
        for (var life = 1; life <= 3; life++)
        {
            var system = ActorSystem.Create("life", ActorSystemSetup.Create(
                BootstrapSetup.Create().WithConfig("akka.loggers = [], akka.stdout-loglevel = OFF"),
                new SimulationSetup(World), new MemoryStorageSetup(storage)));
            var actor = system.ActorOf(Props.Create(() => new ScriptedPersistent(new PersistingScript(), Log)));
            Log.Clear();
            actor.Tell($"{life}");
            Run();
            World.Abort(system);
        }

        Assert.Equal(["r:1", "r:2", "replayed", "recovered", "s:3"], Log);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void The_same_seed_gives_the_same_run(int seed) => Assert.Equal(Trace(seed), Trace(seed));

    [Fact]
    public void Timers_and_unhandled_messages_work_as_in_any_actor()
    {
        var probe = Probe();
        System.EventStream.Subscribe(probe, typeof(UnhandledMessage));
        var actor = System.ActorOf(Props.Create(() => new Declared(Log)));
        actor.Tell(1);
        actor.Tell(-1);
        actor.Tell("turn");
        actor.Tell(2);
        actor.Tell('x');
        RunFor(1_000);
        Assert.Equal(
            ["completed", "tick", "one 1", "any turn", "turned 2", "late Recover refused"],
            Log.Where(m => m is string).OrderBy(m => m is "tick" ? 1 : 0).ThenBy(Log.IndexOf).Select(m => (string)m)
                .OrderBy(Order));
        Assert.Equal(['x'], Log.OfType<UnhandledMessage>().Select(m => m.Message));
    }

    private static int Order(string note) => Array.IndexOf(
        ["completed", "tick", "one 1", "any turn", "turned 2", "late Recover refused"], note);

    private static string Trace(int seed)
    {
        var world = new SimulationWorld(seed);
        var text = new List<string>();
        world.Stepping += step => text.Add($"{step.Path} {step.Message}");
        var system = ActorSystem.Create("trace", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig("akka.loggers = [], akka.stdout-loglevel = OFF"),
            new SimulationSetup(world)));
        var log = new List<object>();
        foreach (var id in new[] { "p", "q", "r" })
        {
            var actor = system.ActorOf(
                Props.Create(() => new ScriptedPersistent(new PersistingScript { Id = id }, log)), id);
            actor.Tell("a");
            actor.Tell("b");
        }

        world.RunUntilIdle();
        Assert.Equal(6, log.Count(m => m is string s && s.StartsWith("s:", StringComparison.Ordinal)));
        return string.Join('\n', text) + string.Join('\n', log);
    }

    private void Written(params string[] events)
    {
        var actor = Begin(new PersistingScript());
        foreach (var m in events)
        {
            actor.Tell(m);
        }

        Run();
        Log.Clear();
    }

    private List<object> With(Recovery recovery)
    {
        Log.Clear();
        Begin(new PersistingScript { Recovery = recovery });
        Run();
        return [.. Log.TakeWhile(m => m is not "replayed")];
    }

    private sealed class Declared : ReceivePersistentActor, IWithTimers
    {
        private readonly List<object> _log;

        public Declared(List<object> log)
        {
            _log = log;
            Recover<RecoveryCompleted>(_ => log.Add("completed"));
            Command<int>(n => log.Add("one " + n), n => n > 0);
            Command<int>(n => n < 0);
            Command<string>(text => text == "turn", text =>
            {
                log.Add("any " + text);
                Become(() =>
                {
                    Command<int>(n => log.Add("turned " + n));
                    Command<string>(tick => log.Add(tick));
                    log.Add(Record.Exception(() => RecoverAny(_ => { })) is InvalidOperationException ? "late Recover refused" : "");
                });
            });
            Timers.StartSingleTimer("t", "tick", TimeSpan.FromSeconds(1));
        }

        public override string PersistenceId => "declared";

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PostStop() => _log.Add("stop");
    }
}

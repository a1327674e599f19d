using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Tests.Actor;

namespace Akka.Tests.Persisting;

/// <summary>Base of tests of persistent actors, under virtual time.</summary>
public abstract class PersistingTest : SimulatedTest
{
    private const string InMemory = """
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """;

    protected PersistingTest()
        : base(InMemory)
    {
    }

    private protected PersistingTest(string config)
        : base(config + "\n" + InMemory)
    {
    }

    /// <summary>Starts an actor that does what a script says; what it notes stands in the log.</summary>
    private protected IActorRef Begin(PersistingScript script, string? name = null) =>
        System.ActorOf(Props.Create(() => new ScriptedPersistent(script, Log)), name);

    private protected static string JournalClass<T>() =>
        $"akka.persistence.journal.inmem.class = \"{typeof(T).AssemblyQualifiedName}\"";
}

/// <summary>What a <see cref="ScriptedPersistent"/> does.</summary>
public sealed class PersistingScript
{
    public string Id { get; init; } = "p";

    public Recovery Recovery { get; init; } = Recovery.Default;

    public string Journal { get; init; } = "";

    public string SnapshotStore { get; init; } = "";

    public IStashOverflowStrategy? StashOverflow { get; init; }

    public Action<ScriptedPersistent, object>? OnRecover { get; init; }

    public Action<ScriptedPersistent, object>? OnCommand { get; init; }
}

/// <summary>
/// A persistent actor that notes what is replayed as <c>r:…</c>, what it is told as itself, and what is stored as <c>s:…</c>. By default it
/// persists whatever text it is told; it runs a told action on itself.
/// </summary>
public sealed class ScriptedPersistent : UntypedPersistentActor
{
    private readonly PersistingScript _script;

    public ScriptedPersistent(PersistingScript script, List<object> log)
    {
        (_script, Log) = (script, log);
        (JournalPluginId, SnapshotPluginId) = (script.Journal, script.SnapshotStore);
    }

    public override string PersistenceId => _script.Id;

    public override Recovery Recovery => _script.Recovery;

    public override IStashOverflowStrategy InternalStashOverflowStrategy =>
        _script.StashOverflow ?? base.InternalStashOverflowStrategy;

    public new List<object> Log { get; }

    public bool Opened { get; set; }

    public IActorRef From => Sender;

    public bool Recovering => IsRecovering;

    public long Last => LastSequenceNr;

    public void Run(Func<Task> work) => RunTask(work);

    public void Turn(UntypedReceive behaviour) => BecomeStacked(behaviour);

    public void TurnBack() => UnbecomeStacked();

    public void Note(object what) => Log.Add(what);

    public void Stored(object what) => Log.Add("s:" + what);

    protected override void OnRecover(object message)
    {
        Log.Add(message switch
        {
            RecoveryCompleted => "recovered",
            SnapshotOffer offer => "o:" + offer.Snapshot,
            _ => "r:" + message,
        });
        _script.OnRecover?.Invoke(this, message);
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Action<ScriptedPersistent> action:
                action(this);
                break;
            case string when _script.OnCommand is null:
                Persist(message, Stored);
                break;
            default:
                if (_script.OnCommand is null)
                {
                    Log.Add(message);
                }
                else
                {
                    _script.OnCommand(this, message);
                }

                break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Log.Add($"failure:{@event}-{sequenceNr} {cause.Message}");

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        Log.Add($"rejected:{@event}-{sequenceNr} {cause.Message}");

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        Log.Add($"recovery-failure:{reason.Message} {message}");

    protected override void OnReplaySuccess() => Log.Add("replayed");

    protected override void PostStop() => Log.Add("stop");
}

/// <summary>Fails, rejects, delays, hangs or spoils, as the text of an event asks.</summary>
public sealed class FaultyJournal : MemoryJournal
{
    private readonly IScheduler _scheduler = Context.System.Scheduler;

    public override Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback)
    {
        var events = Read(persistenceId, fromSequenceNr, toSequenceNr, max).ToList();
        if (events.Exists(e => Has(e, "corrupt")))
        {
            return Task.FromException(new InvalidDataException($"blahonga {fromSequenceNr} {toSequenceNr}"));
        }

        if (!events.Exists(e => Has(e, "silent")))
        {
            return base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, recoveryCallback);
        }

        foreach (var persistent in events.TakeWhile(e => !Has(e, "silent")))
        {
            recoveryCallback(persistent);
        }

        return new TaskCompletionSource().Task;
    }

    protected override bool ReceivePluginInternal(object message) =>
        message is "boom" ? throw new InvalidDataException("boom") : false;

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var all = messages.ToList();
        if (all.Exists(w => Events(w).Any(e => Has(e, "wrong"))))
        {
            throw new InvalidDataException("Simulated Store failure");
        }

        if (all.Exists(w => Events(w).Any(e => Has(e, "hang"))))
        {
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }

        if (all.Exists(w => Events(w).Any(e => Has(e, "slow"))))
        {
            var later = new TaskCompletionSource();
            _scheduler.Advanced.ScheduleOnce(TimeSpan.FromSeconds(1), later.SetResult);
            await later.Task.ConfigureAwait(false);
        }

        bool Bad(AtomicWrite write) => Events(write).Any(e => Has(e, "bad"));
        await base.WriteMessagesAsync(all.Where(w => !Bad(w))).ConfigureAwait(false);
        return [.. all.Select(w => Bad(w) ? new InvalidDataException("not serializable") : null)];
    }

    private static IImmutableList<IPersistentRepresentation> Events(AtomicWrite write) =>
        (IImmutableList<IPersistentRepresentation>)write.Payload;

    private static bool Has(IPersistentRepresentation persistent, string word) =>
        persistent.Payload is string text && text.Contains(word, StringComparison.Ordinal);
}

using Akka.Actor;
using Akka.Persistence;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>One name and value.</summary>
public sealed record FlattenField(string Name, string Value);

/// <summary>An event as it is stored: what <see cref="FlattenWire"/> makes of it.</summary>
public sealed record FlattenStored(string Kind, long AtMs, IReadOnlyList<FlattenField> Fields);

/// <summary>The events of the runs that are still remembered, oldest first.</summary>
public sealed record FlattenSnapshot(IReadOnlyList<FlattenStored> Events);

/// <summary>What the flattener stores.</summary>
public static class FlattenStore
{
    public static IReadOnlyList<PersistedType> Types { get; } =
    [
        PersistedType.Of<FlattenStored>("flatten.event.v1"),
        PersistedType.Of<FlattenSnapshot>("flatten.snapshot.v1"),
    ];

    /// <summary>
    /// Whether the event is state. What happens before a run starts changes nothing that a next life must know; it stands in the journal.
    /// </summary>
    public static bool IsState(FlattenEvent happened) =>
        happened is FlattenEvent.Started or FlattenEvent.Planned or FlattenEvent.Aborted or FlattenEvent.Completed or FlattenEvent.Interrupted;

    public static FlattenStored Write(FlattenEvent happened)
    {
        var record = FlattenWire.Write(happened);
        return new FlattenStored(record.Kind, record.AtMs, [.. FlattenWire.WithoutOrders(record).Select(f => new FlattenField(f.Key, f.Value))]);
    }

    /// <exception cref="FormatException">It is no flatten event: what was stored and cannot be read is not guessed around.</exception>
    public static FlattenEvent Read(FlattenStored stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return FlattenWire.Read(new JournalRecord(
            stored.Kind, stored.AtMs, [.. stored.Fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]))
            ?? throw new FormatException($"a stored {stored.Kind} of {stored.AtMs} cannot be understood");
    }
}

/// <summary>
/// The flattener's state, event by event: when the last run started and which run has no end. Tells its owner when it has been read, and
/// when it is lost; its supervisor brings it back.
/// </summary>
internal sealed class FlattenKeeper : ReceivePersistentActor
{
    /// <summary>Reply: <see cref="Stored"/> or <see cref="NotStored"/>.</summary>
    public sealed record Store(long Seq, FlattenEvent Event);

    public sealed record Stored(long Seq);

    public sealed record NotStored(long Seq, string Why);

    /// <summary>The supervisor's word while there is no keeper.</summary>
    public sealed record Away;

    private const int EventsPerSnapshot = 100;

    private readonly IActorRef owner;
    private readonly List<FlattenStored> remembered = [];
    private FlattenHistory history = FlattenHistory.Empty;
    private long storing;

    public FlattenKeeper(string node, IActorRef owner)
    {
        PersistenceId = "flatten-" + node;
        this.owner = owner;
        Recover<SnapshotOffer>(offer => ((FlattenSnapshot)offer.Snapshot).Events.ToList().ForEach(Apply));
        Recover<FlattenStored>(Apply);
        Recover<RecoveryCompleted>(_ => owner.Tell(new FlattenRecorder.Ready(history)));
        Command<Store>(HandleStore);
        Command<SaveSnapshotSuccess>(_ => { });
        Command<SaveSnapshotFailure>(_ => { });
    }

    public override string PersistenceId { get; }

    public static Props Props(string node, IActorRef owner) => Akka.Actor.Props.Create(() => new FlattenKeeper(node, owner));

    // The owner says it once; the base would write a stack trace at every try of a Redis that is away for hours.
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => owner.Tell(new FlattenRecorder.Lost(reason.Message));

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Sender.Tell(new NotStored(storing, cause.Message));
        owner.Tell(new FlattenRecorder.Lost(cause.Message));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Sender.Tell(new NotStored(storing, cause.Message));
        base.OnPersistRejected(cause, @event, sequenceNr);
    }

    private void HandleStore(Store store)
    {
        var sender = Sender;
        storing = store.Seq;
        Persist(FlattenStore.Write(store.Event), stored =>
        {
            Apply(stored);
            sender.Tell(new Stored(store.Seq));
            if (LastSequenceNr % EventsPerSnapshot == 0)
            {
                SaveSnapshot(new FlattenSnapshot([.. remembered]));
            }
        });
    }

    private void Apply(FlattenStored stored)
    {
        history = history.Apply(FlattenStore.Read(stored));
        remembered.Add(stored);
        if (history.Runs.Count == FlattenHistory.MaxRuns)
        {
            var runs = history.Runs.Select(r => r.Run.Value).ToHashSet(StringComparer.Ordinal);
            remembered.RemoveAll(e => !e.Fields.Any(f => f.Name == "run" && runs.Contains(f.Value)));
        }
    }
}

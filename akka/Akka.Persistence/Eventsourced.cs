using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>An event whose handler waits for its turn.</summary>
public interface IPendingHandlerInvocation
{
    /// <summary>The event.</summary>
    object Event { get; }

    /// <summary>Its handler.</summary>
    Action<object> Handler { get; }
}

/// <summary>Commands wait until the handler has run.</summary>
public sealed class StashingHandlerInvocation(object evt, Action<object> handler) : IPendingHandlerInvocation
{
    /// <inheritdoc />
    public object Event { get; } = evt;

    /// <inheritdoc />
    public Action<object> Handler { get; } = handler;
}

/// <summary>Commands do not wait.</summary>
public sealed class AsyncHandlerInvocation(object evt, Action<object> handler) : IPendingHandlerInvocation
{
    /// <inheritdoc />
    public object Event { get; } = evt;

    /// <inheritdoc />
    public Action<object> Handler { get; } = handler;
}

/// <summary>Reminds a recovering actor to see whether it still hears anything.</summary>
public sealed class RecoveryTick(bool snapshot) : IDeadLetterSuppression
{
    /// <summary>True while it waits for a snapshot.</summary>
    public bool Snapshot { get; } = snapshot;
}

/// <summary>
/// Base of all persistent actors. An incarnation recovers first: a snapshot, then the events after it. Commands that
/// come meanwhile wait. A handler runs once its event is stored, and not at all when it is not.
/// </summary>
public abstract partial class Eventsourced : ActorBase, IPersistentIdentity, IPersistenceStash, IPersistenceRecovery
{
    private readonly int _instanceId;
    private readonly string _writerGuid;
    private readonly StashOfCell _internalStash;
    private readonly Queue<IPendingHandlerInvocation> _pending = new();
    private readonly List<IPersistentEnvelope> _eventBatch = [];
    private List<IPersistentEnvelope> _journalBatch = [];
    private InternalStashAwareStash? _stash;
    private IActorRef? _journal;
    private IActorRef? _snapshotStore;
    private bool _isWriteInProgress;
    private bool _asyncTaskRunning;
    private long _sequenceNr;

    // Of the pending ones those that commands wait for.
    private int _pendingStashing;

    /// <summary>Starts unrecovered.</summary>
    protected Eventsourced()
    {
        Extension = Persistence.Instance.Apply(Context.System);
        _instanceId = Extension.NextInstanceId();
        _writerGuid = Extension.NewWriterGuid(_instanceId);
        _internalStash = new StashOfCell((ActorCell)Context, isBounded: true);
        Log = Context.GetLogger();
    }

    /// <inheritdoc />
    public abstract string PersistenceId { get; }

    /// <inheritdoc />
    public virtual Recovery Recovery => Recovery.Default;

    /// <inheritdoc />
    public virtual IStashOverflowStrategy InternalStashOverflowStrategy =>
        Extension.DefaultInternalStashOverflowStrategy;

    /// <summary>The actor's own stash, apart from the one that persisting needs.</summary>
    public IStash Stash
    {
        get => _stash!;
        set => _stash = new InternalStashAwareStash(value, _internalStash);
    }

    /// <inheritdoc />
    public string JournalPluginId { get; protected set; } = "";

    /// <inheritdoc />
    public string SnapshotPluginId { get; protected set; } = "";

    /// <summary>The journal.</summary>
    public IActorRef Journal => _journal ??= Extension.JournalFor(JournalPluginId);

    /// <summary>The snapshot store.</summary>
    public IActorRef SnapshotStore => _snapshotStore ??= Extension.SnapshotStoreFor(SnapshotPluginId);

    /// <summary>The persistence id.</summary>
    public string SnapshotterId => PersistenceId;

    /// <summary>True until the last event has been replayed.</summary>
    public bool IsRecovering => _stage != Stage.Processing && _stage != Stage.Persisting && !_replayed;

    /// <summary>True once the last event has been replayed.</summary>
    public bool IsRecoveryFinished => !IsRecovering;

    /// <summary>The highest number of an event seen so far, replayed or stored; 0: none.</summary>
    public long LastSequenceNr { get; private set; }

    /// <summary>The number a snapshot saved now would get.</summary>
    public long SnapshotSequenceNr => LastSequenceNr;

    /// <summary>The persistence extension.</summary>
    protected PersistenceExtension Extension { get; }

    /// <summary>The log.</summary>
    protected virtual ILoggingAdapter Log { get; }

    /// <summary>Asks for a snapshot; the answer is a <see cref="LoadSnapshotResult"/> or <see cref="LoadSnapshotFailed"/>.</summary>
    public void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        SnapshotStore.Tell(new LoadSnapshot(persistenceId, criteria, toSequenceNr));

    /// <summary>
    /// Saves the state as it is after <see cref="LastSequenceNr"/>. The answer is a <see cref="SaveSnapshotSuccess"/> or a
    /// <see cref="SaveSnapshotFailure"/>; neither stops the actor.
    /// </summary>
    public void SaveSnapshot(object snapshot) => SnapshotStore.Tell(new SaveSnapshot(
        new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr, Context.System.Scheduler.Now.UtcDateTime), snapshot));

    /// <summary>Deletes the snapshot of a number; answered by success or failure.</summary>
    public void DeleteSnapshot(long sequenceNr) =>
        SnapshotStore.Tell(new DeleteSnapshot(new SnapshotMetadata(SnapshotterId, sequenceNr)));

    /// <summary>Deletes all snapshots that fit; answered by success or failure.</summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) =>
        SnapshotStore.Tell(new DeleteSnapshots(SnapshotterId, criteria));

    /// <summary>
    /// Deletes the events up to a number, or all of them with <see cref="long.MaxValue"/>. The answer is a
    /// <see cref="DeleteMessagesSuccess"/> or a <see cref="DeleteMessagesFailure"/>.
    /// </summary>
    public void DeleteMessages(long toSequenceNr)
    {
        if (toSequenceNr == long.MaxValue || toSequenceNr <= LastSequenceNr)
        {
            Journal.Tell(new DeleteMessagesTo(PersistenceId, Math.Min(toSequenceNr, LastSequenceNr), Self));
        }
        else
        {
            Self.Tell(new DeleteMessagesFailure(
                new InvalidOperationException(
                    $"toSequenceNr [{toSequenceNr}] must be less than or equal to LastSequenceNr [{LastSequenceNr}]"),
                toSequenceNr));
        }
    }

    /// <summary>Handles what is replayed: a <see cref="SnapshotOffer"/>, events, <see cref="RecoveryCompleted"/>.</summary>
    protected abstract bool ReceiveRecover(object message);

    /// <summary>Handles commands.</summary>
    protected abstract bool ReceiveCommand(object message);

    /// <summary>All events have been replayed.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>Recovery failed; the actor is stopped after this.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The event whose handler threw, if one did.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is null)
        {
            Log.Error(
                reason, "Persistence failure when replaying events for persistenceId [{0}]. Last known sequence number [{1}]",
                PersistenceId, LastSequenceNr);
        }
        else
        {
            Log.Error(
                reason,
                "Exception in ReceiveRecover when replaying event type [{0}] with sequence number [{1}] for persistenceId [{2}]",
                message.GetType(), LastSequenceNr, PersistenceId);
        }
    }

    /// <summary>An event may or may not be stored; the actor is stopped after this.</summary>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].",
        @event.GetType(), sequenceNr, PersistenceId);

    /// <summary>An event cannot be stored and is not; its handler does not run and the actor goes on.</summary>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].",
        @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    private void UpdateLastSequenceNr(IPersistentRepresentation persistent) =>
        LastSequenceNr = Math.Max(LastSequenceNr, persistent.SequenceNr);

    private void StashInternally(object message)
    {
        try
        {
            _internalStash.Stash();
        }
        catch (StashOverflowException) when (InternalStashOverflowStrategy is not ThrowOverflowExceptionStrategy)
        {
            if (InternalStashOverflowStrategy is ReplyToStrategy refusal)
            {
                Sender.Tell(refusal.Response);
            }
            else
            {
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
            }
        }
    }

    private void UnstashInternally(bool all)
    {
        if (all)
        {
            _internalStash.UnstashAll();
        }
        else
        {
            _internalStash.Unstash();
        }
    }

    /// <summary>The user's stash. What is taken out of it takes its turn before the commands that persisting holds back.</summary>
    private sealed class InternalStashAwareStash(IStash own, StashOfCell held) : IStash
    {
        public int Count => own.Count;

        public bool IsEmpty => own.IsEmpty;

        public bool NonEmpty => own.NonEmpty;

        public bool IsFull => own.IsFull;

        public int Capacity => own.Capacity;

        public void Stash() => own.Stash();

        public void Unstash() => own.Unstash();

        // The commands held back come out one by one; what goes straight to the mailbox would overtake them.
        public void UnstashAll() => held.Prepend(own.ClearStash());

        public void UnstashAll(Func<Envelope, bool> predicate) => own.UnstashAll(predicate);

        public IEnumerable<Envelope> ClearStash() => own.ClearStash();

        public void Prepend(IEnumerable<Envelope> envelopes) => own.Prepend(envelopes);
    }
}

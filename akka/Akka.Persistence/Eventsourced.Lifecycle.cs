using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>What the engine calls.</summary>
public abstract partial class Eventsourced
{
    /// <summary>What goes from the stash back to the mailbox when an incarnation ends: everything but answers to it.</summary>
    public static readonly Func<Envelope, bool> UnstashFilterPredicate =
        static envelope => envelope.Message is not (WriteMessageSuccess or ReplayedMessage);

    /// <inheritdoc />
    public override void AroundPreStart()
    {
        if (PersistenceId is null)
        {
            throw new ArgumentNullException(
                nameof(PersistenceId), $"PersistenceId is [null] for PersistentActor [{Self.Path}]");
        }

        // A plugin that is missing fails the start, not the first command.
        _ = Journal;
        _ = SnapshotStore;
        RequestRecoveryPermit();
        base.AroundPreStart();
    }

    /// <inheritdoc />
    public override void AroundPreRestart(Exception cause, object message)
    {
        _patience?.Cancel();
        try
        {
            GiveBack();
        }
        finally
        {
            FlushJournalBatch();
            base.AroundPreRestart(cause, message switch
            {
                WriteMessageSuccess stored => stored.Persistent,
                LoopMessageSuccess loop => loop.Message,
                ReplayedMessage replayed => replayed.Persistent,
                _ => message,
            });
        }
    }

    /// <inheritdoc />
    public override void AroundPostRestart(Exception cause, object message)
    {
        RequestRecoveryPermit();
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc />
    public override void AroundPostStop()
    {
        _patience?.Cancel();
        try
        {
            GiveBack();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    /// <inheritdoc />
    protected internal override bool AroundReceive(Receive receive, object message)
    {
        switch (_stage)
        {
            case Stage.WaitingForPermit when message is RecoveryPermitGranted:
                StartRecovery();
                break;
            case Stage.WaitingForPermit:
                StashInternally(message);
                break;
            case Stage.LoadingSnapshot:
                WhileLoadingSnapshot(message);
                break;
            case Stage.Replaying:
                WhileReplaying(message);
                break;
            case Stage.Processing when !HandleJournal(message):
                Process(receive, message);
                break;
            case Stage.Persisting when !HandleJournal(message):
                StashInternally(message);
                break;
            default:
                break;
        }

        return true;
    }

    /// <inheritdoc />
    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                return;
            case SaveSnapshotFailure m:
                Log.Warning(
                    "Failed to SaveSnapshot given metadata [{0}] due to: [{1}: {2}]",
                    m.Metadata, m.Cause.GetType(), m.Cause.Message);
                break;
            case DeleteSnapshotFailure m:
                Log.Warning(
                    "Failed to DeleteSnapshot given metadata [{0}] due to: [{1}: {2}]",
                    m.Metadata, m.Cause.GetType(), m.Cause.Message);
                break;
            case DeleteSnapshotsFailure m:
                Log.Warning(
                    "Failed to DeleteSnapshots given criteria [{0}] due to: [{1}: {2}]",
                    m.Criteria, m.Cause.GetType(), m.Cause.Message);
                break;
            case DeleteMessagesFailure m:
                Log.Warning(
                    m.Cause, "Failed to DeleteMessages ToSequenceNr [{0}] for PersistenceId [{1}] due to: {2}",
                    m.ToSequenceNr, PersistenceId, m.Cause.Message);
                break;
            default:
                break;
        }

        base.Unhandled(message);
    }

    private void Process(Receive receive, object message)
    {
        var failed = true;
        try
        {
            base.AroundReceive(receive, message);
            failed = false;
        }
        finally
        {
            AfterCommand(failed);
        }
    }

    private void GiveBack()
    {
        _internalStash.UnstashAll();
        _stash?.UnstashAll(UnstashFilterPredicate);
    }
}

using Akka.Actor;

namespace Akka.Persistence;

/// <summary>The way from the start of an incarnation to its first command.</summary>
public abstract partial class Eventsourced
{
    private Stage _stage;
    private ICancelable? _patience;
    private TimeSpan _patienceSpan;
    private long _replayMax;
    private bool _heard;

    // True from the last event on, though RecoveryCompleted is only about to be handled: persisting is allowed in it.
    private bool _replayed;

    private enum Stage
    {
        WaitingForPermit,
        LoadingSnapshot,
        Replaying,

        /// <summary>Commands are handled.</summary>
        Processing,

        /// <summary>Commands wait for events being stored.</summary>
        Persisting,
    }

    private void RequestRecoveryPermit()
    {
        Extension.RecoveryPermitter().Tell(Akka.Persistence.RequestRecoveryPermit.Instance, Self);
        _stage = Stage.WaitingForPermit;
    }

    private void StartRecovery()
    {
        var recovery = Recovery;
        _replayMax = recovery.ReplayMax;
        _patienceSpan = Extension.JournalConfigFor(JournalPluginId).GetTimeSpan("recovery-event-timeout", null, false);
        _patience = Context.System.Scheduler.ScheduleTellOnceCancelable(_patienceSpan, Self, new RecoveryTick(true), Self);
        _stage = Stage.LoadingSnapshot;
        LoadSnapshot(SnapshotterId, recovery.FromSnapshot, recovery.ToSequenceNr);
    }

    private void WhileLoadingSnapshot(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult result:
                _patience?.Cancel();
                if (result.Snapshot is null || Offered(result.Snapshot))
                {
                    StartReplay(result.ToSequenceNr);
                }

                break;
            case LoadSnapshotFailed failed:
                FailRecovery(failed.Cause);
                break;
            case RecoveryTick { Snapshot: true }:
                FailRecovery(new RecoveryTimedOutException(FormattableString.Invariant(
                    $"Recovery timed out, didn't get snapshot within {_patienceSpan.TotalSeconds}s.")));
                break;
            default:
                StashInternally(message);
                break;
        }
    }

    private bool Offered(SelectedSnapshot snapshot)
    {
        var before = LastSequenceNr;
        LastSequenceNr = snapshot.Metadata.SequenceNr;
        try
        {
            if (!base.AroundReceive(ReceiveReplayed, new SnapshotOffer(snapshot.Metadata, snapshot.Snapshot)))
            {
                // Nobody wanted it: then the events that are in it are needed.
                LastSequenceNr = before;
            }

            return true;
        }
        catch (Exception e)
        {
            FailRecovery(e);
            return false;
        }
    }

    private void StartReplay(long toSequenceNr)
    {
        _heard = false;
        _patience = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            _patienceSpan, _patienceSpan, Self, new RecoveryTick(false), Self);
        _stage = Stage.Replaying;
        Journal.Tell(new ReplayMessages(LastSequenceNr + 1L, toSequenceNr, _replayMax, PersistenceId, Self));
    }

    private void WhileReplaying(object message)
    {
        switch (message)
        {
            case ReplayedMessage replayed:
                Replay(replayed.Persistent);
                break;
            case RecoverySuccess success:
                FinishRecovery(success.HighestSequenceNr);
                break;
            case ReplayMessagesFailure failure:
                FailRecovery(failure.Cause);
                break;
            case RecoveryTick { Snapshot: false } when !_heard:
                FailRecovery(new RecoveryTimedOutException(FormattableString.Invariant(
                    $"Recovery timed out, didn't get event within {_patienceSpan.TotalSeconds}s, highest sequence number seen {LastSequenceNr}.")));
                break;
            case RecoveryTick tick:
                _heard &= tick.Snapshot;
                break;
            default:
                StashInternally(message);
                break;
        }
    }

    private void Replay(IPersistentRepresentation persistent)
    {
        _heard = true;
        try
        {
            UpdateLastSequenceNr(persistent);
            base.AroundReceive(ReceiveReplayed, persistent);
        }
        catch (Exception e)
        {
            FailRecovery(e, persistent.Payload);
        }
    }

    private void FinishRecovery(long highestSequenceNr)
    {
        _patience?.Cancel();
        try
        {
            OnReplaySuccess();
            _sequenceNr = LastSequenceNr = Math.Max(highestSequenceNr, LastSequenceNr);
            _replayed = true;
            try
            {
                base.AroundReceive(ReceiveReplayed, RecoveryCompleted.Instance);
            }
            finally
            {
                // Even when it threw: a supervisor may resume the actor.
                BeginProcessing();
            }
        }
        finally
        {
            ReturnRecoveryPermit();
        }
    }

    private void BeginProcessing()
    {
        FlushBatch();
        if (_pendingStashing > 0)
        {
            _stage = Stage.Persisting;
        }
        else
        {
            _stage = Stage.Processing;
            _internalStash.UnstashAll();
        }
    }

    private void FailRecovery(Exception cause, object? message = null)
    {
        _patience?.Cancel();
        try
        {
            OnRecoveryFailure(cause, message);
        }
        finally
        {
            Context.Stop(Self);
            ReturnRecoveryPermit();
        }
    }

    private void ReturnRecoveryPermit() =>
        Extension.RecoveryPermitter().Tell(Akka.Persistence.ReturnRecoveryPermit.Instance, Self);

    private bool ReceiveReplayed(object message) =>
        ReceiveRecover(message is IPersistentRepresentation persistent ? persistent.Payload : message);
}

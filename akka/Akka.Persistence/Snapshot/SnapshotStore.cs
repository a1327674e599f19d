using Akka.Actor;
using Akka.Event;
using Akka.Persistence.Internal;

namespace Akka.Persistence.Snapshot;

/// <summary>Base of snapshot stores.</summary>
public abstract class SnapshotStore : ActorBase
{
    private readonly PluginCalls _calls;
    private readonly bool _publish;
    private readonly ILoggingAdapter _log;

    /// <summary>Reads the store's settings.</summary>
    protected SnapshotStore()
    {
        var extension = Persistence.Instance.Apply(Context.System);
        _calls = new PluginCalls(Context, extension.SnapshotStoreConfigFor(Self));
        _publish = extension.PublishPluginCommands;
        _log = Context.GetLogger();
    }

    /// <inheritdoc />
    public override void AroundPreRestart(Exception cause, object message)
    {
        _calls.Abandon();
        base.AroundPreRestart(cause, message);
    }

    /// <inheritdoc />
    public override void AroundPostStop()
    {
        _calls.Abandon();
        base.AroundPostStop();
    }

    /// <summary>The latest snapshot that fits, or null.</summary>
    protected abstract Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Saves a snapshot over one of the same number.</summary>
    protected abstract Task SaveAsync(SnapshotMetadata metadata, object snapshot);

    /// <summary>Deletes one snapshot; one without a time whatever its time.</summary>
    protected abstract Task DeleteAsync(SnapshotMetadata metadata);

    /// <summary>Deletes every snapshot that fits.</summary>
    protected abstract Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria);

    /// <summary>Handles what only this store understands, and sees the outcome of every save and delete.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc />
    protected sealed override bool Receive(object message)
    {
        switch (message)
        {
            case LoadSnapshot load:
                Load(load);
                return true;
            case SaveSnapshot save:
                Save(save);
                return true;
            case DeleteSnapshot delete:
                Delete(
                    delete,
                    () => DeleteAsync(delete.Metadata),
                    new DeleteSnapshotSuccess(delete.Metadata),
                    cause => new DeleteSnapshotFailure(delete.Metadata, cause));
                return true;
            case DeleteSnapshots delete:
                Delete(
                    delete,
                    () => DeleteAsync(delete.PersistenceId, delete.Criteria),
                    new DeleteSnapshotsSuccess(delete.Criteria),
                    cause => new DeleteSnapshotsFailure(delete.Criteria, cause));
                return true;
            default:
                return _calls.Handle(message) || ReceivePluginInternal(message);
        }
    }

    private void Load(LoadSnapshot load)
    {
        var (sender, self) = (Sender, Self);
        if (load.Criteria == SnapshotSelectionCriteria.None)
        {
            sender.Tell(new LoadSnapshotResult(null, load.ToSequenceNr), self);
            return;
        }

        _calls.Run(
            () => LoadAsync(load.PersistenceId, load.Criteria.Limit(load.ToSequenceNr)),
            snapshot => sender.Tell(new LoadSnapshotResult(snapshot, load.ToSequenceNr), self),
            cause => sender.Tell(new LoadSnapshotFailed(cause), self));
    }

    private void Save(SaveSnapshot save)
    {
        var metadata = save.Metadata.Timestamp == DateTime.MinValue
            ? new SnapshotMetadata(
                save.Metadata.PersistenceId, save.Metadata.SequenceNr, Context.System.Scheduler.Now.UtcDateTime)
            : save.Metadata;
        var (sender, self) = (Sender, Self);
        _calls.Run(
            () => SaveAsync(metadata, save.Snapshot),
            () => Answer(new SaveSnapshotSuccess(metadata), sender, self),
            cause =>
            {
                Answer(new SaveSnapshotFailure(save.Metadata, cause), sender, self);
                // It may be there all the same, in whatever shape.
                _calls.Run(
                    () => DeleteAsync(metadata),
                    static () => { },
                    left => _log.Error(left, "DeleteAsync operation after SaveSnapshot failure failed."));
            });
    }

    private void Delete(ISnapshotRequest delete, Func<Task> run, object success, Func<Exception, object> failure)
    {
        var (sender, self, eventStream) = (Sender, Self, Context.System.EventStream);

        void Ended(object answer)
        {
            Answer(answer, sender, self);
            if (_publish)
            {
                eventStream.Publish(delete);
            }
        }

        _calls.Run(run, () => Ended(success), cause => Ended(failure(cause)));
    }

    private void Answer(object answer, IActorRef asker, IActorRef self)
    {
        try
        {
            ReceivePluginInternal(answer);
        }
        finally
        {
            asker.Tell(answer, self);
        }
    }
}

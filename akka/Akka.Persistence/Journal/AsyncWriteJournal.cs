using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence.Internal;

namespace Akka.Persistence.Journal;

/// <summary>Reads events back.</summary>
public interface IAsyncRecovery
{
    /// <summary>Gives events, in order, to the callback; completes after the last one, or fails.</summary>
    /// <param name="context">The journal's context.</param>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="fromSequenceNr">The first number.</param>
    /// <param name="toSequenceNr">The last number.</param>
    /// <param name="max">The most events.</param>
    /// <param name="recoveryCallback">Takes one event; may be called on any thread, one call at a time.</param>
    Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback);

    /// <summary>The highest number ever written, deleted events included; 0 when there is none.</summary>
    Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);
}

/// <summary>
/// Base of journals that store asynchronously. Answers go out in the order of the writes, whatever the order in which
/// they are done.
/// </summary>
public abstract class AsyncWriteJournal : WriteJournalBase, IAsyncRecovery
{
    /// <summary>True when commands are published on the event stream.</summary>
    protected readonly bool CanPublish;

    private readonly PluginCalls _calls;
    private readonly ReplayFilterSettings _filter;
    private readonly ILoggingAdapter _log;
    private readonly Queue<PendingWrite> _writes = new();

    /// <summary>Reads the journal's settings.</summary>
    protected AsyncWriteJournal()
    {
        var extension = Persistence.Instance.Apply(Context.System);
        var config = extension.JournalConfigFor(Self);
        CanPublish = extension.PublishPluginCommands;
        _calls = new PluginCalls(Context, config);
        _filter = ReplayFilterSettings.Read(config);
        _log = Context.GetLogger();
    }

    /// <inheritdoc />
    public abstract Task ReplayMessagesAsync(
        IActorContext context,
        string persistenceId,
        long fromSequenceNr,
        long toSequenceNr,
        long max,
        Action<IPersistentRepresentation> recoveryCallback);

    /// <inheritdoc />
    public abstract Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr);

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

    /// <summary>
    /// Stores atomic writes, in order. The task fails when they may or may not be stored: their actor is stopped. Null, or
    /// a list of nulls: all are stored. An exception in the list rejects the write at its place, which is not stored.
    /// </summary>
    protected abstract Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages);

    /// <summary>Deletes the events up to a number, that one included; the highest number stays.</summary>
    protected abstract Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr);

    /// <summary>Handles what only this journal understands.</summary>
    protected virtual bool ReceivePluginInternal(object message) => false;

    /// <inheritdoc />
    protected sealed override bool Receive(object message) =>
        _calls.Handle(message) || ReceiveWriteJournal(message) || ReceivePluginInternal(message);

    /// <summary>Handles the journal protocol.</summary>
    protected bool ReceiveWriteJournal(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                return true;
            case ReplayMessages replay:
                Replay(replay);
                return true;
            case DeleteMessagesTo delete:
                Delete(delete);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The one exception of an aggregate of one, else what was given.</summary>
    protected static Exception TryUnwrapException(Exception e) =>
        e is AggregateException aggregate && aggregate.Flatten() is { InnerExceptions.Count: 1 } single
            ? single.InnerExceptions[0]
            : e;

    private void Write(WriteMessages message)
    {
        var write = new PendingWrite(message);
        _writes.Enqueue(write);
        var prepared = PreparePersistentBatch(message.Messages).ToList();
        _calls.Run(
            () => WriteMessagesAsync(prepared),
            results =>
            {
                if (results is not null && results.Count != prepared.Count)
                {
                    write.Failure = new InvalidOperationException(
                        $"WriteMessagesAsync gave {results.Count} results for {prepared.Count} writes.");
                }

                write.Results = results;
                write.Ended = true;
                AnswerWrites();
            },
            failure =>
            {
                write.Failure = failure;
                write.Ended = true;
                AnswerWrites();
            });
    }

    private void AnswerWrites()
    {
        while (_writes.TryPeek(out var write) && write.Ended)
        {
            _writes.Dequeue();
            write.Answer(Self);
        }
    }

    private void Delete(DeleteMessagesTo message)
    {
        var eventStream = Context.System.EventStream;
        var self = Self;
        _calls.Run(
            () => DeleteMessagesToAsync(message.PersistenceId, message.ToSequenceNr),
            () =>
            {
                message.PersistentActor.Tell(new DeleteMessagesSuccess(message.ToSequenceNr), self);
                if (CanPublish)
                {
                    eventStream.Publish(message);
                }
            },
            failure => message.PersistentActor.Tell(new DeleteMessagesFailure(failure, message.ToSequenceNr), self));
    }

    private void Replay(ReplayMessages message)
    {
        var actor = message.PersistentActor;
        var (context, self, eventStream) = (Context, Self, Context.System.EventStream);

        void Failed(Exception cause) => actor.Tell(new ReplayMessagesFailure(cause), self);

        void Done(long highest)
        {
            actor.Tell(new RecoverySuccess(highest), self);
            if (CanPublish)
            {
                eventStream.Publish(message);
            }
        }

        _calls.Run(
            () => ReadHighestSequenceNrAsync(message.PersistenceId, Math.Max(0L, message.FromSequenceNr - 1)),
            highest =>
            {
                var to = Math.Min(message.ToSequenceNr, highest);
                if (to <= 0L || message.FromSequenceNr > to)
                {
                    Done(highest);
                    return;
                }

                // Events go straight to the actor, which has its own patience: this may take longer than any one call.
                var filter = _filter.Make(p => actor.Tell(new ReplayedMessage(p), ActorRefs.NoSender), _log);
                _calls.RunUnguarded(
                    () => ReplayMessagesAsync(
                        context, message.PersistenceId, message.FromSequenceNr, to, message.Max, filter.Take),
                    () =>
                    {
                        filter.Complete();
                        Done(highest);
                    },
                    Failed);
            },
            Failed);
    }

    /// <summary>A write on its way, and then its outcome.</summary>
    private sealed class PendingWrite(WriteMessages message)
    {
        internal bool Ended { get; set; }

        internal IImmutableList<Exception?>? Results { get; set; }

        internal Exception? Failure { get; set; }

        internal void Answer(IActorRef journal)
        {
            var actor = message.PersistentActor;
            var writes = 0;
            object whole = Failure is null
                ? WriteMessagesSuccessful.Instance
                : new WriteMessagesFailed(Failure, message.Messages.Count(m => m is AtomicWrite));
            actor.Tell(whole, journal);
            foreach (var envelope in message.Messages)
            {
                if (envelope is not AtomicWrite write)
                {
                    actor.Tell(new LoopMessageSuccess(envelope.Payload, message.ActorInstanceId), envelope.Sender);
                    continue;
                }

                var rejection = Results?[writes++];
                foreach (var persistent in write.Events)
                {
                    actor.Tell(AnswerTo(persistent, rejection), persistent.Sender!);
                }
            }
        }

        private object AnswerTo(IPersistentRepresentation persistent, Exception? rejection)
        {
            if (Failure is not null)
            {
                return new WriteMessageFailure(persistent, Failure, message.ActorInstanceId);
            }

            return rejection is null
                ? new WriteMessageSuccess(persistent, message.ActorInstanceId)
                : new WriteMessageRejected(persistent, rejection, message.ActorInstanceId);
        }
    }
}

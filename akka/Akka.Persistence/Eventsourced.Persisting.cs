using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Storing events and running their handlers.</summary>
public abstract partial class Eventsourced
{
    /// <summary>Stores an event, then runs the handler. Commands wait until it has run.</summary>
    /// <exception cref="InvalidOperationException">The actor is still recovering.</exception>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        Expect(new StashingHandlerInvocation(@event!, e => handler((TEvent)e)));
        _eventBatch.Add(new AtomicWrite(Next(@event!)));
    }

    /// <summary>Stores events, all or none, and runs the handler for each. Commands wait until it has run.</summary>
    /// <exception cref="InvalidOperationException">The actor is still recovering.</exception>
    public void PersistAll<TEvent>(IEnumerable<TEvent>? events, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        if (events is null)
        {
            return;
        }

        var all = ImmutableList.CreateBuilder<IPersistentRepresentation>();
        foreach (var @event in events)
        {
            Expect(new StashingHandlerInvocation(@event!, e => handler((TEvent)e)));
            all.Add(Next(@event!));
        }

        if (all.Count > 0)
        {
            _eventBatch.Add(new AtomicWrite(all.ToImmutable()));
        }
    }

    /// <summary>Stores an event, then runs the handler. Commands do not wait.</summary>
    /// <exception cref="InvalidOperationException">The actor is still recovering.</exception>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        Expect(new AsyncHandlerInvocation(@event!, e => handler((TEvent)e)));
        _eventBatch.Add(new AtomicWrite(Next(@event!)));
    }

    /// <summary>Stores events, all or none, and runs the handler for each. Commands do not wait.</summary>
    /// <exception cref="InvalidOperationException">The actor is still recovering.</exception>
    /// <exception cref="ArgumentException">There are no events.</exception>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        var all = events.ToList();
        foreach (var @event in all)
        {
            Expect(new AsyncHandlerInvocation(@event!, e => handler((TEvent)e)));
        }

        _eventBatch.Add(new AtomicWrite(all.ConvertAll(e => Next(e!)).ToImmutableList<IPersistentRepresentation>()));
    }

    /// <summary>
    /// Runs the handler when all handlers before it have run, at once when there is none. Nothing is stored. When an
    /// event before it cannot be stored, the handler does not run.
    /// </summary>
    /// <exception cref="InvalidOperationException">The actor is still recovering.</exception>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        RefuseWhileRecovering();
        if (_pending.Count == 0)
        {
            handler(evt);
        }
        else
        {
            Expect(new AsyncHandlerInvocation(evt!, e => handler((TEvent)e)));
            _eventBatch.Add(new NonPersistentMessage(evt!, Sender));
        }
    }

    /// <summary>Runs asynchronous work for a command; other commands wait until it is done and its events are stored.</summary>
    /// <exception cref="NotSupportedException">Such work is running already.</exception>
    protected void RunTask(Func<Task> action)
    {
        if (_asyncTaskRunning)
        {
            throw new NotSupportedException("RunTask calls cannot be nested");
        }

        ActorTaskScheduler.RunTask(() =>
        {
            var work = action();
            if (work.IsCompleted)
            {
                return work;
            }

            _asyncTaskRunning = true;
            return Finish(work);
        });
    }

    private async Task Finish(Task work)
    {
        var failed = true;
        try
        {
            await work;
            failed = false;
        }
        finally
        {
            _asyncTaskRunning = false;
            AfterCommand(failed);
        }
    }

    private void RefuseWhileRecovering()
    {
        if (IsRecovering)
        {
            throw new InvalidOperationException(
                "Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later.");
        }
    }

    private void Expect(IPendingHandlerInvocation invocation)
    {
        _pending.Enqueue(invocation);
        _pendingStashing += invocation is StashingHandlerInvocation ? 1 : 0;
    }

    private Persistent Next(object payload) => new(
        payload, ++_sequenceNr, PersistenceId, manifest: null, isDeleted: false, Sender, _writerGuid);

    /// <summary>The next command, or what a command asked for, is dealt with.</summary>
    /// <param name="all">True after a failure: then everything held back goes to the mailbox, which outlives this instance.</param>
    private void AfterCommand(bool all)
    {
        FlushBatch();
        if (_asyncTaskRunning)
        {
            return;
        }

        if (_pendingStashing > 0)
        {
            _stage = Stage.Persisting;
        }
        else
        {
            UnstashInternally(all);
        }
    }

    private void FlushBatch()
    {
        _journalBatch.AddRange(_eventBatch);
        _eventBatch.Clear();
        FlushJournalBatch();
    }

    // One write at a time: what gathers meanwhile goes with the next one.
    private void FlushJournalBatch()
    {
        if (!_isWriteInProgress && _journalBatch.Count > 0)
        {
            Journal.Tell(new WriteMessages(_journalBatch, Self, _instanceId));
            _journalBatch = [];
            _isWriteInProgress = true;
        }
    }

    /// <summary>Handles the journal's answers; false for anything else. Answers to an earlier incarnation are ignored.</summary>
    private bool HandleJournal(object message)
    {
        switch (message)
        {
            case WriteMessageSuccess stored when stored.ActorInstanceId == _instanceId:
                UpdateLastSequenceNr(stored.Persistent);
                RunHandler(stored.Persistent.Payload);
                return true;
            case LoopMessageSuccess loop when loop.ActorInstanceId == _instanceId:
                RunHandler(loop.Message);
                return true;
            case WriteMessageRejected rejected when rejected.ActorInstanceId == _instanceId:
                UpdateLastSequenceNr(rejected.Persistent);
                Answered(false);
                OnPersistRejected(rejected.Cause, rejected.Persistent.Payload, rejected.Persistent.SequenceNr);
                return true;
            case WriteMessageFailure failure when failure.ActorInstanceId == _instanceId:
                Answered(false);
                try
                {
                    OnPersistFailure(failure.Cause, failure.Persistent.Payload, failure.Persistent.SequenceNr);
                }
                finally
                {
                    Context.Stop(Self);
                }

                return true;
            case WriteMessagesSuccessful:
                _isWriteInProgress = false;
                FlushJournalBatch();
                return true;
            case WriteMessagesFailed failed:
                // With events in it their failures follow and stop the actor.
                _isWriteInProgress &= failed.WriteCount > 0;
                return true;
            case WriteMessageSuccess or LoopMessageSuccess or WriteMessageRejected or WriteMessageFailure:
            case RecoveryTick:
                return true;
            default:
                return false;
        }
    }

    private void RunHandler(object payload)
    {
        var failed = true;
        try
        {
            try
            {
                _pending.Peek().Handler(payload);
            }
            finally
            {
                FlushBatch();
            }

            failed = false;
        }
        finally
        {
            Answered(failed);
        }
    }

    private void Answered(bool all)
    {
        _pendingStashing -= _pending.Dequeue() is StashingHandlerInvocation ? 1 : 0;
        if (_pendingStashing > 0)
        {
            // The handler of an event that commands do not wait for may have persisted one that they do wait for.
            _stage = Stage.Persisting;
        }
        else
        {
            _stage = Stage.Processing;
            UnstashInternally(all);
        }
    }
}

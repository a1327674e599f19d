using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public sealed partial class ActorCell
{
    private TimerScheduler? _timers;
    private StashOfCell? _stash;

    internal int Incarnation => _incarnation;

    internal IActorRef? RawSender => _sender;

    /// <inheritdoc />
    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        StopReceiveTimeout();
        _receiveTimeout = timeout is { } span && span > TimeSpan.Zero ? new ReceiveTimeoutState(span) : null;
        RestartReceiveTimeout();
    }

    internal void BeginTask()
    {
        _tasksRunning++;
        _mailbox.Suspend();
        if (_currentMessage is not INotInfluenceReceiveTimeout)
        {
            StopReceiveTimeout();
        }
    }

    /// <summary>The timers of the instance that is being made.</summary>
    internal TimerScheduler NewTimers() => _timers = new TimerScheduler(this);

    /// <summary>The task of a current incarnation has ended on the actor itself.</summary>
    internal void EndTask(int incarnation)
    {
        if (incarnation == _incarnation && _tasksRunning > 0)
        {
            _tasksRunning--;
            _mailbox.Resume();
            _receiveTimeout?.StartIfStopped(this);
        }
    }

    /// <summary>A Terminated that comes back from the stash is still awaited.</summary>
    internal void AwaitAgain(Terminated terminated) => (_terminatedQueued ??= []).TryAdd(terminated.ActorRef, null);

    private void ContinueTask(ContinueTask continuation)
    {
        var scheduler = continuation.Scheduler;
        if (scheduler.Incarnation != _incarnation)
        {
            _mailbox.Dispatcher.Schedule(scheduler.Detached(continuation.Task));
            return;
        }

        _currentMessage = scheduler.Message;
        _sender = scheduler.Sender;
        scheduler.Continue(continuation.Task);
        _currentMessage = null;
        _sender = null;
    }

    private void CompleteTask(CompleteTask complete)
    {
        var scheduler = complete.Scheduler;
        if (scheduler.Incarnation != _incarnation)
        {
            if (complete.Failure is { } late)
            {
                _system.EventStream.Publish(new Warning(
                    late, _self.Path.ToString(), typeof(ActorTaskScheduler), "A task failed after its actor was restarted"));
            }

            return;
        }

        EndTask(_incarnation);
        if (complete.Failure is { } failure)
        {
            _currentMessage = scheduler.Message;
            _sender = scheduler.Sender;
            HandleInvokeFailure(failure);
            _currentMessage = null;
            _sender = null;
        }
    }

    private void StopReceiveTimeout() => _receiveTimeout?.Stop();

    private void RestartReceiveTimeout() => _receiveTimeout?.Start(this);

    private sealed class ReceiveTimeoutState(TimeSpan span)
    {
        private ICancelable? _pending;

        internal TimeSpan Span => span;

        internal void Start(ActorCell cell)
        {
            Stop();
            _pending = cell._system.Scheduler.ScheduleTellOnceCancelable(
                span, cell._self, Akka.Actor.ReceiveTimeout.Instance, cell._self);
        }

        internal void StartIfStopped(ActorCell cell)
        {
            if (_pending is null)
            {
                Start(cell);
            }
        }

        internal void Stop()
        {
            _pending?.Cancel();
            _pending = null;
        }
    }
}

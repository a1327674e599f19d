using System.Runtime.ExceptionServices;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Runs the asynchronous work of one message on its actor: user messages wait until it is done, and every
/// continuation sees the actor's Self, Sender and Context.</summary>
public sealed class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;
    private TaskCompletionSource? _observer;

    private ActorTaskScheduler(ActorCell cell)
    {
        _cell = cell;
        Incarnation = cell.Incarnation;
        Message = cell.CurrentMessage;
        Sender = cell.RawSender;
    }

    /// <inheritdoc />
    public override int MaximumConcurrencyLevel => 1;

    internal int Incarnation { get; }

    internal object? Message { get; }

    internal IActorRef? Sender { get; }

    /// <summary>Runs an action as asynchronous work of the running actor.</summary>
    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Runs asynchronous work of the running actor. What it throws, now or later, fails the actor.</summary>
    /// <exception cref="InvalidOperationException">No actor is running.</exception>
    public static void RunTask(Func<Task> asyncAction)
    {
        var cell = ActorCell.Current ??
            throw new InvalidOperationException("RunTask must be called from an actor context.");
        new ActorTaskScheduler(cell).Run(asyncAction);
    }

    /// <summary>Runs a continuation whose actor is gone, so that its finally blocks run.</summary>
    internal IRunnable Detached(Task task) => new DetachedTask(this, task);

    internal void Continue(Task task)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            TryExecuteTask(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <inheritdoc />
    protected override void QueueTask(Task task) => _cell.Mailbox.PostSystem(new ContinueTask(this, task));

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(ActorCell.Current, _cell) && TryExecuteTask(task);

    /// <inheritdoc />
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Run(Func<Task> asyncAction)
    {
        _cell.BeginTask();
        var start = new Task<Task>(asyncAction);
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            start.RunSynchronously(this);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        var work = start.IsCompletedSuccessfully ? start.GetAwaiter().GetResult() : start;
        if (work is null || work.IsCompleted)
        {
            _cell.EndTask(Incarnation);
            if (work is not null && FailureOf(work) is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            return;
        }

        _observer = _cell.ObserveForTest();
        work.ContinueWith(
            static (task, state) => ((ActorTaskScheduler)state!).Complete(task),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            Default);
    }

    private void Complete(Task task)
    {
        var failure = FailureOf(task);
        _cell.Mailbox.PostSystem(new CompleteTask(this, _observer is null ? failure : null));
        if (failure is null)
        {
            _observer?.TrySetResult();
        }
        else
        {
            _observer?.TrySetException(failure);
        }
    }

    private static Exception? FailureOf(Task task)
    {
        if (task.IsCanceled)
        {
            return new TaskCanceledException(task);
        }

        return task.Exception is { InnerExceptions.Count: 1 } single ? single.InnerException : task.Exception;
    }

    private sealed class DetachedTask(ActorTaskScheduler scheduler, Task task) : IRunnable
    {
        public void Run() => scheduler.TryExecuteTask(task);
    }
}

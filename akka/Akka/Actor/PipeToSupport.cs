namespace Akka.Actor;

/// <summary>Sends what comes out of a task to an actor.</summary>
public static class PipeToSupport
{
    /// <summary>Tells the result, or <see cref="Status.Failure"/> when there is none.</summary>
    public static Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, false, sender, success, failure);

    /// <summary>Tells the result, or <see cref="Status.Failure"/> when there is none.</summary>
    public static Task PipeTo<T>(
        this Task<T> taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, useConfigureAwait, sender, success, failure);

    /// <summary>Tells what <paramref name="success"/> gives, if given, or <see cref="Status.Failure"/>.</summary>
    public static Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, false, sender, success, failure);

    /// <summary>Tells what <paramref name="success"/> gives, if given, or <see cref="Status.Failure"/>.</summary>
    public static Task PipeTo(
        this Task taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe, recipient, useConfigureAwait, sender, success, failure);

    /// <summary>Tells the result, or <see cref="Status.Failure"/> when there is none.</summary>
    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) => Pipe(taskToPipe.AsTask(), recipient, false, sender, success, failure);

    /// <summary>Tells the result, or <see cref="Status.Failure"/> when there is none.</summary>
    public static Task PipeTo<T>(
        this ValueTask<T> taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<T, object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe.AsTask(), recipient, useConfigureAwait, sender, success, failure);

    /// <summary>Tells what <paramref name="success"/> gives, if given, or <see cref="Status.Failure"/>.</summary>
    public static Task PipeTo(
        this ValueTask taskToPipe,
        ICanTell recipient,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) => Pipe(taskToPipe.AsTask(), recipient, false, sender, success, failure);

    /// <summary>Tells what <paramref name="success"/> gives, if given, or <see cref="Status.Failure"/>.</summary>
    public static Task PipeTo(
        this ValueTask taskToPipe,
        ICanTell recipient,
        bool useConfigureAwait,
        IActorRef? sender = null,
        Func<object>? success = null,
        Func<Exception, object>? failure = null) =>
        Pipe(taskToPipe.AsTask(), recipient, useConfigureAwait, sender, success, failure);

    private static Task Pipe<T>(
        Task<T> task,
        ICanTell recipient,
        bool onContext,
        IActorRef? sender,
        Func<T, object>? success,
        Func<Exception, object>? failure) => Then(task, onContext, done => recipient.Tell(
            MessageOf(done, () => ResultOf((Task<T>)done, success), failure)!, sender!));

    private static Task Pipe(
        Task task,
        ICanTell recipient,
        bool onContext,
        IActorRef? sender,
        Func<object>? success,
        Func<Exception, object>? failure) => Then(task, onContext, done =>
        {
            if (MessageOf(done, () => success?.Invoke(), failure) is { } message)
            {
                recipient.Tell(message, sender!);
            }
        });

    private static object? ResultOf<T>(Task<T> task, Func<T, object>? success)
    {
        var result = task.GetAwaiter().GetResult();
        return success is null ? result : success(result);
    }

    private static object? MessageOf(Task task, Func<object?> success, Func<Exception, object>? failure)
    {
        try
        {
            task.GetAwaiter().GetResult();
            return success();
        }
        catch (Exception e)
        {
            // Whatever it was, the actor is told: it is what waits for this task.
            return failure is null ? new Status.Failure(e) : failure(e);
        }
    }

    // Not by await: its continuation may be sent to the thread pool, which a simulated system must not use.
    private static Task Then(Task task, bool onContext, Action<Task> tell)
    {
        if (task.IsCompleted)
        {
            tell(task);
            return Task.CompletedTask;
        }

        var scheduler = onContext && SynchronizationContext.Current is not null
            ? TaskScheduler.FromCurrentSynchronizationContext()
            : TaskScheduler.Default;
        return task.ContinueWith(
            tell, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, scheduler);
    }
}

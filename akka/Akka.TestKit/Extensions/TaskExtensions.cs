namespace Akka.TestKit.Extensions;

/// <summary>Waits for tasks with a limit.</summary>
public static class TaskExtensions
{
    /// <summary>Whether the task ended in time; a failed one throws its failure.</summary>
    public static async Task<bool> AwaitWithTimeout(
        this Task parentTask, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parentTask);
        try
        {
            await parentTask.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException) when (!parentTask.IsCompleted)
        {
            return false;
        }
    }

    /// <exception cref="TimeoutException">The task has not ended in time.</exception>
    public static Task<T> WithTimeout<T>(
        this Task<T> parentTask, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parentTask);
        return parentTask.WaitAsync(timeout, cancellationToken);
    }

    /// <exception cref="TimeoutException">The task has not ended in time.</exception>
    public static async Task ShouldCompleteWithin(
        this Task task, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        if (!await task.AwaitWithTimeout(timeout).ConfigureAwait(false))
        {
            throw Late(timeout, because, becauseArgs);
        }
    }

    /// <exception cref="TimeoutException">The task has not ended in time.</exception>
    public static async Task<T> ShouldCompleteWithin<T>(
        this Task<T> task, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        await ((Task)task).ShouldCompleteWithin(timeout, because, becauseArgs).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <exception cref="TimeoutException">The task has not ended in time.</exception>
    /// <exception cref="InvalidOperationException">The result is another.</exception>
    public static async Task ShouldCompleteWithin<T>(
        this Task<T> task, T expected, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        var result = await task.ShouldCompleteWithin(timeout, because, becauseArgs).ConfigureAwait(false);
        if (!EqualityComparer<T>.Default.Equals(expected, result))
        {
            throw new InvalidOperationException($"the task's result should be {expected}, not {result}");
        }
    }

    /// <summary>The task fails in time with such an exception, which is returned.</summary>
    /// <exception cref="TimeoutException">The task has not ended in time.</exception>
    /// <exception cref="InvalidOperationException">It did not fail.</exception>
    public static async Task<T> ShouldThrowWithin<T>(
        this Task task, TimeSpan timeout, string because = "", params object[] becauseArgs) where T : Exception
    {
        try
        {
            await task.ShouldCompleteWithin(timeout, because, becauseArgs).ConfigureAwait(false);
        }
        catch (T failure) when (task.IsFaulted || task.IsCanceled)
        {
            return failure;
        }
        throw new InvalidOperationException($"the task should fail with {typeof(T)}, but it did not");
    }

    private static TimeoutException Late(TimeSpan timeout, string because, object[] becauseArgs)
    {
        var reason = becauseArgs.Length == 0
            ? because
            : string.Format(System.Globalization.CultureInfo.InvariantCulture, because, becauseArgs);
        var why = reason.Length == 0 ? "" : $": {reason}";
        return new TimeoutException($"the task has not ended within {timeout}{why}");
    }
}

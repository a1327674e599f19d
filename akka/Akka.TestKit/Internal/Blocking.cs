namespace Akka.TestKit.Internal;

/// <summary>
/// The synchronous twins of the test kit's methods: the same code told to block where it waits, so that its task is
/// complete when it comes back. A blocked test thus needs no free thread of the pool.
/// </summary>
internal static class Blocking
{
    public static T Result<T>(ValueTask<T> task) => task.IsCompleted
        ? task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("a blocking call of the test kit has come back before its end");

    public static void Finish(ValueTask task)
    {
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException("a blocking call of the test kit has come back before its end");
        }
        task.GetAwaiter().GetResult();
    }

    public static IReadOnlyList<T> List<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        var enumerator = items.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (Result(enumerator.MoveNextAsync()))
            {
                list.Add(enumerator.Current);
            }
        }
        finally
        {
            Finish(enumerator.DisposeAsync());
        }
        return list;
    }

    /// <summary>Whether the task ended in time; its failure is thrown.</summary>
    public static bool Wait(Task task, TimeSpan timeout)
    {
        IAsyncResult pending = task;
        if (!pending.AsyncWaitHandle.WaitOne(timeout))
        {
            return false;
        }
        task.GetAwaiter().GetResult();
        return true;
    }

    /// <summary>A pause between two looks at something.</summary>
    public static async ValueTask Pause(bool blocking, TimeSpan time, CancellationToken cancellationToken)
    {
        if (!blocking)
        {
            await Task.Delay(time, cancellationToken).ConfigureAwait(false);
        }
        else if (cancellationToken.WaitHandle.WaitOne(time))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

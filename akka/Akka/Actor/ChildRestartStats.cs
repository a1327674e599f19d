namespace Akka.Actor;

/// <summary>A child with its count of restarts.</summary>
public class ChildRestartStats
{
    private readonly TimeProvider _time;
    private long _windowStart;
    private bool _windowOpen;

    internal ChildRestartStats(IInternalActorRef child, TimeProvider time)
    {
        Child = child;
        _time = time;
    }

    /// <summary>The child.</summary>
    public IInternalActorRef Child { get; }

    /// <summary>The incarnation of the child.</summary>
    public long Uid => Child.Path.Uid;

    /// <summary>Restarts counted so far.</summary>
    public int MaxNrOfRetriesCount { get; private set; }

    /// <summary>Counts a restart and says whether it is allowed. Negative limits mean none; a window without
    /// a limit of retries counts as one retry per window, as in Akka.NET.</summary>
    public bool RequestRestartPermission(int maxNrOfRetries, int withinTimeMilliseconds)
    {
        if (maxNrOfRetries == 0)
        {
            return false;
        }

        if (withinTimeMilliseconds <= 0)
        {
            MaxNrOfRetriesCount++;
            return maxNrOfRetries < 0 || MaxNrOfRetriesCount <= maxNrOfRetries;
        }

        return RetryInWindow(maxNrOfRetries < 0 ? 1 : maxNrOfRetries, withinTimeMilliseconds);
    }

    private bool RetryInWindow(int retries, int windowMilliseconds)
    {
        var now = _time.GetTimestamp();
        if (!_windowOpen)
        {
            _windowOpen = true;
            _windowStart = now;
        }

        if (_time.GetElapsedTime(_windowStart, now).TotalMilliseconds <= windowMilliseconds)
        {
            MaxNrOfRetriesCount++;
            return MaxNrOfRetriesCount <= retries;
        }

        _windowStart = now;
        MaxNrOfRetriesCount = 1;
        return true;
    }
}

internal static class RetryWindow
{
    internal static int Milliseconds(TimeSpan? window) => window switch
    {
        null => -1,
        { } span when span == Timeout.InfiniteTimeSpan => -1,
        { } span => (int)Math.Min(span.TotalMilliseconds, int.MaxValue),
    };
}

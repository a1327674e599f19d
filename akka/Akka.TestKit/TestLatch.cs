namespace Akka.TestKit;

/// <summary>Closed until it has been counted down; whoever waits in <see cref="Ready()"/> goes on then.</summary>
public class TestLatch
{
    private readonly CountdownEvent _count;
    private readonly Func<TimeSpan, TimeSpan> _dilate;
    private readonly TimeSpan _defaultTimeout;

    public TestLatch() : this(1)
    {
    }

    public TestLatch(int count) : this(count, TimeSpan.FromSeconds(5))
    {
    }

    public TestLatch(int count, TimeSpan defaultTimeout) : this(static t => t, defaultTimeout, count)
    {
    }

    protected internal TestLatch(Func<TimeSpan, TimeSpan> dilate, TimeSpan defaultTimeout, int count)
    {
        _dilate = dilate;
        _defaultTimeout = defaultTimeout;
        _count = new CountdownEvent(count);
    }

    public bool IsOpen => _count.CurrentCount == 0;

    /// <summary>Counts one down; an open latch stays open.</summary>
    public void CountDown()
    {
        if (!_count.IsSet)
        {
            _count.Signal();
        }
    }

    /// <summary>Opens at once, whatever the count.</summary>
    public void Open()
    {
        while (!IsOpen)
        {
            CountDown();
        }
    }

    /// <summary>Closes again with the first count.</summary>
    public void Reset() => _count.Reset();

    /// <summary>Blocks until the latch is open.</summary>
    /// <exception cref="TimeoutException">It did not open in time.</exception>
    /// <exception cref="ArgumentException">The time is zero or negative.</exception>
    public void Ready(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException($"a latch cannot wait {timeout}", nameof(timeout));
        }
        var wait = timeout == Timeout.InfiniteTimeSpan ? timeout : _dilate(timeout);
        if (!_count.Wait(wait))
        {
            throw new TimeoutException(
                $"the latch did not open within {wait}: {_count.CurrentCount} counts are missing");
        }
    }

    /// <inheritdoc cref="Ready(TimeSpan)"/>
    public void Ready() => Ready(_defaultTimeout);
}

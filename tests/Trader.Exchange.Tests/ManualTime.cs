namespace Trader.Exchange.Tests;

/// <summary>A monotonic counter and a wall clock that move only when told to, and independently of each
/// other.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<OneShot> _timers = [];
    private long _ticks = TimeSpan.TicksPerDay;
    private DateTimeOffset _wall = DateTimeOffset.UnixEpoch.AddMilliseconds(1_700_000_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _wall;

    public void Advance(TimeSpan by)
    {
        OneShot[] due;
        lock (_lock)
        {
            _ticks += by.Ticks;
            _wall += by;
            due = [.. _timers.Where(t => t.DueAt <= _ticks)];
            _timers.RemoveAll(t => t.DueAt <= _ticks);
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    public void StepWallClock(TimeSpan by) => _wall += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new OneShot(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>All that a cancellation deadline needs.</summary>
    private sealed class OneShot(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public long DueAt { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = time._ticks + dueTime.Ticks;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

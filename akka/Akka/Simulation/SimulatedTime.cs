namespace Akka.Simulation;

public sealed partial class SimulationWorld
{
    internal void Schedule(SimulatedTimer timer, long due)
    {
        timer.Due = due;
        lock (_gate)
        {
            _timers.Enqueue(timer, (due, timer.Order = ++_timerOrder));
        }
    }

    /// <summary>Takes back a timer of a system that was frozen; one that came due meanwhile fires now.</summary>
    internal void Resume(SimulatedTimer timer, long order)
    {
        if (!timer.IsDue(order))
        {
            return;
        }

        if (timer.Due > _now)
        {
            Schedule(timer, timer.Due);
        }
        else
        {
            Fire(timer);
        }
    }

    /// <summary>The next timer that still counts, with those of dead systems and old settings thrown away.</summary>
    private SimulatedTimer? PeekTimer()
    {
        lock (_gate)
        {
            while (_timers.TryPeek(out var timer, out var at))
            {
                if (timer.IsDue(at.Order) && timer.System?.State != SimulatedState.Dead)
                {
                    if (timer.System?.State != SimulatedState.Frozen)
                    {
                        return timer;
                    }

                    timer.System.LateTimers.Add((timer, at.Order));
                }

                _timers.Dequeue();
            }

            return null;
        }
    }

    private void FireDue(long until)
    {
        while (PeekTimer() is { } timer && timer.Due <= until)
        {
            lock (_gate)
            {
                _timers.Dequeue();
            }

            _now = Math.Max(_now, timer.Due);
            Fire(timer);
        }

        _now = Math.Max(_now, until);
    }

    private void Fire(SimulatedTimer timer)
    {
        if (timer.Period > 0)
        {
            Schedule(timer, _now + timer.Period);
        }
        else
        {
            timer.Order = 0;
        }

        RunInside(timer.Callback);
    }
}

/// <summary>A clock that stands still until the world moves it.</summary>
internal sealed class SimulatedTimeProvider(SimulationWorld world, SimulatedSystem? system) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => world.Now;

    public override long GetTimestamp() => world.NowTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(world, system, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

internal sealed class SimulatedTimer(
    SimulationWorld world, SimulatedSystem? system, TimerCallback callback, object? state) : ITimer
{
    private bool _disposed;

    internal SimulatedSystem? System => system;

    internal long Due { get; set; }

    /// <summary>The entry in the world's queue that counts; 0: none.</summary>
    internal long Order { get; set; }

    internal long Period { get; private set; }

    internal Action Callback => () => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        Order = 0;
        Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            world.Schedule(this, world.NowTicks + dueTime.Ticks);
        }

        return true;
    }

    public void Dispose()
    {
        _disposed = true;
        Order = 0;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal bool IsDue(long order) => !_disposed && Order == order && order != 0;
}

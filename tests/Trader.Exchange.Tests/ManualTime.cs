namespace Trader.Exchange.Tests;

/// <summary>A monotonic counter and a wall clock that move only when told to, and independently of each other.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerDay;
    private DateTimeOffset _wall = DateTimeOffset.UnixEpoch.AddMilliseconds(1_700_000_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => _wall;

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _ticks, by.Ticks);
        _wall += by;
    }

    public void StepWallClock(TimeSpan by) => _wall += by;
}

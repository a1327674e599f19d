namespace Trader.Actors.Tests.PositionState;

/// <summary>A clock that moves when told; timers belong to the test scheduler.</summary>
internal sealed class StepTime : TimeProvider
{
    private long ticks;

    public long NowMs => GetUtcNow().ToUnixTimeMilliseconds();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Account.NowMs).AddTicks(GetTimestamp());

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}

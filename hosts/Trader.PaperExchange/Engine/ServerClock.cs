namespace Trader.PaperExchange.Engine;

/// <summary>
/// The exchange's clock. What clients see can be skewed and made to drift; the ledger keeps true time, so that a test
/// of clock errors still has something to compare with.
/// </summary>
public sealed class ServerClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _skewMs;
    private long _driftPpm;
    private long _setAtMs = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time as clients see it, ms since 1970.</summary>
    public long NowMs
    {
        get
        {
            var now = TrueNowMs;
            lock (_gate)
            {
                return now + _skewMs + ((now - _setAtMs) * _driftPpm / 1_000_000);
            }
        }
    }

    /// <summary>The machine's time, ms since 1970.</summary>
    public long TrueNowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Monotonic microseconds. On Linux every process reads the same CLOCK_MONOTONIC, so these compare across processes
    /// of a machine.
    /// </summary>
    public long MonotonicUs => ToMicroseconds(time.GetTimestamp());

    /// <summary>A timestamp of the time provider in the unit of <see cref="MonotonicUs"/>.</summary>
    public long ToMicroseconds(long timestamp) => (long)((Int128)timestamp * 1_000_000 / time.TimestampFrequency);

    /// <summary>Sets the difference from true time and its growth in microseconds per second, from now on.</summary>
    public void Set(long skewMs, long driftPpm)
    {
        lock (_gate)
        {
            _skewMs = skewMs;
            _driftPpm = driftPpm;
            _setAtMs = TrueNowMs;
        }
    }
}

namespace Trader.Exchange.Binance;

/// <summary>
/// The exchange's clock as seen from here. It runs on the monotonic counter from the last measurement on, so a step of
/// this machine's wall clock changes no timestamp. Thread-safe.
/// </summary>
public sealed class BinanceClock
{
    /// <summary>
    /// The most that is added for the answer's way back. The exchange accepts a timestamp up to recvWindow (5 s) behind
    /// its clock but only 1 s ahead of it, so on a slow line running behind is the safe error.
    /// </summary>
    private const double MaxHalfTripMs = 500;

    private readonly TimeProvider _time;
    private volatile Anchor _anchor;

    /// <summary>Starts from this machine's wall clock, which is all there is before the first measurement.</summary>
    public BinanceClock(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _anchor = new Anchor(time.GetUtcNow().ToUnixTimeMilliseconds(), time.GetTimestamp(), Measured: false);
    }

    /// <summary>Whether the exchange's clock has been measured at all.</summary>
    public bool IsMeasured => _anchor.Measured;

    /// <summary>Time since the last measurement (since construction when there was none).</summary>
    public TimeSpan Age => _time.GetElapsedTime(_anchor.Timestamp);

    /// <summary>Unix milliseconds on the exchange's clock, now.</summary>
    public long NowMs
    {
        get
        {
            var anchor = _anchor;
            return (long)(anchor.ServerMs + _time.GetElapsedTime(anchor.Timestamp).TotalMilliseconds);
        }
    }

    /// <summary>Takes one answer of <c>/fapi/v1/time</c>.</summary>
    /// <param name="serverMs">The exchange's Unix milliseconds.</param>
    /// <param name="sentTimestamp"><see cref="TimeProvider.GetTimestamp"/> before asking.</param>
    /// <param name="receivedTimestamp">The same after the answer.</param>
    public void Measure(long serverMs, long sentTimestamp, long receivedTimestamp)
    {
        var halfTripMs = _time.GetElapsedTime(sentTimestamp, receivedTimestamp).TotalMilliseconds / 2;
        _anchor = new Anchor(serverMs + Math.Clamp(halfTripMs, 0, MaxHalfTripMs), receivedTimestamp, Measured: true);
    }

    private sealed record Anchor(double ServerMs, long Timestamp, bool Measured);
}

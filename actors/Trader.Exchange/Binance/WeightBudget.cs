using System.Globalization;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>What a read is for.</summary>
public enum ReadPriority
{
    /// <summary>Comfort: warm connections, refreshed limits. Gives way first.</summary>
    Background,

    /// <summary>
    /// The exit brain's own reads. A brain that cannot read is DEGRADED and soon a panic, so they give way only to an exchange that asked
    /// to wait, or to the last tenth of the weight, which a panic needs.
    /// </summary>
    Minding,

    /// <summary>Positions, orders, cancels: what a panic lives on. Never held back here.</summary>
    Panic,
}

/// <summary>
/// The request weight of this IP address (2400 per minute unless the exchange says otherwise), as its headers report
/// it. Background reads stop at two thirds, the brain's at nine tenths, and both while the exchange has told us to wait, so
/// that a panic always finds the rest. Thread-safe: answers come in on any thread.
/// </summary>
public sealed class WeightBudget
{
    /// <summary>Request weight per minute and IP (USD-M general-info page).</summary>
    public const int DocumentedLimit = 2400;

    /// <summary>Held after a 429 or 418 that does not say for how long; the shortest documented ban.</summary>
    private static readonly TimeSpan UnsaidPause = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(3);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private int _limit = DocumentedLimit;
    private int _used;
    private long _usedAt;
    private long _pausedAt;
    private TimeSpan _pause;

    public WeightBudget(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _usedAt = time.GetTimestamp();
    }

    /// <summary>Weight used in the running minute as far as known.</summary>
    public int Used
    {
        get
        {
            lock (_lock)
            {
                return Current();
            }
        }
    }

    /// <summary>How long the exchange still wants no requests; zero when it does not.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                var left = _pause - _time.GetElapsedTime(_pausedAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Takes over the limit as read from the exchange.</summary>
    public void SetLimit(int weightPerMinute)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weightPerMinute);
        lock (_lock)
        {
            _limit = weightPerMinute;
        }
    }

    /// <summary>Null when the read may go; it is then counted. Else the fault to hand back in its place.</summary>
    public ExchangeFault? Refuse(ReadPriority priority, int weight)
    {
        var pause = Pause;
        lock (_lock)
        {
            var used = Current();
            if (priority != ReadPriority.Panic && pause > TimeSpan.Zero)
            {
                return new ExchangeFault(
                    FaultKind.RateLimited, 0,
                    Text($"not sent: the exchange asked to wait another {pause.TotalSeconds:0} s"));
            }

            var share = priority switch
            {
                ReadPriority.Background => _limit / 3 * 2,
                ReadPriority.Minding => _limit / 10 * 9,
                ReadPriority.Panic => int.MaxValue,
            };
            if (used + weight > share)
            {
                return new ExchangeFault(
                    FaultKind.RateLimited, 0,
                    Text($"not sent: {used} of {_limit} request weight used, the rest is for closing"));
            }

            _used = used + weight;
            return null;
        }
    }

    /// <summary>Takes the used weight that a header names. It counts everybody behind this IP, so it replaces our own
    /// sum.</summary>
    public void Observe(int used)
    {
        // Zero-weight answers carry 0 or -1 there (recorded on testnet and production): no information.
        if (used <= 0)
        {
            return;
        }

        lock (_lock)
        {
            _used = used;
            _usedAt = _time.GetTimestamp();
        }
    }

    /// <summary>The exchange answered 429 or 418.</summary>
    /// <param name="retryAfter">From the header, if there was one.</param>
    /// <param name="untilBanEnds">From the text, if it named an end.</param>
    public void Limited(TimeSpan? retryAfter, TimeSpan? untilBanEnds)
    {
        var wanted = untilBanEnds ?? retryAfter ?? UnsaidPause;
        var pause = wanted < TimeSpan.Zero ? TimeSpan.Zero : wanted > LongestPause ? LongestPause : wanted;
        lock (_lock)
        {
            var left = _pause - _time.GetElapsedTime(_pausedAt);
            if (pause > left)
            {
                _pause = pause;
                _pausedAt = _time.GetTimestamp();
            }
        }
    }

    private int Current()
    {
        if (_time.GetElapsedTime(_usedAt) >= Minute)
        {
            _used = 0;
            _usedAt = _time.GetTimestamp();
        }

        return _used;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

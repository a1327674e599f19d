namespace Trader.PaperExchange.Limits;

/// <summary>Public material does not settle whether windows are fixed or sliding, so both exist.</summary>
public enum WindowMode
{
    /// <summary>Counts restart at each multiple of the interval.</summary>
    Fixed,

    /// <summary>Counts cover the interval up to now.</summary>
    Sliding,
}

/// <summary>The one table that enforcement, exchangeInfo and rateLimit/order read.</summary>
public sealed record RateLimits
{
    /// <summary>Request weight per minute and address.</summary>
    public int WeightPerMinute { get; init; } = 2400;

    /// <summary>Orders per 10 seconds and account.</summary>
    public int OrdersPer10Seconds { get; init; } = 300;

    /// <summary>Orders per minute and account.</summary>
    public int OrdersPerMinute { get; init; } = 1200;

    public WindowMode Mode { get; init; } = WindowMode.Fixed;

    /// <summary>Requests refused with 429 within a minute before the address is banned (418).</summary>
    public int RefusalsBeforeBan { get; init; } = 20;

    /// <summary>Length of the first ban; each next one is twice as long, up to <see cref="LongestBanMs"/>.</summary>
    public long FirstBanMs { get; init; } = 120_000;

    /// <summary>Three days.</summary>
    public const long LongestBanMs = 3L * 24 * 3600 * 1000;

    /// <summary>
    /// Weight counted for positionRisk v2 and v3 (the documentation says 5, the change log announced 10 for v2).
    /// </summary>
    public int PositionRiskWeight { get; init; } = 5;
}

/// <summary>A count over one interval. Not thread-safe.</summary>
public sealed class WindowCounter(WindowMode mode, long intervalMs)
{
    private readonly Queue<(long AtMs, int Cost)> _recent = new();
    private long _windowStartMs = long.MinValue;
    private int _count;

    /// <summary>What counts at this moment.</summary>
    public int Count(long nowMs)
    {
        Advance(nowMs);
        return _count;
    }

    public void Add(long nowMs, int cost)
    {
        Advance(nowMs);
        _count += cost;
        if (mode == WindowMode.Sliding && cost > 0)
        {
            _recent.Enqueue((nowMs, cost));
        }
    }

    private void Advance(long nowMs)
    {
        if (mode == WindowMode.Fixed)
        {
            var start = nowMs - (nowMs % intervalMs);
            if (start != _windowStartMs)
            {
                _windowStartMs = start;
                _count = 0;
            }
            return;
        }
        while (_recent.TryPeek(out var oldest) && oldest.AtMs <= nowMs - intervalMs)
        {
            _count -= oldest.Cost;
            _recent.Dequeue();
        }
    }
}

namespace Trader.Exchange.Binance;

/// <summary>Who asks for room.</summary>
public enum OrderLane
{
    /// <summary>Reduces risk: may use everything but the reserve.</summary>
    Exit,

    /// <summary>Adds risk: may use the first third of each window, so that an emergency always finds the other
    /// two.</summary>
    Entry,
}

/// <summary>What one request costs. Batches cost a flat 5 per ten seconds whatever they hold (USD-M batchOrders
/// page).</summary>
/// <param name="TenSeconds">Against the ten-second limit.</param>
/// <param name="Minute">Against the one-minute limit.</param>
public readonly record struct OrderCost(int TenSeconds, int Minute)
{
    /// <summary>One order.</summary>
    public static OrderCost Single { get; } = new(1, 1);

    /// <summary>A full batch of five.</summary>
    public static OrderCost Batch { get; } = new(5, 1);
}

/// <summary>
/// The account's order limits. Whether the exchange's windows are fixed or sliding is not documented; staying under a
/// sliding limit satisfies both. An order is counted there at an unknown moment between sending and answer, so it is
/// held here from sending until a full window after its answer. Not thread-safe: it lives inside one actor.
/// </summary>
public sealed class OrderBudget
{
    /// <summary>
    /// Added to each window, because our clock, the exchange's and the network's jitter do not agree to the
    /// millisecond, and a refused close costs its position a whole new event (S8).
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly int _reserve;
    private readonly Window _tenSeconds;
    private readonly Window _minute;

    /// <param name="time">Only its monotonic timestamps are used.</param>
    /// <param name="limits">The account's limits.</param>
    /// <param name="reserve">Orders per window that nobody here may use: they are for the person who closes by hand in
    /// the exchange's own page at the same moment. Cut to half of each limit.</param>
    public OrderBudget(TimeProvider time, OrderLimits limits, int reserve)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfNegative(reserve);
        _time = time;
        _reserve = reserve;
        _tenSeconds = new Window(limits.PerTenSeconds, TimeSpan.FromSeconds(10) + Margin);
        _minute = new Window(limits.PerMinute, TimeSpan.FromMinutes(1) + Margin);
    }

    /// <summary>Takes over limits as read from the exchange.</summary>
    public void SetLimits(OrderLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _tenSeconds.Limit = limits.PerTenSeconds;
        _minute.Limit = limits.PerMinute;
    }

    /// <summary>How many requests of this cost may go now.</summary>
    public int Free(OrderLane lane, OrderCost cost)
    {
        var now = _time.GetTimestamp();
        return Math.Min(Room(_tenSeconds, lane, now) / cost.TenSeconds, Room(_minute, lane, now) / cost.Minute);
    }

    /// <summary>Takes the room for one request; false when there is none, and then nothing is taken.</summary>
    public bool TryTake(OrderLane lane, OrderCost cost)
    {
        if (Free(lane, cost) < 1)
        {
            return false;
        }

        _tenSeconds.InFlight += cost.TenSeconds;
        _minute.InFlight += cost.Minute;
        return true;
    }

    /// <summary>
    /// The request's answer came, or was given up: from now on it ages. Every successful <see cref="TryTake"/> is
    /// followed by exactly one of these.
    /// </summary>
    public void Answered(OrderCost cost)
    {
        var now = _time.GetTimestamp();
        _tenSeconds.Land(cost.TenSeconds, now, _time.TimestampFrequency);
        _minute.Land(cost.Minute, now, _time.TimestampFrequency);
    }

    /// <summary>
    /// Takes the counts that the exchange's headers name, null where it named none. Only upward: what it counts beyond
    /// ours was sent by somebody else, what it counts less may be a fixed window just begun.
    /// </summary>
    public void Observe(int? tenSeconds, int? minute)
    {
        var now = _time.GetTimestamp();
        _tenSeconds.Observe(tenSeconds ?? 0, now, _time.TimestampFrequency);
        _minute.Observe(minute ?? 0, now, _time.TimestampFrequency);
    }

    /// <summary>The exchange said that the limit is reached although we thought otherwise: believe it for one
    /// window.</summary>
    /// <param name="minuteLimit">It named the one-minute limit rather than the ten-second one.</param>
    public void Exhausted(bool minuteLimit)
    {
        var window = minuteLimit ? _minute : _tenSeconds;
        window.Observe(window.Limit, _time.GetTimestamp(), _time.TimestampFrequency);
    }

    /// <summary>
    /// How long until one request of this cost may go: zero is now, null is "not before an answer to what is in
    /// flight".
    /// </summary>
    public TimeSpan? UntilFree(OrderLane lane, OrderCost cost)
    {
        var now = _time.GetTimestamp();
        var tenSeconds = Until(_tenSeconds, lane, cost.TenSeconds, now);
        var minute = Until(_minute, lane, cost.Minute, now);
        return tenSeconds is null || minute is null ? null : Max(tenSeconds.Value, minute.Value);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private int Room(Window window, OrderLane lane, long now) => Math.Max(0, Ceiling(window, lane) - window.Used(now));

    private TimeSpan? Until(Window window, OrderLane lane, int cost, long now) =>
        window.UntilRoom(Ceiling(window, lane), cost, now) is { } ticks ? _time.GetElapsedTime(0, ticks) : null;

    private int Ceiling(Window window, OrderLane lane)
    {
        var usable = window.Limit - Math.Min(_reserve, window.Limit / 2);
        return lane switch { OrderLane.Exit => usable, OrderLane.Entry => Math.Min(usable, window.Limit / 3) };
    }

    private sealed class Window(int limit, TimeSpan length)
    {
        private readonly Queue<(long ExpiresAt, int Count)> _landed = new();
        private int _landedSum;

        public int Limit { get; set; } = limit;

        public int InFlight { get; set; }

        public int Used(long now)
        {
            while (_landed.TryPeek(out var oldest) && oldest.ExpiresAt <= now)
            {
                _landedSum -= _landed.Dequeue().Count;
            }

            return _landedSum + InFlight;
        }

        public void Land(int count, long now, long frequency)
        {
            InFlight -= count;
            Add(count, now, frequency);
        }

        public void Observe(int theirs, long now, long frequency)
        {
            var foreign = theirs - Used(now);
            if (foreign > 0)
            {
                Add(foreign, now, frequency);
            }
        }

        /// <summary>Clock ticks until <paramref name="cost"/> fits under <paramref name="ceiling"/>; null when ageing
        /// alone does not do it.</summary>
        public long? UntilRoom(int ceiling, int cost, long now)
        {
            var used = Used(now);
            if (used + cost <= ceiling)
            {
                return 0;
            }

            foreach (var (expiresAt, count) in _landed)
            {
                used -= count;
                if (used + cost <= ceiling)
                {
                    return expiresAt - now;
                }
            }

            return null;
        }

        private void Add(int count, long now, long frequency)
        {
            _landed.Enqueue((now + (long)Math.Ceiling(length.TotalSeconds * frequency), count));
            _landedSum += count;
        }
    }
}

using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Limits;

/// <summary>
/// Request weight per address, order counts per account. Weight counts for every request, refused ones too; an address
/// that goes on after 429 is banned for growing times. Orders count on the attempt, unless the count itself refuses
/// them.
/// </summary>
public sealed class RateLimiter(RateLimits limits, ServerClock clock)
{
    private const long MinuteMs = 60_000;
    private const long TenSecondsMs = 10_000;

    /// <summary>Most addresses tracked; loopback has few, and a tracker must not grow without end.</summary>
    private const int MaxAddresses = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Address> _addresses = new(StringComparer.Ordinal);
    private readonly WindowCounter _orders10Seconds = new(limits.Mode, TenSecondsMs);
    private readonly WindowCounter _ordersMinute = new(limits.Mode, MinuteMs);

    public RateLimits Limits => limits;

    /// <summary>Counts a request's weight. Null, or 429 or 418.</summary>
    public ApiError? CountWeight(string address, int weight)
    {
        lock (_gate)
        {
            var now = clock.TrueNowMs;
            var state = Find(address);
            if (state.BannedUntilMs > now)
            {
                return ApiError.Banned(address, state.BannedUntilMs);
            }
            state.Weight.Add(now, weight);
            if (state.Weight.Count(now) <= limits.WeightPerMinute)
            {
                return null;
            }
            state.Refusals.Add(now, 1);
            if (state.Refusals.Count(now) <= limits.RefusalsBeforeBan)
            {
                return ApiError.TooMuchWeight(address, limits.WeightPerMinute);
            }
            state.BannedUntilMs = now
                + Math.Min(RateLimits.LongestBanMs, limits.FirstBanMs << Math.Min(state.Bans, 20));
            state.Bans++;
            return ApiError.Banned(address, state.BannedUntilMs);
        }
    }

    /// <summary>Bans an address from now on: the injected form of 418.</summary>
    public ApiError Ban(string address, long forMs)
    {
        lock (_gate)
        {
            var state = Find(address);
            state.BannedUntilMs = clock.TrueNowMs + forMs;
            return ApiError.Banned(address, state.BannedUntilMs);
        }
    }

    /// <summary>Counts an order attempt (a batch costs 5 and 1). Null, or -1015 with nothing counted.</summary>
    public ApiError? CountOrders(int cost10Seconds, int costMinute)
    {
        lock (_gate)
        {
            var now = clock.TrueNowMs;
            if (_orders10Seconds.Count(now) + cost10Seconds > limits.OrdersPer10Seconds)
            {
                return ApiError.TooManyOrders(limits.OrdersPer10Seconds, "TEN_SECONDS");
            }
            if (_ordersMinute.Count(now) + costMinute > limits.OrdersPerMinute)
            {
                return ApiError.TooManyOrders(limits.OrdersPerMinute, "MINUTE");
            }
            _orders10Seconds.Add(now, cost10Seconds);
            _ordersMinute.Add(now, costMinute);
            return null;
        }
    }

    /// <summary>What the reply headers say.</summary>
    public (int Weight, int Orders10Seconds, int OrdersMinute) Used(string address)
    {
        lock (_gate)
        {
            var now = clock.TrueNowMs;
            return (Find(address).Weight.Count(now), _orders10Seconds.Count(now), _ordersMinute.Count(now));
        }
    }

    private Address Find(string address)
    {
        if (!_addresses.TryGetValue(address, out var state))
        {
            if (_addresses.Count >= MaxAddresses)
            {
                _addresses.Clear();
            }
            _addresses[address] = state = new Address(limits.Mode);
        }
        return state;
    }

    private sealed class Address(WindowMode mode)
    {
        public WindowCounter Weight { get; } = new(mode, MinuteMs);
        public WindowCounter Refusals { get; } = new(mode, MinuteMs);
        public long BannedUntilMs { get; set; }
        public int Bans { get; set; }
    }
}

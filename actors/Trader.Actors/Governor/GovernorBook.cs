using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// What a batch of plans is judged by, and what its own permits have added since: the second plan of a batch is judged as if the first had
/// been carried out. If that turns out wrong, it was judged too strictly, never too loosely.
/// </summary>
internal sealed class GovernorBook(GovernorFacts facts, Exposure exposure, EssLatch? latch, bool isDisarming)
{
    private const int HourSeconds = 3600;
    private const int FiveMinutesSeconds = 300;

    private readonly Dictionary<Symbol, List<decimal>> permitted = [];
    private readonly Dictionary<Symbol, (decimal Notional, decimal Quantity)> daily = [];

    public GovernorFacts Facts => facts;

    public Exposure Exposure => exposure;

    /// <summary>The stop's latch on this node; null while it has not been looked at.</summary>
    public EssLatch? Latch => latch;

    /// <summary>A disarm that Redis has not confirmed yet.</summary>
    public bool IsDisarming => isDisarming;

    /// <summary>Unix seconds by Redis' clock.</summary>
    public decimal NowSeconds => facts.RedisNowMs / 1000m;

    /// <summary>Seconds since the symbol's last permit; null when there was none. Doubt is a permit just now.</summary>
    public decimal? SinceLast(Symbol symbol)
    {
        if (permitted.ContainsKey(symbol))
        {
            return 0;
        }

        var last = Opening(symbol).LastExecution;
        return !last.IsPresent ? null : last.Number is { } at ? NowSeconds - at : 0;
    }

    /// <summary>Permits of the last hour; null when the list cannot be read.</summary>
    public int? InHour(Symbol symbol) => Count(symbol, HourSeconds);

    /// <summary>Permits of the last five minutes; null when the list cannot be read.</summary>
    public int? InFiveMinutes(Symbol symbol) => Count(symbol, FiveMinutesSeconds);

    /// <summary>Permitted today, in quote currency and base units; null where it cannot be read.</summary>
    public (decimal? Notional, decimal? Quantity) Today(Symbol symbol)
    {
        var (notional, quantity) = daily.GetValueOrDefault(symbol);
        var stored = Opening(symbol);
        return (Sum(stored.DailyNotional, notional), Sum(stored.DailyQuantity, quantity));
    }

    /// <summary>A permit of this batch.</summary>
    public void Record(Plan plan, GovernorVerdict.Permit permit)
    {
        if (!permitted.TryGetValue(plan.Symbol, out var times))
        {
            permitted[plan.Symbol] = times = [];
        }

        times.Add(NowSeconds);
        var (notional, quantity) = daily.GetValueOrDefault(plan.Symbol);
        daily[plan.Symbol] = (notional + permit.Notional, quantity + permit.Quantity);
        if (permit.Opening is { } open)
        {
            exposure.Reserve(plan.Symbol, open);
        }
    }

    public GovernorSymbolFacts Of(Symbol symbol) => facts.Symbols[symbol];

    /// <summary>Only asked of symbols that a plan of the batch wants to open.</summary>
    public GovernorOpeningFacts Opening(Symbol symbol) =>
        facts.Symbols[symbol].Opening ?? throw new InvalidOperationException($"{symbol} was not read for an open");

    private int? Count(Symbol symbol, int seconds)
    {
        if (Opening(symbol).Executions is not { } stored)
        {
            return null;
        }

        var count = permitted.TryGetValue(symbol, out var now) ? now.Count : 0;
        foreach (var text in stored)
        {
            if (!PlanWire.TryNumber(text, out var at))
            {
                return null;
            }

            count += at > NowSeconds - seconds ? 1 : 0;
        }

        return count;
    }

    private static decimal? Sum(StoredText stored, decimal added) =>
        !stored.IsPresent ? added : stored.Number is { } number ? number + added : null;
}

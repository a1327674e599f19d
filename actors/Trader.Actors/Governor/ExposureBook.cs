using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// What the exchange said last of positions and prices. It is as old as the question that brought it; too old, or with a row that nobody
/// understood, it is unknown, and an open needs it known (D-G3).
/// </summary>
internal sealed class ExposureBook(TimeSpan positionsMaxAge, TimeSpan pricesMaxAge)
{
    private IReadOnlyList<Position> positions = [];
    private IReadOnlyDictionary<Symbol, decimal> prices = new Dictionary<Symbol, decimal>();
    private TimeSpan? positionsAt;
    private TimeSpan? pricesAt;
    private int unreadable;

    /// <summary>Every symbol that the exchange has a price for, however old.</summary>
    public bool Lists(Symbol symbol) => prices.ContainsKey(symbol);

    public void Take(ExchangeProtocol.PositionsRead read, TimeSpan askedAt)
    {
        (positions, unreadable, positionsAt) = (read.Positions, read.Unreadable.Count, askedAt);
    }

    public void Take(ExchangeProtocol.MarkPricesRead read, TimeSpan askedAt) => (prices, pricesAt) = (read.Prices, askedAt);

    public bool KnowsPositions(TimeSpan now) => positionsAt is { } at && now - at <= positionsMaxAge;

    /// <summary>The view of this moment; <paramref name="reserved"/> are the members of the reservation set, null when unreadable.</summary>
    public Exposure At(TimeSpan now, IReadOnlyList<string>? reserved)
    {
        var fresh = pricesAt is { } at && now - at <= pricesMaxAge;
        var known = KnowsPositions(now);
        return new Exposure(
            known ? positions : [], known && unreadable == 0, known,
            fresh ? prices : new Dictionary<Symbol, decimal>(), reserved);
    }
}

/// <summary>
/// Positions, prices and permitted opens at one moment. A permitted open counts as a position until the exchange shows it: the larger of
/// what is there and what was there plus what was permitted.
/// </summary>
internal sealed class Exposure
{
    private const decimal Largest = 1_000_000_000_000m;

    private readonly IReadOnlyList<Position> positions;
    private readonly IReadOnlyDictionary<Symbol, decimal> prices;
    private readonly Dictionary<Symbol, (decimal Baseline, decimal Added)> opening = [];
    private readonly bool readable;

    public Exposure(
        IReadOnlyList<Position> positions, bool complete, bool readable, IReadOnlyDictionary<Symbol, decimal> prices,
        IReadOnlyList<string>? reserved)
    {
        (this.positions, this.prices, this.readable) = (positions, prices, readable);
        IsComplete = complete && reserved is not null && reserved.All(TryReserve)
            && positions.All(position => Value(position) is not null);
    }

    /// <summary>Positions, their value and the reservations are all known: what an open needs.</summary>
    public bool IsComplete { get; }

    /// <summary>Legs that the exchange shows, and symbols that a permit may open.</summary>
    public int Positions => positions.Count + opening.Keys.Count(symbol => positions.All(position => position.Symbol != symbol));

    /// <summary>Legs that the exchange shows; null when that is unknown.</summary>
    public int? Shown => readable ? positions.Count : null;

    /// <summary>Quote currency; only meaningful when <see cref="IsComplete"/>.</summary>
    public decimal Total => positions.Select(position => position.Symbol).Concat(opening.Keys).Distinct().Sum(Effective);

    /// <summary>Quote currency per base unit; null when no fresh one is known.</summary>
    public decimal? Price(Symbol symbol) =>
        prices.TryGetValue(symbol, out var price) ? price
        : positions.FirstOrDefault(position => position.Symbol == symbol && position.MarkPrice > 0)?.MarkPrice;

    /// <summary>What the exchange shows of a symbol, in quote currency; null when that is unknown.</summary>
    public decimal? Notional(Symbol symbol)
    {
        decimal sum = 0;
        foreach (var position in positions.Where(position => position.Symbol == symbol))
        {
            if (Value(position) is not { } value)
            {
                return null;
            }

            sum += value;
        }

        return readable ? sum : null;
    }

    /// <summary>Base units that a close of this plan reduces from: the leg its direction names, else all of the symbol.</summary>
    public decimal? Closable(Plan plan)
    {
        var legs = positions.Where(position => position.Symbol == plan.Symbol).ToList();
        var named = legs.Where(position => position.ClosingSide == plan.Side).ToList();
        return readable ? (plan.Side is null ? legs : named).Sum(position => position.Quantity) : null;
    }

    public void Reserve(Symbol symbol, Opening open)
    {
        var before = opening.TryGetValue(symbol, out var known) ? known : (open.Baseline, 0);
        opening[symbol] = (Math.Min(before.Baseline, open.Baseline), before.Item2 + open.Notional);
    }

    public static string Member(Plan plan, Opening open) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Id} {plan.Symbol} {open.Notional} {open.Baseline}");

    private bool TryReserve(string member)
    {
        if (member.Split(' ') is not [_, var name, var added, var baseline] || !Symbol.TryParse(name, out var symbol)
            || !PlanWire.TryNumber(added, out var notional) || !PlanWire.TryNumber(baseline, out var before))
        {
            return false;
        }

        Reserve(symbol, new Opening(notional, before));
        return true;
    }

    private decimal Effective(Symbol symbol)
    {
        var shown = positions.Where(position => position.Symbol == symbol).Sum(position => Value(position) ?? 0);
        return opening.TryGetValue(symbol, out var open) ? Math.Max(shown, open.Baseline + open.Added) : shown;
    }

    /// <summary>Null when there is no price, or the numbers are beyond any account's.</summary>
    private decimal? Value(Position position)
    {
        var price = position.MarkPrice > 0 ? position.MarkPrice : prices.GetValueOrDefault(position.Symbol);
        return price is > 0 and <= Largest && position.Quantity <= Largest ? position.Quantity * price : null;
    }
}

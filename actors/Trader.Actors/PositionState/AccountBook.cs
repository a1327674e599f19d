using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// What the exchange last showed. A read replaces all of it; a row that could not be understood is doubt about its symbol, and one
/// without a name is doubt about every symbol that is not shown (S3).
/// </summary>
public sealed class AccountBook
{
    private readonly Dictionary<Symbol, List<Position>> positions = [];
    private readonly Dictionary<string, string> unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<Symbol, TimeSpan> lastOpen = [];
    private TimeSpan askedAt;

    /// <summary>Null until the first read.</summary>
    public long? AskedAtMs { get; private set; }

    /// <summary>Null until they were read.</summary>
    public IReadOnlyDictionary<Symbol, MarketLot>? Lots { get; private set; }

    public int OpenPositions => positions.Count;

    /// <summary>An answer to an older question than the last one counted is passed over.</summary>
    /// <param name="at">When the exchange was asked, monotonic.</param>
    /// <param name="atMs">The same as unix ms.</param>
    public bool Take(ExchangeProtocol.PositionsRead read, TimeSpan at, long atMs)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (AskedAtMs is not null && at < askedAt)
        {
            return false;
        }

        (askedAt, AskedAtMs) = (at, atMs);
        positions.Clear();
        unreadable.Clear();
        foreach (var position in read.Positions)
        {
            if (!positions.TryGetValue(position.Symbol, out var legs))
            {
                positions[position.Symbol] = legs = [];
            }

            legs.Add(position);
            lastOpen[position.Symbol] = at;
        }

        foreach (var row in read.Unreadable)
        {
            unreadable[row.Symbol] = row.Reason;
        }

        return true;
    }

    public void Take(IReadOnlyDictionary<Symbol, MarketLot> lots) => Lots = lots;

    public MarketLot? Lot(Symbol symbol) => Lots?.GetValueOrDefault(symbol);

    /// <summary>Null until the account was read.</summary>
    public TimeSpan? Age(TimeSpan now) => AskedAtMs is null ? null : now - askedAt;

    /// <summary>Null until the account was read.</summary>
    public ExchangeView? View(Symbol symbol, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (AskedAtMs is null)
        {
            return null;
        }

        var legs = positions.GetValueOrDefault(symbol) ?? [];
        var doubt = unreadable.GetValueOrDefault(symbol.Value) ?? (legs.Count == 0 ? unreadable.GetValueOrDefault("?") : null);
        var first = legs.Count > 0 ? legs[0] : null;
        return new ExchangeView(
            legs.Sum(leg => leg.Amount), first?.EntryPrice ?? 0, first?.MarkPrice ?? 0, legs.Sum(leg => leg.UnrealizedProfit), legs.Count,
            doubt ?? "", now - askedAt)
        {
            LongAmount = legs.Where(leg => leg.Key.Side == PositionSide.Long).Sum(leg => leg.Amount),
            ShortAmount = legs.Where(leg => leg.Key.Side == PositionSide.Short).Sum(leg => leg.Amount),
        };
    }

    /// <summary>Symbols with a position, or with one not longer ago than <paramref name="within"/>. Older ones are forgotten.</summary>
    public IReadOnlyList<Symbol> RecentlyOpen(TimeSpan now, TimeSpan within)
    {
        foreach (var (symbol, at) in lastOpen.Where(s => now - s.Value > within).ToList())
        {
            lastOpen.Remove(symbol);
        }

        return [.. lastOpen.Keys];
    }
}

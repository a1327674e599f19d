namespace Trader.Messages;

/// <summary>Which book a position is in: <see cref="Both"/> in one-way mode, the other two in hedge mode.</summary>
public enum PositionSide
{
    Both,
    Long,
    Short,
}

/// <summary>The direction of an order.</summary>
public enum OrderSide
{
    Buy,
    Sell,
}

/// <summary>Names one position leg of an account: hedge mode can hold two per symbol.</summary>
public sealed record PositionKey(Symbol Symbol, PositionSide Side) : IComparable<PositionKey>
{
    public int CompareTo(PositionKey? other) =>
        other is null ? 1 : Symbol.CompareTo(other.Symbol) is var c && c != 0 ? c : Side.CompareTo(other.Side);

    public override string ToString() => Side == PositionSide.Both ? Symbol.Value : $"{Symbol}:{Side}";
}

/// <summary>
/// One open position as the exchange reported it. <see cref="Amount"/> is signed (short is negative, in hedge rows too) and never
/// zero; prices are in quote currency, zero where the venue did not say.
/// </summary>
public sealed record Position(
    PositionKey Key,
    decimal Amount,
    decimal EntryPrice,
    decimal MarkPrice,
    decimal LiquidationPrice,
    decimal UnrealizedProfit)
{
    public Symbol Symbol => Key.Symbol;

    public bool IsLong => Amount > 0;

    /// <summary>Absolute quantity in base units.</summary>
    public decimal Quantity => Math.Abs(Amount);

    /// <summary>Absolute value in quote currency at the mark price.</summary>
    public decimal Notional => Quantity * MarkPrice;

    /// <summary>The only direction an order may have that reduces this position.</summary>
    public OrderSide ClosingSide => IsLong ? OrderSide.Sell : OrderSide.Buy;
}

/// <summary>A position row that could not be understood. It counts as an open position that failed to close (E38).</summary>
/// <param name="Symbol">As much of the name as could be read, else <c>?</c>.</param>
/// <param name="Reason">What was wrong with the row.</param>
public sealed record UnreadableRow(string Symbol, string Reason);

/// <summary>
/// The exchange's limits on a MARKET order of one symbol, from <c>exchangeInfo</c> (MARKET_LOT_SIZE, and LOT_SIZE where that is
/// absent). All in base units, all positive.
/// </summary>
public sealed record MarketLot(decimal MinQuantity, decimal MaxQuantity, decimal StepSize)
{
    /// <summary>Smallest notional of an order that is not reduce-only, in quote currency (MIN_NOTIONAL); zero when the venue names none.</summary>
    public decimal MinNotional { get; init; }
}

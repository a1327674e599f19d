namespace Trader.PaperExchange.Engine;

/// <summary>
/// One tradable contract: its precisions and its filters, as <c>exchangeInfo</c> shows them. Prices are in USDT,
/// quantities in contracts of the base asset. Every decimal keeps the scale it is shown with (0.10 stays "0.10").
/// </summary>
public sealed record SymbolSpec
{
    public required string Name { get; init; }
    public required string BaseAsset { get; init; }

    /// <summary>Decimals shown for a price. A display cap: the tick may be coarser.</summary>
    public required int PricePrecision { get; init; }

    /// <summary>Decimals shown for a quantity. A display cap: the step may be coarser.</summary>
    public required int QuantityPrecision { get; init; }

    public required decimal TickSize { get; init; }
    public required decimal StepSize { get; init; }

    /// <summary>Smallest quantity of LOT_SIZE and MARKET_LOT_SIZE alike.</summary>
    public required decimal MinQuantity { get; init; }

    /// <summary>LOT_SIZE maximum, for LIMIT orders.</summary>
    public required decimal MaxQuantity { get; init; }

    /// <summary>MARKET_LOT_SIZE maximum, always below <see cref="MaxQuantity"/>.</summary>
    public required decimal MarketMaxQuantity { get; init; }

    /// <summary>MIN_NOTIONAL in USDT; orders that only reduce are exempt.</summary>
    public required decimal MinNotional { get; init; }

    /// <summary>Mark price at start.</summary>
    public required decimal InitialPrice { get; init; }

    /// <summary>PRICE_FILTER maximum: a hundred times the first price.</summary>
    public decimal MaxPrice => InitialPrice * 100;

    /// <summary>PERCENT_PRICE: the highest BUY limit price as a multiple of the mark price.</summary>
    public decimal MultiplierUp { get; init; } = 1.0500m;

    /// <summary>PERCENT_PRICE: the lowest SELL limit price as a multiple of the mark price.</summary>
    public decimal MultiplierDown { get; init; } = 0.9500m;

    /// <summary>Rounds a price to the tick grid.</summary>
    public decimal RoundToTick(decimal price) =>
        Math.Max(TickSize, Math.Round(price / TickSize, MidpointRounding.AwayFromZero) * TickSize);

    /// <summary>Cuts a quantity down to the step grid.</summary>
    public decimal FloorToStep(decimal quantity) => Math.Floor(quantity / StepSize) * StepSize;
}

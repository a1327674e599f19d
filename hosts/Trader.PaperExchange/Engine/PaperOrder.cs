namespace Trader.PaperExchange.Engine;

/// <summary>
/// What a client asked for, already parsed. <see cref="QuantityText"/> is the text exactly as received.
/// </summary>
public sealed record OrderRequest
{
    public required string Symbol { get; init; }
    public required OrderSide Side { get; init; }
    public required OrderType Type { get; init; }

    /// <summary>Null when the request named none.</summary>
    public PositionSide? PositionSide { get; init; }
    public required decimal Quantity { get; init; }
    public string QuantityText { get; init; } = "";
    public decimal? Price { get; init; }
    public TimeInForce TimeInForce { get; init; } = TimeInForce.Gtc;

    /// <summary>
    /// Null when the request did not carry the parameter: in hedge mode sending it at all is an error.
    /// </summary>
    public bool? ReduceOnly { get; init; }

    /// <summary>Null when the request named none; the exchange then makes one.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>True for newOrderRespType=RESULT: the reply carries the final state.</summary>
    public bool WantsResult { get; init; }
}

/// <summary>
/// One order, immutable; each change is a new value. Quantities in contracts, money in USDT, times in ms since 1970.
/// </summary>
public sealed record PaperOrder
{
    public required long OrderId { get; init; }
    public required string ClientOrderId { get; init; }
    public required SymbolSpec Spec { get; init; }
    public required OrderSide Side { get; init; }
    public required PositionSide PositionSide { get; init; }
    public required OrderType Type { get; init; }
    public required TimeInForce TimeInForce { get; init; }
    public required decimal Price { get; init; }
    public required decimal Quantity { get; init; }

    /// <summary>True also for a hedge-mode closing order, which carries no flag.</summary>
    public required bool ReduceOnly { get; init; }
    public required long TimeMs { get; init; }
    public long UpdateTimeMs { get; init; }
    public OrderStatus Status { get; init; } = OrderStatus.New;
    public decimal ExecutedQuantity { get; init; }
    public decimal CumulativeQuote { get; init; }

    public decimal Remaining => Quantity - ExecutedQuantity;
    public decimal AveragePrice => ExecutedQuantity == 0 ? 0 : CumulativeQuote / ExecutedQuantity;
    public bool IsOpen => Status is OrderStatus.New or OrderStatus.PartiallyFilled;
}

/// <summary>The outcome of one order: exactly one of the two is set.</summary>
/// <param name="Accepted">The order as it was created, before any fill: what an ACK reply shows.</param>
/// <param name="Final">The order after matching: what a RESULT reply shows.</param>
/// <param name="Error">The refusal.</param>
public sealed record PlaceOutcome(PaperOrder? Accepted, PaperOrder? Final, ApiError? Error)
{
    public static PlaceOutcome Refused(ApiError error) => new(null, null, error);
}

namespace Trader.PaperExchange.Engine;

/// <summary>
/// What a reduce-only decision depends on. Amounts in contracts; <see cref="PositionAmount"/> is signed.
/// </summary>
/// <param name="Hedge">The account's position mode.</param>
/// <param name="PositionSide">The position the order is for.</param>
/// <param name="Side">The order's side.</param>
/// <param name="ReduceOnly">The flag as sent; always false in hedge mode, where closing is implied by the
/// sides.</param>
/// <param name="Quantity">The order's quantity.</param>
/// <param name="PositionAmount">The position now; short is negative in both modes.</param>
/// <param name="RestingReducing">What resting orders that reduce this position still have to fill.</param>
/// <param name="Oversize">What becomes of a one-way reduce-only order larger than what is left to reduce.</param>
public readonly record struct ReduceFacts(
    bool Hedge, PositionSide PositionSide, OrderSide Side, bool ReduceOnly, decimal Quantity, decimal PositionAmount,
    decimal RestingReducing, OversizePolicy Oversize);

/// <summary>
/// Public material does not settle what an oversized reduce-only MARKET order gets, so it is a switch.
/// </summary>
public enum OversizePolicy
{
    /// <summary>The order is cut to what can be reduced.</summary>
    Trim,

    /// <summary>The order keeps its quantity, fills what can be reduced and expires for the rest.</summary>
    ExpireRest,

    /// <summary>-2022.</summary>
    Reject,
}

/// <param name="Refusal">0, or the code that refuses the order.</param>
/// <param name="Quantity">The order's quantity after trimming.</param>
/// <param name="Fillable">How much of it may fill: never more than the position.</param>
/// <param name="Reduces">The order can only reduce.</param>
public readonly record struct ReduceDecision(int Refusal, decimal Quantity, decimal Fillable, bool Reduces);

/// <summary>
/// The checks of an order that need no state but the facts given: pure, so that their truth tables can be tested.
/// </summary>
public static class OrderRules
{
    /// <summary>Open orders a symbol may hold (MAX_NUM_ORDERS).</summary>
    public const int MaxOpenOrdersPerSymbol = 200;

    /// <summary>Longest client order id.</summary>
    public const int MaxClientOrderIdLength = 36;

    /// <summary>
    /// Does this order fit the account's position mode? 0, or the refusing code (-4061, -1106 as 0 with a name).
    /// </summary>
    public static ApiError? CheckMode(bool hedge, PositionSide? positionSide, bool? reduceOnly)
    {
        var fits = hedge
            ? positionSide is PositionSide.Long or PositionSide.Short
            : positionSide is null or PositionSide.Both;
        if (!fits)
        {
            return ApiError.Of(-4061);
        }
        return hedge && reduceOnly.HasValue ? ApiError.NotRequired("reduceOnly") : null;
    }

    /// <summary>
    /// True when the form of the order says it reduces: what the exchange exempts from overload protection.
    /// </summary>
    public static bool IsReducingForm(OrderSide side, PositionSide? positionSide, bool? reduceOnly) =>
        positionSide switch
        {
            PositionSide.Long => side == OrderSide.Sell,
            PositionSide.Short => side == OrderSide.Buy,
            PositionSide.Both or null => reduceOnly == true,
            _ => throw new ArgumentOutOfRangeException(nameof(positionSide)),
        };

    /// <summary>The symbol's filters in the order the exchange applies them: quantity, price, band, notional.</summary>
    public static ApiError? CheckFilters(SymbolSpec spec, OrderRequest request, decimal markPrice, bool reduces)
    {
        if (request.Quantity <= 0)
        {
            return ApiError.Of(-4003);
        }
        if (Decimals(request.Quantity) > spec.QuantityPrecision)
        {
            return ApiError.Of(-1111);
        }
        if (request.Quantity < spec.MinQuantity)
        {
            return ApiError.Of(-4004);
        }
        if (request.Quantity > (request.Type == OrderType.Market ? spec.MarketMaxQuantity : spec.MaxQuantity))
        {
            return ApiError.Of(-4005);
        }
        if ((request.Quantity - spec.MinQuantity) % spec.StepSize != 0)
        {
            return ApiError.Of(-4023);
        }
        if (request.Type == OrderType.Limit && CheckPrice(spec, request, markPrice) is { } refusal)
        {
            return refusal;
        }
        var notional = request.Quantity * (request.Type == OrderType.Market ? markPrice : request.Price ?? 0);
        return !reduces && notional < spec.MinNotional ? ApiError.NotionalBelow(spec.MinNotional) : null;
    }

    /// <summary>
    /// May the order reduce, and by how much. One-way: wrong side or nothing there is -2022, resting reduce-only orders
    /// that cover the position make it -4118, too large is cut. Hedge closing orders are reduce-only by their sides and
    /// are never cut: larger than the position is -2022.
    /// </summary>
    public static ReduceDecision DecideReduce(in ReduceFacts facts)
    {
        if (!IsReducingForm(facts.Side, facts.Hedge ? facts.PositionSide : null, facts.ReduceOnly))
        {
            return new ReduceDecision(0, facts.Quantity, facts.Quantity, false);
        }
        var reducible = facts.Side == OrderSide.Sell ? facts.PositionAmount : -facts.PositionAmount;
        if (reducible <= 0)
        {
            return Refuse(-2022);
        }
        var free = reducible - facts.RestingReducing;
        if (facts.Hedge)
        {
            return facts.Quantity > reducible ? Refuse(-2022)
                : facts.Quantity > free ? Refuse(-4118)
                : new ReduceDecision(0, facts.Quantity, facts.Quantity, true);
        }
        if (free <= 0)
        {
            return Refuse(-4118);
        }
        if (facts.Quantity <= free)
        {
            return new ReduceDecision(0, facts.Quantity, facts.Quantity, true);
        }
        return facts.Oversize switch
        {
            OversizePolicy.Trim => new ReduceDecision(0, free, free, true),
            OversizePolicy.ExpireRest => new ReduceDecision(0, facts.Quantity, free, true),
            OversizePolicy.Reject => Refuse(-2022),
            _ => throw new ArgumentOutOfRangeException(nameof(facts)),
        };
    }

    /// <summary>Letters, digits and . : / _ - up to 36 of them.</summary>
    public static bool IsClientOrderId(string text) =>
        text.Length is > 0 and <= MaxClientOrderIdLength
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or ':' or '/' or '_' or '-');

    /// <summary>Decimals that carry value: 1.500 has one.</summary>
    public static int Decimals(decimal value)
    {
        // Dividing by 1 written with every zero drops the trailing zeros of the scale.
        var trimmed = value / 1.0000000000000000000000000000m;
        return trimmed.Scale;
    }

    private static ReduceDecision Refuse(int code) => new(code, 0, 0, true);

    private static ApiError? CheckPrice(SymbolSpec spec, OrderRequest request, decimal markPrice)
    {
        var price = request.Price ?? 0;
        if (price <= 0)
        {
            return ApiError.Of(-4001);
        }
        if (price > spec.MaxPrice)
        {
            return ApiError.Of(-4002);
        }
        if (Decimals(price) > spec.PricePrecision)
        {
            return ApiError.Of(-1111);
        }
        if (price % spec.TickSize != 0)
        {
            return ApiError.Of(-4014);
        }
        return request.Side switch
        {
            OrderSide.Buy when price > markPrice * spec.MultiplierUp => ApiError.Of(-4016),
            OrderSide.Sell when price < markPrice * spec.MultiplierDown => ApiError.Of(-4024),
            _ => null,
        };
    }
}

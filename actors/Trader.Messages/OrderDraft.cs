namespace Trader.Messages;

/// <summary>Why no order can be made of a plan.</summary>
public enum DraftFault
{
    /// <summary>The exchange shows no position to close.</summary>
    NoPosition,

    /// <summary>Hedge mode holds both legs, and the plan does not say which.</summary>
    AmbiguousPosition,

    /// <summary>The plan's direction would add to the position it says it reduces.</summary>
    WrongDirection,

    /// <summary>An open against a position of the other direction: in one-way mode it would reduce or flip.</summary>
    OppositePosition,

    /// <summary>An open without BUY or SELL.</summary>
    NoDirection,

    /// <summary>Neither plan nor permit says how much.</summary>
    NoQuantity,

    /// <summary>Less than the symbol's smallest order remains after cutting to its step.</summary>
    BelowMinimum,

    /// <summary>Below the symbol's smallest notional at the plan's price; opens only, reducing orders are exempt.</summary>
    BelowNotional,

    /// <summary>The symbol's limits could not be read.</summary>
    LotUnknown,
}

/// <summary>
/// The order that a plan asks for, cut to what is there: a draft changes nothing, it becomes an order only through
/// <see cref="ApprovedOrder"/>. There is no way to build a closing one that is larger than the position just read, or larger than a permit
/// allows (S5); all arithmetic is decimal and cuts downward (S13).
/// </summary>
public sealed class OrderDraft
{
    /// <summary>Field of a closing plan that says which leg of a hedged symbol it means: <c>LONG</c> or <c>SHORT</c>.</summary>
    public const string LegField = "position_side";

    private OrderDraft(PlanId plan, PositionKey key, OrderSide side, decimal quantity, bool opens)
    {
        Plan = plan;
        Key = key;
        Side = side;
        Quantity = quantity;
        Opens = opens;
        Id = ClientOrderId.ForPlan(plan);
    }

    public PlanId Plan { get; }

    /// <summary>The leg whose position the order changes.</summary>
    public PositionKey Key { get; }

    public Symbol Symbol => Key.Symbol;

    public OrderSide Side { get; }

    /// <summary>Base units, above zero, on the exchange's step.</summary>
    public decimal Quantity { get; }

    /// <summary>Adds exposure. Otherwise it can only reduce.</summary>
    public bool Opens { get; }

    public ClientOrderId Id { get; }

    /// <summary>One-way mode marks a reduction with the flag; hedge mode binds it by position side (-1106 otherwise).</summary>
    public bool ReduceOnly => !Opens && Key.Side == PositionSide.Both;

    /// <summary>The close that the plan asks for.</summary>
    /// <param name="plan">A plan whose effect is <see cref="PlanEffect.Closes"/>.</param>
    /// <param name="held">The symbol's legs as just read.</param>
    /// <param name="limit">What the permit allows at most; null only where no permit is needed (testnet bypass).</param>
    /// <param name="lot">
    /// The symbol's limits. Null when they could not be read: then only a close of the whole position can be made, which needs no cutting.
    /// </param>
    /// <param name="fault">Set when there is no draft.</param>
    public static OrderDraft? Close(
        Plan plan, IReadOnlyList<Position> held, decimal? limit, MarketLot? lot, out DraftFault fault)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(held);
        if (Leg(plan, held, out fault) is not { } leg)
        {
            return null;
        }

        if (plan.Effect != PlanEffect.Closes || plan.WantedClose(leg.Quantity) is not { } wanted)
        {
            fault = DraftFault.NoQuantity;
            return null;
        }

        var most = Math.Min(Math.Min(wanted, limit ?? wanted), leg.Quantity);
        if (lot is null && most < leg.Quantity)
        {
            fault = DraftFault.LotUnknown;
            return null;
        }

        var quantity = lot is null ? most : OnStep(most, lot);
        fault = DraftFault.BelowMinimum;
        return quantity > 0 ? new OrderDraft(plan.Id, leg.Key, leg.ClosingSide, quantity, opens: false) : null;
    }

    /// <summary>The open that the plan asks for: a permit can only make it smaller.</summary>
    /// <param name="plan">A plan whose effect is <see cref="PlanEffect.Opens"/>.</param>
    /// <param name="hedge">The account's position mode.</param>
    /// <param name="held">The symbol's legs as just read.</param>
    /// <param name="limits">Quantities above zero that the permits named.</param>
    /// <param name="lot">The symbol's limits.</param>
    /// <param name="fault">Set when there is no draft.</param>
    public static OrderDraft? Open(
        Plan plan, bool hedge, IReadOnlyList<Position> held, IReadOnlyList<decimal> limits, MarketLot? lot, out DraftFault fault)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(limits);
        fault = DraftFault.NoDirection;
        if (plan.Effect != PlanEffect.Opens || plan.Side is not { } side)
        {
            return null;
        }

        var opposite = held.FirstOrDefault(leg => !hedge && leg.ClosingSide == side);
        decimal? most = plan.Quantity is { } own ? limits.Append(own).Min() : limits.Count > 0 ? limits.Min() : null;
        if (opposite is not null || lot is null || most is not > 0)
        {
            fault = opposite is not null ? DraftFault.OppositePosition : lot is null ? DraftFault.LotUnknown : DraftFault.NoQuantity;
            return null;
        }

        var quantity = OnStep(most.Value, lot);
        if (quantity <= 0)
        {
            fault = DraftFault.BelowMinimum;
            return null;
        }

        var price = plan.Price ?? held.Select(leg => (decimal?)leg.MarkPrice).FirstOrDefault(mark => mark > 0);
        if (price is { } known && known * quantity < lot.MinNotional)
        {
            fault = DraftFault.BelowNotional;
            return null;
        }

        var leg = !hedge ? PositionSide.Both : side == OrderSide.Buy ? PositionSide.Long : PositionSide.Short;
        return new OrderDraft(plan.Id, new PositionKey(plan.Symbol, leg), side, quantity, opens: true);
    }

    /// <summary>The leg that a plan names in <c>position_side</c>, as the exit brain's do; null when it names none.</summary>
    public static PositionSide? NamedLeg(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PanicWire.Find(plan.Fields, LegField) switch
        {
            "LONG" => PositionSide.Long,
            "SHORT" => PositionSide.Short,
            _ => null,
        };
    }

    public override string ToString() => $"{Key} {Side} {Quantity} ({Id})";

    private static Position? Leg(Plan plan, IReadOnlyList<Position> held, out DraftFault fault)
    {
        var legs = held.Where(leg => leg.Symbol == plan.Symbol && leg.Quantity > 0).ToList();
        fault = DraftFault.NoPosition;
        if (legs.Count == 0)
        {
            return null;
        }

        // BUY and SELL with reduceOnly name their direction; the documented closing words leave it to the position.
        if (plan.Action == PlanAction.Open)
        {
            legs.RemoveAll(leg => leg.ClosingSide != plan.Side);
            fault = DraftFault.WrongDirection;
        }
        else if (legs.Count > 1 && NamedLeg(plan) is { } named)
        {
            legs.RemoveAll(leg => leg.Key.Side != named);
        }

        if (legs.Count > 1)
        {
            fault = DraftFault.AmbiguousPosition;
            return null;
        }

        return legs.Count == 1 ? legs[0] : null;
    }

    /// <summary>Downward to the step, at most one market order's worth; zero when that is below the smallest order.</summary>
    private static decimal OnStep(decimal quantity, MarketLot lot)
    {
        var cut = decimal.Floor(Math.Min(quantity, lot.MaxQuantity) / lot.StepSize) * lot.StepSize;
        return cut >= lot.MinQuantity ? cut : 0m;
    }
}

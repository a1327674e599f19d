namespace Trader.Messages;

/// <summary>
/// Proof that one step in Redis found the kill switch off, nothing else in the way, consumed both permits (or was allowed to do without) and
/// recorded the plan as taken. Only the Redis gateway can make one, out of that step's answer; it is worth one order.
/// </summary>
public sealed class GatePass
{
    private int spent;

    /// <summary>Internal: made by the Redis gateway out of the atomic step's answer, and by nobody else (S6).</summary>
    internal GatePass(OrderDraft draft, bool bypass)
    {
        Draft = draft;
        Bypass = bypass;
    }

    /// <summary>The order that was decided on, as the step was asked to record it.</summary>
    public OrderDraft Draft { get; }

    /// <summary>No permits were needed: <c>TESTNET=true</c> on a proven testnet.</summary>
    public bool Bypass { get; }

    /// <summary>True once, for whoever comes first.</summary>
    internal bool Spend() => Interlocked.Exchange(ref spent, 1) == 0;
}

/// <summary>
/// The one thing that an order sender takes (S6). There is no public constructor, no copy with changes and no way to it but a
/// <see cref="GatePass"/>, which only the atomic step of the gate yields; a pass makes one order.
/// </summary>
public sealed class ApprovedOrder
{
    private readonly OrderDraft draft;

    private ApprovedOrder(OrderDraft draft) => this.draft = draft;

    public PlanId Plan => draft.Plan;

    public PositionKey Key => draft.Key;

    public Symbol Symbol => draft.Symbol;

    public OrderSide Side => draft.Side;

    /// <summary>Base units, above zero, on the exchange's step.</summary>
    public decimal Quantity => draft.Quantity;

    /// <summary>Adds exposure. Otherwise it can only reduce.</summary>
    public bool Opens => draft.Opens;

    /// <inheritdoc cref="OrderDraft.ReduceOnly"/>
    public bool ReduceOnly => draft.ReduceOnly;

    /// <summary>Derived from the plan id, so that whoever comes later can look the order up (S8).</summary>
    public ClientOrderId Id => draft.Id;

    /// <summary>The order that the pass is good for.</summary>
    /// <exception cref="InvalidOperationException">The pass was used before: that would be a second order for one plan.</exception>
    public static ApprovedOrder From(GatePass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        return pass.Spend()
            ? new ApprovedOrder(pass.Draft)
            : throw new InvalidOperationException($"The pass of plan {pass.Draft.Plan} was used before.");
    }

    public override string ToString() => draft.ToString();
}

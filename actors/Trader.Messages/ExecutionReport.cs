namespace Trader.Messages;

/// <summary>One executed order of a plan.</summary>
/// <param name="OrderId">The venue's id, or the step's place where it gave none; with the plan it names the execution.</param>
/// <param name="Side">Null when the result does not say; then <paramref name="ReduceOnly"/> decides.</param>
/// <param name="Quantity">Base units, above zero.</param>
public sealed record ExecutionFill(string OrderId, OrderSide? Side, decimal Quantity, bool ReduceOnly)
{
    /// <summary>
    /// The ledger after this execution. Buys add and sells subtract, whatever they open or close. Without a side a reducing order moves
    /// the ledger towards zero and not beyond. Null when it cannot be told: neither side nor reduce-only.
    /// </summary>
    public decimal? Apply(decimal ledger) => Side switch
    {
        OrderSide.Buy => ledger + Quantity,
        OrderSide.Sell => ledger - Quantity,
        null when ReduceOnly => ledger - (Math.Sign(ledger) * Math.Min(Math.Abs(ledger), Quantity)),
        null => null,
    };
}

/// <summary>
/// What one entry of <c>quantum:stream:apply.result</c> means for the ledger (apply-layer contract 1.7), read by
/// <see cref="ExecutionReportWire"/>.
/// </summary>
/// <param name="PlanId">As written, at most 64 characters.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Fills">What was executed; empty when nothing was.</param>
/// <param name="Unknown">Why it is not known what was executed; empty when it is.</param>
public sealed record ExecutionReport(string PlanId, Symbol Symbol, IReadOnlyList<ExecutionFill> Fills, string Unknown)
{
    /// <summary>The ledger has nothing to do with it.</summary>
    public bool ChangesNothing => Fills.Count == 0 && Unknown.Length == 0;
}

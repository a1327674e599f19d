namespace Trader.Messages;

/// <summary>What a plan's producer decided (apply-layer contract 1.6). Only <see cref="Execute"/> may be carried out.</summary>
public enum PlanDecision
{
    Execute,
    Skip,
    Blocked,
    Error,
    Hold,
    Halt,

    /// <summary>No documented word, written exactly; the text stands in <see cref="Plan.DecisionText"/>. It is never carried out.</summary>
    Unknown,
}

/// <summary>What a plan wants done. A word that is not documented is <see cref="Unknown"/> and neither opens nor closes anything.</summary>
public enum PlanAction
{
    FullClose,
    Partial75,
    Partial50,
    Partial25,
    Open,
    UpdateStopLoss,
    Hold,
    Unknown,
}

/// <summary>What carrying out a plan would do to the account's exposure. Gates differ by this and by nothing else.</summary>
public enum PlanEffect
{
    /// <summary>Reduces a position, never more: gates that limit exposure do not stop it.</summary>
    Closes,

    /// <summary>Adds exposure: every gate applies.</summary>
    Opens,

    /// <summary>Orders nothing: HOLD, UPDATE_SL, and every word nobody knows.</summary>
    Neither,
}

/// <summary>
/// One entry of <c>quantum:stream:apply.plan</c>, read by <see cref="PlanWire"/>. What limits exposure only (kill score, confidence, the
/// producer's snapshot) is null when it is missing or unreadable: a gate for opens then has to refuse, and an exit is not lost over it.
/// </summary>
public sealed record Plan
{
    public required PlanId Id { get; init; }

    public required PlanDecision Decision { get; init; }

    /// <summary>As written, at most <see cref="PlanWire.MaxText"/> characters.</summary>
    public required string DecisionText { get; init; }

    public required Symbol Symbol { get; init; }

    public required PlanAction Action { get; init; }

    /// <summary>As written, at most <see cref="PlanWire.MaxText"/> characters; empty when the field was missing.</summary>
    public required string ActionText { get; init; }

    /// <summary>
    /// Direction of the order as the plan says it, by <c>side</c> or by the action's own word; null when it says none (or <c>CLOSE</c>: then
    /// the position decides).
    /// </summary>
    public OrderSide? Side { get; init; }

    /// <summary>Base units, above zero; null when the plan names none. Producers write <c>0.0</c> for none.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Null when the field was missing.</summary>
    public bool? ReduceOnly { get; init; }

    /// <summary>0 to 1 by its definition; higher is more dangerous. Not checked against that range.</summary>
    public decimal? KillScore { get; init; }

    /// <summary>0 to 1 by its definition.</summary>
    public decimal? Confidence { get; init; }

    /// <summary>Regime flip component of the kill score (<c>k_regime_flip</c>).</summary>
    public decimal? RegimeFlip { get; init; }

    /// <summary>Quote currency per base unit that the producer reckoned with (<c>price</c>, else <c>entry_price</c>); above zero.</summary>
    public decimal? Price { get; init; }

    public decimal? Leverage { get; init; }

    /// <summary>Component that made the plan, at most <see cref="PlanWire.MaxText"/> characters; empty when unknown.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the producer published the plan, unix ms by its clock.</summary>
    public long? TimestampMs { get; init; }

    /// <summary>When the intent behind the plan was born, unix ms by the clock of whoever had it.</summary>
    public long? IntentCreatedAtMs { get; init; }

    /// <summary>Open positions that the producer saw.</summary>
    public int? SnapshotPositionCount { get; init; }

    /// <summary>Exposure that the producer saw, as a fraction of the capital.</summary>
    public decimal? SnapshotExposure { get; init; }

    /// <summary>The entry as it came, for the fields that only one reader needs; bounded by the reader's entry limit.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>
    /// The four documented closing actions close whatever <c>reduceOnly</c> says, because a close is sent reduce-only in any case (S5).
    /// <c>BUY</c> and <c>SELL</c> with <c>reduceOnly</c> true close by their quantity. The other opening words with <c>reduceOnly</c> true
    /// contradict themselves and are refused when the entry is read.
    /// </summary>
    public PlanEffect Effect => Action switch
    {
        PlanAction.FullClose or PlanAction.Partial75 or PlanAction.Partial50 or PlanAction.Partial25 => PlanEffect.Closes,
        PlanAction.Open => ReduceOnly == true ? PlanEffect.Closes : PlanEffect.Opens,
        PlanAction.UpdateStopLoss or PlanAction.Hold or PlanAction.Unknown => PlanEffect.Neither,
    };

    /// <summary>
    /// How much of a position of <paramref name="positionQuantity"/> base units (absolute) this plan wants closed: never more than all of it.
    /// Not cut to the exchange's step. Null when the plan closes nothing, or does not say how much.
    /// </summary>
    public decimal? WantedClose(decimal positionQuantity) => Action switch
    {
        PlanAction.FullClose => positionQuantity,
        PlanAction.Partial75 => positionQuantity * 0.75m,
        PlanAction.Partial50 => positionQuantity * 0.50m,
        PlanAction.Partial25 => positionQuantity * 0.25m,
        PlanAction.Open => Effect == PlanEffect.Closes && Quantity is { } quantity ? Math.Min(quantity, positionQuantity) : null,
        PlanAction.UpdateStopLoss or PlanAction.Hold or PlanAction.Unknown => null,
    };
}

/// <summary>Why an entry of the plan stream is no plan. The names in snake case are the stable codes in records and metrics.</summary>
public enum PlanFault
{
    /// <summary>Beyond the size or the number of fields that is looked at.</summary>
    TooLarge,

    PlanIdMissing,

    PlanIdInvalid,

    SymbolInvalid,

    /// <summary>A word for the decision or the action is longer than any real one.</summary>
    WordTooLong,

    /// <summary>No plain number, negative, or beyond what a quantity can be.</summary>
    QuantityInvalid,

    /// <summary>Neither a direction nor <c>CLOSE</c>.</summary>
    SideInvalid,

    /// <summary>The action's own direction and <c>side</c> disagree.</summary>
    SideContradiction,

    ReduceOnlyInvalid,

    /// <summary>An action that opens a position (<c>OPEN_LONG</c>, <c>SHORT</c>, …) with <c>reduceOnly</c> true.</summary>
    ReduceOnlyContradiction,
}

namespace Trader.Messages;

/// <summary>What Redis knows of one symbol that matters to its permits.</summary>
public sealed record GovernorSymbolFacts
{
    /// <summary>Fields of the allocation target (P2.9): <c>target_usd</c>, <c>mode</c>, <c>timestamp</c> (Unix s), <c>confidence</c>.</summary>
    public required StoredText Target { get; init; }

    public required StoredText TargetMode { get; init; }

    public required StoredText TargetAt { get; init; }

    public required StoredText TargetConfidence { get; init; }

    /// <summary>Fields of the capital efficiency (P3.1): <c>efficiency_score</c>, <c>confidence</c>, <c>ts</c> (Unix s).</summary>
    public required StoredText Efficiency { get; init; }

    public required StoredText EfficiencyConfidence { get; init; }

    public required StoredText EfficiencyAt { get; init; }

    /// <summary>Set for symbols that a plan of the batch wants to open.</summary>
    public GovernorOpeningFacts? Opening { get; init; }
}

/// <summary>What only an open is judged by.</summary>
/// <param name="Executions">Unix seconds as they stand in the list, newest first; null when it is no list.</param>
/// <param name="LastExecution">Unix seconds.</param>
/// <param name="DailyNotional">Quote currency permitted today.</param>
/// <param name="DailyQuantity">Base units permitted today.</param>
/// <param name="SpreadBps">Basis points.</param>
/// <param name="AtrFraction">Fraction of the price.</param>
public sealed record GovernorOpeningFacts(
    IReadOnlyList<string>? Executions, StoredText LastExecution, StoredText DailyNotional, StoredText DailyQuantity,
    StoredText SpreadBps, StoredText AtrFraction)
{
    /// <summary>What stands at the head of the list: another permit for the symbol changes it.</summary>
    public StoredText Head => Executions is null ? StoredText.Unreadable
        : Executions.Count == 0 ? StoredText.Absent : StoredText.Of(Executions[0]);
}

/// <summary>What Redis knows of the account's risk.</summary>
/// <param name="Guards">By type of guard; those that stand forbid opens.</param>
public sealed record GovernorRiskFacts(
    StoredText Equity, StoredText Peak, StoredText EquityAt, StoredText DailyProfit, StoredText ConsecutiveLosses,
    IReadOnlyDictionary<string, StoredText> Guards);

/// <summary>One moment of Redis, as far as it matters to a batch of plans.</summary>
public sealed record GovernorFacts
{
    /// <summary>Redis' own clock, Unix ms: ages of stream entries are told by it.</summary>
    public required long RedisNowMs { get; init; }

    public required StoredText EssState { get; init; }

    public required StoredText EssActive { get; init; }

    public required StoredText EntriesGate { get; init; }

    /// <summary>The halt hash's field; an empty text when the hash has none.</summary>
    public required StoredText Halted { get; init; }

    public required StoredText Kill { get; init; }

    public required StoredText Disarm { get; init; }

    public required StoredText Version { get; init; }

    public required StoredText Exposure { get; init; }

    /// <summary>Permits for opens that may still become positions; null when they cannot be read.</summary>
    public required IReadOnlyList<string>? Reserved { get; init; }

    public required GovernorRiskFacts Risk { get; init; }

    public required IReadOnlyDictionary<Symbol, GovernorSymbolFacts> Symbols { get; init; }
}

/// <summary>One entry of the plan stream and what is to become of it.</summary>
public abstract record PlanSettlement(string StreamId);

/// <summary>Nothing but the acknowledgement.</summary>
public sealed record PlanPassedOver(string StreamId) : PlanSettlement(StreamId);

/// <summary>The record of a refusal.</summary>
public sealed record PlanRefused(string StreamId, PlanId Id, GovernorBlock Block) : PlanSettlement(StreamId);

/// <summary>A permit, with all it consumes.</summary>
/// <param name="Now">Unix seconds as they go into the counters.</param>
/// <param name="Day">UTC date of the daily counters; empty: they are not moved.</param>
/// <param name="Quantity">Base units for the daily counter.</param>
/// <param name="Notional">Quote currency for the daily counter.</param>
/// <param name="ExitLockSeconds">How long no other plan may close this symbol; 0: no such lock is taken.</param>
/// <param name="Locked">The record when another plan has the lock.</param>
/// <param name="Opening">Set for an open.</param>
public sealed record PlanPermitted(
    string StreamId, PlanId Id, GovernorPermit Permit, string Now, string Day, decimal Quantity, decimal Notional,
    int ExitLockSeconds, GovernorBlock Locked, OpeningReservation? Opening) : PlanSettlement(StreamId);

/// <param name="Head">What stood at the head of the symbol's executions when it was decided.</param>
/// <param name="Member">What is reserved.</param>
/// <param name="UntilMs">Unix ms by Redis' clock.</param>
public sealed record OpeningReservation(StoredText Head, string Member, long UntilMs);

/// <summary>How settling one plan went.</summary>
public enum PlanSettled
{
    /// <summary>Done, and acknowledged.</summary>
    Done,

    /// <summary>There was a permit for this plan already; acknowledged.</summary>
    Duplicate,

    /// <summary>Another plan may close this symbol now: refused, recorded, acknowledged.</summary>
    ExitLocked,

    /// <summary>What it was decided by has changed: nothing was done, decide again.</summary>
    Changed,

    /// <summary>Redis refused a part of it: no permit, and no acknowledgement.</summary>
    Failed,
}

/// <summary>The steps of the governor that must be one step in Redis.</summary>
public static partial class RedisProtocol
{
    /// <summary>Reads everything a batch is judged by, in one step. Reply: <see cref="GovernorFactsRead"/>.</summary>
    /// <param name="Round">Comes back in the answer.</param>
    /// <param name="Day">UTC date, <c>YYYY-MM-DD</c>.</param>
    /// <param name="Symbols">All symbols of the batch, and whether a plan wants to open it.</param>
    public sealed record ReadGovernorFacts(long Round, string Day, IReadOnlyDictionary<Symbol, bool> Symbols);

    public sealed record GovernorFactsRead(long Round, GovernorFacts Facts);

    /// <summary>
    /// Settles the plans in their order, each wholly or not at all: what a permit consumes, the permit, the acknowledgement. Reply:
    /// <see cref="PlansSettled"/>.
    /// </summary>
    /// <param name="Facts">What they were decided by: where it has changed since, a permit is not given.</param>
    public sealed record SettlePlans(long Round, string Day, GovernorFacts Facts, IReadOnlyList<PlanSettlement> Plans);

    /// <param name="Outcomes">One per plan, in their order.</param>
    public sealed record PlansSettled(long Round, IReadOnlyList<PlanSettled> Outcomes);

    /// <summary>
    /// Sets the day's disarm key and adds the event, both once per day whoever asks. Reply: <see cref="GovernorDisarmed"/>.
    /// </summary>
    public sealed record DisarmGovernor(
        string Day, string Value, int Seconds, IReadOnlyList<KeyValuePair<string, string>> Event);

    /// <param name="First">False when the day was disarmed before.</param>
    public sealed record GovernorDisarmed(string Day, bool First);

    /// <summary>Adds to <see cref="RedisKeys.GovernorEvents"/>. Reply: <see cref="Done"/>.</summary>
    public sealed record PublishGovernorEvent(IReadOnlyList<KeyValuePair<string, string>> Fields);

    /// <summary>
    /// Sets a risk guard for so long, unless it stands, and adds the event when it was set. Reply: <see cref="Done"/>.
    /// </summary>
    public sealed record ActivateRiskGuard(
        string Type, string Value, int Seconds, IReadOnlyList<KeyValuePair<string, string>> Event);
}

namespace Trader.Messages;

/// <summary>Why the atomic step did not take a plan. Nothing was consumed and nothing recorded.</summary>
public enum TakeRefusal
{
    /// <summary>The kill switch is on, whatever was read a moment ago.</summary>
    KillSwitch,

    /// <summary><c>system:state:trading</c> says halted, or cannot be read; opens only (E19).</summary>
    Halted,

    /// <summary><c>trader:gate:entries</c> is not <c>open</c>; opens only.</summary>
    EntriesClosed,

    /// <summary>The emergency stop is on, or nobody says that it is not; opens only.</summary>
    EmergencyStop,

    /// <summary>The plan was taken before.</summary>
    Duplicate,

    /// <summary>Another plan with this id was seen before.</summary>
    OtherContent,

    /// <summary>A permit is gone or is not what was judged: look again.</summary>
    PermitChanged,
}

/// <summary>What stands under a permit's key.</summary>
/// <param name="Present">There is something.</param>
/// <param name="Text">Its value; null when absent or no string.</param>
/// <param name="TtlSeconds">As Redis tells it: -2 absent, -1 without expiry.</param>
public sealed record PermitSeen(bool Present, string? Text, long TtlSeconds)
{
    public static PermitSeen Absent { get; } = new(false, null, -2);
}

/// <summary>What Redis knows of one plan.</summary>
/// <param name="Id">The plan.</param>
/// <param name="OtherContent">Another plan with this id was seen before, or its record cannot be read.</param>
/// <param name="Taken">Its taking is recorded.</param>
/// <param name="Record">Who took it; null when that is not known.</param>
public sealed record PlanSighting(
    PlanId Id, bool OtherContent, bool Taken, PlanRecordText? Record, PermitSeen Governor, PermitSeen PositionState);

/// <summary>Both permits of a plan, as they stood when they were judged.</summary>
public sealed record PermitTexts(string Governor, string PositionState);

/// <param name="Id">The plan.</param>
/// <param name="Digest">What it asks for; empty for a plan whose digest was registered before.</param>
public sealed record PlanQuestion(PlanId Id, string Digest);

/// <summary>One decision's result on its way to the stream.</summary>
/// <param name="Key">Names it, so that publishing it again adds nothing.</param>
/// <param name="StreamId">The plan's entry that it acknowledges; null for a result that follows an earlier one.</param>
public sealed record PlanOutcome(string Key, string? StreamId, PlanResult Result)
{
    /// <summary>Ends the key of a result that says unknown; before it stands the key of the final one.</summary>
    public const string Unknown = ".unknown";

    /// <summary>
    /// It speaks of the plan's taking by this entry. One that does not is passed over, and acknowledges nothing, when another gate took the
    /// plan by this entry meanwhile.
    /// </summary>
    public bool Taken { get; init; }

    /// <summary>The key of the entry's final result, after which nothing else is said of it.</summary>
    public string FinalKey => Key.EndsWith(Unknown, StringComparison.Ordinal) ? Key[..^Unknown.Length] : Key;
}

/// <summary>The order gate's part.</summary>
public static partial class RedisProtocol
{
    /// <summary>
    /// Reads at one moment the kill switch, what else concerns the gate, and the state of some plans. Reply: <see cref="GateLooked"/>.
    /// </summary>
    /// <param name="LookId">Comes back.</param>
    /// <param name="Report">This gate's orders in flight, written beside what the same moment reads of the switch; null to write nothing.</param>
    public sealed record LookAtGate(long LookId, int? Report, IReadOnlyList<PlanQuestion> Plans);

    /// <summary>
    /// The decision's one step: kill switch off, for opens nothing else in the way, both permits exactly the judged ones; then both are
    /// consumed and the plan is recorded as taken. Or nothing at all. Reply: <see cref="PlanTaken"/>, <see cref="PlanNotTaken"/>.
    /// </summary>
    /// <param name="Draft">The order it is for.</param>
    /// <param name="Permits">Both permits as judged; null where none is needed (testnet bypass).</param>
    /// <param name="Record">What is remembered, this entry and this node included.</param>
    /// <param name="TtlSeconds">How long.</param>
    public sealed record TakePlan(
        OrderDraft Draft, PermitTexts? Permits, PlanRecordText Record, int TtlSeconds);

    /// <summary>A plain GET of the kill switch, right before orders leave. Reply: <see cref="KillSwitchRead"/>.</summary>
    /// <param name="Round">Comes back.</param>
    public sealed record ReadKillSwitch(long Round);

    /// <summary>
    /// Everything in Redis that stops opens, at one moment right before their orders leave: the kill switch, the halt, the entry gate and the
    /// emergency stop. Reply: <see cref="EntryConfirmed"/>.
    /// </summary>
    /// <param name="Round">Comes back.</param>
    public sealed record ConfirmEntry(long Round);

    /// <summary>
    /// Adds results to the stream and acknowledges their plans, in one step each; one that was added before is not added again, and what is
    /// not this gate's to say is left to the gate that took the plan. Reply: <see cref="Done"/>.
    /// </summary>
    public sealed record PublishResults(IReadOnlyList<PlanOutcome> Outcomes);

    /// <summary>Tells the gate's group that these entries are still being worked on.</summary>
    public sealed record KeepPlans(IReadOnlyList<string> StreamIds);

    /// <summary>Adds a plan to the stream. Reply: <see cref="Done"/>, or <see cref="NotDone"/>.</summary>
    public sealed record PublishPlan(PlanId Id, IReadOnlyList<KeyValuePair<string, string>> Fields);

    /// <summary>Subscribes the sender to new results: <see cref="PlanEnded"/>.</summary>
    public sealed record WatchPlanEnds;

    /// <summary>A result as it stands in the stream, whoever's plan it is of.</summary>
    public sealed record PlanEnded(PlanResult Result);

    /// <param name="KillSwitch">As read.</param>
    /// <param name="MismatchSeconds">What P3.3 says about ledgers that differ; null when nobody says.</param>
    /// <param name="Plans">In the order asked.</param>
    public sealed record GateLooked(
        long LookId, KillSwitchSeen KillSwitch, decimal? MismatchSeconds, IReadOnlyList<PlanSighting> Plans);

    public sealed record PlanTaken(GatePass Pass);

    /// <param name="Detail">What was read, for the note.</param>
    public sealed record PlanNotTaken(PlanId Id, TakeRefusal Why, string Detail);

    public sealed record KillSwitchRead(long Round, KillSwitchSeen Seen);

    /// <param name="Closed">What stops opens besides the kill switch; null for nothing.</param>
    /// <param name="Detail">What was read, for the note.</param>
    public sealed record EntryConfirmed(long Round, KillSwitchSeen Seen, TakeRefusal? Closed, string Detail);
}

namespace Trader.Messages;

/// <summary>What became of an execution that was to be entered in the ledger.</summary>
public enum FillVerdict
{
    Applied,

    /// <summary>It was entered before; nothing changed.</summary>
    Known,

    /// <summary>The ledger is not what it was taken for; nothing changed.</summary>
    Changed,

    /// <summary>There is no ledger: it will begin with what the exchange shows, which holds this execution.</summary>
    NoLedger,

    /// <summary>Older than marks are remembered; nothing changed, because nobody knows whether it was entered.</summary>
    TooOld,
}

/// <summary>One symbol as it is published for other readers, and how its ledger compares.</summary>
/// <param name="Amount">Signed; zero when flat.</param>
/// <param name="Source">Which venue said so, e.g. <c>binance_testnet</c>.</param>
/// <param name="AtMs">Unix ms at which the exchange was asked.</param>
/// <param name="Status">Documented word of <c>quantum:reconcile:state</c>.</param>
/// <param name="Reason">Why that status; empty when all is well.</param>
/// <param name="Ledger">Null when there is none that can be read.</param>
/// <param name="DriftSinceMs">Null when ledger and exchange agree.</param>
public sealed record PositionPublication(
    Symbol Symbol, decimal Amount, decimal EntryPrice, decimal MarkPrice, decimal UnrealizedProfit, string Source, long AtMs,
    string Status, string Reason, decimal? Ledger, long? DriftSinceMs);

/// <summary>The position state brain's part.</summary>
public static partial class RedisProtocol
{
    /// <summary>Reads the ledgers of some symbols at one moment. Reply: <see cref="LedgersRead"/>.</summary>
    public sealed record ReadLedgers(long ReadId, IReadOnlyList<Symbol> Symbols);

    /// <summary>
    /// In one step: the permit or denial, the ledger where there was none, and the plan's acknowledgement. Whatever stands under the
    /// permit's key is replaced, whatever its type: the key is P3.3's alone (X12). Reply: <see cref="PositionPermitIssued"/>.
    /// </summary>
    /// <param name="StreamId">The plan's entry.</param>
    /// <param name="Id">Null when it could not be read: then the entry is only acknowledged.</param>
    /// <param name="Json">What is written.</param>
    /// <param name="TtlSeconds">How long it stands.</param>
    /// <param name="Check">The ledger that was judged; null for a verdict that needs none.</param>
    public sealed record IssuePositionPermit(string StreamId, PlanId? Id, string Json, int TtlSeconds, LedgerCheck? Check);

    /// <param name="Symbol">Whose ledger.</param>
    /// <param name="Expected">Its text when it was judged, null for none. If another stands there now, nothing is done.</param>
    /// <param name="Begin">What the ledger begins with where there is none; null to begin none.</param>
    /// <param name="AskedMs">Unix ms, by Redis' clock, at which the exchange was asked: what was executed before is in that amount.</param>
    public sealed record LedgerCheck(Symbol Symbol, string? Expected, decimal? Begin, long AskedMs);

    /// <summary>
    /// Subscribes the sender to <c>quantum:stream:apply.result</c> in the group of the position state brain, from the stream's beginning:
    /// <see cref="ResultSeen"/>, first what <paramref name="Consumer"/> left unacknowledged.
    /// </summary>
    public sealed record WatchResults(string Consumer);

    public sealed record ResultSeen(string StreamId, IReadOnlyList<KeyValuePair<string, string>> Fields);

    /// <summary>
    /// In one step: the ledger, its copy, the time of the last execution, the mark that it was entered, and the acknowledgement of its entry
    /// when it is the last of it. Reply: <see cref="FillEntered"/>.
    /// </summary>
    /// <param name="Expected">The ledger's text as read; null for none.</param>
    /// <param name="After">The ledger with this execution; null where there is no ledger to enter it in.</param>
    /// <param name="Last">Acknowledges the entry too.</param>
    public sealed record EnterFill(
        string StreamId, string PlanId, Symbol Symbol, ExecutionFill Fill, string? Expected, decimal? After, bool Last);

    /// <summary>
    /// Marks a symbol's ledger as of unknown outcome, once per plan, and acknowledges the entry. Reply: <see cref="Done"/>.
    /// </summary>
    public sealed record MarkOutcomeUnknown(string StreamId, string PlanId, Symbol Symbol, string Why);

    public sealed record AckResult(string StreamId);

    /// <summary>Changes a ledger without an execution, and says so in the reconcile events. Reply: <see cref="LedgerSet"/>.</summary>
    /// <param name="Expected">As in <see cref="LedgerCheck"/>.</param>
    /// <param name="AskedMs">As in <see cref="LedgerCheck"/>.</param>
    /// <param name="Event">Documented name, e.g. <c>LEDGER_INIT</c>.</param>
    public sealed record SetLedger(
        Symbol Symbol, string? Expected, decimal Amount, long AskedMs, string Event, string Reason);

    /// <summary>Takes the mark of unknown outcome away if it is still this one. Reply: <see cref="Done"/>.</summary>
    public sealed record ClearOutcomeUnknown(Symbol Symbol, string Mark, string Reason);

    /// <summary>Adds an entry to the reconcile events.</summary>
    public sealed record PublishReconcileEvent(
        string Event, Symbol Symbol, string Reason, decimal ExchangeAmount, decimal? LedgerAmount, long AtMs);

    /// <summary>Writes the snapshots for other readers. One reply for all of them.</summary>
    public sealed record PublishPositions(IReadOnlyList<PositionPublication> Positions);

    /// <summary>Says for how long some ledger has differed, for the next <paramref name="ForMs"/> ms.</summary>
    public sealed record PublishMismatch(decimal Seconds, int ForMs);

    /// <summary>Reply: <see cref="MismatchRead"/>.</summary>
    public sealed record GetMismatch;

    /// <param name="NowMs">Unix ms by Redis' own clock.</param>
    public sealed record LedgersRead(long ReadId, long NowMs, IReadOnlyDictionary<Symbol, LedgerFacts> Ledgers);

    /// <param name="Changed">The ledger was not the one that was judged: nothing was done.</param>
    public sealed record PositionPermitIssued(IssuePositionPermit Command, bool Changed);

    /// <param name="Current">The ledger's text as it stands now, null for none.</param>
    public sealed record FillEntered(EnterFill Command, FillVerdict Verdict, string? Current);

    /// <param name="Changed">False when the ledger was another one already.</param>
    public sealed record LedgerSet(SetLedger Command, bool Changed);

    /// <param name="Seconds">Null when nobody watches, or the value cannot be read.</param>
    public sealed record MismatchRead(decimal? Seconds);
}

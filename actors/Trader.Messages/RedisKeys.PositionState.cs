namespace Trader.Messages;

/// <summary>Keys of the position state brain (apply-layer contract 1.1-1.3); the symbol stands behind every prefix.</summary>
public static partial class RedisKeys
{
    /// <summary>
    /// Prefix of hashes, the operators' surface: <c>ledger_amount</c> (the ledger itself: whoever writes it changes the next permit),
    /// <c>exchange_amt</c>, and <c>outcome_unknown</c> while an order's fate is not known.
    /// </summary>
    public const string PositionLedger = "quantum:position:";

    /// <summary>Prefix of hashes: a copy of the ledger for other readers, and what was last executed.</summary>
    public const string PositionLedgerCopy = "quantum:position:ledger:";

    /// <summary>Prefix of hashes with expiry: what the exchange showed, in the words of the older readers.</summary>
    public const string PositionSnapshot = "quantum:position:snapshot:";

    /// <summary>Prefix of hashes with expiry: the same in the words of most readers.</summary>
    public const string PositionState = "quantum:state:positions:";

    /// <summary>Prefix of strings: while one exists its symbol gets no permit. Only read here; whoever set it takes it away.</summary>
    public const string ReconcileHold = "quantum:reconcile:hold:";

    /// <summary>Prefix of hashes: how ledger and exchange compare, and since when they differ.</summary>
    public const string ReconcileState = "quantum:reconcile:state:";

    public const string ReconcileEvents = "quantum:stream:reconcile.events";

    /// <summary>Prefix of strings with expiry: unix ms of a symbol's last execution.</summary>
    public const string LastExecution = "quantum:cooldown:last_exec_ts:";

    /// <summary>Prefix of strings with expiry: a result that has been entered in the ledger, <c>plan:order</c> behind it.</summary>
    public const string ResultApplied = "trader:p33:applied:";

    /// <summary>
    /// String with expiry: for how many seconds the ledger of some symbol has differed from the exchange, <c>0</c> when none does. Absent:
    /// nobody watches.
    /// </summary>
    public const string PositionMismatch = "trader:p33:mismatch";
}

namespace Trader.Messages;

/// <summary>
/// Every Redis key of the system, in one place. The first group is documented (emergency-exit contract 1.1); keys under
/// <c>trader:</c> are this system's own.
/// </summary>
public static partial class RedisKeys
{
    public const string Heartbeat = "exit_brain:heartbeat";

    public const string PanicClose = "system:panic_close";

    public const string PanicCompleted = "system:panic_close:completed";

    /// <summary>Hash: event id to <c>claimed|completed|refused:worker</c>. Makes every event run once (E42).</summary>
    public const string PanicProcessed = "system:panic_close:processed";

    /// <summary>Stream: one entry per refused trigger with its cause (E44).</summary>
    public const string PanicRejected = "system:panic_close:rejected";

    public const string TradingState = "system:state:trading";

    /// <summary>
    /// Prefix of strings, one per event that set a halt. With it a person's <c>DEL system:state:trading</c> (witness still there)
    /// differs from a flushed or replaced Redis (witness gone too), which must not clear a halt (S14).
    /// </summary>
    public const string HaltWitness = "trader:halt:witness:";

    /// <summary>Prefix of strings with expiry, event id to stream id: makes publishing an event repeatable (E28).</summary>
    public const string PanicIssued = "trader:panic:issued:";

    /// <summary>String with expiry: <c>open</c>, or <c>closed:REASON</c>. Absent means closed (S1).</summary>
    public const string EntriesGate = "trader:gate:entries";

    /// <summary>Prefix of strings with expiry: one per live role (E50).</summary>
    public const string Liveness = "trader:liveness:";

    /// <summary>
    /// Prefix of hashes, role behind it, node to <see cref="RoleReport"/>: what every node last said about the role. Deleting one forgets a role
    /// that was taken out of service for good.
    /// </summary>
    public const string RoleReports = "trader:roles:";

    public const string Alarms = "trader:alarms";

    public const string PanicGroup = "emergency_exit_worker";
}

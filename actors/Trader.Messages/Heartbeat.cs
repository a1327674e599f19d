namespace Trader.Messages;

/// <summary>What the exit brain says about itself.</summary>
public enum BrainStatus
{
    /// <summary>Wire text <c>ALIVE</c>; <c>OK</c> is read as the same.</summary>
    Alive,

    /// <summary>Wire text <c>DEGRADED</c>; every unknown word is read as the same (E33).</summary>
    Degraded,
}

/// <summary>One heartbeat of an exit brain. Times are the publisher's own clock and are never compared with another's.</summary>
/// <param name="ServiceId">Who beats; null on heartbeats that do not say (the runbook's sample does not).</param>
/// <param name="Status">Health as the brain sees it.</param>
/// <param name="ActivePositions">Open positions at the last good read, zero or more.</param>
/// <param name="LastDecisionTsMs">Unix ms of the last completed decision loop; null when not said: rule 3 does not apply then.</param>
/// <param name="LoopCycleMs">Duration of the loop that this heartbeat closes.</param>
/// <param name="PendingExits">Exits decided and not yet seen closed on the exchange.</param>
/// <param name="TsMs">Unix ms at which the heartbeat was made.</param>
public sealed record Heartbeat(
    string? ServiceId,
    BrainStatus Status,
    int ActivePositions,
    long? LastDecisionTsMs,
    int LoopCycleMs,
    int PendingExits,
    long TsMs);

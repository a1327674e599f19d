namespace Trader.Actors.Governor;

/// <summary>What the plans' executor will do with a permit (<c>APPLY_MODE</c>).</summary>
public enum GovernorMode
{
    Testnet,
    DryRun,
    Production,
}

/// <summary>When the risk guard decides on opens.</summary>
public enum RiskGuardUse
{
    Off,
    On,

    /// <summary>On in production mode only.</summary>
    Production,
}

/// <param name="Mode">See <see cref="GovernorMode"/>.</param>
/// <param name="TestnetAllocation">P2.9 is looked at in testnet mode too; it refuses nothing there.</param>
/// <param name="AllocationBurst">An allocation is exceeded above the target times this; at least 1.</param>
/// <param name="AllocationMaxAge">An older target is none.</param>
/// <param name="IntentWarnAge">An older intent is said in the log.</param>
/// <param name="OpenMaxAge">An older plan opens nothing.</param>
/// <param name="CloseMaxAge">An older plan closes nothing: it is history.</param>
/// <param name="Caps">Limits on what is open.</param>
/// <param name="Rates">Limits on how often and how much a symbol is permitted.</param>
/// <param name="KillScoreCritical">A plan at or above it opens nothing in production.</param>
/// <param name="KillScoreOpen">Base of the threshold that moves with regime and confidence.</param>
/// <param name="Disarm">When opens end for the day.</param>
/// <param name="Risk">The risk guard.</param>
/// <param name="Efficiency">The hint in permits (P3.1).</param>
/// <param name="PositionsEvery">Pause between two reads of the positions.</param>
/// <param name="PositionsMaxAge">Older positions are unknown.</param>
/// <param name="PricesEvery">Pause between two reads of the mark prices.</param>
/// <param name="PricesMaxAge">Older prices are unknown.</param>
/// <param name="JournalWait">Longest wait for the disk.</param>
/// <param name="ExitLock">In production, how long after a close of a symbol no other plan may close it; whole seconds, rounded up.</param>
public sealed record GovernorSettings(
    GovernorMode Mode,
    bool TestnetAllocation,
    decimal AllocationBurst,
    TimeSpan AllocationMaxAge,
    TimeSpan IntentWarnAge,
    TimeSpan OpenMaxAge,
    TimeSpan CloseMaxAge,
    GovernorCaps Caps,
    GovernorRates Rates,
    decimal KillScoreCritical,
    decimal KillScoreOpen,
    GovernorDisarmSettings Disarm,
    RiskGuardSettings Risk,
    EfficiencySettings Efficiency,
    TimeSpan PositionsEvery,
    TimeSpan PositionsMaxAge,
    TimeSpan PricesEvery,
    TimeSpan PricesMaxAge,
    TimeSpan JournalWait,
    TimeSpan ExitLock);

/// <summary>Quote currency.</summary>
public sealed record GovernorCaps(int Positions, decimal NotionalPerTrade, decimal TotalNotional);

/// <param name="SymbolCooldown">From one permit of a symbol to the next open.</param>
/// <param name="DailyNotional">Quote currency; null: the quantity counts instead.</param>
/// <param name="DailyQuantity">Base units.</param>
public sealed record GovernorRates(
    TimeSpan SymbolCooldown, int PerHour, int PerFiveMinutes, decimal? DailyNotional, decimal DailyQuantity);

/// <param name="OnErrors">So many plans that could not be judged disarm; looked at once a minute.</param>
public sealed record GovernorDisarmSettings(bool Enabled, bool OnBurst, int OnErrors);

/// <summary>Fractions, not percentages.</summary>
public sealed record RiskGuardSettings(
    RiskGuardUse Use,
    decimal MaxDailyLoss,
    decimal MaxDrawdown,
    decimal EmergencyDrawdown,
    TimeSpan EmergencyFor,
    int MaxConsecutiveLosses,
    TimeSpan ConsecutiveLossesFor,
    decimal MaxSpreadBps,
    decimal MaxAtr,
    TimeSpan EquityMaxAge);

/// <param name="ExtraCooldown">Most that a hint asks for.</param>
public sealed record EfficiencySettings(
    decimal MinConfidence, decimal DownsizeBelow, decimal MinFactor, TimeSpan ExtraCooldown, TimeSpan MaxAge);

namespace Trader.Actors.ExitBrain;

/// <summary>Loop and liveness figures of the exit brain.</summary>
/// <param name="ServiceId">Stands in every heartbeat; the watchdog is bound to it (E31).</param>
/// <param name="LoopEvery">Period of the decision loop while healthy, 1 s by contract.</param>
/// <param name="LoopEveryDegraded">Period while degraded.</param>
/// <param name="SlowLoop">A loop that takes longer is DEGRADED.</param>
/// <param name="ReadDeadline">A position read that has not answered by then counts as unreadable.</param>
/// <param name="GuardSilence">No watchdog, or no panic-close worker, heard for this long closes the gate to entries (S11).</param>
/// <param name="Exits">The exit rules' thresholds.</param>
/// <param name="ExitAnswer">An exit whose plan has no result for this long is asked for again.</param>
/// <param name="ExitsRefused">Exits that are refused for this long on end make the brain DEGRADED.</param>
public sealed record ExitBrainSettings(
    string ServiceId,
    TimeSpan LoopEvery,
    TimeSpan LoopEveryDegraded,
    TimeSpan SlowLoop,
    TimeSpan ReadDeadline,
    TimeSpan GuardSilence,
    ExitRuleSettings Exits,
    TimeSpan ExitAnswer,
    TimeSpan ExitsRefused);

/// <summary>Thresholds of the exit rules; percentages of the entry price unless said otherwise, positive, null switches a rule off.</summary>
/// <param name="StopLossPercent">Loss that closes a position.</param>
/// <param name="TakeProfitPercent">Gain that closes a position.</param>
/// <param name="TrailingActivatePercent">Gain from which the trailing stop is armed.</param>
/// <param name="TrailingPercent">Fall from the best mark price since then, in percent of that best price.</param>
/// <param name="MaximumHold">Age since this brain first saw the position.</param>
/// <param name="LiquidationDistancePercent">Distance of mark to liquidation price, in percent of the mark price.</param>
public sealed record ExitRuleSettings(
    decimal? StopLossPercent,
    decimal? TakeProfitPercent,
    decimal? TrailingActivatePercent,
    decimal? TrailingPercent,
    TimeSpan? MaximumHold,
    decimal? LiquidationDistancePercent);

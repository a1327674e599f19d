namespace Trader.Actors.Watchdog;

/// <summary>
/// Thresholds of the watchdog (emergency-exit contract 2.1). They may be tightened and never widened: the runbook forbids grace
/// periods, so the documented figure is also the upper limit of each.
/// </summary>
/// <param name="ServiceId">The brain that is watched; heartbeats of another service never count (E31).</param>
/// <param name="HeartbeatMissing">Rule 1, at most 5 s.</param>
/// <param name="DegradedTooLong">Rule 2, at most 5 s.</param>
/// <param name="DecisionsStagnant">Rule 3, at most 30 s.</param>
/// <param name="PositionsUnguarded">Rule 4, at most 3 s.</param>
/// <param name="JudgeEvery">How often the rules are evaluated; it adds to every detection time.</param>
/// <param name="StatusEvery">How often the status line is logged.</param>
/// <param name="CompletionDeadline">Without a completion for this long a fresh event is raised.</param>
/// <param name="MaxEvents">Events raised for one outage before it alarms and waits for a person.</param>
/// <param name="BeatEvery">How often the watchdog itself says that it lives (S11).</param>
/// <param name="RetryEvery">Pause between two attempts to publish the same event.</param>
public sealed record WatchdogSettings(
    string ServiceId,
    TimeSpan HeartbeatMissing,
    TimeSpan DegradedTooLong,
    TimeSpan DecisionsStagnant,
    TimeSpan PositionsUnguarded,
    TimeSpan JudgeEvery,
    TimeSpan StatusEvery,
    TimeSpan CompletionDeadline,
    int MaxEvents,
    TimeSpan BeatEvery,
    TimeSpan RetryEvery);

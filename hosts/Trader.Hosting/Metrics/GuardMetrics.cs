namespace Trader.Hosting.Metrics;

/// <summary>The figures of exit brain, watchdog and panic-close worker.</summary>
public static class GuardMetrics
{
    public static IReadOnlyList<MetricDefinition> ExitBrain { get; } =
    [
        new("trader_exit_brain_positions", MetricKind.Gauge, "Open positions the brain minds.", []),
        new("trader_exit_brain_degraded", MetricKind.Gauge, "1 while the brain says DEGRADED, else 0.", []),
        new("trader_exit_brain_heartbeats_total", MetricKind.Counter, "Heartbeats sent.", []) { AtZero = true },
        new("trader_exit_brain_loop_seconds", MetricKind.Histogram, "Length of one round of decisions.", MetricDefinition.DefaultBuckets) { AtZero = true },
        new("trader_exit_decisions_total", MetricKind.Counter, "Exits decided, by rule.", []),
    ];

    public static IReadOnlyList<MetricDefinition> Watchdog { get; } =
    [
        new("trader_watchdog_heartbeat_age_seconds", MetricKind.Gauge, "Time since the brain was last heard, by either way.", []),
        new("trader_watchdog_armed", MetricKind.Gauge, "1 while a dead brain would be a panic, else 0.", []),
        new("trader_watchdog_malformed_heartbeats_total", MetricKind.Counter, "Heartbeats that were none.", []) { AtZero = true },
        new("trader_watchdog_panics_total", MetricKind.Counter, "Panics raised, by rule.", []),
    ];

    public static IReadOnlyList<MetricDefinition> PanicClose { get; } =
    [
        new("trader_halted", MetricKind.Gauge, "1 while this worker holds a halt, else 0.", []),
        new("trader_panic_close_ready", MetricKind.Gauge, "1 while the worker could close everything now, else 0.", []),
        new("trader_panic_runs_total", MetricKind.Counter, "Panic closes that ended, by result: flat or failed.", []),
        new("trader_panic_close_seconds", MetricKind.Histogram, "From the trigger to the completion.", MetricDefinition.DefaultBuckets),
        new("trader_panic_triggers_refused_total", MetricKind.Counter, "Triggers refused, by reason.", []),
    ];
}

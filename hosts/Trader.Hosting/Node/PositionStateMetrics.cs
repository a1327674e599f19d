using Trader.Hosting.Metrics;

namespace Trader.Hosting.Node;

/// <summary>The position state brain's figures (apply-layer contract 3.5, 3.7, 4.1).</summary>
internal static class PositionStateMetrics
{
    public static IReadOnlyList<MetricDefinition> Definitions { get; } =
    [
        new("p33_permit_allow_total", MetricKind.Counter, "P3.3 permits written, by symbol.", []),
        new("p33_permit_deny_total", MetricKind.Counter, "P3.3 denials written, by symbol and reason.", []),
        new(
            "p33_plan_to_permit_seconds", MetricKind.Histogram, "From a plan's arrival here to its permit or denial in Redis.",
            MetricDefinition.DefaultBuckets),
        new("p33_snapshot_age_seconds", MetricKind.Gauge, "Time since the exchange was asked, per symbol.", []),
        new("p33_exchange_position_amt", MetricKind.Gauge, "Position on the exchange, signed, base units.", []),
        new("p33_ledger_position_amt", MetricKind.Gauge, "Position in the ledger, signed, base units.", []),
        new("p33_snapshot_candidates", MetricKind.Gauge, "Symbols with a position in the last snapshot.", []),
        new("p33_ondemand_snapshots_total", MetricKind.Counter, "Plans for which the account was read first.", []),
        new("p33_results_total", MetricKind.Counter, "Executions from results, by what became of them.", []),
        new("p34_reconcile_drift_total", MetricKind.Counter, "Differences that lasted until a person was called.", []),
        new("p34_reconcile_hold_active", MetricKind.Gauge, "1 while a symbol is held or an outcome is unknown.", []),
        new("p34_reconcile_diff_amt", MetricKind.Gauge, "What ledger and exchange differ by, base units.", []),
        new(
            "position_mismatch_seconds", MetricKind.Gauge,
            "For how long the ledger of some symbol has differed from the exchange; 0 when none does.", []),
    ];
}

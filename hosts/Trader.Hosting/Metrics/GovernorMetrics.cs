namespace Trader.Hosting.Metrics;

/// <summary>The governor's documented figures (governor contract 2.5).</summary>
public static class GovernorMetrics
{
    public static IReadOnlyList<MetricDefinition> Definitions { get; } =
    [
        new("quantum_govern_allow_total", MetricKind.Counter, "Permits issued, by symbol.", []),
        new("quantum_govern_block_total", MetricKind.Counter, "Plans that got no permit, by symbol and reason.", []),
        new("quantum_govern_disarm_total", MetricKind.Counter, "Auto-disarms, by reason.", []),
        new("quantum_govern_exec_count_hour", MetricKind.Gauge, "Permits of the last hour by this process, at most 100, by symbol.", []),
        new("quantum_govern_exec_count_5min", MetricKind.Gauge, "Permits of the last 5 minutes by this process, at most 100, by symbol.", []),
        new("gov_p29_checked_total", MetricKind.Counter, "P2.9 allocation checks, by symbol.", []),
        new("gov_p29_block_total", MetricKind.Counter, "Positions found above their P2.9 allocation, by symbol.", []),
        new("gov_p29_missing_total", MetricKind.Counter, "P2.9 checks without a target, by symbol.", []),
        new("gov_p29_stale_total", MetricKind.Counter, "P2.9 checks with a target that was too old, by symbol.", []),
        new("gov_testnet_p29_enabled", MetricKind.Gauge, "1 while P2.9 is looked at in testnet mode.", []),
        new("p32_eff_apply_total", MetricKind.Counter, "Capital-efficiency hints in permits, by action and reason.", []),
        new("p32_eff_factor", MetricKind.Gauge, "Last capital-efficiency factor of a permit, by symbol.", []),
    ];
}

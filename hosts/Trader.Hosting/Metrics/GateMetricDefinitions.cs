using Trader.Actors.ApplyLayer;

namespace Trader.Hosting.Metrics;

/// <summary>The order gate's figures, under their documented names (apply-layer contract 4.1).</summary>
public static class GateMetricDefinitions
{
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        new(GateMetrics.Denied, MetricKind.Counter, "Plans that P3.3 denied, by its reason.", []),
        new(GateMetrics.Allowed, MetricKind.Counter, "P3.3 permits that were accepted and consumed.", []) { AtZero = true },
        new(GateMetrics.GovernorBlocked, MetricKind.Counter, "Plans that ended for want of the governor's permit.", []),
        new(GateMetrics.Executed, MetricKind.Counter, "What became of plans that got as far as an order, or were stopped by the switch.", []),
        new(GateMetrics.Processed, MetricKind.Counter, "Plans read from the stream, by what they are about.", []),
        new(GateMetrics.PermitWaitMs, MetricKind.Gauge, "How long the last plan waited for its permits, in milliseconds.", []),
        new(
            GateMetrics.PermitWaitSeconds, MetricKind.Histogram, "How long plans waited for their permits.",
            MetricDefinition.DefaultBuckets) { AtZero = true },
        new(
            GateMetrics.DecisionSeconds, MetricKind.Histogram, "From reading a plan to its end.",
            MetricDefinition.DefaultBuckets) { AtZero = true },
        new(
            GateMetrics.OrderSeconds, MetricKind.Histogram, "From reading a plan to its order leaving.",
            [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]) { AtZero = true },
        new(GateMetrics.KillSwitch, MetricKind.Gauge, "1 while the kill switch is on or cannot be read.", []),
        new(GateMetrics.Mismatch, MetricKind.Gauge, "Seconds since ledger and exchange last agreed, as P3.3 says it.", []),
        new(GateMetrics.PermitMissing, MetricKind.Counter, "Plans whose wait ended without both permits, by what was missing.", []),
        new(
            GateMetrics.SwitchReadAgain, MetricKind.Counter,
            "Readings of the switch that were too old when their order could have left; many of them: the machine or Redis is too slow.", []) { AtZero = true },
        new(GateMetrics.Duplicates, MetricKind.Counter, "Plans that had been taken before.", []) { AtZero = true },
        new(GateMetrics.Plans, MetricKind.Counter, "Plans read from the stream, by symbol and what they are about.", []),
        new(GateMetrics.Steps, MetricKind.Counter, "Orders whose end is known, by symbol, step and what became of it.", []),
        new(GateMetrics.LastSuccess, MetricKind.Gauge, "Unix seconds of the last executed order, by symbol.", []),
        new(GateMetrics.InHand, MetricKind.Gauge, "Plans in hand.", []),
        new(GateMetrics.InFlight, MetricKind.Gauge, "Plans between their taking and their order's known end.", []),
    ];
}

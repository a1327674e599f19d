namespace Trader.Hosting.Metrics;

public enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>What a metric means; its help text is what an operator sees at <c>/metrics</c>.</summary>
/// <param name="Buckets">Upper bounds in seconds, ascending; empty except for a histogram.</param>
public sealed record MetricDefinition(string Name, MetricKind Kind, string Help, IReadOnlyList<double> Buckets)
{
    /// <summary>
    /// A counter or histogram without labels that stands at zero from the start: a rate over its first step would miss it otherwise. Never a
    /// gauge, whose zero would be a claim that nobody has made yet (a kill switch that is off).
    /// </summary>
    public bool AtZero { get; init; }

    /// <summary>From a local round trip to the 10 s that a panic close may take.</summary>
    public static IReadOnlyList<double> DefaultBuckets { get; } =
        [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
}

using Trader.Actors.Flatten;
using Trader.Actors.Ports;
using Trader.Hosting.Metrics;
using Trader.Messages;

namespace Trader.Hosting.Node;

/// <summary>The testnet flattener beside the governor.</summary>
public static class FlattenWiring
{
    public static Companion Companion { get; } =
        new(Roles.PositionFlattener, c => PositionFlattenerActor.Props(c.Settings.Flatten, c.Around));

    public static IReadOnlyList<PersistedType> Persisted => FlattenStore.Types;

    public static IReadOnlyList<MetricDefinition> Metrics { get; } =
    [
        new(FlattenMeter.Enabled, MetricKind.Gauge, "1 while both flags are set on a proven testnet, else 0.", []),
        new(FlattenMeter.Attempts, MetricKind.Counter, "Arm keys taken.", []) { AtZero = true },
        new(FlattenMeter.NoOps, MetricKind.Counter, "Attempts that a check refused.", []) { AtZero = true },
        new(FlattenMeter.Orders, MetricKind.Counter, "Close orders the exchange accepted.", []) { AtZero = true },
        new(FlattenMeter.Errors, MetricKind.Counter, "Everything that went wrong in a flatten, failed reads included.", []) { AtZero = true },
    ];
}

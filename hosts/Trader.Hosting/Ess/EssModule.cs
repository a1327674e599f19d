using Trader.Actors.Disk;
using Trader.Actors.Ess;
using Trader.Actors.Ports;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Trader.Hosting.Node;
using Trader.Messages;

namespace Trader.Hosting.Ess;

/// <summary>What the emergency stop adds to the apply-layer role: its owner, its paths, its figures.</summary>
internal static class EssModule
{
    public static Companion Companion { get; } = new(Roles.Ess, context => EssActor.Props(
        context.Settings.Ess, Path.Combine(context.Settings.EssLatch.RunDir, EssLatchFiles.Latch), context.Around));

    public static IReadOnlyList<RoleRoute> Routes => EssRoutes.All;

    public static IReadOnlyList<PersistedType> Persisted => EssMemoryActor.Types;

    public static IReadOnlyList<MetricDefinition> Metrics { get; } =
    [
        new(EssMeter.Active, MetricKind.Gauge, "1 while the emergency stop refuses entries, else 0.", []),
        new(EssMeter.Trips, MetricKind.Counter, "Emergency stops by what made them.", []),
        new(EssMeter.Resets, MetricKind.Counter, "Emergency stops that a person ended, by how.", []),
        new(EssMeter.LatchPresent, MetricKind.Gauge, "1 while the latch file stands or cannot be read, else 0.", []),
        new(EssMeter.Drawdown, MetricKind.Gauge, "Fall of equity since the UTC day's first reading, percent; NaN when not known.", []),
        new(EssMeter.OpenLoss, MetricKind.Gauge, "Unrealised loss in percent of the wallet balance; NaN when not known.", []),
        new(EssMeter.Errors, MetricKind.Gauge, "Execution errors in the window; NaN when not known.", []),
        new(EssMeter.FiguresStale, MetricKind.Gauge, "1 while the account's figures are too old for the loss triggers, else 0.", []),
    ];
}

using Trader.Actors.IntentDesk;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Trader.Hosting.Node;
using Trader.Messages;

namespace Trader.Hosting.Intents;

/// <summary>What the intent desk adds to the apply-layer role.</summary>
internal static class IntentModule
{
    public static Companion Companion { get; } =
        new(Roles.IntentDesk, context => IntentDeskActor.Props(context.Settings.Intents, context.Around));

    public static IReadOnlyList<RoleRoute> Routes => IntentRoutes.All;

    public static IReadOnlyList<MetricDefinition> Metrics { get; } =
    [
        new(IntentMetrics.Verdicts, MetricKind.Counter, "Answers to strategies, by what they were told.", []),
        new(IntentMetrics.InHand, MetricKind.Gauge, "Intents without a final result.", []),
    ];
}

using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>The gate's journal records, field by field.</summary>
internal static class GateRecords
{
    /// <summary>Longest list of steps that is kept; the stream has all of it.</summary>
    private const int MaxSteps = 2000;

    /// <summary>Both permits are consumed and this order follows, unless the switch stops it.</summary>
    public static (string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) Taken(PlanCase plan, OrderDraft draft, bool bypass) =>
    (
        "apply.taken",
        [
            new("plan_id", plan.Plan.Id.Value),
            new("stream_id", plan.StreamId),
            new("source", plan.Plan.Source),
            new("action", plan.Plan.ActionText),
            new("position", draft.Key.ToString()),
            new("side", draft.Side.ToString()),
            new("quantity", draft.Quantity.ToString(CultureInfo.InvariantCulture)),
            new("opens", draft.Opens ? "true" : "false"),
            new("bypass", bypass ? "true" : "false"),
            new("client_order_id", draft.Id.Value),
        ]);

    public static (string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) Result(PlanOutcome outcome) =>
    (
        "apply.result",
        [
            new("stream_id", outcome.StreamId ?? ""),
            .. PlanResultWire.Write(outcome.Result)
                .Select(field => field.Value.Length <= MaxSteps ? field : new(field.Key, field.Value[..MaxSteps])),
        ]);
}

using System.Globalization;

namespace Trader.Messages;

/// <summary>
/// The written-out mapping of intents to the fields of <c>quantum:stream:apply.plan</c>, read back by <see cref="PlanWire"/>. Reducing
/// actions carry <c>reduceOnly</c> true and can open nothing (S5).
/// </summary>
public static class OrderIntentWire
{
    /// <param name="nowMs">When it is published; also its birth where the strategy named none.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Write(OrderIntent intent, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var (action, side, opens) = Words(intent.Action);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("plan_id", intent.Id.Plan.Value),
            new("symbol", intent.Symbol.Value),
            new("action", action),
            new("decision", PlanWire.Text(PlanDecision.Execute)),
            new("side", side),
            new("type", "MARKET"),
            new("reduceOnly", opens ? "false" : "true"),
            new("qty", intent.Quantity is { } quantity ? Text(quantity) : "0.0"),
            new("reason_codes", "intent"),
            new("source", intent.Id.Source),
            new("intent_id", intent.Id.Name),
            new("timestamp", Text(nowMs / 1000)),
            new("intent_created_at", Text((intent.CreatedAtMs ?? nowMs) / 1000m)),
        };
        Add(fields, "price", intent.Price);
        Add(fields, "kill_score", intent.KillScore);
        Add(fields, "confidence", intent.Confidence);
        Add(fields, "leverage", intent.Leverage);
        if (intent.Leg != PositionSide.Both)
        {
            fields.Add(new(OrderDraft.LegField, intent.Leg == PositionSide.Long ? "LONG" : "SHORT"));
        }

        return fields;
    }

    private static (string Action, string Side, bool Opens) Words(IntentAction action) => action switch
    {
        IntentAction.OpenLong => ("OPEN_LONG", "BUY", true),
        IntentAction.OpenShort => ("OPEN_SHORT", "SELL", true),
        IntentAction.CloseFull => (PlanWire.Text(PlanAction.FullClose), "CLOSE", false),
        IntentAction.Close75 => (PlanWire.Text(PlanAction.Partial75), "CLOSE", false),
        IntentAction.Close50 => (PlanWire.Text(PlanAction.Partial50), "CLOSE", false),
        IntentAction.Close25 => (PlanWire.Text(PlanAction.Partial25), "CLOSE", false),
        IntentAction.ReduceLong => ("SELL", "SELL", false),
        IntentAction.ReduceShort => ("BUY", "BUY", false),
    };

    private static void Add(List<KeyValuePair<string, string>> fields, string name, decimal? number)
    {
        if (number is { } value)
        {
            fields.Add(new(name, Text(value)));
        }
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}

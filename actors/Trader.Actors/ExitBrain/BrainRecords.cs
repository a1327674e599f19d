using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>The brain's journal records, field by field.</summary>
internal static class BrainRecords
{
    public static IReadOnlyList<KeyValuePair<string, string>> Intent(ExitDecision decision)
    {
        var position = decision.Position;
        return
        [
            new("position", position.Key.ToString()),
            new("side", position.ClosingSide.ToString()),
            new("quantity", Text(position.Quantity)),
            new("rule", decision.Rule.ToString()),
            new("numbers", decision.Text),
            new("entry_price", Text(position.EntryPrice)),
            new("mark_price", Text(position.MarkPrice)),
        ];
    }

    public static IReadOnlyList<KeyValuePair<string, string>> Asked(ExitDecision decision, PlanId plan) =>
    [
        new("plan_id", plan.Value),
        new("position", decision.Position.Key.ToString()),
        new("rule", decision.Rule.ToString()),
    ];

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}

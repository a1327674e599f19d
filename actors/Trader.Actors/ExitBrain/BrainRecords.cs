using System.Globalization;

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

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}

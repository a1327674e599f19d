using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>
/// Reads results for what they executed. The steps count, not the word <c>executed</c>: a result may say True for an order that was
/// rejected, or for a step that does nothing (X15). What was said to be executed without saying how much is of unknown outcome.
/// </summary>
public static class ExecutionReportWire
{
    /// <summary>A plan has a handful of steps.</summary>
    private const int MaxSteps = 64;

    private const int MaxId = 64;

    private static readonly string[] UnknownWords = ["unknown", "outcome_unknown", "unknown_outcome"];

    /// <summary>False when plan or symbol cannot be read: such an entry belongs to no ledger.</summary>
    public static bool TryRead(
        IReadOnlyList<KeyValuePair<string, string>> fields, [NotNullWhen(true)] out ExecutionReport? report)
    {
        ArgumentNullException.ThrowIfNull(fields);
        report = null;
        var plan = PanicWire.Find(fields, "plan_id");
        if (string.IsNullOrEmpty(plan) || plan.Length > MaxId || !Symbol.TryParse(PanicWire.Find(fields, "symbol"), out var symbol))
        {
            return false;
        }

        var executed = (PanicWire.Find(fields, "executed") ?? "").Trim().ToLowerInvariant();
        var error = (PanicWire.Find(fields, "error") ?? "").Trim();
        var fills = new List<ExecutionFill>();
        var why = ReadSteps(PanicWire.Find(fields, "steps_results"), executed == "true", fills);
        if (why.Length == 0 && (IsUnknown(executed) || UnknownWords.Any(w => error.StartsWith(w, StringComparison.OrdinalIgnoreCase))))
        {
            why = "the result says so";
        }

        report = new ExecutionReport(plan, symbol, fills, why);
        return true;
    }

    private static string ReadSteps(string? json, bool executed, List<ExecutionFill> fills)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return executed ? "executed, without its steps" : "";
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > MaxSteps)
            {
                return executed ? "its steps are no list" : "";
            }

            var why = "";
            var index = 0;
            foreach (var step in document.RootElement.EnumerateArray())
            {
                var trouble = step.ValueKind == JsonValueKind.Object ? ReadStep(step, index, fills) : "a step is no object";
                why = why.Length == 0 ? trouble : why;
                index++;
            }

            return executed && index == 0 ? "executed, without its steps" : why;
        }
        catch (JsonException)
        {
            return executed ? "its steps cannot be read" : "";
        }
    }

    private static string ReadStep(JsonElement step, int index, List<ExecutionFill> fills)
    {
        var status = Text(step, "status").ToLowerInvariant();
        if (status == "would_execute")
        {
            return "";
        }

        var hasQuantity = TryNumber(step, "executed_qty", out var quantity);
        if (hasQuantity && quantity > 0)
        {
            var order = Text(step, "order_id");
            fills.Add(new ExecutionFill(
                order.Length is > 0 and <= MaxId ? order : "step" + index.ToString(CultureInfo.InvariantCulture),
                Text(step, "side").ToUpperInvariant() switch { "BUY" => OrderSide.Buy, "SELL" => OrderSide.Sell, _ => null },
                quantity, IsTrue(step, "reduce_only")));
        }

        // An order that was accepted and has executed nothing yet may still do so.
        return IsUnknown(status) ? "a step says so"
            : status == "success" && quantity <= 0 && Text(step, "order_id").Length > 0 ? "accepted, and not known to be executed"
            : "";
    }

    private static bool IsUnknown(string word) => UnknownWords.Contains(word);

    private static string Text(JsonElement step, string name) => !step.TryGetProperty(name, out var value) ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString() ?? ""
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
        : "";

    private static bool TryNumber(JsonElement step, string name, out decimal number) =>
        decimal.TryParse(
            Text(step, name), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out number);

    private static bool IsTrue(JsonElement step, string name) =>
        step.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.True
            || (value.ValueKind == JsonValueKind.String
                && value.GetString()?.Trim().ToLowerInvariant() is "true" or "1" or "yes"));
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>
/// Reading results back, for those who wait for one. What an order executed for the ledger is <see cref="ExecutionReportWire"/>'s to judge,
/// which trusts no word; here the gate's word is what is asked for.
/// </summary>
public static partial class PlanResultWire
{
    private const int MaxSteps = 64;

    /// <summary>False for an entry that names no plan. Steps that cannot be read are left away: the words beside them stand.</summary>
    public static bool TryRead(IReadOnlyList<KeyValuePair<string, string>> fields, [NotNullWhen(true)] out PlanResult? result)
    {
        ArgumentNullException.ThrowIfNull(fields);
        result = null;
        var plan = PanicWire.Find(fields, "plan_id");
        if (string.IsNullOrEmpty(plan) || plan.Length > PlanId.MaxLength)
        {
            return false;
        }

        _ = long.TryParse(PanicWire.Find(fields, "timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        result = new PlanResult(
            plan, PanicWire.Find(fields, "symbol") ?? "", PanicWire.Find(fields, "decision") ?? "", IsTrue(fields, "executed"),
            IsTrue(fields, "would_execute"), ReadSteps(PanicWire.Find(fields, "steps_results")), PanicWire.Find(fields, "error") ?? "",
            Math.Clamp(seconds, 0, long.MaxValue / 1000) * 1000);
        return true;
    }

    /// <summary>Whatever its case: readers and writers never agreed on one.</summary>
    private static bool IsTrue(IReadOnlyList<KeyValuePair<string, string>> fields, string name) =>
        string.Equals(PanicWire.Find(fields, name), "true", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<PlanStepResult> ReadSteps(string? json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? [.. root.EnumerateArray().Where(step => step.ValueKind == JsonValueKind.Object).Take(MaxSteps).Select(ReadStep)]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static PlanStepResult ReadStep(JsonElement step)
    {
        OrderSide? side = Text(step, "side") switch { "BUY" => OrderSide.Buy, "SELL" => OrderSide.Sell, _ => null };
        return new PlanStepResult(Text(step, "step"), Text(step, "status"), Text(step, "details"))
        {
            Order = side is { } known && Number(step, "quantity") is { } quantity
                ? new PlanOrderResult(
                    Text(step, "order_id"), Text(step, "client_order_id"), known, quantity, Number(step, "executed_qty"),
                    step.TryGetProperty("reduce_only", out var only) && only.ValueKind == JsonValueKind.True)
                : null,
        };
    }

    private static string Text(JsonElement step, string name) =>
        step.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static decimal? Number(JsonElement step, string name) => step.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;
}

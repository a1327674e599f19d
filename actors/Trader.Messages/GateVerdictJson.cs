using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>A verdict as the answer of <c>/gate/intents</c>. Decimals are text; what is not known is null.</summary>
public static class GateVerdictJson
{
    private const int MaxSteps = 64;

    public static void Write(Utf8JsonWriter json, GateVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(verdict);
        json.WriteStartObject();
        json.WriteString("plan_id", verdict.Plan.Value);
        json.WriteString("status", Status(verdict));
        json.WriteBoolean("final", verdict.IsFinal);
        json.WriteBoolean("executed", verdict.Executed);
        json.WriteString("error", verdict.Error);
        switch (verdict)
        {
            case GateVerdict.Decided decided:
                Write(json, decided.Result);
                break;
            case GateVerdict.Pending pending:
                json.WriteString("detail", pending.Why);
                break;
            case GateVerdict.NotSubmitted refused:
                json.WriteString("detail", refused.Detail);
                break;
            case GateVerdict.ContentChanged:
                json.WriteString("detail", "another intent was handed in under this id before");
                break;
            case GateVerdict.NotKnown:
                json.WriteString("detail", "no intent with this plan id is remembered");
                break;
        }

        json.WriteEndObject();
    }

    public static byte[] Write(GateVerdict verdict)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, verdict);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null for what is no verdict: whoever asked knows nothing then.</summary>
    public static GateVerdict? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static GateVerdict? Read(JsonElement root)
    {
        if (!PlanId.TryParse(Text(root, "plan_id"), out var id))
        {
            return null;
        }

        var detail = Text(root, "detail") ?? "";
        switch (Text(root, "status"))
        {
            case "decided":
                return Result(root, id) is { } result ? new GateVerdict.Decided(id, result) : null;
            case "pending":
                return new GateVerdict.Pending(id, detail);
            case "not_submitted":
                var error = Text(root, "error");
                foreach (var reason in Enum.GetValues<NotSubmittedReason>())
                {
                    if (GateVerdict.Code(reason) == error)
                    {
                        return new GateVerdict.NotSubmitted(id, reason, detail);
                    }
                }

                return null;
            case PlanResultWords.ContentChanged:
                return new GateVerdict.ContentChanged(id);
            case "not_known":
                return new GateVerdict.NotKnown(id);
            default:
                return null;
        }
    }

    private static string Status(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Decided => "decided",
        GateVerdict.Pending => "pending",
        GateVerdict.NotSubmitted => "not_submitted",
        GateVerdict.ContentChanged => PlanResultWords.ContentChanged,
        GateVerdict.NotKnown => "not_known",
        _ => throw new InvalidOperationException($"Not a verdict: {verdict.GetType()}"),
    };

    private static void Write(Utf8JsonWriter json, PlanResult result)
    {
        json.WriteString("symbol", result.Symbol);
        json.WriteString("decision", result.Decision);
        json.WriteBoolean("would_execute", result.WouldExecute);
        json.WriteNumber("at_ms", result.AtMs);
        json.WriteStartArray("steps");
        foreach (var step in result.Steps)
        {
            json.WriteStartObject();
            json.WriteString("step", step.Step);
            json.WriteString("status", step.Status);
            json.WriteString("details", step.Details);
            if (step.Order is { } order)
            {
                json.WriteStartObject("order");
                json.WriteString("order_id", order.OrderId);
                json.WriteString("client_order_id", order.ClientOrderId);
                json.WriteString("side", order.Side switch { OrderSide.Buy => "BUY", OrderSide.Sell => "SELL" });
                json.WriteString("quantity", order.Quantity.ToString(CultureInfo.InvariantCulture));
                json.WriteString("executed_qty", order.Executed?.ToString(CultureInfo.InvariantCulture));
                json.WriteBoolean("reduce_only", order.ReduceOnly);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static PlanResult? Result(JsonElement root, PlanId id)
    {
        if (Text(root, "symbol") is not { } symbol || Text(root, "decision") is not { } decision || Text(root, "error") is not { } error
            || Truth(root, "executed") is not { } executed || Truth(root, "would_execute") is not { } would
            || !root.TryGetProperty("at_ms", out var at) || at.ValueKind != JsonValueKind.Number || !at.TryGetInt64(out var atMs)
            || !root.TryGetProperty("steps", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxSteps)
        {
            return null;
        }

        var steps = new List<PlanStepResult>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "step") is not { } step || Text(item, "status") is not { } status
                || Text(item, "details") is not { } details)
            {
                return null;
            }

            PlanOrderResult? order = null;
            if (item.TryGetProperty("order", out var sent) && (order = Order(sent)) is null)
            {
                return null;
            }

            steps.Add(new PlanStepResult(step, status, details) { Order = order });
        }

        return new PlanResult(id.Value, symbol, decision, executed, would, steps, error, atMs);
    }

    private static PlanOrderResult? Order(JsonElement order)
    {
        if (order.ValueKind != JsonValueKind.Object || Text(order, "order_id") is not { } orderId
            || Text(order, "client_order_id") is not { } clientId || Truth(order, "reduce_only") is not { } reduceOnly
            || Text(order, "side") is not ("BUY" or "SELL") || !OrderIntentJson.TryDecimal(Text(order, "quantity"), out var quantity)
            || !order.TryGetProperty("executed_qty", out var executedText))
        {
            return null;
        }

        decimal? executed = null;
        if (executedText.ValueKind != JsonValueKind.Null)
        {
            if (!OrderIntentJson.TryDecimal(Text(order, "executed_qty"), out var read))
            {
                return null;
            }

            executed = read;
        }

        return new PlanOrderResult(
            orderId, clientId, Text(order, "side") == "BUY" ? OrderSide.Buy : OrderSide.Sell, quantity, executed, reduceOnly);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Truth(JsonElement element, string name) => element.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
        : null;
}

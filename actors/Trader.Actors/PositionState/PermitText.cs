using System.Buffers;
using System.Text;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// The permit's JSON (apply-layer contract 1.4), with what binds it to its plan: id, action, and whether it may only reduce (X8). Older
/// readers know the quantity as <c>safe_close_qty</c>, newer ones as <c>safe_qty</c>: both are written (X14).
/// </summary>
public static class PermitText
{
    private const string Checked = "sanity_checks_passed";
    private const string Opened = "open_permit_granted";

    public static string Allow(Plan plan, PermitVerdict.Granted granted, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(granted);
        return Json(writer =>
        {
            writer.WriteBoolean("allow", true);
            writer.WriteString("symbol", plan.Symbol.Value);
            Number(writer, "safe_close_qty", granted.SafeQuantity);
            Number(writer, "safe_qty", granted.SafeQuantity);
            Number(writer, "exchange_position_amt", granted.ExchangeAmount);
            Number(writer, "ledger_amt", granted.LedgerAmount);
            writer.WriteString("reason", granted.Opens ? Opened : Checked);
            writer.WriteString("plan_id", plan.Id.Value);
            writer.WriteString("action", plan.ActionText);
            writer.WriteBoolean("reduce_only", !granted.Opens);
            if (granted.Begin is not null)
            {
                writer.WriteString("note", "ledger_begun");
            }

            Number(writer, "created_at", nowMs / 1000m);
        });
    }

    public static string Deny(PlanId id, Symbol? symbol, string action, PermitVerdict.Denied denied, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(denied);
        return Json(writer =>
        {
            writer.WriteBoolean("allow", false);
            writer.WriteString("symbol", symbol?.Value ?? "");
            writer.WriteString("reason", denied.Reason.Code());
            writer.WriteStartObject("context");
            Write(writer, denied.Context);
            writer.WriteEndObject();
            writer.WriteString("plan_id", id.Value);
            writer.WriteString("action", action);
            Number(writer, "created_at", nowMs / 1000m);
        });
    }

    /// <summary>The deciding numbers for the log line.</summary>
    public static string Context(PermitVerdict.Denied denied)
    {
        ArgumentNullException.ThrowIfNull(denied);
        return Json(writer => Write(writer, denied.Context));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ContextItem> context)
    {
        foreach (var item in context)
        {
            if (item.Number is { } number)
            {
                Number(writer, item.Name, number);
            }
            else
            {
                writer.WriteString(item.Name, item.Word);
            }
        }
    }

    // Without trailing zeros; decimal all the way (S13).
    private static void Number(Utf8JsonWriter writer, string name, decimal value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(LedgerFacts.Plain(value), skipInputValidation: true);
    }
}

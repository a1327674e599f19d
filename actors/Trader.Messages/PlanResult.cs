using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>Errors of results that others than the gate act on (apply-layer contract 2.4).</summary>
public static class PlanResultWords
{
    public const string KillSwitchActive = "kill_switch_active";

    public const string KillSwitchUnavailable = "kill_switch_unavailable";

    /// <summary>Nobody knows yet whether the order was executed; a corrected result follows.</summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>The plan was taken before: what became of it stands in another result.</summary>
    public const string DuplicatePlan = "duplicate_plan";

    /// <summary>Another plan was seen under this id before.</summary>
    public const string ContentChanged = "plan_content_changed";
}

/// <summary>One step of a result. Numbers are base units.</summary>
/// <param name="Step">E.g. <c>CLOSE_FULL</c>, <c>PERMIT_WAIT</c>.</param>
/// <param name="Status">Documented word, e.g. <c>success</c>, <c>no_position</c>, <c>denied</c>, <c>error</c>.</param>
/// <param name="Details">For people; no secrets.</param>
public sealed record PlanStepResult(string Step, string Status, string Details)
{
    /// <summary>Null for a step that sent no order.</summary>
    public PlanOrderResult? Order { get; init; }
}

/// <param name="OrderId">The venue's id as text; empty when it gave none.</param>
/// <param name="ClientOrderId">Ours, to look it up by.</param>
/// <param name="Quantity">What was asked for.</param>
/// <param name="Executed">What was executed as far as known; null while that is unknown.</param>
public sealed record PlanOrderResult(
    string OrderId, string ClientOrderId, OrderSide Side, decimal Quantity, decimal? Executed, bool ReduceOnly);

/// <summary>What became of one plan: an entry of <c>quantum:stream:apply.result</c> (apply-layer contract 1.7).</summary>
/// <param name="PlanId">The plan's; as much of it as could be read from a malformed one.</param>
/// <param name="Symbol">The plan's.</param>
/// <param name="Decision">Documented word: EXECUTE, SKIP, BLOCKED, ERROR, or the plan's own.</param>
/// <param name="Executed">An order was executed, at least in part. Never for one that was rejected (X15).</param>
/// <param name="WouldExecute">It would have been, had the switch or the mode let it.</param>
/// <param name="Error">Stable code; empty when there is none.</param>
/// <param name="AtMs">Unix ms.</param>
public sealed record PlanResult(
    string PlanId, string Symbol, string Decision, bool Executed, bool WouldExecute, IReadOnlyList<PlanStepResult> Steps, string Error,
    long AtMs);

/// <summary>The written-out mapping of results; <c>True</c> and <c>False</c> are capitalised because readers compare them exactly.</summary>
public static partial class PlanResultWire
{
    public static IReadOnlyList<KeyValuePair<string, string>> Write(PlanResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            new("plan_id", result.PlanId),
            new("symbol", result.Symbol),
            new("decision", result.Decision),
            new("executed", Truth(result.Executed)),
            new("would_execute", Truth(result.WouldExecute)),
            new("steps_results", Steps(result.Steps)),
            new("error", result.Error),
            new("timestamp", (result.AtMs / 1000).ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private static string Truth(bool value) => value ? "True" : "False";

    private static string Steps(IReadOnlyList<PlanStepResult> steps)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var step in steps)
            {
                json.WriteStartObject();
                json.WriteString("step", step.Step);
                json.WriteString("status", step.Status);
                json.WriteString("details", step.Details);
                if (step.Order is { } order)
                {
                    Write(json, order);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, PlanOrderResult order)
    {
        json.WriteString("order_id", order.OrderId);
        json.WriteString("client_order_id", order.ClientOrderId);
        json.WriteString("side", order.Side switch { OrderSide.Buy => "BUY", OrderSide.Sell => "SELL" });
        json.WriteNumber("quantity", order.Quantity);
        if (order.Executed is { } executed)
        {
            json.WriteNumber("executed_qty", executed);
        }

        json.WriteBoolean("reduce_only", order.ReduceOnly);
    }
}

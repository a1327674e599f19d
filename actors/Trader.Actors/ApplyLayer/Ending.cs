using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>How a plan ended: the result's words (apply-layer contract 2.4).</summary>
/// <param name="Decision">EXECUTE, SKIP, BLOCKED, ERROR, or the plan's own word.</param>
/// <param name="Executed">An order was executed, at least in part.</param>
/// <param name="Would">It would have been, had the switch or the mode let it.</param>
/// <param name="Error">Stable code; empty when there is none.</param>
public sealed record Ending(string Decision, bool Executed, bool Would, string Error, IReadOnlyList<PlanStepResult> Steps)
{
    public const string Execute = "EXECUTE";

    public const string Skips = "SKIP";

    public const string Blocked = "BLOCKED";

    public const string Failure = "ERROR";

    public const string KillSwitchActive = PlanResultWords.KillSwitchActive;

    public const string KillSwitchUnavailable = PlanResultWords.KillSwitchUnavailable;

    public const string OutcomeUnknown = PlanResultWords.OutcomeUnknown;

    public const string PermitDenied = "p33_permit_denied";

    private const string PermitsGone = "; both permits were consumed before, and no order was sent";

    /// <summary>The switch stopped it. A plan that was not taken yet keeps its permits and may be published again.</summary>
    public static Ending Killed(string shown, bool taken) => new(
        Execute, false, true, KillSwitchActive,
        [new PlanStepResult("KILL_SWITCH", "denied", $"kill switch is {shown}{(taken ? PermitsGone : "")}")]);

    /// <summary>Nobody could say how the switch stands, which counts as on.</summary>
    public static Ending SwitchUnreadable(string why, bool taken) => new(
        Execute, false, true, KillSwitchUnavailable,
        [new PlanStepResult("KILL_SWITCH", "error", $"{why}{(taken ? PermitsGone : "")}")]);

    public static Ending Block(string step, string status, string error, string details) =>
        new(Blocked, false, false, error, [new PlanStepResult(step, status, details)]);

    public static Ending Err(string step, string status, string error, string details) =>
        new(Failure, false, false, error, [new PlanStepResult(step, status, details)]);

    public static Ending Skipped(string step, string status, string error, string details = "") =>
        new(Skips, false, false, error, [new PlanStepResult(step, status, details)]);

    /// <summary>No order can be made of the plan.</summary>
    public static Ending NoDraft(DraftFault fault) => fault switch
    {
        DraftFault.NoPosition => Skipped("POSITION_CHECK", "no_position", "no_position"),
        DraftFault.AmbiguousPosition => Block("POSITION_CHECK", "denied", "ambiguous_position", "two legs, and the plan names none"),
        DraftFault.WrongDirection => Block("POSITION_CHECK", "denied", "wrong_direction", "the plan's side would add to the position"),
        DraftFault.OppositePosition =>
            Block("POSITION_CHECK", "denied", "opposite_position", "an open against a position would reduce or flip it"),
        DraftFault.NoDirection => Err("POSITION_CHECK", "invalid_format", "missing_side", "an open needs BUY or SELL"),
        DraftFault.NoQuantity => Err("P33_VALIDATE", "invalid_qty", "invalid_qty", "neither plan nor permit says how much"),
        DraftFault.BelowMinimum =>
            Block("P33_VALIDATE", "invalid_qty", "below_min_qty", "less than the smallest order remains after cutting to the step"),
        DraftFault.BelowNotional => Block("P33_VALIDATE", "invalid_qty", "below_min_notional", "below the symbol's smallest notional"),
        DraftFault.LotUnknown => Err("POSITION_CHECK", "error", "market_lot_unknown", "the symbol's limits could not be read"),
    };

    /// <summary>The end of an order that was sent, or that nobody knows about yet.</summary>
    public static Ending Ordered(OrderDraft order, string step, CloseState state, string orderId, decimal executed, ExchangeFault? fault)
    {
        ArgumentNullException.ThrowIfNull(order);
        PlanStepResult Step(string status, string details, decimal? quantity) => new(step, status, details)
        {
            Order = new PlanOrderResult(orderId, order.Id.Value, order.Side, order.Quantity, quantity, order.ReduceOnly || !order.Opens),
        };

        return state switch
        {
            CloseState.Filled => new Ending(Execute, true, true, "", [Step("success", "filled", executed)]),
            CloseState.Ended when executed > 0 =>
                new Ending(Execute, true, true, "order_partially_filled", [Step("success", "ended before it was filled", executed)]),
            CloseState.Ended =>
                new Ending(Failure, false, false, "order_not_filled", [Step("error", "ended without being filled", 0)]),
            CloseState.Refused => new Ending(
                Failure, false, false, RefusalCode(fault), [Step("error", fault?.ToString() ?? "refused", 0)]),
            CloseState.Working or CloseState.Unknown => new Ending(
                Execute, false, true, OutcomeUnknown, [Step("unknown", fault?.ToString() ?? "not known yet; it is being looked up", null)]),
        };
    }

    private static string RefusalCode(ExchangeFault? fault) => fault is null or { Code: 0 }
        ? $"order_rejected:{fault?.Kind.ToString() ?? "unknown"}"
        : string.Create(CultureInfo.InvariantCulture, $"order_rejected:{fault.Code}");
}

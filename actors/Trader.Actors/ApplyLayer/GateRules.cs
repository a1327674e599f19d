using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What both permits of a plan come to.</summary>
public abstract record PermitVerdict
{
    /// <summary>Not both are there yet.</summary>
    /// <param name="Reason">Documented word: <c>missing_both</c>, <c>missing_governor</c>, <c>missing_p33</c>.</param>
    public sealed record Missing(string Reason) : PermitVerdict;

    /// <param name="Texts">What was judged, for the step that consumes exactly this.</param>
    public sealed record Granted(PermitTexts Texts, GovernorGrant Governor, PositionStateGrant PositionState) : PermitVerdict;

    /// <param name="Ending">The plan's end; neither permit is consumed.</param>
    /// <param name="DenyReason">P3.3's own reason when it said no; else null.</param>
    /// <param name="GovernorReason">Set when it is the governor's permit that is at fault.</param>
    public sealed record Refused(Ending Ending, string? DenyReason, string? GovernorReason) : PermitVerdict;
}

/// <summary>The gate's decisions without the outside: facts in, a verdict out. Nothing here waits, reads or remembers.</summary>
public static class GateRules
{
    /// <summary>
    /// A plan's end that needs no look at anything else; null for a plan that goes on. What limits exposure is asked of opens only: danger
    /// never blocks an exit (X37).
    /// </summary>
    public static Ending? AtIntake(Plan plan, ApplyLayerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(settings);
        if (plan.Decision != PlanDecision.Execute)
        {
            return plan.Decision == PlanDecision.Unknown
                ? Ending.Err("PLAN", "invalid_format", "unknown_decision_" + PermitWire.Token(plan.DecisionText), "not carried out")
                : new Ending(plan.DecisionText, false, false, FirstReason(plan), []);
        }

        return plan.Effect switch
        {
            PlanEffect.Closes => null,
            PlanEffect.Opens => OpenRefusal(plan, settings),
            PlanEffect.Neither => NoOrder(plan),
        };
    }

    /// <summary>The documented kinds of a processed plan, for the counter (A25): what it is about, not how it ends.</summary>
    public static string Kind(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan switch
        {
            { Action: PlanAction.Hold } or { Decision: PlanDecision.Hold } or { DecisionText: "HOLD" } => "HOLD",
            { DecisionText: "REDUCE" } => "REDUCE",
            { Decision: PlanDecision.Execute, Action: PlanAction.Partial75 or PlanAction.Partial50 or PlanAction.Partial25 } => "REDUCE",
            { Decision: PlanDecision.Execute } => Ending.Execute,
            { Decision: PlanDecision.Skip } => Ending.Skips,
            { Decision: PlanDecision.Blocked or PlanDecision.Halt } => Ending.Blocked,
            _ => Ending.Failure,
        };
    }

    /// <summary>The name of the plan's one step (apply-layer contract 1.6).</summary>
    public static string StepName(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Action switch
        {
            PlanAction.FullClose => "CLOSE_FULL",
            PlanAction.Partial75 => "CLOSE_PARTIAL_75",
            PlanAction.Partial50 => "CLOSE_PARTIAL_50",
            PlanAction.Partial25 => "CLOSE_PARTIAL_25",
            PlanAction.Open => plan.Effect == PlanEffect.Closes ? "CLOSE" : "OPEN",
            PlanAction.UpdateStopLoss => "UPDATE_SL",
            PlanAction.Hold => "HOLD",
            PlanAction.Unknown => "UNKNOWN",
        };
    }

    /// <summary>Judges both permits, strictly and only when both are there.</summary>
    public static PermitVerdict Judge(Plan plan, PermitSeen governor, PermitSeen positionState, long nowMs, TimeSpan maxAge)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(governor);
        ArgumentNullException.ThrowIfNull(positionState);
        if (!governor.Present || !positionState.Present)
        {
            return new PermitVerdict.Missing(
                governor.Present ? "missing_p33" : positionState.Present ? "missing_governor" : "missing_both");
        }

        var age = (long)maxAge.TotalMilliseconds;
        if (governor.Text is not { } granted)
        {
            return Governor(PermitFault.WrongType);
        }

        if (!PermitWire.TryReadGovernor(granted, plan, nowMs, age, out var first, out var fault))
        {
            return Governor(fault);
        }

        if (positionState.Text is not { } allowed)
        {
            return PositionState(PermitFault.WrongType, "");
        }

        return PermitWire.TryReadPositionState(allowed, plan, nowMs, age, out var second, out fault, out var reason)
            ? new PermitVerdict.Granted(new PermitTexts(granted, allowed), first, second)
            : PositionState(fault, reason);
    }

    /// <summary>
    /// An open of real money whose permit was not given under real money's limits; null for every other plan. Only a governor in production
    /// mode names the quantity it reckoned with (apply-layer contract 1.4), and it may be another process with another mode than this one.
    /// A close is not held up: no limit is meant for it.
    /// </summary>
    /// <param name="granted">Null where no permits are needed, which is never so on a production account.</param>
    /// <param name="account">What the address is, not what a flag says (S15).</param>
    public static PermitVerdict.Refused? WithoutLimits(Plan plan, PermitVerdict.Granted? granted, VenueEnvironment account)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (account != VenueEnvironment.Production || plan.Effect != PlanEffect.Opens || granted?.Governor.Quantity is not null)
        {
            return null;
        }

        const string code = "governor_permit_without_quantity";
        return new PermitVerdict.Refused(
            Ending.Block("GOVERNOR_PERMIT", "denied", code, "the governor that gave it is not in production mode"), null, code);
    }

    /// <summary>The order that plan, permits and position come to; null with the plan's end where there is none.</summary>
    /// <param name="granted">Null where no permits are needed.</param>
    public static OrderDraft? Draft(
        Plan plan, IReadOnlyList<Position> legs, PermitVerdict.Granted? granted, bool hedge, MarketLot? lot, out Ending? none)
    {
        ArgumentNullException.ThrowIfNull(plan);
        decimal?[] named = [granted?.Governor.Quantity, granted?.PositionState.SafeQuantity];
        var draft = plan.Effect == PlanEffect.Opens
            ? OrderDraft.Open(plan, hedge, legs, [.. named.OfType<decimal>()], lot, out var fault)
            : OrderDraft.Close(plan, legs, granted?.PositionState.SafeQuantity, lot, out fault);
        none = draft is null ? Ending.NoDraft(fault) : null;
        return draft;
    }

    /// <summary>
    /// When a waiting plan is looked at again: soon at first, because permit writers answer within milliseconds or not for a while, and never
    /// later than its deadline.
    /// </summary>
    public static TimeSpan NextLook(TimeSpan seenAt, TimeSpan now, ApplyLayerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var pause = (now - seenAt) / 4;
        pause = pause < settings.WakeEvery ? settings.WakeEvery : pause > settings.PermitStep ? settings.PermitStep : pause;
        var deadline = seenAt + settings.PermitWait;
        return now + pause < deadline ? now + pause : deadline;
    }

    /// <summary>Why the atomic step did not take a plan, as its end; null to look again.</summary>
    public static Ending? NotTaken(TakeRefusal why, string detail) => why switch
    {
        TakeRefusal.KillSwitch => Ending.Killed(detail, taken: false),
        TakeRefusal.Halted => Ending.Block("ENTRY_CHECK", "denied", "trading_halted", "trading is halted"),
        TakeRefusal.EntriesClosed =>
            Ending.Block("ENTRY_CHECK", "denied", "entries_closed", detail.Length == 0 ? "nobody says open" : PermitWire.Token(detail)),
        TakeRefusal.EmergencyStop =>
            Ending.Block("ENTRY_CHECK", "denied", "ess_active", detail.Length == 0 ? "nobody says clear" : PermitWire.Token(detail)),
        TakeRefusal.Duplicate => Duplicate(),
        TakeRefusal.OtherContent => OtherContent(),
        TakeRefusal.PermitChanged => null,
    };

    public static Ending Duplicate() => Ending.Skipped("DEDUPE", "denied", PlanResultWords.DuplicatePlan, "this plan was taken before");

    public static Ending OtherContent() =>
        Ending.Block("DEDUPE", "denied", PlanResultWords.ContentChanged, "another plan with this id was seen before");

    private static PermitVerdict.Refused Governor(PermitFault fault)
    {
        var code = fault switch
        {
            PermitFault.WrongType => "wrong_type_governor_permit",
            PermitFault.Format => "invalid_governor_permit_format",
            PermitFault.NotGranted or PermitFault.Denied => "governor_permit_not_granted",
            PermitFault.OtherPlan => "governor_permit_mismatch",
            PermitFault.Expired => "governor_permit_expired",
            PermitFault.Quantity => "invalid_governor_qty",
        };
        return new PermitVerdict.Refused(Ending.Block("GOVERNOR_PERMIT", "denied", code, ""), null, code);
    }

    private static PermitVerdict.Refused PositionState(PermitFault fault, string reason) => fault switch
    {
        PermitFault.Denied => new PermitVerdict.Refused(Ending.Block("P33_PERMIT", "denied", Ending.PermitDenied, reason), reason, null),
        PermitFault.Quantity =>
            new PermitVerdict.Refused(Ending.Block("P33_VALIDATE", "invalid_qty", "invalid_safe_close_qty", ""), null, null),
        PermitFault.WrongType => Refused("wrong_type_p33_permit"),
        PermitFault.Format or PermitFault.NotGranted => Refused("invalid_p33_permit_format"),
        PermitFault.OtherPlan => Refused("p33_permit_mismatch"),
        PermitFault.Expired => Refused("p33_permit_expired"),
    };

    private static PermitVerdict.Refused Refused(string code) =>
        new(Ending.Block("P33_CHECK", "invalid_format", code, ""), null, null);

    private static Ending? OpenRefusal(Plan plan, ApplyLayerSettings settings)
    {
        if (settings.Allowlist.Count > 0 && !settings.Allowlist.Contains(plan.Symbol))
        {
            return Ending.Skipped("PLAN", "denied", "not_in_allowlist");
        }

        return plan.KillScore is not { } score ? Block("kill_score_missing", "an open needs one")
            : score >= settings.KillScoreCritical ? Block("kill_score_critical", Text(score, settings.KillScoreCritical))
            : score >= settings.KillScoreWarning ? Block("kill_score_warning_risk_increase", Text(score, settings.KillScoreWarning))
            : null;

        static Ending Block(string code, string details) => Ending.Block("PLAN", "denied", code, details);
        static string Text(decimal score, decimal limit) => string.Create(CultureInfo.InvariantCulture, $"{score} >= {limit}");
    }

    private static Ending NoOrder(Plan plan) => plan.Action switch
    {
        PlanAction.Hold => Ending.Skipped("HOLD", "denied", "action_hold"),
        PlanAction.UpdateStopLoss when !PlanWire.TryNumber(PanicWire.Find(plan.Fields, "new_sl_proposed"), out _)
            && plan.Price is null => Ending.Err("UPDATE_SL", "invalid_format", "missing_new_sl", "no price"),
        PlanAction.UpdateStopLoss => Ending.Err("UPDATE_SL", "not_implemented", "not_implemented", "stop orders are not placed by this gate"),
        _ => Ending.Err("PLAN", "unknown_step", "unknown_action_" + PermitWire.Token(plan.ActionText), "not carried out"),
    };

    private static string FirstReason(Plan plan) =>
        (PanicWire.Find(plan.Fields, "reason_codes") ?? "").Split(',')[0] is { Length: > 0 } first ? PermitWire.Token(first) : "";
}

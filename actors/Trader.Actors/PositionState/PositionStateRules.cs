using Trader.Messages;
using static Trader.Actors.PositionState.PermitVerdict;

namespace Trader.Actors.PositionState;

/// <summary>
/// The checks of apply-layer contract 3.2, in its order, and the quantities of 3.3. What P3.3 itself decides stands after them. All
/// amounts are decimal (S13), a boundary allows, and doubt denies (S1).
/// </summary>
public static class PositionStateRules
{
    /// <summary>A last execution further ahead than this is somebody's mistake and not a time.</summary>
    private const long NoTimeAheadMs = 60_000;

    public static PermitVerdict Judge(Plan plan, PermitFacts facts, PositionStateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(settings);
        if ((PlanFault(plan, facts, settings) ?? SnapshotFault(plan, facts, settings)) is { } fault)
        {
            return fault;
        }

        var view = facts.Exchange!;
        var meant = Meant(plan, view);
        var opens = plan.Effect == PlanEffect.Opens;
        var doubt = opens ? null : NoPosition(meant, facts.Lot, settings);
        doubt ??= LedgerFault(view, facts.Ledger, settings) ?? BeginFault(view, facts);
        if (doubt is not null)
        {
            return MayBeOld(doubt.Reason, facts, view) ? new ReadAgain() : doubt;
        }

        return CooldownFault(facts, settings) ?? HoldFault(view, facts.Ledger) ?? Quantity(plan, facts, meant, settings);
    }

    /// <summary>What ledger and exchange may differ by.</summary>
    public static decimal Tolerance(decimal exchangeAmount, PositionStateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Math.Max(settings.ToleranceAbsolute, Math.Abs(exchangeAmount) * settings.TolerancePercent / 100m);
    }

    /// <summary>Down to whole steps: never up, because rounding up closes more than was asked for (X9).</summary>
    public static decimal FloorToStep(decimal quantity, decimal step) => decimal.Floor(quantity / step) * step;

    /// <summary>One long, one short. Not their product: that may be beyond what a decimal holds.</summary>
    public static bool AreOpposite(decimal one, decimal other) => Math.Sign(one) * Math.Sign(other) < 0;

    private static Denied? PlanFault(Plan plan, PermitFacts facts, PositionStateSettings settings)
    {
        var age = facts.NowMs - facts.EntryMs;
        if (age > settings.PlanMaxAge.TotalMilliseconds)
        {
            return Deny(DenyReason.PlanTooOld, new("age_seconds", age / 1000m), new("limit", Seconds(settings.PlanMaxAge)));
        }

        if (plan.Decision != PlanDecision.Execute)
        {
            return Deny(DenyReason.UnknownDecision, new ContextItem("decision", plan.DecisionText));
        }

        if (facts.Allowed == false)
        {
            return Deny(DenyReason.SymbolNotAllowed, new ContextItem("symbol", plan.Symbol.Value));
        }

        return plan.Effect != PlanEffect.Neither ? null
            : Deny(
                plan.Action == PlanAction.Unknown ? DenyReason.UnknownAction : DenyReason.ActionWithoutQuantity,
                new ContextItem("action", plan.ActionText));
    }

    /// <summary>Of a symbol with both legs what a close names; the ledger is of the symbol, so it is compared with their sum.</summary>
    private static ExchangeView Meant(Plan plan, ExchangeView view) => LegOf(plan, view) switch
    {
        PositionSide.Long => view with { Amount = view.LongAmount },
        PositionSide.Short => view with { Amount = view.ShortAmount },
        PositionSide.Both or null => view,
    };

    private static PositionSide? LegOf(Plan plan, ExchangeView view) =>
        view.Legs > 1 && plan.Effect == PlanEffect.Closes ? OrderDraft.NamedLeg(plan) : null;

    private static Denied? SnapshotFault(Plan plan, PermitFacts facts, PositionStateSettings settings) => facts.Exchange switch
    {
        null => Deny(DenyReason.NoExchangeSnapshot),
        { } view when view.Age > settings.StaleAfter =>
            Deny(DenyReason.StaleExchangeState, new ContextItem("age_seconds", Seconds(view.Age))),
        { Unreadable.Length: > 0 } view => Deny(DenyReason.PositionUnreadable, new ContextItem("why", view.Unreadable)),
        { Legs: > 1 } view when LegOf(plan, view) is null => Deny(DenyReason.TwoLegs, new ContextItem("legs", view.Legs)),
        _ => null,
    };

    /// <summary>Less than the documented limit is nothing, unless the exchange deals in smaller steps.</summary>
    private static Denied? NoPosition(ExchangeView view, MarketLot? lot, PositionStateSettings settings)
    {
        var least = lot is null ? settings.NoPositionBelow : Math.Min(settings.NoPositionBelow, lot.StepSize);
        return Math.Abs(view.Amount) < least
            ? Deny(DenyReason.NoPosition, new ContextItem("exchange_amt", view.Amount))
            : null;
    }

    /// <summary>A ledger that is missing is no fault: it begins with what the exchange shows. One that cannot be read is.</summary>
    private static Denied? LedgerFault(ExchangeView view, LedgerFacts ledger, PositionStateSettings settings)
    {
        if (ledger.Unreadable)
        {
            return Deny(DenyReason.LedgerUnreadable, new ContextItem("why", ledger.Trouble.Length > 0 ? ledger.Trouble : "no number"));
        }

        if (ledger.OutcomeUnknown is { } mark)
        {
            return Deny(DenyReason.OutcomeUnknown, new("exchange_amt", view.Amount), new("since", mark));
        }

        if (ledger.Amount is not { } amount)
        {
            return null;
        }

        if (AreOpposite(view.Amount, amount))
        {
            return Deny(DenyReason.SideMismatch, new("exchange_side", Side(view.Amount)), new("ledger_side", Side(amount)));
        }

        var difference = Math.Abs(Math.Abs(view.Amount) - Math.Abs(amount));
        var tolerance = Tolerance(view.Amount, settings);
        return difference > tolerance
            ? Deny(
                DenyReason.QuantityMismatch, new("exchange_amt", view.Amount), new("ledger_amt", amount), new("diff", difference),
                new("tolerance", tolerance))
            : null;
    }

    /// <summary>A ledger that begins with what was shown before the last execution would lack it for ever.</summary>
    private static Denied? BeginFault(ExchangeView view, PermitFacts facts) => facts.Ledger.Missing && IsOlderThanLastExecution(facts, view)
        ? Deny(DenyReason.StaleExchangeState, new ContextItem("age_seconds", Seconds(view.Age)))
        : null;

    private static bool MayBeOld(DenyReason reason, PermitFacts facts, ExchangeView view) =>
        !facts.WasReadAgain && IsOlderThanLastExecution(facts, view)
        && reason is DenyReason.NoPosition or DenyReason.SideMismatch or DenyReason.QuantityMismatch or DenyReason.StaleExchangeState;

    /// <summary>The exchange was asked before the last execution was known: it could not show it.</summary>
    private static bool IsOlderThanLastExecution(PermitFacts facts, ExchangeView view) =>
        facts.Ledger.LastExecutionMs is { } last && view.Age.TotalMilliseconds >= facts.NowMs - last && last <= facts.NowMs;

    private static Denied? CooldownFault(PermitFacts facts, PositionStateSettings settings)
    {
        if (facts.Ledger.LastExecutionMs is not { } last || last - facts.NowMs > NoTimeAheadMs)
        {
            return null;
        }

        var since = facts.NowMs - last;
        return since < settings.Cooldown.TotalMilliseconds
            ? Deny(
                DenyReason.CooldownInFlight, new("seconds_since_last", since / 1000m), new("cooldown_sec", Seconds(settings.Cooldown)),
                new("last_exec_ts_ms", last))
            : null;
    }

    private static Denied? HoldFault(ExchangeView view, LedgerFacts ledger) => ledger.Held
        ? Deny(
            DenyReason.HoldActive, new("exchange_amt", view.Amount), new("ledger_amt", ledger.Amount ?? view.Amount),
            new("p34_hold", "1"))
        : null;

    /// <param name="view">What the plan means; <paramref name="facts"/> hold the symbol's sum.</param>
    private static PermitVerdict Quantity(Plan plan, PermitFacts facts, ExchangeView view, PositionStateSettings settings)
    {
        if (facts.Lot is not { } lot || facts.Allowed is null)
        {
            return Deny(DenyReason.LotUnknown, new ContextItem("symbol", plan.Symbol.Value));
        }

        var opens = plan.Effect == PlanEffect.Opens;
        if ((opens ? OpenFault(plan, view, settings) : CloseFault(plan, view)) is { } fault)
        {
            return fault;
        }

        var wanted = opens ? Math.Min(plan.Quantity!.Value, lot.MaxQuantity) : plan.WantedClose(Math.Abs(view.Amount))!.Value;
        var safe = FloorToStep(wanted, lot.StepSize);
        if (safe < lot.MinQuantity)
        {
            return Deny(
                safe == 0 ? DenyReason.QuantityBelowStep : DenyReason.QuantityBelowMinimum, new("requested", wanted),
                new("step", lot.StepSize), new("minimum", lot.MinQuantity));
        }

        if (opens && SizeFault(plan, view, safe, settings) is { } tooLarge)
        {
            return tooLarge;
        }

        var ledger = facts.Ledger.Amount ?? facts.Exchange!.Amount;
        return new Granted(opens, safe, view.Amount, ledger, facts.Ledger.Text is null ? ledger : null);
    }

    /// <summary>A score that says danger never stops an exit (X37).</summary>
    private static Denied? OpenFault(Plan plan, ExchangeView view, PositionStateSettings settings)
    {
        if (settings.MaxOpenKillScore is { } most)
        {
            if (plan.KillScore is not { } score)
            {
                return Deny(DenyReason.KillScoreMissing);
            }

            if (score >= most)
            {
                return Deny(DenyReason.KillScoreTooHigh, new("kill_score", score), new("limit", most));
            }
        }

        return plan.Side is not { } side ? Deny(DenyReason.SideMissing)
            : view.Amount != 0 && (view.Amount > 0) != (side == OrderSide.Buy)
                ? Deny(DenyReason.OpenAgainstPosition, new("exchange_amt", view.Amount), new("side", side.ToString()))
            : plan.Quantity is null ? Deny(DenyReason.QuantityMissing)
            : null;
    }

    private static Denied? CloseFault(Plan plan, ExchangeView view) =>
        plan.WantedClose(Math.Abs(view.Amount)) is null ? Deny(DenyReason.QuantityMissing)
        : plan.Action == PlanAction.Open && plan.Side is { } side && (side == OrderSide.Buy) == (view.Amount > 0)
            ? Deny(DenyReason.CloseAddsToPosition, new("exchange_amt", view.Amount), new("side", side.ToString()))
        : null;

    /// <summary>The size a position would have; what is already there counts.</summary>
    private static Denied? SizeFault(Plan plan, ExchangeView view, decimal safe, PositionStateSettings settings)
    {
        if (settings.MaxPositionNotional is not { } most)
        {
            return null;
        }

        // The higher price is the careful one: a producer's may be old, and the exchange's is there only with a position.
        var price = Math.Max(view.MarkPrice, plan.Price ?? 0);
        if (price <= 0)
        {
            return Deny(DenyReason.PriceUnknown);
        }

        var notional = (Math.Abs(view.Amount) + safe) * price;
        return notional > most
            ? Deny(
                DenyReason.PositionSizeExceedsLimit, new("position_notional", notional), new("limit", most), new("price", price),
                new("exchange_amt", view.Amount))
            : null;
    }

    private static Denied Deny(DenyReason reason, params ContextItem[] context) => new(reason, context);

    private static string Side(decimal amount) => amount > 0 ? "LONG" : "SHORT";

    private static decimal Seconds(TimeSpan span) => Math.Round((decimal)span.TotalSeconds, 3);
}

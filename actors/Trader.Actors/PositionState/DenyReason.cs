namespace Trader.Actors.PositionState;

/// <summary>Why a plan gets no permit. The words in permits, lines and metrics are <see cref="DenyReasons.Code"/>'s.</summary>
public enum DenyReason
{
    NoExchangeSnapshot,
    StaleExchangeState,
    NoPosition,
    SideMismatch,
    QuantityMismatch,
    CooldownInFlight,
    HoldActive,
    PositionSizeExceedsLimit,
    KillScoreTooHigh,

    /// <summary>An open without a kill score cannot be held against the limit.</summary>
    KillScoreMissing,

    /// <summary>An open without a price, in a symbol without a position, cannot be held against the size limit.</summary>
    PriceUnknown,

    /// <summary>Nobody knows what an earlier order of this symbol executed.</summary>
    OutcomeUnknown,

    /// <summary>A ledger stands in Redis and is no number.</summary>
    LedgerUnreadable,

    /// <summary>The exchange's row of this symbol could not be understood.</summary>
    PositionUnreadable,

    /// <summary>Long and short at once: a plan does not say which of them it means.</summary>
    TwoLegs,
    SymbolNotAllowed,

    /// <summary>The exchange's step of this symbol is not known, so no quantity can be cut to it.</summary>
    LotUnknown,
    UnknownAction,

    /// <summary>HOLD and UPDATE_SL: nothing that P3.3 could allow a quantity for.</summary>
    ActionWithoutQuantity,
    UnknownDecision,
    QuantityMissing,

    /// <summary>Less than one step of the exchange.</summary>
    QuantityBelowStep,

    /// <summary>Whole steps, and less than the exchange's smallest order.</summary>
    QuantityBelowMinimum,
    SideMissing,

    /// <summary>An open in the direction that would reduce or turn the position.</summary>
    OpenAgainstPosition,

    /// <summary>A reduce-only order in the direction that would add.</summary>
    CloseAddsToPosition,
    PlanTooOld,
    PlanMalformed,

    /// <summary>The ledger changed at every attempt to judge by it.</summary>
    LedgerKeepsChanging,
}

/// <summary>The stable words of <see cref="DenyReason"/> (apply-layer contract 3.2; the others are this system's own).</summary>
public static class DenyReasons
{
    public static string Code(this DenyReason reason) => reason switch
    {
        DenyReason.NoExchangeSnapshot => "no_exchange_snapshot",
        DenyReason.StaleExchangeState => "stale_exchange_state",
        DenyReason.NoPosition => "no_position",
        DenyReason.SideMismatch => "reconcile_required_side_mismatch",
        DenyReason.QuantityMismatch => "reconcile_required_qty_mismatch",
        DenyReason.CooldownInFlight => "cooldown_in_flight",
        DenyReason.HoldActive => "reconcile_hold_active",
        DenyReason.PositionSizeExceedsLimit => "position_size_exceeds_limit",
        DenyReason.KillScoreTooHigh => "kill_score_too_high",
        DenyReason.KillScoreMissing => "kill_score_missing",
        DenyReason.PriceUnknown => "price_unknown",
        DenyReason.OutcomeUnknown => "outcome_unknown",
        DenyReason.LedgerUnreadable => "ledger_unreadable",
        DenyReason.PositionUnreadable => "position_unreadable",
        DenyReason.TwoLegs => "hedge_legs_ambiguous",
        DenyReason.SymbolNotAllowed => "symbol_not_allowed",
        DenyReason.LotUnknown => "lot_size_unknown",
        DenyReason.UnknownAction => "unknown_action",
        DenyReason.ActionWithoutQuantity => "action_without_quantity",
        DenyReason.UnknownDecision => "unknown_decision",
        DenyReason.QuantityMissing => "quantity_missing",
        DenyReason.QuantityBelowStep => "quantity_below_step",
        DenyReason.QuantityBelowMinimum => "quantity_below_minimum",
        DenyReason.SideMissing => "side_missing",
        DenyReason.OpenAgainstPosition => "open_against_position",
        DenyReason.CloseAddsToPosition => "close_adds_to_position",
        DenyReason.PlanTooOld => "plan_too_old",
        DenyReason.PlanMalformed => "plan_malformed",
        DenyReason.LedgerKeepsChanging => "ledger_keeps_changing",
    };
}

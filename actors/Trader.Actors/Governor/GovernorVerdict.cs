using Akka.Event;

namespace Trader.Actors.Governor;

/// <summary>Why a plan gets no permit.</summary>
public enum GovernorRefusal
{
    PlanMalformed,
    ActionNotSupported,
    PlanTooOld,
    KillSwitch,
    EssActive,
    EssUnknown,
    TradingHalted,
    EntriesClosed,
    AutoDisarmed,
    JournalUnavailable,
    RiskGuard,
    StateDriftPositions,
    StateDriftExposure,
    AllocationCap,
    SymbolCooldown,
    MaxPositions,
    NotionalPerTrade,
    TotalNotional,
    PositionFetchFailed,
    LimitComputation,
    KillScoreCritical,
    KillScoreOpen,
    HourlyLimit,
    BurstLimit,
    ExitLocked,
    DailyLimit,
    EvaluationError,
}

/// <summary>What is decided about one plan.</summary>
internal abstract record GovernorVerdict
{
    /// <summary>Not a plan to carry out: acknowledged, no record.</summary>
    public sealed record PassOver : GovernorVerdict;

    /// <param name="Reason">The stable code, never with numbers in it: it becomes a label (D-G12).</param>
    /// <param name="Detail">What is written after the code in the record and the line; empty without.</param>
    public sealed record Refuse(GovernorRefusal Why, string Reason, string Detail) : GovernorVerdict
    {
        public Refuse(GovernorRefusal why, string detail = "")
            : this(why, GovernorReasons.Code(why), detail)
        {
        }

        /// <summary>As recorded and said.</summary>
        public string Text => Reason + Detail;
    }

    /// <param name="Quantity">Base units that go into the permit; 0 except in production.</param>
    /// <param name="Notional">Quote currency that goes into the permit; 0 except in production.</param>
    /// <param name="Opening">Set for an open.</param>
    public sealed record Permit(decimal Quantity, decimal Notional, Opening? Opening) : GovernorVerdict;
}

/// <summary>What an open may add.</summary>
/// <param name="Notional">Quote currency.</param>
/// <param name="Baseline">Notional of the symbol before it.</param>
internal sealed record Opening(decimal Notional, decimal Baseline);

/// <summary>A line that a decision wants said.</summary>
internal sealed record GovernorNote(LogLevel Level, string Text);

/// <param name="Verdict">What becomes of the plan.</param>
/// <param name="Allocation">How P2.9 was found.</param>
/// <param name="Guard">A risk guard that is to be set.</param>
/// <param name="Notes">Lines, in their order.</param>
internal sealed record GovernorJudgement(
    GovernorVerdict Verdict, Allocation Allocation, RiskFinding? Guard, IReadOnlyList<GovernorNote> Notes);

/// <summary>The stable codes (governor contract 3), one place for all of them.</summary>
internal static class GovernorReasons
{
    public static string Code(GovernorRefusal why) => why switch
    {
        GovernorRefusal.PlanMalformed => "plan_malformed",
        GovernorRefusal.ActionNotSupported => "action_not_supported",
        GovernorRefusal.PlanTooOld => "plan_too_old",
        GovernorRefusal.KillSwitch => "kill_switch_active",
        GovernorRefusal.EssActive => "ess_active",
        GovernorRefusal.EssUnknown => "ess_unknown",
        GovernorRefusal.TradingHalted => "trading_halted",
        GovernorRefusal.EntriesClosed => "entries_closed",
        GovernorRefusal.AutoDisarmed => "auto_disarmed",
        GovernorRefusal.JournalUnavailable => "journal_unavailable",
        GovernorRefusal.RiskGuard => "risk_guard",
        GovernorRefusal.StateDriftPositions => "state_drift_position_count",
        GovernorRefusal.StateDriftExposure => "state_drift_exposure",
        GovernorRefusal.AllocationCap => "p29_allocation_cap",
        GovernorRefusal.SymbolCooldown => "symbol_cooldown",
        GovernorRefusal.MaxPositions => "max_positions_reached",
        GovernorRefusal.NotionalPerTrade => "notional_per_trade_exceeded",
        GovernorRefusal.TotalNotional => "total_notional_exceeded",
        GovernorRefusal.PositionFetchFailed => "position_fetch_failed",
        GovernorRefusal.LimitComputation => "limit_computation_error",
        GovernorRefusal.KillScoreCritical => "kill_score_critical_open",
        GovernorRefusal.KillScoreOpen => "kill_score_open_blocked",
        GovernorRefusal.HourlyLimit => "hourly_limit_exceeded",
        GovernorRefusal.BurstLimit => "burst_limit_exceeded",
        GovernorRefusal.ExitLocked => "exit_lock_busy_double_close_prevention",
        GovernorRefusal.DailyLimit => "daily_limit_exceeded",
        GovernorRefusal.EvaluationError => "evaluation_error",
    };
}

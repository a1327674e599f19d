namespace Trader.Actors.ApplyLayer;

/// <summary>Names and known label values of the gate's figures (apply-layer contract 4.1).</summary>
public static class GateMetrics
{
    public const string Denied = "p33_permit_deny_total";

    public const string Allowed = "p33_permit_allow_total";

    public const string GovernorBlocked = "governor_block_total";

    public const string Executed = "apply_executed_total";

    public const string Processed = "apply_plan_processed_total";

    public const string PermitWaitMs = "permit_wait_ms";

    public const string PermitWaitSeconds = "apply_permit_wait_seconds";

    public const string DecisionSeconds = "apply_decision_seconds";

    public const string OrderSeconds = "apply_plan_to_order_seconds";

    public const string KillSwitch = "quantum_global_kill_switch";

    public const string Mismatch = "position_mismatch_seconds";

    public const string PermitMissing = "apply_permit_missing_total";

    public const string Duplicates = "quantum_apply_dedupe_hits_total";

    public const string SwitchReadAgain = "apply_kill_switch_read_again_total";
    public const string Plans = "quantum_apply_plan_total";

    public const string Steps = "quantum_apply_execute_total";

    public const string LastSuccess = "quantum_apply_last_success_epoch";

    public const string InHand = "apply_plans_in_hand";

    public const string InFlight = "apply_orders_in_flight";

    public const string Success = "success";

    public const string Killed = "kill_switch";

    public const string Bypass = "testnet_bypass";

    public const string Rejected = "rejected";

    public const string Unknown = "unknown";

    /// <summary>Series that stand at zero before their first event, because a rate over a series that is not there is empty and not zero.</summary>
    public static IReadOnlyList<(string Name, string Label, string Value)> AtZero { get; } =
    [
        .. Of(Denied, "reason", "reconcile_required_qty_mismatch", "reconcile_required_side_mismatch", "position_size_exceeds_limit",
            "kill_score_too_high", "no_position", "no_exchange_snapshot", "stale_exchange_state", "cooldown_in_flight",
            "reconcile_hold_active", "unknown"),
        .. Of(GovernorBlocked, "reason", "missing_both", "missing_governor", "governor_permit_not_granted", "governor_permit_mismatch",
            "governor_permit_expired", "invalid_governor_permit_format", "wrong_type_governor_permit"),
        .. Of(PermitMissing, "permit", "missing_both", "missing_governor", "missing_p33"),
        .. Of(Executed, "status", Success, Killed, Bypass, Rejected, Unknown),
        .. Of(Processed, "decision", "EXECUTE", "HOLD", "REDUCE", "SKIP", "BLOCKED", "ERROR"),
    ];

    private static IEnumerable<(string Name, string Label, string Value)> Of(string name, string label, params string[] values) =>
        values.Select(value => (name, label, value));
}

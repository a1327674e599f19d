using System.Globalization;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>The gate's documented log lines (apply-layer contract 2.4 to 2.7). Operators grep them; the words are the contract.</summary>
internal static class GateLines
{
    /// <summary>Neither banner may hold the other's word: the last line of the log is grepped for both (A6).</summary>
    public static string Banner(ApplyLayerSettings settings) =>
        (settings.Bypass
            ? "⚠️  TESTNET MODE ENABLED - Governor bypass active (development only)"
            : "✅ PRODUCTION MODE - Both permits required (Governor + P3.3)")
        + (settings.Mode == GateMode.DryRun ? " - DRY RUN, no order is sent" : "");

    public static void Switch(ILoggingAdapter log, SwitchState state, string shown)
    {
        switch (state)
        {
            case SwitchState.On:
                log.Warning("[KILL_SWITCH] Check: {0}", shown);
                Halted(log);
                break;
            case SwitchState.Off:
                log.Info("[KILL_SWITCH] Check: {0} - execution is allowed", shown);
                break;
            case SwitchState.Unknown:
                log.Error("[KILL_SWITCH] Error checking kill switch: it cannot be read, which counts as ACTIVE");
                break;
        }
    }

    public static void Halted(ILoggingAdapter log) =>
        log.Error(LogText.Critical + "[KILL_SWITCH] Execution halted - kill switch is ACTIVE");

    public static void Ok(ILoggingAdapter log, PlanCase plan, long waitMs, decimal quantity) => log.Info(
        "[PERMIT_WAIT] OK plan={0} symbol={1} wait_ms={2} safe_qty={3}", plan.Plan.Id, plan.Plan.Symbol, waitMs,
        quantity.ToString("F4", CultureInfo.InvariantCulture));

    /// <summary>The wait ended without both permits.</summary>
    public static void TimedOut(ILoggingAdapter log, PlanCase plan, long waitMs) => log.Warning("{0}", Block(
        plan, $" wait_ms={waitMs.ToString(CultureInfo.InvariantCulture)} info={{'reason': '{plan.Reason}', "
        + $"'gov_ttl': {Text(plan.Governor.TtlSeconds)}, 'p33_ttl': {Text(plan.PositionState.TtlSeconds)}}}"));

    /// <summary>Exactly one line of a denied plan holds <c>p33_denied</c> (A33).</summary>
    public static void Refused(ILoggingAdapter log, PlanCase plan, PermitVerdict.Refused refused) => log.Warning("{0}", Block(
        plan,
        refused.DenyReason is { } reason ? " reason=" + reason : "",
        refused.DenyReason is not null ? " p33_denied"
            : refused.Ending.Error switch
            {
                "invalid_p33_permit_format" => " invalid_p33_format",
                "invalid_safe_close_qty" => " invalid_safe_qty",
                _ => " " + refused.Ending.Error,
            }));

    public static void Published(ILoggingAdapter log, PlanResult result) => log.Info(
        "{0}: Result published (executed={1}, error={2})", result.Symbol, result.Executed ? "True" : "False",
        result.Error.Length == 0 ? "None" : result.Error);

    /// <summary>
    /// Successes are counted by <c>PERMIT_WAIT.*OK</c>: a name with OK in it (TOKENUSDT) stands before the tag in a line about a block (A34).
    /// </summary>
    private static string Block(PlanCase plan, string tail, string kind = "")
    {
        var names = $"plan={plan.Plan.Id} symbol={plan.Plan.Symbol}";
        return names.Contains("OK", StringComparison.Ordinal) || tail.Contains("OK", StringComparison.Ordinal)
            ? $"{names}{tail} [PERMIT_WAIT] BLOCK{kind}"
            : $"[PERMIT_WAIT] BLOCK{kind} {names}{tail}";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>The governor's journal records and events, field by field.</summary>
internal static class GovernorRecords
{
    /// <summary>One record per batch and round: what it was judged by, then every plan with what was decided.</summary>
    public static JournalRecord Decided(long nowMs, GovernorBatch plans)
    {
        var facts = plans.Facts!;
        var fields = new List<KeyValuePair<string, string>>
        {
            new("ess", facts.EssState.Proof),
            new("gate", facts.EntriesGate.Proof),
            new("halted", facts.Halted.Proof),
            new("kill", facts.Kill.Proof),
        };
        for (var i = 0; i < plans.Entries.Count; i++)
        {
            var verdict = plans.Judgements[i].Verdict switch
            {
                GovernorVerdict.PassOver => "passed over",
                GovernorVerdict.Refuse refuse => "refused " + refuse.Text,
                GovernorVerdict.Permit { Opening: null } => "permitted",
                GovernorVerdict.Permit => "permitted to open",
                _ => throw new InvalidOperationException("not a verdict"),
            };
            fields.Add(plans.Entries[i] is RedisProtocol.PlanSeen { Plan: var plan }
                ? new(plan.Id.Value, $"{plan.Symbol} {plan.ActionText} {plan.Source}: {verdict}")
                : new(plans.Entries[i].StreamId, verdict));
        }

        return new JournalRecord("governor.decided", nowMs, fields);
    }

    /// <summary>The documented event (governor contract 1b).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> AllocationCap(Plan plan, Allocation allocation, double atSeconds) =>
    [
        new("event", "P29_ALLOCATION_CAP_BLOCK"),
        new("symbol", plan.Symbol.Value),
        new("plan_id", plan.Id.Value),
        new("position_notional_usd", Text(allocation.Position)),
        new("target_usd", Text(allocation.Target)),
        new("mode", "enforce"),
        new("confidence", Text(allocation.Confidence)),
        new("timestamp", PythonFloat.Text(atSeconds)),
    ];

    /// <summary>The documented event; what was done differs from the reference's, and says so.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> AutoDisarm(
        string reason, IReadOnlyList<KeyValuePair<string, string>> context, double atSeconds) =>
    [
        new("event", "AUTO_DISARM"),
        new("reason", reason),
        new("context", PythonJson.Object(context)),
        new("timestamp", PythonFloat.Text(atSeconds)),
        new("action_taken", "no permits for opens until the next UTC day"),
    ];

    public static string DisarmValue(string reason, IReadOnlyList<KeyValuePair<string, string>> context, double atSeconds) =>
        $"{{\"reason\": {PythonJson.Quote(reason)}, \"context\": {PythonJson.Object(context)}, "
        + $"\"timestamp\": {PythonFloat.Text(atSeconds)}}}";

    public static string GuardValue(RiskFinding guard, TimeSpan length, double atSeconds) =>
        $"{{\"guard_type\": {PythonJson.Quote(guard.Type)}, \"reason\": {PythonJson.Quote(guard.Reason)}, "
        + $"\"activated_at\": {PythonFloat.Text(atSeconds)}, \"expires_at\": {PythonFloat.Text(atSeconds + length.TotalSeconds)}}}";

    public static IReadOnlyList<KeyValuePair<string, string>> GuardEvent(RiskFinding guard, TimeSpan length, double atSeconds) =>
    [
        new("event", "RISK_GUARD_ACTIVATED"),
        new("guard_type", guard.Type),
        new("reason", guard.Reason),
        new("duration_sec", ((long)length.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
        new("timestamp", PythonFloat.Text(atSeconds)),
    ];

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Trader.Actors.Flatten;
using Trader.Cli.CommandLine;
using Trader.Messages;

namespace Trader.Cli.Flatten;

/// <summary>The flatten's state for a person and for a machine.</summary>
internal static class FlattenScreen
{
    private const int ShownRuns = 10;

    public static string Name(FlattenOutcome outcome) => outcome switch
    {
        FlattenOutcome.Checking => "checking",
        FlattenOutcome.Refused => "no-op",
        FlattenOutcome.Running => "running",
        FlattenOutcome.Aborted => "aborted",
        FlattenOutcome.Flat => "flat",
        FlattenOutcome.Partial => "partial",
        FlattenOutcome.Failed => "failed",
        FlattenOutcome.Interrupted => "interrupted",
    };

    public static string Text(FlattenState state)
    {
        var text = new StringBuilder();
        Line(text, "switches", state.Enabled switch
        {
            true => "ENABLED: both flags are set and the exchange is a testnet",
            false => "disabled (gov_testnet_flatten_enabled 0; the governor's start lines say why)",
            null => $"unknown: no governor answers at {state.Governor}",
        });
        Line(text, "arm key", Arm(state));
        Line(text, "cooldown", Cooldown(state));
        Line(text, "ess latch", state.LatchStands ? $"stands ({state.Latch})" : $"absent on this machine ({state.Latch})");
        if (state.History.LastHand is { } hand)
        {
            Line(text, "last hand", hand switch
            {
                FlattenEvent.Requested e => $"armed {Time(e.AtMs)} by {Show(e.Note.By)}: {Show(e.Note.Why)}",
                FlattenEvent.Withdrawn e => $"disarmed {Time(e.AtMs)} by {Show(e.Note.By)}: {Show(e.Note.Why)}",
                _ => "",
            });
        }

        if (state.Trouble is { } trouble)
        {
            Line(text, "UNREADABLE", trouble);
        }

        text.AppendLine();
        if (state.History.Runs.Count == 0)
        {
            return text.Append("no runs recorded").ToString();
        }

        using var rows = new StringWriter(text, CultureInfo.InvariantCulture);
        new Table("TIME (UTC)", "RESULT", "SYMBOLS", "ORDERS", "ERRORS", "LEFT", "MS", "BY", "WHY", "RUN", "")
            .Fill(state.History.Runs.Reverse().Take(ShownRuns).Select(Row)).Write(rows);
        return text.ToString().TrimEnd();
    }

    public static string Json(FlattenState state) => JsonSerializer.Serialize(
        new
        {
            enabled = state.Enabled,
            armed = state.ArmKey == "1",
            armKey = state.ArmKey,
            armMsLeft = state.ArmKey is null ? (long?)null : state.ArmMs,
            armedBy = state.Note.By,
            armedWhy = state.Note.Why,
            lastTs = state.LastTs,
            cooldownActive = IsCooling(state),
            cooldownAgeMs = state.AgeMs,
            essLatch = state.LatchStands,
            essLatchPath = state.Latch,
            counters = state.Counters,
            runs = state.History.Runs.Reverse().Take(ShownRuns).Select(Shape),
            trouble = state.Trouble,
        },
        JsonSerializerOptions.Web);

    public static object Shape(FlattenRunRecord run) => new
    {
        run = run.Run.Value,
        at = Time(run.AtMs),
        result = Name(run.Outcome),
        by = run.Note.By,
        why = run.Note.Why,
        text = run.Text,
        symbolsSeen = run.Figures.Seen,
        nonzero = run.Figures.NonZero,
        aboveNotional = run.Figures.Above,
        ordersSent = run.Figures.Sent,
        ordersOk = run.Figures.Ok,
        errors = run.Figures.Errors,
        residual = run.Figures.Residual,
        skipped = run.Figures.Skipped.Count,
        stopped = run.Figures.Stopped,
        tookMs = run.Figures.TookMs,
    };

    private static string[] Row(FlattenRunRecord run) =>
    [
        Time(run.AtMs), Name(run.Outcome), Whole(run.Figures.Above), Whole(run.Figures.Ok), Whole(run.Figures.Errors),
        Whole(run.Figures.Residual), Whole(run.Figures.TookMs), Show(run.Note.By), Show(run.Note.Why), run.Run.Value[..Math.Min(8, run.Run.Value.Length)],
        Show(run.Text.Length > 0 ? run.Text : run.Figures.Stopped),
    ];

    private static string Arm(FlattenState state) => state.ArmKey switch
    {
        null => "not set",
        "1" => $"ARMED, {(state.ArmMs < 0 ? "without expiry" : $"expires in {Whole(state.ArmMs / 1000)} s")}"
            + (state.Note.By.Length > 0 ? $", by {Show(state.Note.By)}: {Show(state.Note.Why)}" : ", by hand"),
        { } other => $"holds '{FlattenText.ShowShort(other)}', which nobody takes",
    };

    private static string Cooldown(FlattenState state) => state switch
    {
        { LastTs: null } => "free",
        { AgeMs: null } => $"ACTIVE: last_ts '{FlattenText.Show(state.LastTs)}' is no time; redis-cli DEL {RedisKeys.FlattenLastTs} clears it",
        { AgeMs: < 0 } => $"ACTIVE: last_ts {state.LastTs} lies in the future; redis-cli DEL {RedisKeys.FlattenLastTs} clears it",
        { AgeMs: { } age } when age < state.CooldownMs => $"ACTIVE for {Whole((state.CooldownMs - age + 999) / 1000)} s more",
        { AgeMs: { } age } => $"free; the last one was {Whole(age / 1000)} s ago",
    };

    private static bool IsCooling(FlattenState state) => state.LastTs is not null && (state.AgeMs is not { } age || age < state.CooldownMs);

    private static void Line(StringBuilder text, string name, string value) => text.Append(name.PadRight(12)).AppendLine(value);

    private static string Show(string text) => FlattenText.Show(text);

    private static string Time(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, 0, 253_402_300_799_999)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}

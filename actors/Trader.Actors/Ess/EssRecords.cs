using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>The emergency stop's events as journal records, field by field, and back.</summary>
public static class EssRecords
{
    public const string Prefix = "ess.";

    private const string StoppedKind = Prefix + "stopped";
    private const string ReleasedKind = Prefix + "released";
    private const string DayKind = Prefix + "day";
    private const string RearmedKind = Prefix + "rearmed";

    public static JournalRecord Write(EssEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var number = new KeyValuePair<string, string>("number", Text(happened.Number));
        return happened switch
        {
            EssStopped e => new JournalRecord(StoppedKind, e.AtMs,
            [
                number, new("via", Text(e.Stop.Via)), new("by", e.Stop.By), new("reason", e.Stop.Reason), new("cause", e.Cause ? "true" : "false"),
                new("drawdown", Text(e.Drawdown)), new("open_loss", Text(e.OpenLoss)),
            ]),
            EssReleased e => new JournalRecord(ReleasedKind, e.AtMs,
            [
                number, new("via", Text(e.Via)), new("by", e.By), new("reason", e.Reason), new("seen_drawdown", Text(e.SeenDrawdown)),
                new("seen_open_loss", Text(e.SeenOpenLoss)),
            ]),
            EssDayBegan e => new JournalRecord(DayKind, e.AtMs,
                [number, new("day", e.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("equity", Text(e.Equity))]),
            EssRearmed e => new JournalRecord(RearmedKind, e.AtMs, [number, new("via", Text(e.Via))]),
            _ => throw new InvalidOperationException($"Not an event of the emergency stop: {happened.GetType()}"),
        };
    }

    /// <summary>Null for a record that says nothing certain; whoever recovers treats that as damage.</summary>
    public static EssEvent? Read(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var via = Via(Find(record, "via"));
        if (!long.TryParse(Find(record, "number"), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return record.Kind switch
        {
            StoppedKind when via is { } v => new EssStopped(
                number, new EssStop(v, Find(record, "reason"), Find(record, "by"), record.AtMs), Find(record, "cause") == "true",
                Number(Find(record, "drawdown")), Number(Find(record, "open_loss"))),
            ReleasedKind when via is { } v => new EssReleased(
                number, record.AtMs, v, Find(record, "by"), Find(record, "reason"), Number(Find(record, "seen_drawdown")),
                Number(Find(record, "seen_open_loss"))),
            DayKind when Number(Find(record, "equity")) is { } equity && DateOnly.TryParseExact(
                Find(record, "day"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) =>
                new EssDayBegan(number, record.AtMs, day, equity),
            RearmedKind when via is { } v => new EssRearmed(number, record.AtMs, v),
            _ => null,
        };
    }

    public static string Text(EssVia via) => via switch
    {
        EssVia.File => "file",
        EssVia.Redis => "redis",
        EssVia.Api => "api",
        EssVia.Cli => "cli",
        EssVia.Drawdown => "drawdown",
        EssVia.OpenLoss => "open_loss",
        EssVia.ExecutionErrors => "execution_errors",
        EssVia.Memory => "memory",
    };

    private static EssVia? Via(string text) =>
        Enum.GetValues<EssVia>().Cast<EssVia?>().FirstOrDefault(via => Text(via!.Value) == text);

    private static string Find(JournalRecord record, string name) => PanicWire.Find(record.Fields, name) ?? "";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(decimal? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}

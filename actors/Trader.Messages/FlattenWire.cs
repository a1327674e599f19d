using System.Globalization;

namespace Trader.Messages;

/// <summary>The written-out mapping of flatten events to named fields: the same in the journal and on the stream.</summary>
public static class FlattenWire
{
    /// <summary>First part of every kind.</summary>
    public const string Prefix = "flatten.";

    /// <summary>Fields of a stream entry beside those of the event.</summary>
    public const string KindField = "event";

    public const string TimeField = "ts";

    public const string NodeField = "node";

    private const string OrderField = "order.";

    /// <summary>Symbols listed before the rest is only counted.</summary>
    public const int MaxListed = 20;

    public static string Text(FlattenStatus status) => status switch
    {
        FlattenStatus.Flat => "flat",
        FlattenStatus.Partial => "partial",
        FlattenStatus.Failed => "failed",
    };

    public static JournalRecord Write(FlattenEvent happened) => happened switch
    {
        FlattenEvent.Requested e => Record("requested", e.AtMs, [.. Note(e.Note), new("seconds", Text(e.Seconds))]),
        FlattenEvent.Withdrawn e => Record("withdrawn", e.AtMs, Note(e.Note)),
        FlattenEvent.Armed e => Record("armed", e.AtMs, [Run(e), .. Note(e.Note)]),
        FlattenEvent.Refused e => Record(
            "refused", e.AtMs, [Run(e), new("reason", e.Reason.ToString()), new("text", e.Text), .. Note(e.Note)]),
        FlattenEvent.Started e => Record("started", e.AtMs, [Run(e)]),
        FlattenEvent.Planned e => Record(
            "planned", e.AtMs,
            [
                Run(e), new("planned", Text(e.Count)), .. Figures(e.Figures),
                .. e.Orders.Select((order, i) => new KeyValuePair<string, string>(OrderField + Text(i), order)),
            ]),
        FlattenEvent.Aborted e => Record("aborted", e.AtMs, [Run(e), new("text", e.Text), .. Figures(e.Figures)]),
        FlattenEvent.Completed e => Record("completed", e.AtMs, [Run(e), new("status", Text(e.Status)), .. Figures(e.Figures)]),
        FlattenEvent.Interrupted e => Record("interrupted", e.AtMs, [Run(e)]),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), "Not a flatten event."),
    };

    /// <summary>Null when the record is no flatten event, or one that cannot be understood: then it says nothing.</summary>
    public static FlattenEvent? Read(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!record.Kind.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var fields = record.Fields;
        var at = record.AtMs;
        var kind = record.Kind[Prefix.Length..];
        if (kind is "requested" or "withdrawn")
        {
            return kind == "requested" ? new FlattenEvent.Requested(ReadNote(fields), Whole(fields, "seconds"), at)
                : new FlattenEvent.Withdrawn(ReadNote(fields), at);
        }

        if (!EventId.TryParse(PanicWire.Find(fields, "run"), out var run))
        {
            return null;
        }

        var text = PanicWire.Find(fields, "text") ?? "";
        return kind switch
        {
            "armed" => new FlattenEvent.Armed(run, ReadNote(fields), at),
            "refused" when Enum.TryParse<FlattenRefusal>(PanicWire.Find(fields, "reason"), out var reason) =>
                new FlattenEvent.Refused(run, reason, text, ReadNote(fields), at),
            "started" => new FlattenEvent.Started(run, at),
            "planned" => new FlattenEvent.Planned(
                run, ReadFigures(fields), Whole(fields, "planned"), [.. fields.Where(IsOrder).Select(f => f.Value)], at),
            "aborted" => new FlattenEvent.Aborted(run, text, ReadFigures(fields), at),
            "completed" when ReadStatus(PanicWire.Find(fields, "status")) is { } status =>
                new FlattenEvent.Completed(run, status, ReadFigures(fields), at),
            "interrupted" => new FlattenEvent.Interrupted(run, at),
            _ => null,
        };
    }

    /// <summary>As a stream entry.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ToStream(FlattenEvent happened, string node)
    {
        var record = Write(happened);
        return
        [
            new(KindField, record.Kind), new(TimeField, Text(record.AtMs)), new(NodeField, node),
            .. WithoutOrders(record),
        ];
    }

    /// <summary>The fields without a plan's orders: those stand in the journal alone, 200 lines would burden everything else.</summary>
    public static IEnumerable<KeyValuePair<string, string>> WithoutOrders(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Fields.Where(f => !IsOrder(f));
    }

    /// <summary>Null when the entry is none of ours or cannot be understood.</summary>
    public static FlattenEvent? FromStream(IReadOnlyList<KeyValuePair<string, string>> fields) =>
        PanicWire.Find(fields, KindField) is { } kind
        && long.TryParse(PanicWire.Find(fields, TimeField), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? Read(new JournalRecord(kind, at, fields))
            : null;

    /// <summary>The first <see cref="MaxListed"/> names and how many more there are, <c>-</c> for none.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count == 0 ? "-"
            : string.Join(',', names.Take(MaxListed)) + (names.Count > MaxListed ? $",+{Text(names.Count - MaxListed)}" : "");
    }

    private static bool IsOrder(KeyValuePair<string, string> field) => field.Key.StartsWith(OrderField, StringComparison.Ordinal);

    private static JournalRecord Record(string kind, long atMs, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        new(Prefix + kind, atMs, fields);

    private static KeyValuePair<string, string> Run(FlattenEvent.OfRun e) => new("run", e.Run.Value);

    private static IReadOnlyList<KeyValuePair<string, string>> Note(FlattenArmNote note) =>
        [new("by", note.By), new("why", note.Why), new("request", note.Request)];

    private static FlattenArmNote ReadNote(IReadOnlyList<KeyValuePair<string, string>> fields) => new(
        PanicWire.Find(fields, "by") ?? "", PanicWire.Find(fields, "why") ?? "", PanicWire.Find(fields, "request") ?? "");

    private static IReadOnlyList<KeyValuePair<string, string>> Figures(FlattenFigures f) =>
    [
        new("symbols_seen", Text(f.Seen)),
        new("nonzero", Text(f.NonZero)),
        new("above_notional", Text(f.Above)),
        new("unreadable", Text(f.Unreadable)),
        new("orders_sent", Text(f.Sent)),
        new("orders_ok", Text(f.Ok)),
        new("errors", Text(f.Errors)),
        new("residual", Text(f.Residual)),
        new("skipped", string.Join(',', f.Skipped.Take(MaxListed))),
        new("skipped_count", Text(f.Skipped.Count)),
        new("stopped", f.Stopped),
        new("took_ms", Text(f.TookMs)),
    ];

    private static FlattenFigures ReadFigures(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var listed = (PanicWire.Find(fields, "skipped") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var more = Math.Clamp(Whole(fields, "skipped_count") - listed.Length, 0, 100_000);
        return new FlattenFigures(
            Whole(fields, "symbols_seen"), Whole(fields, "nonzero"), Whole(fields, "above_notional"), Whole(fields, "unreadable"),
            Whole(fields, "orders_sent"), Whole(fields, "orders_ok"), Whole(fields, "errors"),
            [.. listed, .. Enumerable.Repeat("?", more)], Whole(fields, "residual"), PanicWire.Find(fields, "stopped") ?? "",
            Whole(fields, "took_ms"));
    }

    private static FlattenStatus? ReadStatus(string? text) => text switch
    {
        "flat" => FlattenStatus.Flat,
        "partial" => FlattenStatus.Partial,
        "failed" => FlattenStatus.Failed,
        _ => null,
    };

    private static int Whole(IReadOnlyList<KeyValuePair<string, string>> fields, string name) =>
        int.TryParse(PanicWire.Find(fields, name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

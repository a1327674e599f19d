using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Trader.Actors.Disk;

/// <summary>
/// One line per item: for a person (UTC, columns, <c>name=value</c>) or for a machine (one JSON object).
/// </summary>
public static class AuditFormat
{
    private const int NodeColumn = 10;
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.fff";
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>2026-11-21 10:02:03.123  watchdog   panic.accepted  event_id=… reason=…</c></summary>
    public static string Line(AuditItem item) => item switch
    {
        AuditItem.Entry entry => Line(entry),
        AuditItem.Bad bad => string.Create(
            CultureInfo.InvariantCulture, $"BAD {bad.Node} {bad.File} at {bad.Offset}: {bad.Why}"),
        _ => throw new ArgumentOutOfRangeException(nameof(item), "Not an audit item."),
    };

    public static string Json(AuditItem item) => Object(json =>
    {
        json.WriteString("node", item.Node);
        json.WriteString("file", item.File);
        json.WriteNumber("offset", item.Offset);
        if (item is AuditItem.Bad bad)
        {
            json.WriteString("fault", bad.Fault.ToString());
            json.WriteString("why", bad.Why);
        }
        else if (item is AuditItem.Entry entry)
        {
            json.WriteNumber("seq", entry.Seq);
            json.WriteString("at", JournalPayload.TimeText(entry.Record.AtMs));
            json.WriteString("kind", entry.Record.Kind);
            json.WriteStartObject("fields");
            foreach (var field in entry.Record.Fields)
            {
                json.WriteString(field.Key, field.Value);
            }

            json.WriteEndObject();
        }
    });

    /// <summary><c>watchdog   1204 records in 2 segments verified, last 1204, chain 9f86d081…, 0 bad</c></summary>
    public static string Line(NodeAudit node) => string.Create(CultureInfo.InvariantCulture,
        $"{node.Node.PadRight(NodeColumn)} {node.Records} records in {node.Segments} segments verified, ")
        + string.Create(CultureInfo.InvariantCulture, $"last {node.LastSeq}, chain {node.Chain}, {node.BadCount} bad");

    public static string Json(NodeAudit node) => Object(json =>
    {
        json.WriteString("node", node.Node);
        json.WriteNumber("records", node.Records);
        json.WriteNumber("segments", node.Segments);
        json.WriteNumber("last_seq", node.LastSeq);
        json.WriteString("chain", node.Chain);
        json.WriteNumber("bad", node.BadCount);
    });

    private static string Line(AuditItem.Entry entry)
    {
        var line = new StringBuilder(256);
        line.Append(JournalPayload.Time(entry.Record.AtMs).ToString(TimeFormat, CultureInfo.InvariantCulture))
            .Append("  ").Append(entry.Node.PadRight(NodeColumn)).Append(' ')
            .Append(Plain(entry.Record.Kind)).Append(' ');
        foreach (var field in entry.Record.Fields)
        {
            line.Append(' ').Append(Plain(field.Key)).Append('=').Append(Plain(field.Value));
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>
    /// As it is when it is printable ASCII without blanks and quotes, else as a JSON string: what an outsider put into
    /// a field can neither fake another field nor speak to the terminal.
    /// </summary>
    private static string Plain(string value) =>
        value.Length > 0 && value.All(c => c is > ' ' and <= '~' and not '"')
            ? value
            : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)}\"";

    private static string Object(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}

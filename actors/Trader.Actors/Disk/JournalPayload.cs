using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The JSON of one record:
/// <c>{"at":"2026-11-21T10:02:03.123Z","seq":7,"kind":"panic.accepted","fields":{"event_id":"…"}}</c>. Order and
/// repetition of field names are kept. The time is text because a person reads it; it has the record's full precision.
/// </summary>
public static class JournalPayload
{
    /// <summary>Longer kinds are cut.</summary>
    public const int MaxKindLength = 64;

    /// <summary>Longer field names are cut.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Further fields are left out.</summary>
    public const int MaxFields = 4096;

    /// <summary>The field that says how many others did not fit.</summary>
    public const string CutField = "journal.cut";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int SmallestCap = 64;

    // The default encoder writes every non-ASCII character and every quote as \uXXXX; nothing here is ever pasted into
    // HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// At most <see cref="JournalCodec.MaxPayloadBytes"/> bytes. What does not fit is cut and says so: first the
    /// longest values, then the last fields; a record too big to keep whole is still worth keeping.
    /// </summary>
    public static ReadOnlyMemory<byte> Write(long seq, JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (cap, count) = (JournalCodec.MaxPayloadBytes, Math.Min(record.Fields.Count, MaxFields));
        while (true)
        {
            var payload = Write(seq, record, cap, count);
            if (payload.Length <= JournalCodec.MaxPayloadBytes)
            {
                return payload;
            }

            (cap, count) = cap > SmallestCap ? (cap / 2, count) : (cap, count / 2);
        }
    }

    /// <summary>About how much there is to write.</summary>
    internal static int Characters(JournalRecord record) =>
        record.Fields.Sum(f => (f.Key ?? string.Empty).Length + (f.Value ?? string.Empty).Length);

    /// <summary>
    /// Reads a payload whole; false when it is not one that <see cref="Write(long, JournalRecord)"/> made.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out long seq, [NotNullWhen(true)] out JournalRecord? record)
    {
        record = null;
        seq = 0;
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!TryHead(ref json, out var atMs, out seq, out var kind)
                || !TryProperty(ref json, "fields"u8, JsonTokenType.StartObject))
            {
                return false;
            }

            var fields = new List<KeyValuePair<string, string>>();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString();
                if (!json.Read() || json.TokenType != JsonTokenType.String)
                {
                    return false;
                }

                fields.Add(new(name ?? string.Empty, json.GetString() ?? string.Empty));
            }

            if (json.TokenType != JsonTokenType.EndObject || !json.Read() || json.Read())
            {
                return false;
            }

            record = new JournalRecord(kind, atMs, fields);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // How the reader says "not valid UTF-8".
            return false;
        }
    }

    /// <summary>Only what a walk over a long journal needs.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> payload, out long seq, out string kind)
    {
        try
        {
            var json = new Utf8JsonReader(payload);
            return TryHead(ref json, out _, out seq, out kind);
        }
        catch (JsonException)
        {
            (seq, kind) = (0, string.Empty);
            return false;
        }
        catch (InvalidOperationException)
        {
            (seq, kind) = (0, string.Empty);
            return false;
        }
    }

    /// <summary>
    /// The record's time as everything here prints it, UTC; times outside the years 1 to 9999 become the nearest end.
    /// </summary>
    internal static DateTimeOffset Time(long atMs) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
        atMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    internal static string TimeText(long atMs) => Time(atMs).ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static ReadOnlyMemory<byte> Write(long seq, JournalRecord record, int cap, int count)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("at"u8, TimeText(record.AtMs));
        json.WriteNumber("seq"u8, seq);
        json.WriteString("kind"u8, Cut(record.Kind, MaxKindLength));
        json.WriteStartObject("fields"u8);
        for (var i = 0; i < count; i++)
        {
            var field = record.Fields[i];
            json.WriteString(Cut(field.Key, MaxNameLength), Cut(field.Value, cap));
        }

        if (count < record.Fields.Count)
        {
            json.WriteString(CutField, string.Create(
                CultureInfo.InvariantCulture, $"{record.Fields.Count - count} fields left out"));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    /// <summary>At most <paramref name="max"/> characters, the marker included, and no half surrogate pair.</summary>
    private static string Cut(string? text, int max)
    {
        // The type says never null; a caller's mistake must still not end the disk's only thread.
        text ??= string.Empty;
        if (text.Length > max)
        {
            var marker = string.Create(CultureInfo.InvariantCulture, $"…[{text.Length} characters]");
            text = string.Concat(text.AsSpan(0, max - marker.Length), marker);
        }

        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune);
        }

        return whole.ToString();
    }

    private static bool TryHead(ref Utf8JsonReader json, out long atMs, out long seq, out string kind)
    {
        (atMs, seq, kind) = (0, 0, string.Empty);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject
            || !TryProperty(ref json, "at"u8, JsonTokenType.String)
            || !DateTimeOffset.TryParseExact(json.GetString(), TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var at)
            || !TryProperty(ref json, "seq"u8, JsonTokenType.Number) || !json.TryGetInt64(out seq)
            || !TryProperty(ref json, "kind"u8, JsonTokenType.String))
        {
            return false;
        }

        atMs = at.ToUnixTimeMilliseconds();
        kind = json.GetString() ?? string.Empty;
        return true;
    }

    private static bool TryProperty(ref Utf8JsonReader json, ReadOnlySpan<byte> name, JsonTokenType type) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(name)
        && json.Read() && json.TokenType == type;
}

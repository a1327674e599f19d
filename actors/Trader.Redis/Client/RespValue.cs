using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Trader.Redis;

/// <summary>The kinds of a RESP value (https://redis.io/docs/latest/develop/reference/protocol-spec/). Bulk errors are
/// <see cref="Error"/>; the three spellings of null are one <see cref="Null"/>.</summary>
public enum RespKind : byte
{
    Null,
    SimpleString,
    Error,
    Integer,
    BulkString,
    Array,
    Boolean,
    Double,
    BigNumber,
    Verbatim,
    Map,
    Set,
    Push,
}

/// <summary>
/// One RESP2 or RESP3 value. Text is kept as the bytes that came; a map is kept flat, key then value, so that code
/// which walks pairs reads a RESP2 array and a RESP3 map alike. An error reply is a value, not an exception.
/// </summary>
public readonly struct RespValue : IEquatable<RespValue>
{
    private readonly object? _content;
    private readonly long _bits;

    private RespValue(RespKind kind, long bits, object? content)
    {
        Kind = kind;
        _bits = bits;
        _content = content;
    }

    public RespKind Kind { get; }

    public bool IsNull => Kind == RespKind.Null;

    public bool IsError => Kind == RespKind.Error;

    /// <summary>The members of an array, set or push, or a map's keys and values in turn; empty for every other
    /// kind.</summary>
    public ReadOnlySpan<RespValue> Items => _content as RespValue[];

    /// <summary>The bytes of a text-like value; empty for every other kind.</summary>
    public ReadOnlyMemory<byte> Bytes => _content as byte[];

    /// <summary>An error's first word (<c>WRONGTYPE</c>, <c>NOAUTH</c>, <c>NOGROUP</c>, …), or <c>ERR</c> when it has
    /// none in capitals; empty when the value is no error.</summary>
    public string ErrorCode
    {
        get
        {
            if (!IsError)
            {
                return "";
            }

            ReadOnlySpan<byte> text = Bytes.Span;
            int end = text.IndexOf((byte)' ');
            ReadOnlySpan<byte> word = end < 0 ? text : text[..end];
            bool isCode = !word.IsEmpty && !word.ContainsAnyExceptInRange((byte)'A', (byte)'Z');
            return isCode ? Encoding.ASCII.GetString(word) : "ERR";
        }
    }

    internal static RespValue Null => default;

    internal static RespValue Integer(long value) => new(RespKind.Integer, value, null);

    internal static RespValue Boolean(bool value) => new(RespKind.Boolean, value ? 1 : 0, null);

    internal static RespValue Double(double value) => new(RespKind.Double, BitConverter.DoubleToInt64Bits(value), null);

    internal static RespValue Text(RespKind kind, byte[] bytes) => new(kind, 0, bytes);

    internal static RespValue Aggregate(RespKind kind, RespValue[] items) => new(kind, 0, items);

    /// <summary>A number: an integer, a boolean (0 or 1), or text that is nothing but a 64-bit integer.</summary>
    public bool TryInteger(out long value)
    {
        value = _bits;
        return Kind is RespKind.Integer or RespKind.Boolean
            || (IsText && Utf8Parser.TryParse(Bytes.Span, out value, out int used) && used == Bytes.Length);
    }

    /// <summary>A RESP3 double, or text that is one (RESP2 sends doubles as text).</summary>
    public bool TryDouble(out double value)
    {
        value = BitConverter.Int64BitsToDouble(_bits);
        return Kind == RespKind.Double
            || (IsText && double.TryParse(Bytes.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out value));
    }

    /// <summary>Text of any text kind or an error's text; invalid UTF-8 is replaced by U+FFFD, never refused.</summary>
    public bool TryText(out string text)
    {
        bool has = IsText || IsError;
        text = has ? Encoding.UTF8.GetString(Bytes.Span) : "";
        return has;
    }

    /// <summary>The value beside <paramref name="key"/> in a map, or in an array of pairs as RESP2 sends a
    /// map.</summary>
    public bool TryMember(ReadOnlySpan<byte> key, out RespValue value)
    {
        ReadOnlySpan<RespValue> items = Items;
        for (int i = 0; i + 1 < items.Length; i += 2)
        {
            if (items[i].IsText && items[i].Bytes.Span.SequenceEqual(key))
            {
                value = items[i + 1];
                return true;
            }
        }

        value = default;
        return false;
    }

    public bool Equals(RespValue other)
    {
        if (Kind != other.Kind || _bits != other._bits)
        {
            return false;
        }

        return Kind switch
        {
            RespKind.Null or RespKind.Integer or RespKind.Boolean or RespKind.Double => true,
            RespKind.SimpleString or RespKind.Error or RespKind.BulkString or RespKind.BigNumber or RespKind.Verbatim =>
                Bytes.Span.SequenceEqual(other.Bytes.Span),
            RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push => Items.SequenceEqual(other.Items),
            _ => throw new InvalidOperationException($"unknown kind {Kind}"),
        };
    }

    public override bool Equals(object? obj) => obj is RespValue other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.Add(Kind);
        hash.Add(_bits);
        hash.AddBytes(Bytes.Span);
        foreach (RespValue item in Items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public static bool operator ==(RespValue left, RespValue right) => left.Equals(right);

    public static bool operator !=(RespValue left, RespValue right) => !left.Equals(right);

    /// <summary>Kind and size only: a reply may hold what must not be logged (S16).</summary>
    public override string ToString() => _content switch
    {
        RespValue[] items => $"{Kind}[{items.Length}]",
        byte[] bytes => $"{Kind}({bytes.Length} B)",
        _ => Kind.ToString(),
    };

    private bool IsText =>
        Kind is RespKind.BulkString or RespKind.SimpleString or RespKind.Verbatim or RespKind.BigNumber;
}

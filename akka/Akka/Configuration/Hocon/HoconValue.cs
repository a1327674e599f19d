using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>An object's fields in the order of their first assignment. Immutable.</summary>
public sealed class HoconObject
{
    internal HoconObject(Dictionary<string, HoconValue> items) => Items = items;

    public IReadOnlyDictionary<string, HoconValue> Items { get; }

    public HoconValue? GetKey(string key) => Items.GetValueOrDefault(key);
}

/// <summary>A resolved HOCON value: text, list, object or null. Immutable.</summary>
public sealed class HoconValue
{
    private readonly string? _text;
    private readonly IReadOnlyList<HoconValue>? _array;
    private readonly HoconObject? _object;

    private HoconValue(string? text, IReadOnlyList<HoconValue>? array, HoconObject? obj, int line)
    {
        _text = text;
        _array = array;
        _object = obj;
        Line = line;
    }

    internal static HoconValue EmptyObject { get; } = FromObject(new HoconObject([]), 0);

    /// <summary>Line of the text this value was read from, from 1; 0 when it was not read from text.</summary>
    public int Line { get; }

    /// <summary>An object without fields, an empty list, or null.</summary>
    public bool IsEmpty => _text is null && _array is not { Count: > 0 } && _object is not { Items.Count: > 0 };

    internal bool IsNull => _text is null && _array is null && _object is null;

    internal static HoconValue FromText(string? text, int line) => new(text, null, null, line);

    internal static HoconValue FromArray(IReadOnlyList<HoconValue> items, int line) => new(null, items, null, line);

    internal static HoconValue FromObject(HoconObject obj, int line) => new(null, null, obj, line);

    public bool IsString() => _text is not null;

    public bool IsArray() => _array is not null;

    public bool IsObject() => _object is not null;

    /// <summary>The text, or null when this is not text.</summary>
    public string? GetString() => _text;

    /// <summary>The items; empty when this is not a list.</summary>
    public IReadOnlyList<HoconValue> GetArray() => _array ?? [];

    /// <summary>The object, or null when this is none.</summary>
    public HoconObject? GetObject() => _object;

    /// <summary>The field of that name, or null when there is none or this is no object.</summary>
    public HoconValue? GetChildObject(string key) => _object?.GetKey(key);

    /// <exception cref="FormatException">The value is none of true, false, yes, no, on, off.</exception>
    public bool GetBoolean() => HoconScalar.Boolean(Scalar("a boolean"));

    /// <exception cref="FormatException">The value is not a whole number in range.</exception>
    public int GetInt() => HoconScalar.Number<int>(Scalar("a number"));

    /// <inheritdoc cref="GetInt"/>
    public long GetLong() => HoconScalar.Number<long>(Scalar("a number"));

    /// <exception cref="FormatException">The value is not a number.</exception>
    public double GetDouble() => HoconScalar.Number<double>(Scalar("a number"));

    /// <inheritdoc cref="GetDouble"/>
    public float GetFloat() => HoconScalar.Number<float>(Scalar("a number"));

    /// <inheritdoc cref="GetDouble"/>
    public decimal GetDecimal() => HoconScalar.Number<decimal>(Scalar("a number"));

    /// <summary>
    /// A duration; a bare number counts milliseconds; <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    /// <exception cref="FormatException">
    /// The value is not a duration, or infinite where that is not allowed.
    /// </exception>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) =>
        HoconScalar.Duration(Scalar("a duration"), allowInfinite);

    /// <summary>A size in bytes; K, M, G… are powers of 1024, kB, MB, GB… powers of 1000.</summary>
    /// <exception cref="FormatException">The value is not a size.</exception>
    public long GetByteSize() => HoconScalar.ByteSize(Scalar("a size"));

    public IList<string> GetStringList() => List(static v => v.Scalar("a string"));

    public IList<int> GetIntList() => List(static v => v.GetInt());

    public IList<long> GetLongList() => List(static v => v.GetLong());

    public IList<double> GetDoubleList() => List(static v => v.GetDouble());

    public IList<decimal> GetDecimalList() => List(static v => v.GetDecimal());

    public IList<bool> GetBooleanList() => List(static v => v.GetBoolean());

    /// <summary>HOCON text that reads back as this value.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, 0);
        return text.ToString();
    }

    /// <summary>The later value, or where both are objects their fields together, the later's first.</summary>
    internal static HoconValue? Merge(HoconValue? earlier, HoconValue? later)
    {
        if (earlier?._object is null || later?._object is null)
        {
            return later ?? earlier;
        }
        var items = new Dictionary<string, HoconValue>(earlier._object.Items, StringComparer.Ordinal);
        foreach (var (key, value) in later._object.Items)
        {
            items[key] = Merge(items.GetValueOrDefault(key), value)!;
        }
        return FromObject(new HoconObject(items), later.Line);
    }

    private string Scalar(string wanted) => _text ?? throw new FormatException(
        $"{wanted} was expected, not {(IsObject() ? "an object" : IsArray() ? "a list" : "null")}");

    private List<T> List<T>(Func<HoconValue, T> read)
    {
        if (_array is null)
        {
            throw new FormatException($"a list was expected, not {(IsObject() ? "an object" : $"'{_text}'")}");
        }
        return [.. _array.Select(read)];
    }

    private void Write(StringBuilder text, int depth)
    {
        if (_object is not null)
        {
            text.Append("{\n");
            foreach (var (key, value) in _object.Items)
            {
                text.Append(' ', (depth + 1) * 2).Append(HoconPath.Quote(key)).Append(" : ");
                value.Write(text, depth + 1);
                text.Append('\n');
            }
            text.Append(' ', depth * 2).Append('}');
        }
        else if (_array is not null)
        {
            text.Append('[');
            for (var i = 0; i < _array.Count; i++)
            {
                text.Append(i == 0 ? "" : ", ");
                _array[i].Write(text, depth);
            }
            text.Append(']');
        }
        else
        {
            text.Append(_text is null ? "null" : QuoteText(_text));
        }
    }

    private static string QuoteText(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }
}

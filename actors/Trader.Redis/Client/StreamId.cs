using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Trader.Redis;

/// <summary>The id of a stream entry: milliseconds, then a sequence number. Ids order entries within one life of a
/// stream.</summary>
public readonly record struct StreamId(ulong Ms, ulong Sequence) : IComparable<StreamId>
{
    /// <summary>Before every entry: reading after it reads the whole stream.</summary>
    public static StreamId Zero => default;

    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads <c>ms-sequence</c>; a missing sequence is 0, as Redis reads it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out StreamId id)
    {
        int dash = text.IndexOf((byte)'-');
        ReadOnlySpan<byte> msText = dash < 0 ? text : text[..dash];
        ulong sequence = 0;
        bool ok = Utf8Parser.TryParse(msText, out ulong ms, out int used) && used == msText.Length;
        if (dash >= 0)
        {
            ReadOnlySpan<byte> sequenceText = text[(dash + 1)..];
            ok &= Utf8Parser.TryParse(sequenceText, out sequence, out used) && used == sequenceText.Length;
        }

        id = ok ? new StreamId(ms, sequence) : default;
        return ok;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out StreamId)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out StreamId id)
    {
        id = default;
        return text is not null && TryParse(Encoding.UTF8.GetBytes(text), out id);
    }

    public int CompareTo(StreamId other)
    {
        int ms = Ms.CompareTo(other.Ms);
        return ms != 0 ? ms : Sequence.CompareTo(other.Sequence);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ms}-{Sequence}");
}

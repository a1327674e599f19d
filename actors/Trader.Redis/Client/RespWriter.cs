using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Trader.Redis;

/// <summary>Writes commands as RESP: an array of bulk strings, the one form every server version reads.</summary>
public static class RespWriter
{
    // "$" or "*", at most ten digits, CR LF.
    private const int MaxHeaderBytes = 13;

    /// <summary>Appends one command to <paramref name="output"/>; advances it once, by the whole command.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<RedisArgument> arguments)
    {
        int most = MaxHeaderBytes;
        foreach (RedisArgument argument in arguments)
        {
            most = checked(most + MaxHeaderBytes + argument.Length + 2);
        }

        Span<byte> span = output.GetSpan(most);
        int at = Header(span, (byte)'*', arguments.Length);
        foreach (RedisArgument argument in arguments)
        {
            at += Header(span[at..], (byte)'$', argument.Length);
            at += argument.CopyTo(span[at..]);
            at += LineEnd(span[at..]);
        }

        output.Advance(at);
    }

    private static int Header(Span<byte> span, byte marker, int number)
    {
        span[0] = marker;
        _ = Utf8Formatter.TryFormat(number, span[1..], out int written);
        return 1 + written + LineEnd(span[(1 + written)..]);
    }

    private static int LineEnd(Span<byte> span)
    {
        "\r\n"u8.CopyTo(span);
        return 2;
    }
}

/// <summary>One argument of a command: text (sent as UTF-8), bytes, or an integer. Decimals are passed as the text they
/// came as, so that no formatting stands between an amount and its record (S13).</summary>
public readonly struct RedisArgument
{
    private readonly string? _text;
    private readonly ReadOnlyMemory<byte> _bytes;

    private RedisArgument(string text)
    {
        _text = text;
        Length = Encoding.UTF8.GetByteCount(text);
    }

    private RedisArgument(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        Length = bytes.Length;
    }

    /// <summary>Length on the wire in bytes.</summary>
    public int Length { get; }

    public static implicit operator RedisArgument(string text) => FromString(text);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes.AsMemory());

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static implicit operator RedisArgument(long number) => FromInt64(number);

    public static RedisArgument FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new RedisArgument(text);
    }

    public static RedisArgument FromInt64(long number) =>
        new(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    internal int CopyTo(Span<byte> span)
    {
        if (_text is not null)
        {
            return Encoding.UTF8.GetBytes(_text, span);
        }

        _bytes.Span.CopyTo(span);
        return _bytes.Length;
    }
}

using System.Buffers.Text;
using System.Text;

namespace Trader.Exchange.Binance;

/// <summary>
/// Builds the <c>name=value&amp;…</c> bytes of one request: percent-encoded once, signed and sent as they are, so that
/// what was signed and what arrives cannot differ.
/// </summary>
internal sealed class RequestText(int capacity = 320)
{
    private byte[] _bytes = new byte[capacity];
    private int _length;

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public RequestText Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        AddName(name);
        Encode(value);
        return this;
    }

    public RequestText Add(ReadOnlySpan<byte> name, string value)
    {
        Span<byte> utf8 = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(value, utf8, out var written)
            ? Add(name, utf8[..written])
            : Add(name, Encoding.UTF8.GetBytes(value));
    }

    public RequestText Add(ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        return Add(name, digits[..written]);
    }

    public RequestText Add(ReadOnlySpan<byte> name, decimal value)
    {
        Span<byte> digits = stackalloc byte[VenueDecimal.MaxPlainLength];
        return Add(name, digits[..VenueDecimal.Format(value, digits)]);
    }

    /// <summary>Appends recvWindow, timestamp and, last as the exchange demands, the signature over everything before
    /// it.</summary>
    public RequestText Sign(BinanceRequestSigner signer, int recvWindowMs, long timestampMs)
    {
        Add("recvWindow"u8, recvWindowMs);
        Add("timestamp"u8, timestampMs);
        Span<byte> signature = stackalloc byte[BinanceRequestSigner.SignatureLength];
        signer.Sign(Bytes.Span, default, signature);
        return Add("signature"u8, signature);
    }

    /// <summary>The bytes as the ASCII text they are.</summary>
    public override string ToString() => Encoding.ASCII.GetString(Bytes.Span);

    private void AddName(ReadOnlySpan<byte> name)
    {
        if (_length > 0)
        {
            Put((byte)'&');
        }

        foreach (var b in name)
        {
            Put(b);
        }

        Put((byte)'=');
    }

    private void Encode(ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                Put(b);
                continue;
            }

            Put((byte)'%');
            Put("0123456789ABCDEF"u8[b >> 4]);
            Put("0123456789ABCDEF"u8[b & 15]);
        }
    }

    private void Put(byte b)
    {
        if (_length == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        _bytes[_length++] = b;
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Trader.Exchange.Binance;

/// <summary>
/// HMAC-SHA256 over exactly the bytes that are sent: the query string immediately followed by the body, with nothing
/// between (Binance general-info page). Stateless after construction, so any number of threads may sign.
/// </summary>
public sealed class BinanceRequestSigner
{
    /// <summary>Lower-case hex digits of one signature.</summary>
    public const int SignatureLength = 64;

    private readonly byte[] _secret;

    public BinanceRequestSigner(BinanceCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _secret = Encoding.UTF8.GetBytes(credentials.Secret);
    }

    /// <summary>Writes <see cref="SignatureLength"/> bytes of hex to <paramref name="signature"/>.</summary>
    /// <param name="query">Percent-encoded, as sent, without the question mark.</param>
    /// <param name="body">As sent.</param>
    /// <param name="signature">At least <see cref="SignatureLength"/> bytes.</param>
    public void Sign(ReadOnlySpan<byte> query, ReadOnlySpan<byte> body, Span<byte> signature)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (query.IsEmpty || body.IsEmpty)
        {
            HMACSHA256.HashData(_secret, body.IsEmpty ? query : body, mac);
        }
        else
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
            hash.AppendData(query);
            hash.AppendData(body);
            hash.GetHashAndReset(mac);
        }

        Convert.TryToHexStringLower(mac, signature, out _);
    }

    public override string ToString() => "BinanceRequestSigner(hidden)";
}

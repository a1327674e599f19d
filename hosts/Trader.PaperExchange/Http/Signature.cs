using System.Security.Cryptography;
using System.Text;

namespace Trader.PaperExchange.Http;

/// <summary>
/// HMAC-SHA256 over the bytes as received: the query followed directly by the body, no character between, the signature
/// parameter left out. Nothing is decoded, sorted or re-encoded first.
/// </summary>
public static class Signature
{
    private const string Parameter = "signature=";

    /// <summary>
    /// The 64 lower-case hex digits for a payload, one character per byte (Latin-1), so that no byte is lost.
    /// </summary>
    public static string Sign(string secret, string payload) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.Latin1.GetBytes(payload)));

    /// <summary>Verifies a request.</summary>
    /// <param name="secret">The account's secret.</param>
    /// <param name="query">The raw query, without its question mark.</param>
    /// <param name="body">The raw body.</param>
    /// <returns>Null when no signature was sent, otherwise whether it is right and stands last in its part.</returns>
    public static bool? Verify(string secret, string query, string body)
    {
        var given = Cut(query, out var signedQuery);
        var signedBody = body;
        if (given is null)
        {
            given = Cut(body, out signedBody);
        }
        if (given is null)
        {
            return null;
        }
        // A signature that is not last leaves a "&" inside, so it cannot equal 64 hex digits.
        var expected = Encoding.ASCII.GetBytes(Sign(secret, signedQuery + signedBody));
        return CryptographicOperations.FixedTimeEquals(expected, Encoding.Latin1.GetBytes(Lower(given)));
    }

    private static string Lower(string hex) => string.Create(hex.Length, hex, static (target, source) =>
        source.AsSpan().ToLowerInvariant(target));

    private static string? Cut(string part, out string signed)
    {
        var at = part.StartsWith(Parameter, StringComparison.Ordinal)
            ? 0
            : part.IndexOf("&" + Parameter, StringComparison.Ordinal);
        if (at < 0)
        {
            signed = part;
            return null;
        }
        signed = part[..at];
        return part[(part.IndexOf(Parameter, at, StringComparison.Ordinal) + Parameter.Length)..];
    }
}

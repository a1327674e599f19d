using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Trader.Messages;

/// <summary>
/// Names one panic event everywhere: stream, journal, completion, client order ids. Ours are lower-case uuid v4; a person's may be
/// any 1 to 64 printable ASCII characters without blanks, because an operator's trigger is never dropped for its format (E44).
/// </summary>
public sealed record EventId
{
    public const int MaxLength = 64;

    private EventId(string value) => Value = value;

    public string Value { get; }

    public static EventId FromGuid(Guid guid) => new(guid.ToString("D"));

    public static bool TryParse(string? text, [NotNullWhen(true)] out EventId? id)
    {
        id = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text.Any(c => c is <= ' ' or > '~'))
        {
            return false;
        }

        id = new EventId(text);
        return true;
    }

    /// <summary>The same source text gives the same id in every worker, so an entry without an id is still handled once.</summary>
    public static EventId Derive(string source)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(source)).AsSpan(0, 16).ToArray();
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return FromGuid(new Guid(hash, bigEndian: true));
    }

    public override string ToString() => Value;
}

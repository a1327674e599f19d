namespace Trader.Exchange.Binance;

/// <summary>
/// How one Binance connection behaves; see the property comments for what happens at the edges. What can be set has its default in akka.hocon
/// and nowhere else.
/// </summary>
public sealed record BinanceOptions
{
    public required BinanceEnvironment Environment { get; init; }

    /// <summary>
    /// The exchange refuses a signed request that is older than this on arrival (default there 5000, at most 60000).
    /// Longer lets an order that was stuck somewhere execute late; shorter refuses orders on a slow line.
    /// </summary>
    public required int RecvWindowMs { get; init; }

    /// <summary>From asking to the last byte of the answer, for everything that is not an order.</summary>
    public required TimeSpan ReadDeadline { get; init; }

    /// <summary>The same for orders. A late order is of unknown outcome, so giving up early only makes work.</summary>
    public required TimeSpan OrderDeadline { get; init; }

    /// <summary>Connections to the exchange at the same time; a burst of 300 closes is 60 batches.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>An answer longer than this is unreadable. <c>exchangeInfo</c> of 900 symbols has about 2 MB. A limit of ours and no setting:
    /// no account needs another.</summary>
    public int MaxResponseBytes { get; init; } = 32 * 1024 * 1024;
}

/// <summary>
/// An API key and its secret. Neither has a public getter, and the text form shows nothing, so that no log line,
/// exception or serializer can print them (S16).
/// </summary>
public sealed class BinanceCredentials
{
    /// <exception cref="ArgumentException">One is empty or holds white space or non-ASCII: a paste error, better said
    /// at start. The message names which one and never the value.</exception>
    public BinanceCredentials(string apiKey, string secret)
    {
        Key = Checked(apiKey, nameof(apiKey));
        Secret = Checked(secret, nameof(secret));
    }

    internal string Key { get; }

    internal string Secret { get; }

    public override string ToString() => "BinanceCredentials(hidden)";

    private static string Checked(string text, string name)
    {
        if (string.IsNullOrEmpty(text) || text.Any(c => c is <= ' ' or >= (char)127))
        {
            throw new ArgumentException("Must be printable ASCII without white space, and not empty.", name);
        }

        return text;
    }
}

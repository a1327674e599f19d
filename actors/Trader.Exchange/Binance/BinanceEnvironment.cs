using System.Diagnostics.CodeAnalysis;
using System.Net;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>
/// One USD-M futures REST address and the account world behind it. The world follows from the host alone (S15): a flag
/// can lie, the address the orders are sent to cannot.
/// </summary>
public sealed record BinanceEnvironment
{
    private static readonly string[] TestnetHosts = ["demo-fapi.binance.com", "testnet.binancefuture.com"];

    private BinanceEnvironment(Uri baseAddress)
    {
        BaseAddress = baseAddress;
        Kind = Classify(baseAddress);
    }

    /// <summary>The names that configuration may use instead of an address (Binance general-info page; paper: our
    /// own).</summary>
    public static IReadOnlyDictionary<string, BinanceEnvironment> Named { get; } =
        new Dictionary<string, BinanceEnvironment>(StringComparer.Ordinal)
        {
            ["production"] = new(new Uri("https://fapi.binance.com")),
            ["demo-fapi"] = new(new Uri("https://demo-fapi.binance.com")),
            ["testnet"] = new(new Uri("https://testnet.binancefuture.com")),
            ["paper"] = new(new Uri("http://127.0.0.1:9100")),
        };

    /// <summary>Scheme, host and port; never a path.</summary>
    public Uri BaseAddress { get; }

    public VenueEnvironment Kind { get; }

    /// <summary>What answers and logs call this venue: <c>binance-usdm@fapi.binance.com</c>.</summary>
    public string VenueName => $"binance-usdm@{BaseAddress.Authority}";

    /// <summary>
    /// Reads a name of <see cref="Named"/> or a base address. Refused: anything but https, except http to this machine
    /// (a key sent in clear belongs to everyone on the way), and addresses with a path, query or user part.
    /// </summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out BinanceEnvironment? environment, [NotNullWhen(false)] out string? why)
    {
        environment = null;
        why = null;
        if (text is not null && Named.TryGetValue(text, out environment))
        {
            return true;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme is not ("https" or "http")))
        {
            why = $"neither an http(s) address nor one of {string.Join(", ", Named.Keys)}";
        }
        else if (uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            why = "an exchange address is scheme, host and port only";
        }
        else if (uri.Scheme == "http" && !IsLoopback(uri))
        {
            why = "plain http is for this machine only";
        }
        else
        {
            environment = new BinanceEnvironment(uri);
        }

        return why is null && environment is not null;
    }

    /// <summary>
    /// Loopback is paper, the two documented testnet hosts over https are testnet, and every other address counts as
    /// production: an unknown name may be a proxy to the real account.
    /// </summary>
    public static VenueEnvironment Classify(Uri baseAddress)
    {
        ArgumentNullException.ThrowIfNull(baseAddress);
        if (!baseAddress.IsAbsoluteUri)
        {
            return VenueEnvironment.Production;
        }

        if (IsLoopback(baseAddress))
        {
            return VenueEnvironment.Paper;
        }

        return baseAddress.Scheme == "https" && baseAddress.IsDefaultPort && TestnetHosts.Contains(baseAddress.Host)
            ? VenueEnvironment.Testnet
            : VenueEnvironment.Production;
    }

    private static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost"
        || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    public override string ToString() => $"{VenueName} ({Kind})";
}

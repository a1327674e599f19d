using System.Net;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>
/// Decides which exchange account is meant. Production needs an explicit choice that nothing contradicts; everything else resolves to
/// the safer side and says so (X25: in the earlier system an absent variable meant production, and a panic closed the wrong account).
/// </summary>
public static class ExchangeChoice
{
    /// <summary>What one source asks for.</summary>
    public enum Wanted
    {
        Testnet,
        Demo,
        Production,
    }

    /// <param name="Where">The variable or key, for the message.</param>
    public sealed record Wish(Wanted Wanted, string Where);

    /// <param name="Notices">What an operator should know.</param>
    /// <param name="Doubts">What keeps a role from being ready: the account that is guarded may not be the account that trades.</param>
    public sealed record Decision(
        VenueEnvironment Environment, Uri BaseUrl, IReadOnlyList<string> Notices, IReadOnlyList<string> Doubts);

    /// <summary>The named environments (venue's general-information page; testnet is the older host of the same back end).</summary>
    public static Uri AddressOf(Wanted wanted) => wanted switch
    {
        Wanted.Testnet => new Uri("https://testnet.binancefuture.com"),
        Wanted.Demo => new Uri("https://demo-fapi.binance.com"),
        Wanted.Production => new Uri("https://fapi.binance.com"),
    };

    /// <summary>What an address is: loopback is paper, two hosts are known testnets, all else counts as production (S15).</summary>
    public static VenueEnvironment Classify(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)))
        {
            return VenueEnvironment.Paper;
        }

        return address.Host == AddressOf(Wanted.Testnet).Host || address.Host == AddressOf(Wanted.Demo).Host
            ? VenueEnvironment.Testnet
            : VenueEnvironment.Production;
    }

    public static Decision Decide(IReadOnlyList<Wish> wishes, Uri? address)
    {
        ArgumentNullException.ThrowIfNull(wishes);
        var notices = new List<string>();
        var doubts = new List<string>();
        var wanted = Resolve(wishes, doubts);
        if (address is null)
        {
            if (wishes.Count == 0)
            {
                notices.Add("exchange: nobody chose production, so this is testnet (exchange.environment or BINANCE_TESTNET choose)");
            }

            var named = AddressOf(wanted);
            return new Decision(Classify(named), named, [.. notices, .. doubts], doubts);
        }

        var kind = Classify(address);
        if (kind == VenueEnvironment.Production && wanted != Wanted.Production)
        {
            doubts.Add($"exchange: {address.Host} is no known testnet and production was not chosen, so {AddressOf(wanted).Host} is used");
            address = AddressOf(wanted);
            kind = VenueEnvironment.Testnet;
        }
        else if (kind != VenueEnvironment.Production && wanted == Wanted.Production)
        {
            doubts.Add($"exchange: production was chosen, but {address.Host} is {kind}; that address is used");
        }
        else if (kind == VenueEnvironment.Production && address.Host != AddressOf(Wanted.Production).Host)
        {
            notices.Add($"exchange: {address.Host} is unknown and is treated as production");
        }

        return new Decision(kind, address, [.. notices, .. doubts], doubts);
    }

    private static Wanted Resolve(IReadOnlyList<Wish> wishes, List<string> doubts)
    {
        var safe = wishes.Where(w => w.Wanted != Wanted.Production).ToList();
        var production = wishes.Where(w => w.Wanted == Wanted.Production).ToList();
        if (safe.Count == 0)
        {
            return production.Count == 0 ? Wanted.Testnet : Wanted.Production;
        }

        if (production.Count > 0)
        {
            doubts.Add($"exchange: {production[0].Where} chooses production, {safe[0].Where} chooses testnet; testnet is used");
        }

        // demo and testnet are two names of one back end; the more particular name gives the address.
        return safe.Any(w => w.Wanted == Wanted.Demo) ? Wanted.Demo : Wanted.Testnet;
    }
}

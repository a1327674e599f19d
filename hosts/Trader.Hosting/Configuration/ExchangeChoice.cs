using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>
/// Decides which exchange account is meant. Production needs an explicit choice that nothing contradicts; everything
/// else resolves to the safer side and says so (X25: in the earlier system an absent variable meant production, and a
/// panic closed the wrong account).
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
    /// <param name="Weak">It counts only where nothing else speaks, and contradicts nobody.</param>
    public sealed record Wish(Wanted Wanted, string Where, bool Weak = false);

    /// <param name="Notices">What an operator should know.</param>
    /// <param name="Doubts">What keeps a role from being ready: the account that is guarded may not be the account
    /// that trades.</param>
    public sealed record Decision(
        BinanceEnvironment Environment, IReadOnlyList<string> Notices, IReadOnlyList<string> Doubts);

    private static BinanceEnvironment Named(Wanted wanted) => BinanceEnvironment.Named[wanted switch
    {
        Wanted.Testnet => "testnet",
        Wanted.Demo => "demo-fapi",
        Wanted.Production => "production",
    }];

    public static Decision Decide(IReadOnlyList<Wish> wishes, BinanceEnvironment? address)
    {
        ArgumentNullException.ThrowIfNull(wishes);
        var notices = new List<string>();
        var doubts = new List<string>();
        var wanted = Resolve(wishes, doubts);
        if (address is null)
        {
            if (wishes.Count == 0)
            {
                notices.Add("exchange: nobody chose production, so this is testnet "
                    + "(exchange.environment or BINANCE_TESTNET choose)");
            }

            return new Decision(Named(wanted), [.. notices, .. doubts], doubts);
        }

        var host = address.BaseAddress.Host;
        if (address.Kind == VenueEnvironment.Production && wanted != Wanted.Production)
        {
            address = Named(wanted);
            doubts.Add($"exchange: {host} is no known testnet and production was not chosen, "
                + $"so {address.BaseAddress.Host} is used");
        }
        else if (address.Kind != VenueEnvironment.Production && wanted == Wanted.Production)
        {
            (wishes.All(w => w.Weak) ? notices : doubts).Add($"exchange: production was chosen, but {host} is {address.Kind}; that address is used");
        }
        else if (address.Kind == VenueEnvironment.Production && host != Named(Wanted.Production).BaseAddress.Host)
        {
            notices.Add($"exchange: {host} is unknown and is treated as production");
        }

        return new Decision(address, [.. notices, .. doubts], doubts);
    }

    private static Wanted Resolve(IReadOnlyList<Wish> wishes, List<string> doubts)
    {
        var safe = wishes.Where(w => w.Wanted != Wanted.Production).ToList();
        if (safe.Count == 0)
        {
            return wishes.Count == 0 ? Wanted.Testnet : Wanted.Production;
        }

        var production = wishes.Where(w => w.Wanted == Wanted.Production && !w.Weak).ToList();

        if (production.Count > 0)
        {
            doubts.Add($"exchange: {production[0].Where} chooses production, "
                + $"{safe[0].Where} chooses testnet; testnet is used");
        }

        // demo and testnet are two names of one back end; the more particular name gives the address.
        return safe.Any(w => w.Wanted == Wanted.Demo) ? Wanted.Demo : Wanted.Testnet;
    }
}

using Trader.Actors.ApplyLayer;
using Trader.Actors.Governor;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Node;

/// <summary>Whether the governor's mode fits an account with real money; asked by the two roles that permit and send orders.</summary>
internal static class PermitModeCheck
{
    /// <summary>
    /// On a production account permits have every limit, or nobody carries them out. The other modes leave limits away, because they take
    /// the money for play money (testnet) or the executor for a spectator (dry_run).
    /// </summary>
    public static IReadOnlyList<Violation> Of(NodeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var mode = settings.Governor.Mode;
        if (settings.Exchange.Environment != VenueEnvironment.Production || mode == GovernorMode.Production
            || (mode == GovernorMode.DryRun && settings.ApplyLayer.Mode == GateMode.DryRun))
        {
            return [];
        }

        var what = mode == GovernorMode.DryRun
            ? "is dry_run, whose permits have no limits, and the gate sends orders to a production account"
            : "is testnet, whose permits lack production's limits, and the account is a production account";
        return
        [
            new Violation(
                "trader.governor.mode", what, "set APPLY_MODE=production for governor and apply layer, dry_run for both, or choose the testnet"),
        ];
    }
}

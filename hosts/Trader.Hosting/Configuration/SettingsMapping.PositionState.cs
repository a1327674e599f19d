using System.Globalization;
using Trader.Actors.PositionState;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>The position state brain's block.</summary>
internal sealed partial class SettingsMapping
{
    private const string PositionStateBlock = "trader.position-state";

    private PositionStateSettings PositionState()
    {
        var settings = new PositionStateSettings(
            read.Duration("trader.position-state.poll-every", Ms(200), S(5)),
            read.Duration("trader.position-state.fresh-for", Ms(100), S(5)),
            read.Duration("trader.position-state.read-deadline", Ms(100), S(3)),
            read.Duration("trader.position-state.stale-after", S(1), S(60)),
            read.Duration("trader.position-state.cooldown", S(0), S(600)),
            Number("trader.position-state.quantity-tolerance-percent", 0, 50) ?? 0,
            Number("trader.position-state.quantity-tolerance-absolute", 0, 1000) ?? 0,
            Number("trader.position-state.no-position-below", 0, 1) ?? 0,
            read.Duration("trader.position-state.permit-ttl", S(5), S(600)),
            read.Duration("trader.position-state.plan-max-age", S(10), TimeSpan.FromHours(24)),
            NumberOrOff("trader.position-state.max-open-kill-score", 0, 1),
            NumberOrOff("trader.position-state.max-position-notional", 1, 1_000_000_000),
            Allowed("trader.position-state.allowlist"),
            read.Duration("trader.position-state.seed-after", S(1), S(300)),
            read.Duration("trader.position-state.unknown-settle", S(5), S(300)),
            read.DurationOrOff("trader.position-state.ghost-purge-after", S(10), TimeSpan.FromHours(24)),
            read.Duration("trader.position-state.manual-after", S(5), TimeSpan.FromHours(24)),
            SaysAllowed("trader.position-state.log-level"));
        NotAbove(Role.PositionState, $"{PositionStateBlock}.fresh-for", settings.FreshFor, $"{PositionStateBlock}.stale-after", settings.StaleAfter);
        return settings;
    }

    private decimal? NumberOrOff(string path, decimal least, decimal most) => read.Text(path) == "off" ? null : Number(path, least, most);

    private decimal? Number(string path, decimal least, decimal most)
    {
        var text = read.Text(path);
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most)
        {
            return value;
        }

        read.WrongAt(path, "is out of range", FormattableString.Invariant($"write a number from {least} to {most}"));
        return least;
    }

    private HashSet<Symbol> Allowed(string path)
    {
        var allowed = new HashSet<Symbol>();
        foreach (var name in read.Text(path).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Symbol.TryParse(name, out var symbol))
            {
                allowed.Add(symbol);
            }
            else
            {
                read.WrongAt(path, "names something that is no symbol", "write BTCUSDT,ETHUSDT");
            }
        }

        return allowed;
    }

    private bool SaysAllowed(string path)
    {
        var level = read.Text(path).ToUpperInvariant();
        if (level is not ("DEBUG" or "INFO" or "WARNING" or "ERROR" or "CRITICAL"))
        {
            read.WrongAt(path, "is no level", "write DEBUG, INFO, WARNING or ERROR");
        }

        return level is "DEBUG" or "INFO";
    }
}

using System.Globalization;
using Trader.Actors.Governor;

namespace Trader.Hosting.Configuration;

internal sealed partial class SettingsMapping
{
    private const decimal MostMoney = 1_000_000_000m;

    private GovernorSettings Governor()
    {
        var critical = Amount("trader.governor.kill-score.critical", 0.01m, 1);
        return new GovernorSettings(
            GovernorModeOf("trader.governor.mode"),
            Switch("trader.governor.testnet-p29"),
            Amount("trader.governor.p29-burst-factor", 1, 10),
            read.Duration("trader.governor.p29-max-age", S(10), S(3600)),
            read.Duration("trader.governor.intent-warn-age", S(1), S(3600)),
            read.Duration("trader.governor.open-max-age", S(1), S(3600)),
            read.Duration("trader.governor.close-max-age", S(10), TimeSpan.FromHours(24)),
            new GovernorCaps(
                read.Whole("trader.governor.caps.positions", 0, 1000),
                Amount("trader.governor.caps.notional-per-trade", 0, MostMoney),
                Amount("trader.governor.caps.total-notional", 0, MostMoney)),
            GovernorRates(),
            critical,
            Amount("trader.governor.kill-score.open", 0.01m, 1),
            new GovernorDisarmSettings(
                Switch("trader.governor.auto-disarm.enabled"), Switch("trader.governor.auto-disarm.on-burst"),
                read.Whole("trader.governor.auto-disarm.on-errors", 1, 1000)),
            RiskGuard(),
            new EfficiencySettings(
                Amount("trader.governor.efficiency.min-confidence", 0, 1),
                Amount("trader.governor.efficiency.downsize-below", 0.01m, 1),
                Amount("trader.governor.efficiency.min-factor", 0.01m, 1),
                read.Duration("trader.governor.efficiency.extra-cooldown", TimeSpan.Zero, S(3600)),
                read.Duration("trader.governor.efficiency.max-age", S(10), TimeSpan.FromHours(24))),
            read.Duration("trader.governor.positions-every", Ms(250), S(5)),
            read.Duration("trader.governor.positions-max-age", S(1), S(30)),
            read.Duration("trader.governor.prices-every", S(1), S(60)),
            read.Duration("trader.governor.prices-max-age", S(5), S(300)),
            read.Duration("trader.governor.journal-wait", Ms(50), S(1)),
            read.Duration("trader.governor.exit-lock", S(1), S(120)));
    }

    private GovernorRates GovernorRates() => new(
        read.Duration("trader.governor.rates.symbol-cooldown", TimeSpan.Zero, S(3600)),
        read.Whole("trader.governor.rates.per-hour", 0, 100),
        read.Whole("trader.governor.rates.per-5min", 0, 100),
        read.Text("trader.governor.rates.daily-notional") == "off"
            ? null
            : Amount("trader.governor.rates.daily-notional", 0, MostMoney),
        Amount("trader.governor.rates.daily-quantity", 0, MostMoney));

    private RiskGuardSettings RiskGuard() => new(
        RiskGuardUseOf("trader.governor.risk-guard.use"),
        Amount("trader.governor.risk-guard.max-daily-loss", 0.0001m, 1),
        Amount("trader.governor.risk-guard.max-drawdown", 0.0001m, 1),
        Amount("trader.governor.risk-guard.emergency-drawdown", 0.0001m, 1),
        read.Duration("trader.governor.risk-guard.emergency-for", S(60), TimeSpan.FromHours(168)),
        read.Whole("trader.governor.risk-guard.max-consecutive-losses", 1, 1000),
        read.Duration("trader.governor.risk-guard.consecutive-losses-for", S(60), TimeSpan.FromHours(168)),
        Amount("trader.governor.risk-guard.max-spread-bps", 0.01m, 10_000),
        Amount("trader.governor.risk-guard.max-atr", 0.0001m, 1),
        read.Duration("trader.governor.risk-guard.equity-max-age", S(10), S(3600)));

    private GovernorMode GovernorModeOf(string path)
    {
        switch (read.Text(path))
        {
            case "testnet":
                return GovernorMode.Testnet;
            case "dry_run":
                return GovernorMode.DryRun;
            case "production":
                return GovernorMode.Production;
            default:
                read.WrongAt(path, "is no mode", "write testnet, dry_run or production");
                return GovernorMode.DryRun;
        }
    }

    private RiskGuardUse RiskGuardUseOf(string path)
    {
        switch (read.Text(path))
        {
            case "off":
                return RiskGuardUse.Off;
            case "on":
                return RiskGuardUse.On;
            case "production":
                return RiskGuardUse.Production;
            default:
                read.WrongAt(path, "is none of the three words", "write on, off or production");
                return RiskGuardUse.On;
        }
    }

    private decimal Amount(string path, decimal least, decimal most)
    {
        if (decimal.TryParse(read.Text(path), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most)
        {
            return value;
        }

        read.WrongAt(path, "is out of range", FormattableString.Invariant($"write a number from {least} to {most}"));
        return least;
    }
}

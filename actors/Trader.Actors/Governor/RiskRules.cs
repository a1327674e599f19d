using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>A guard that forbids an open.</summary>
/// <param name="Type">The documented name.</param>
/// <param name="Reason">With the numbers that decided.</param>
/// <param name="For">How long it is to stand beyond this plan; null: for this plan alone, or it stands already.</param>
internal sealed record RiskFinding(string Type, string Reason, TimeSpan? For);

/// <summary>
/// The risk guard: whether the account may take on more risk at all (governor contract 3, gate 3). Opens only. What is missing forbids
/// (D-G13), except a day without trades and a count of losses that was never begun.
/// </summary>
internal static class RiskRules
{
    public const string EmergencyFlatten = "EMERGENCY_FLATTEN";

    private static readonly TimeSpan DailyLossFor = TimeSpan.FromHours(24);

    private static readonly TimeSpan DrawdownFor = TimeSpan.FromHours(1);

    /// <summary>Null when nothing forbids an open.</summary>
    public static RiskFinding? Judge(
        RiskGuardSettings settings, GovernorRiskFacts facts, GovernorOpeningFacts symbol, decimal nowSeconds)
    {
        foreach (var (type, guard) in facts.Guards.OrderBy(guard => guard.Key, StringComparer.Ordinal))
        {
            if (guard.IsPresent)
            {
                return new RiskFinding(type, "guard_active", null);
            }
        }

        if (facts.Equity.Number is not (> 0 and var equity) || facts.EquityAt.Number is not { } at
            || facts.Peak.Number is not { } peak)
        {
            return new RiskFinding("EQUITY_STALE", "equity_missing", null);
        }

        var age = nowSeconds - at;
        if (age > (decimal)settings.EquityMaxAge.TotalSeconds)
        {
            return new RiskFinding("EQUITY_STALE", $"equity_stale(age={age.ToString("F0", CultureInfo.InvariantCulture)}s)", null);
        }

        return Loss(settings, facts, equity) ?? Drawdown(settings, equity, peak) ?? Losses(settings, facts) ?? Market(settings, symbol);
    }

    private static RiskFinding? Loss(RiskGuardSettings settings, GovernorRiskFacts facts, decimal equity)
    {
        if (!facts.DailyProfit.IsPresent)
        {
            return null;
        }

        if (facts.DailyProfit.Number is not { } profit)
        {
            return new RiskFinding("DAILY_LOSS", "daily_pnl_unreadable", null);
        }

        var loss = profit < 0 ? -profit / equity : 0;
        return loss > settings.MaxDailyLoss
            ? new RiskFinding("DAILY_LOSS", $"daily_loss={Percent(loss)}>{Percent(settings.MaxDailyLoss)}", DailyLossFor)
            : null;
    }

    private static RiskFinding? Drawdown(RiskGuardSettings settings, decimal equity, decimal peak)
    {
        var drawdown = peak > 0 ? (peak - equity) / peak : 0;
        return drawdown > settings.EmergencyDrawdown
            ? new RiskFinding(
                EmergencyFlatten, $"drawdown={Percent(drawdown)}>{Percent(settings.EmergencyDrawdown)}", settings.EmergencyFor)
            : drawdown > settings.MaxDrawdown
                ? new RiskFinding("DRAWDOWN", $"drawdown={Percent(drawdown)}>{Percent(settings.MaxDrawdown)}", DrawdownFor)
                : null;
    }

    private static RiskFinding? Losses(RiskGuardSettings settings, GovernorRiskFacts facts)
    {
        if (!facts.ConsecutiveLosses.IsPresent)
        {
            return null;
        }

        if (facts.ConsecutiveLosses.Number is not { } losses)
        {
            return new RiskFinding("CONSEC_LOSS", "consec_losses_unreadable", null);
        }

        return losses >= settings.MaxConsecutiveLosses
            ? new RiskFinding(
                "CONSEC_LOSS", FormattableString.Invariant($"consec_losses={losses}>={settings.MaxConsecutiveLosses}"),
                settings.ConsecutiveLossesFor)
            : null;
    }

    private static RiskFinding? Market(RiskGuardSettings settings, GovernorOpeningFacts symbol) =>
        symbol.SpreadBps.Number is not { } spread ? new RiskFinding("SPREAD_SPIKE", "spread_unknown", null)
        : spread > settings.MaxSpreadBps
            ? new RiskFinding("SPREAD_SPIKE", FormattableString.Invariant($"spread={spread}bps>{settings.MaxSpreadBps}bps"), null)
        : symbol.AtrFraction.Number is not { } atr ? new RiskFinding("ATR_SPIKE", "atr_unknown", null)
        : atr > settings.MaxAtr ? new RiskFinding("ATR_SPIKE", $"atr={Percent(atr)}>{Percent(settings.MaxAtr)}", null)
        : null;

    private static string Percent(decimal fraction) => (fraction * 100).ToString("0.00", CultureInfo.InvariantCulture) + "%";
}

using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// The limits on opens: cooldown and caps (gates 13 to 16, both directions: D-G4), and in production kill score, rates and the day's total
/// (gates 19 to 25). Whatever a limit needs and nobody can say refuses (D-G3).
/// </summary>
internal static class OpeningRules
{
    public static GovernorVerdict Judge(Plan plan, GovernorSettings settings, GovernorBook book)
    {
        var rates = settings.Rates;
        if (book.SinceLast(plan.Symbol) is { } since && since < (decimal)rates.SymbolCooldown.TotalSeconds)
        {
            return Refuse(GovernorRefusal.SymbolCooldown);
        }

        var exposure = book.Exposure;
        if (!exposure.IsComplete)
        {
            return Refuse(GovernorRefusal.PositionFetchFailed);
        }

        if (exposure.Positions >= settings.Caps.Positions)
        {
            return Refuse(GovernorRefusal.MaxPositions);
        }

        if (plan.Quantity is not { } quantity || exposure.Price(plan.Symbol) is not { } price)
        {
            return Refuse(GovernorRefusal.LimitComputation, plan.Quantity is null ? ":no_quantity" : ":no_price");
        }

        var notional = quantity * price;
        if (notional > settings.Caps.NotionalPerTrade)
        {
            return Refuse(GovernorRefusal.NotionalPerTrade);
        }

        if (exposure.Total >= settings.Caps.TotalNotional || exposure.Total + notional > settings.Caps.TotalNotional)
        {
            return Refuse(GovernorRefusal.TotalNotional);
        }

        var refused = settings.Mode == GovernorMode.Production
            ? KillScore(plan, settings) ?? Rates(plan, rates, book) ?? Daily(plan, rates, book, notional, quantity)
            : null;
        var open = new Opening(notional, exposure.Notional(plan.Symbol) ?? 0);
        return refused is not null ? refused
            : settings.Mode == GovernorMode.Production ? new GovernorVerdict.Permit(quantity, notional, open)
            : new GovernorVerdict.Permit(0, 0, open);
    }

    /// <summary>Documented: the threshold falls as the regime flips, and rises with the confidence.</summary>
    private static GovernorVerdict? KillScore(Plan plan, GovernorSettings settings)
    {
        if (plan.KillScore is not { } score)
        {
            return Refuse(GovernorRefusal.KillScoreCritical, ":k=unknown");
        }

        if (score >= settings.KillScoreCritical)
        {
            return Refuse(GovernorRefusal.KillScoreCritical, FormattableString.Invariant($":k={score:0.000}"));
        }

        var flip = Math.Clamp(plan.RegimeFlip ?? 0, 0, 1);
        var confidence = Math.Clamp(plan.Confidence ?? 0, 0, 1);
        var threshold = Math.Clamp(settings.KillScoreOpen - (0.15m * flip) + (0.1m * (confidence - 0.5m)), 0.6m, 0.95m);
        return score >= threshold
            ? Refuse(GovernorRefusal.KillScoreOpen, FormattableString.Invariant($":k={score:0.000}:t={threshold:0.000}"))
            : null;
    }

    private static GovernorVerdict? Rates(Plan plan, GovernorRates rates, GovernorBook book) =>
        book.InHour(plan.Symbol) is not { } hour || book.InFiveMinutes(plan.Symbol) is not { } minutes
            ? Refuse(GovernorRefusal.LimitComputation, ":executions_unreadable")
            : hour >= rates.PerHour ? Refuse(GovernorRefusal.HourlyLimit)
            : minutes >= rates.PerFiveMinutes ? Refuse(GovernorRefusal.BurstLimit)
            : null;

    private static GovernorVerdict? Daily(
        Plan plan, GovernorRates rates, GovernorBook book, decimal notional, decimal quantity)
    {
        var (spent, moved) = book.Today(plan.Symbol);
        if (spent is null || moved is null)
        {
            return Refuse(GovernorRefusal.LimitComputation, ":daily_unreadable");
        }

        var within = rates.DailyNotional is { } limit ? spent + notional <= limit : moved + quantity <= rates.DailyQuantity;
        return within ? null : Refuse(GovernorRefusal.DailyLimit);
    }

    private static GovernorVerdict.Refuse Refuse(GovernorRefusal why, string detail = "") => new(why, detail);
}

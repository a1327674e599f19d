using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>A trigger whose limit is reached.</summary>
/// <param name="Via">Which.</param>
/// <param name="Reason">The documented text with the figures that decided.</param>
public sealed record EssTrip(EssVia Via, string Reason);

/// <summary>
/// When the emergency stop stops by itself (flatten contract 4b): at or above a limit, in the order drawdown, open loss, errors. Nothing
/// here ever ends a stop (S14).
/// </summary>
public static class EssRules
{
    /// <summary>
    /// Fall of equity since the day began, in percent of what it was. Null when the day began with nothing: then there is nothing to lose a
    /// part of.
    /// </summary>
    public static decimal? Drawdown(decimal? dayEquity, decimal equity) =>
        dayEquity is not { } start || start <= 0 ? null : Math.Max(0, (start - equity) / start * 100);

    /// <summary>Unrealised loss in percent of the wallet balance. A loss on an empty wallet is all of it.</summary>
    public static decimal OpenLoss(decimal walletBalance, decimal unrealizedProfit) =>
        unrealizedProfit >= 0 ? 0 : walletBalance <= 0 ? 100 : -unrealizedProfit / walletBalance * 100;

    /// <summary>The first trigger whose limit is reached, null for none. Figures that are not known trip nothing.</summary>
    /// <param name="errors">Within the window and since the last release.</param>
    public static EssTrip? Trip(EssSettings settings, EssState state, decimal? drawdown, decimal? openLoss, int? errors)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        if (Reached(drawdown, settings.DailyDrawdownPercent, state.SeenDrawdown, settings.RearmPercent))
        {
            return new(EssVia.Drawdown, Percent("Daily drawdown", drawdown, settings.DailyDrawdownPercent));
        }

        if (Reached(openLoss, settings.OpenLossPercent, state.SeenOpenLoss, settings.RearmPercent))
        {
            return new(EssVia.OpenLoss, Percent("Open loss", openLoss, settings.OpenLossPercent));
        }

        return errors >= settings.ExecutionErrors
            ? new(EssVia.ExecutionErrors, FormattableString.Invariant($"Execution errors {errors} >= {settings.ExecutionErrors}"))
            : null;
    }

    /// <summary>Losses that were accepted by a person and have since been below their limit: they count again.</summary>
    public static IReadOnlyList<EssVia> Rearmed(EssSettings settings, EssState state, decimal? drawdown, decimal? openLoss)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(state);
        List<EssVia> rearmed = [];
        if (state.SeenDrawdown is not null && drawdown < settings.DailyDrawdownPercent)
        {
            rearmed.Add(EssVia.Drawdown);
        }

        if (state.SeenOpenLoss is not null && openLoss < settings.OpenLossPercent)
        {
            rearmed.Add(EssVia.OpenLoss);
        }

        return rearmed;
    }

    /// <summary>What a releasing person is taken to have accepted: a loss at or above its limit, null below it.</summary>
    public static decimal? Accepted(decimal? percent, decimal limit) => percent >= limit ? percent : null;

    /// <summary>
    /// Whether a result of the plan chain failed at the exchange: one of its steps ended in an error there. Plans that were refused before
    /// (no permit, kill switch, no position) are the gate at work and no error.
    /// </summary>
    public static bool FailedAtExchange(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var steps = PanicWire.Find(fields, "steps_results");
        return steps is not null && EssStepStatuses.Read(steps).Any(s => s is "error" or "failed" or "rejected" or "unknown");
    }

    private static bool Reached(decimal? percent, decimal limit, decimal? seen, decimal further) =>
        percent >= limit && (seen is not { } accepted || percent >= accepted + further);

    // Cut, not rounded: 4.999 is not reported as 5.00, and the figure shown never exceeds the one that decided.
    private static string Percent(string what, decimal? percent, decimal limit) => string.Create(
        CultureInfo.InvariantCulture, $"{what} {decimal.Truncate((percent ?? 0) * 100) / 100:0.00}% >= {limit:0.00}%");
}

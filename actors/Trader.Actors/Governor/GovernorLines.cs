using System.Globalization;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>The documented lines (governor contract 3). Words from outside are cut to what cannot break a line.</summary>
internal static class GovernorLines
{
    public static GovernorNote Evaluating(Plan plan, GovernorMode mode) => new(
        LogLevel.InfoLevel,
        $"{plan.Symbol}: Evaluating plan {plan.Id.Short} (action={Word(plan.ActionText)}, decision={Word(plan.DecisionText)}, "
        + $"kill_score={plan.KillScore?.ToString("0.000", CultureInfo.InvariantCulture) ?? "unknown"}, mode={Text(mode)})");

    public static string Blocked(string symbol, PlanId id, string reason) => $"{symbol}: BLOCKED plan {id.Short} - {reason}";

    public static string Allowed(PlanId id, GovernorPermit permit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{permit.Symbol}: ALLOW plan {id.Short} (qty={permit.Quantity:0.0000}, notional=${permit.Notional:0.00}) "
        + $"P3.1: action={permit.Efficiency.Action} factor={permit.Efficiency.Factor:0.000}");

    public static string Text(GovernorMode mode) => mode switch
    {
        GovernorMode.Testnet => "testnet",
        GovernorMode.DryRun => "dry_run",
        GovernorMode.Production => "production",
    };

    private static string Word(string text) => text.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')) ? "?" : text;
}

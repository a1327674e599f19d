using System.Globalization;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>How the allocation (P2.9) was found.</summary>
internal enum AllocationFinding
{
    NotLookedAt,
    Missing,
    Stale,
    Shadow,
    Within,
    Unknown,
    Exceeded,
}

/// <param name="Position">Quote currency; meaningful where the two were compared.</param>
/// <param name="Target">Quote currency; meaningful where there is one.</param>
internal sealed record Allocation(AllocationFinding Finding, decimal Position, decimal Target, decimal Confidence)
{
    public static Allocation None(AllocationFinding finding) => new(finding, 0, 0, 0);
}

/// <summary>
/// P2.9: whether a symbol's position is within its allocation target. The lines are the documented proof of a flatten
/// (<c>grep "P2.9.*position="</c>), so they are written for closes too; what they say stops opens in production only.
/// </summary>
internal static class AllocationRules
{
    /// <param name="notional">Quote currency of the symbol's position; null when it is unknown.</param>
    public static (Allocation Allocation, GovernorNote Note) Judge(
        GovernorSettings settings, Symbol symbol, GovernorSymbolFacts facts, decimal? notional, decimal nowSeconds)
    {
        if (!facts.Target.IsPresent)
        {
            return (Allocation.None(AllocationFinding.Missing), Info($"{symbol}: No P2.9 allocation target found - fail-open (allow)"));
        }

        if (facts.Target.Number is not { } target || facts.TargetAt.Number is not { } at)
        {
            return (Allocation.None(AllocationFinding.Unknown), Warning($"{symbol}: P2.9 allocation target cannot be read"));
        }

        var age = nowSeconds - at;
        if (age > (decimal)settings.AllocationMaxAge.TotalSeconds)
        {
            return (Allocation.None(AllocationFinding.Stale), Warning(
                $"{symbol}: P2.9 allocation target stale ({age.ToString("F0", CultureInfo.InvariantCulture)}s) - fail-open (allow)"));
        }

        var confidence = facts.TargetConfidence.Number ?? 0;
        if (facts.TargetMode.Text == "shadow")
        {
            return (Allocation.None(AllocationFinding.Shadow), Info(
                $"{symbol}: P2.9 allocation target=${Money(target)} mode=shadow conf={Three(confidence)} - allowing (shadow mode)"));
        }

        // The word goes into a line: a publisher must not be able to write lines of its own.
        var mode = facts.TargetMode.Text == "enforce" ? "enforce" : "unknown";
        return notional is { } position
            ? Compare(symbol, position, target, target * settings.AllocationBurst, mode, confidence)
            : (Allocation.None(AllocationFinding.Unknown),
                Warning($"{symbol}: P2.9 position unknown, target=${Money(target)} (mode={mode})"));
    }

    private static (Allocation, GovernorNote) Compare(
        Symbol symbol, decimal position, decimal target, decimal burst, string mode, decimal confidence)
    {
        var tail = $"(mode={mode}, conf={Three(confidence)})";
        var finding = position <= burst ? AllocationFinding.Within : AllocationFinding.Exceeded;
        var note = position <= target
            ? Info($"{symbol}: P2.9 allocation check passed - position=${Money(position)} <= target=${Money(target)} {tail}")
            : position <= burst
                ? Warning($"{symbol}: P2.9 allocation within burst cap - position=${Money(position)} > target=${Money(target)}, "
                    + $"<= cap=${Money(burst)} {tail}")
                : Warning($"{symbol}: P2.9 ALLOCATION CAP - position=${Money(position)} > target=${Money(target)} {tail}");
        return (new Allocation(finding, position, target, confidence), note);
    }

    private static string Money(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Three(decimal number) => number.ToString("0.000", CultureInfo.InvariantCulture);

    private static GovernorNote Info(string text) => new(LogLevel.InfoLevel, text);

    private static GovernorNote Warning(string text) => new(LogLevel.WarningLevel, text);
}

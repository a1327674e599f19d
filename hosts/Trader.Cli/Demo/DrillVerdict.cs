using System.Globalization;

namespace Trader.Cli.Demo;

/// <summary>One line of the pass/fail table.</summary>
internal sealed record DrillCheck(string What, string Limit, string Measured, bool Pass);

/// <summary>
/// Holds a drill against the runbook's pass/fail table. The runbook's figures are limits to fall below; what it does not name but a
/// person would want to know (the exchange's own view, one event per outage, no order that added risk) is checked beside them.
/// </summary>
internal sealed record DrillVerdict(
    long? HeartbeatToPanicMs, long? KillToPanicMs, long? PanicToFlatMs, long? KillToFlatMs, IReadOnlyList<DrillCheck> Checks)
{
    /// <summary>Runbook: last heartbeat seen to panic_close published.</summary>
    public const int DetectionLimitMs = 5_500;

    /// <summary>Runbook: panic_close to all positions closed.</summary>
    public const int CloseLimitMs = 10_000;

    /// <summary>Runbook: kill to positions closed.</summary>
    public const int TotalLimitMs = 15_000;

    /// <summary>The venue's order limit per window (binance-fapi, limits).</summary>
    private const int OrdersPerWindow = 300;

    private const int WindowMs = 10_000;

    public bool Pass => Checks.All(check => check.Pass);

    /// <summary>The exchange and the completion both say flat.</summary>
    public bool VerifiedFlat { get; private init; }

    public static DrillVerdict Judge(DrillFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var closeLimit = CloseLimit(facts.Positions);
        var totalLimit = closeLimit + TotalLimitMs - CloseLimitMs;
        var completion = facts.Completion;
        var flat = completion is { VerifiedFlat: true } && facts.Exchange.OpenPositions == 0;
        var detection = facts.PanicMs - facts.LastHeartbeatMs;
        var killToPanic = facts.PanicMs - facts.KilledMs;
        // Flat is when it was proven from the exchange, not when the last order was filled (S3).
        var panicToFlat = flat ? facts.CompletionMs - facts.PanicMs : null;
        var killToFlat = flat ? facts.CompletionMs - facts.KilledMs : null;
        var summary = facts.Exchange;
        return new DrillVerdict(
            detection, killToPanic, panicToFlat, killToFlat,
            [
                Time("last heartbeat -> panic_close", DetectionLimitMs, detection),
                Time("panic_close -> verified flat", closeLimit, panicToFlat),
                Time("kill -> verified flat", totalLimit, killToFlat),
                Count("positions_failed", 0, completion?.Failed),
                new("trading halted", "true", facts.Halted.Length > 0 ? facts.Halted : "not set", facts.Halted == "true"),
                Count("positions_total", facts.Positions, completion?.Total),
                Count("open on the exchange", 0, summary.OpenPositions),
                Count("fills that added or turned", 0, summary.IncreasingFills + summary.Flips),
                Count("panic events", 1, facts.PanicEvents),
            ])
        {
            VerifiedFlat = flat,
        };
    }

    /// <summary>
    /// The runbook's limit, up to as many positions as one window of the account's order budget closes. Beyond that the exchange itself
    /// refuses to be faster: 20 % over the windows that are needed.
    /// </summary>
    public static int CloseLimit(int positions) =>
        positions <= OrdersPerWindow ? CloseLimitMs : (positions - 1) / OrdersPerWindow * WindowMs * 12 / 10;

    private static DrillCheck Time(string what, int limitMs, long? measured) =>
        new(what, "< " + Seconds(limitMs), measured is { } ms ? Seconds(ms) : "never", measured is { } m && m < limitMs);

    private static DrillCheck Count(string what, int wanted, int? measured) =>
        new(what, wanted.ToString(CultureInfo.InvariantCulture), measured?.ToString(CultureInfo.InvariantCulture) ?? "unknown", measured == wanted);

    private static string Seconds(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.000} s");
}

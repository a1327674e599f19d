using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// The documented figures (governor contract 2.5). Symbols are labels there, so their number is bounded: those the exchange has a price for,
/// as long as there is room, and <c>other</c>.
/// </summary>
internal sealed class GovernorFigures(IMeter meter, Func<Symbol, bool> isListed)
{
    private const int MaxPairs = 900;
    private const int MaxPermits = 100;
    private const string Other = "other";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly HashSet<(string Symbol, string Reason)> pairs = [];
    private readonly Dictionary<string, Queue<TimeSpan>> permits = new(StringComparer.Ordinal);

    public void Allowed(Symbol symbol, EfficiencyHint hint, TimeSpan now)
    {
        var label = Label(symbol, "");
        meter.Count("quantum_govern_allow_total", 1, ("symbol", label));
        meter.Count("p32_eff_apply_total", 1, ("action", hint.Action), ("reason", hint.Downsizes ? "low_score" : hint.Reason));
        meter.Gauge("p32_eff_factor", (double)hint.Factor, ("symbol", label));
        if (!permits.TryGetValue(label, out var times))
        {
            permits[label] = times = new Queue<TimeSpan>();
        }

        times.Enqueue(now);
        if (times.Count > MaxPermits)
        {
            times.Dequeue();
        }
    }

    /// <param name="reason">The stable code without numbers.</param>
    public void Blocked(Symbol? symbol, string reason) => meter.Count(
        "quantum_govern_block_total", 1, ("symbol", symbol is null ? Other : Label(symbol, reason)), ("reason", reason));

    public void Allocated(Symbol symbol, AllocationFinding finding)
    {
        if (finding == AllocationFinding.NotLookedAt)
        {
            return;
        }

        var label = Label(symbol, "");
        meter.Count("gov_p29_checked_total", 1, ("symbol", label));
        var counter = finding switch
        {
            AllocationFinding.Missing => "gov_p29_missing_total",
            AllocationFinding.Stale => "gov_p29_stale_total",
            AllocationFinding.Exceeded => "gov_p29_block_total",
            AllocationFinding.NotLookedAt or AllocationFinding.Shadow or AllocationFinding.Within or AllocationFinding.Unknown => null,
        };
        if (counter is not null)
        {
            meter.Count(counter, 1, ("symbol", label));
        }
    }

    /// <summary>How many of this life's permits fall into the last hour and the last five minutes; at most 100 per symbol are counted.</summary>
    public void Refresh(TimeSpan now)
    {
        foreach (var (label, times) in permits)
        {
            while (times.TryPeek(out var oldest) && now - oldest > Hour)
            {
                times.Dequeue();
            }

            meter.Gauge("quantum_govern_exec_count_hour", times.Count, ("symbol", label));
            meter.Gauge("quantum_govern_exec_count_5min", times.Count(at => now - at <= FiveMinutes), ("symbol", label));
        }
    }

    private string Label(Symbol symbol, string reason) =>
        isListed(symbol) && (pairs.Contains((symbol.Value, reason)) || (pairs.Count < MaxPairs && pairs.Add((symbol.Value, reason))))
            ? symbol.Value
            : Other;
}

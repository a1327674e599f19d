using System.Globalization;
using Trader.Messages;

namespace Trader.Cli.Status;

/// <summary>Decides what is wrong. Silence and doubt are wrong (S1, S11): only a system that proves itself well is well.</summary>
internal static class StatusRules
{
    /// <summary>The documented limits of heartbeat age (emergency-exit contract 2.1, rules 1 and 4).</summary>
    private const long MissingMs = 5_000;

    private const long UnguardedMs = 3_000;

    /// <summary>The worker is allowed this long (runbook).</summary>
    private const long CompletionMs = 10_000;

    /// <summary>Alarms are never acknowledged, so only fresh ones count; older ones are shown.</summary>
    private const long AlarmFreshMs = 10 * 60_000;

    /// <returns>One line per trouble, the gravest first; empty when all is well.</returns>
    public static IReadOnlyList<string> Problems(SystemStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        List<string> problems = [.. status.Unreadable.Select(line => "cannot be read: " + line)];
        Halt(status, problems);
        Panic(status, problems);
        Beat(status, problems);
        foreach (var (role, instance) in status.Guards)
        {
            if (instance is null)
            {
                problems.Add($"no live {role}");
            }
        }

        if (status.Gate != "open")
        {
            problems.Add(status.Gate is null ? "the gate to entries is closed: nobody holds it open" : $"the gate to entries is {status.Gate}");
        }

        problems.AddRange(status.Alarms.Where(a => a.AgeMs < AlarmFreshMs).Select(a => $"alarm {Age(a.AgeMs)} ago: {a.Text}"));
        return problems;
    }

    /// <summary>12 s, 3 min, 5 h, 2 d.</summary>
    public static string Age(long ms) => ms switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.0} s"),
        < 120_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000} s"),
        < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000} min"),
        < 172_800_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 3_600_000} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 86_400_000} d"),
    };

    private static void Halt(SystemStatus status, List<string> problems)
    {
        if (PanicWire.IsHalted(status.Halt))
        {
            problems.Add($"trading is halted: {PanicWire.Find(status.Halt, "reason") ?? "no reason given"}");
        }
    }

    private static void Panic(SystemStatus status, List<string> problems)
    {
        if (status.Panic is not { } panic)
        {
            return;
        }

        if (status.Completion is null)
        {
            problems.Add(panic.AgeMs > CompletionMs
                ? $"panic {panic.EventId} of {Age(panic.AgeMs)} ago has no completion: LOOK AT THE EXCHANGE NOW"
                : $"panic {panic.EventId} is being executed");
        }
        else if (!status.Completion.VerifiedFlat)
        {
            problems.Add(
                $"panic {panic.EventId} left {status.Completion.Failed} positions: {string.Join(", ", status.Completion.FailedSymbols)}");
        }
    }

    private static void Beat(SystemStatus status, List<string> problems)
    {
        if (status.HeartbeatAgeMs is not { } age)
        {
            problems.Add("no heartbeat of the exit brain");
            return;
        }

        if (status.HeartbeatTrouble is { } trouble)
        {
            problems.Add("the newest heartbeat is malformed: " + trouble);
        }

        var limit = status.Heartbeat is { ActivePositions: > 0 } ? UnguardedMs : MissingMs;
        if (age > limit)
        {
            problems.Add($"the newest heartbeat is {Age(age)} old (limit {Age(limit)})");
        }
        else if (status.Heartbeat is { Status: BrainStatus.Degraded })
        {
            problems.Add("the exit brain says DEGRADED");
        }
    }
}

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

    private const string Degraded = "DEGRADED";

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

        Said(status, problems);
        Latches(status, problems);
        if (status.Gate != "open")
        {
            problems.Add(status.Gate is null ? "the gate to entries is closed: nobody holds it open" : $"the gate to entries is {status.Gate}");
        }

        problems.AddRange(status.Alarms.Where(a => a.AgeMs < AlarmFreshMs).Select(a => $"alarm {Age(a.AgeMs)} ago: {a.Text}"));
        return problems;
    }

    /// <summary>
    /// What the roles say of themselves. The three guards must be there, which is asked above. The others are a choice of whoever deploys
    /// them, until one was there: then its silence is a failure (S11).
    /// </summary>
    private static void Said(SystemStatus status, List<string> problems)
    {
        foreach (var role in status.Said)
        {
            var guard = role.Role is Roles.ExitBrain or Roles.Watchdog or Roles.PanicClose;
            if (!guard && role.Announced && !role.Live.Any())
            {
                var last = role.Nodes[0];
                problems.Add($"{role.Role} is gone: last heard {Age(last.AgeMs)} ago on {last.Node}{LeftInFlight(status, role)}"
                    + $" (out of service for good? redis-cli DEL {RedisKeys.RoleReports}{role.Role})");
            }

            // What the brain says of itself stands beside its heartbeat already.
            if (role.Role != Roles.ExitBrain || status.Heartbeat is not { Status: BrainStatus.Degraded })
            {
                problems.AddRange(role.NotReady.Select(node => $"{role.Role} on {node.Node} is not ready: {node.NotReady}"));
            }
        }
    }

    /// <summary>Orders that a gate had under way when it fell silent: somebody must look.</summary>
    private static string LeftInFlight(SystemStatus status, RoleSeen role) =>
        role.Role == Roles.ApplyLayer && status.Switch is { } gates
            && gates.Gates.Where(gate => gate.Node == role.Nodes[0].Node).Sum(gate => gate.Report.InFlight) is > 0 and var orders
            ? $", with {orders} in flight: look at the exchange"
            : "";

    private static void Latches(SystemStatus status, List<string> problems)
    {
        if (status.Switch is { Seen.IsOn: true } on)
        {
            problems.Add($"the kill switch is ON (value {on.Seen.Shown}): nothing goes through the order gate, exits included");
        }

        // Without its owner and without a marker there is no stop to speak of: the gate to entries says the rest.
        if (status.Stop is { Clear: false } stop && (stop.MarkerSet || stop.State is not null || status.Of(Roles.ApplyLayer).Announced))
        {
            problems.Add($"the emergency stop is on: {stop.Why}");
        }
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
            // The heartbeat names no reason; the node's word for the same second does.
            var why = status.Of(Roles.ExitBrain).NotReady is [var node, ..]
                ? ": " + node.NotReady.Replace(Degraded + ": ", "", StringComparison.Ordinal)
                : "";
            problems.Add($"the exit brain says {Degraded}{why}");
        }
    }
}

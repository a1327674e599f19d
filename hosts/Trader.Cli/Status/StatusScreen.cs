using System.Globalization;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Cli.Status;

/// <summary>One screen for a person, one object for a machine.</summary>
internal static class StatusScreen
{
    public static void Write(TextWriter output, SystemStatus status, IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(status);
        Line(output, "redis", status.Redis);
        Line(output, "trading", Halt(status));
        Line(output, "exit brain", Beat(status));
        foreach (var (role, instance) in status.Guards)
        {
            Line(output, role, instance is null ? "NOT ALIVE" : $"alive ({instance})");
        }

        Line(output, "entries", PanicWire.IsHalted(status.Halt)
            ? $"refused: halted (gate {status.Gate ?? "closed"})"
            : status.Gate ?? "closed (nobody holds the gate open)");
        Line(output, "last panic", status.Panic is { } panic
            ? $"{StatusRules.Age(panic.AgeMs)} ago by {panic.IssuedBy}: {panic.Reason} [{panic.EventId}]"
            : "never");
        if (status.Panic is not null)
        {
            Line(output, "  outcome", status.Completion is { } done
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done.Closed} of {done.Total} closed, {done.Failed} failed, {done.CompletedMs - done.StartedMs} ms")
                : "NONE");
        }

        foreach (var alarm in status.Alarms)
        {
            Line(output, "alarm", $"{StatusRules.Age(alarm.AgeMs)} ago: {alarm.Text}");
        }

        output.WriteLine();
        output.WriteLine(problems.Count == 0 ? "WELL" : $"NOT WELL ({problems.Count})");
        foreach (var problem in problems)
        {
            output.WriteLine("  - " + problem);
        }
    }

    public static string Json(SystemStatus status, IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(status);
        return JsonSerializer.Serialize(
            new
            {
                healthy = problems.Count == 0,
                problems,
                redis = status.Redis,
                nowMs = status.NowMs,
                halted = PanicWire.IsHalted(status.Halt),
                halt = status.Halt.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal),
                heartbeat = status.HeartbeatAgeMs is null
                    ? null
                    : new
                    {
                        ageMs = status.HeartbeatAgeMs,
                        trouble = status.HeartbeatTrouble,
                        serviceId = status.Heartbeat?.ServiceId,
                        status = status.Heartbeat?.Status.ToString(),
                        activePositions = status.Heartbeat?.ActivePositions,
                    },
                guards = status.Guards,
                gate = status.Gate ?? "closed",
                panic = status.Panic,
                completion = status.Completion is not { } done
                    ? null
                    : new
                    {
                        total = done.Total,
                        closed = done.Closed,
                        failed = done.Failed,
                        failedSymbols = done.FailedSymbols,
                        verifiedFlat = done.VerifiedFlat,
                    },
                alarms = status.Alarms,
            },
            JsonSerializerOptions.Web);
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-12} {text}");

    private static string Halt(SystemStatus status)
    {
        if (!PanicWire.IsHalted(status.Halt))
        {
            return "not halted";
        }

        var since = long.TryParse(
            PanicWire.Find(status.Halt, "halted_at") ?? PanicWire.Find(status.Halt, "ts"), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? StatusRules.Age(status.NowMs - ms) + " ago"
            : "at an unknown time";
        return $"HALTED {since} by {PanicWire.Find(status.Halt, "source") ?? "?"}: {PanicWire.Find(status.Halt, "reason") ?? "no reason given"}";
    }

    private static string Beat(SystemStatus status) => (status.Heartbeat, status.HeartbeatAgeMs) switch
    {
        (_, null) => "NO HEARTBEAT",
        (null, { } age) => $"MALFORMED heartbeat {StatusRules.Age(age)} ago",
        ({ } beat, { } age) => string.Create(
            CultureInfo.InvariantCulture,
            $"{beat.Status.ToString().ToUpperInvariant()}, heartbeat {StatusRules.Age(age)} ago, {beat.ActivePositions} positions")
            + $" ({beat.ServiceId ?? "unnamed"})",
    };
}

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
        Line(output, "exit brain", Beat(status) + NotReady(status.Of(Roles.ExitBrain)));
        foreach (var (role, instance) in status.Guards)
        {
            Line(output, role, (instance is null ? "NOT ALIVE" : $"alive ({instance})") + NotReady(status.Of(role)));
        }

        foreach (var role in Chain)
        {
            Line(output, role, Said(status.Of(role)) + (role == Roles.ApplyLayer ? InFlight(status) : ""));
        }

        Line(output, "kill switch", status.Switch is not { } at ? "UNKNOWN"
            : at.Seen.IsOn ? $"ON (value {at.Seen.Shown}) since {at.Since} by {at.By}"
            : $"off (value {at.Seen.Shown})");
        Line(output, "emergency stop", status.Stop is not { } stop ? "UNKNOWN"
            : stop.Clear ? "clear"
            : stop is { State: null, MarkerSet: false } && !status.Of(Roles.ApplyLayer).Announced ? "not deployed"
            : $"ON: {stop.Why}");
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

    private static IReadOnlyList<string> Chain { get; } = [Roles.Governor, Roles.PositionState, Roles.ApplyLayer];

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
                roles = status.Said.ToDictionary(role => role.Role, Machine, StringComparer.Ordinal),
                killSwitch = status.Switch is not { } turned ? null : new
                {
                    on = turned.Seen.IsOn,
                    value = turned.Seen.Shown,
                    since = turned.Since,
                    by = turned.By,
                    reason = turned.Reason,
                    inFlight = turned.Live.Sum(gate => gate.Report.InFlight),
                },
                emergencyStop = status.Stop is not { } stop ? null : new
                {
                    clear = stop.Clear,
                    why = stop.Clear ? "" : stop.Why,
                    state = stop.State,
                    markerSet = stop.MarkerSet,
                },
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

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-14} {text}");

    private static object Machine(RoleSeen role) => new
    {
        announced = role.Announced,
        live = role.Live.Any(),
        ready = role.Live.Any() && role.NotReady.Count == 0,
        nodes = role.Nodes,
    };

    /// <summary>
    /// The newest word of every live node; more than one is rare and worth the width. Why a node is not ready stands in the list of problems,
    /// unless another node does its work.
    /// </summary>
    private static string Said(RoleSeen role)
    {
        if (!role.Announced)
        {
            return "not deployed";
        }

        return role.Live.Any()
            ? string.Join("; ", role.Live.Select(node =>
                $"{(node.NotReady.Length == 0 ? "ready" : "NOT READY")}, heard {StatusRules.Age(node.AgeMs)} ago ({node.Node})"
                + (node.NotReady.Length == 0 || role.NotReady.Count > 0 ? "" : ": " + node.NotReady)))
            : $"GONE, last heard {StatusRules.Age(role.Nodes[0].AgeMs)} ago ({role.Nodes[0].Node})";
    }

    private static string NotReady(RoleSeen role) => role.NotReady.Count > 0 ? ", NOT READY" : "";

    private static string InFlight(SystemStatus status) =>
        status.Switch is { } gates && gates.Live.Any() ? $", {gates.Live.Sum(gate => gate.Report.InFlight)} in flight" : "";

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

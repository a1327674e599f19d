using Trader.Cli.KillSwitch;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Status;

/// <summary>Reads a <see cref="SystemStatus"/> from Redis.</summary>
internal static class StatusReader
{
    private const int AlarmsShown = 5;
    private const int CompletionsSearched = 20;

    public static async Task<SystemStatus> ReadAsync(RedisSession redis, CancellationToken cancel)
    {
        var halt = await redis.HashAsync(RedisKeys.TradingState, cancel);
        var beats = await redis.LatestAsync(RedisKeys.Heartbeat, 1, cancel);
        var gate = await redis.TextAsync(RedisKeys.EntriesGate, cancel);
        var panics = await redis.LatestAsync(RedisKeys.PanicClose, 1, cancel);
        var completions = await redis.LatestAsync(RedisKeys.PanicCompleted, CompletionsSearched, cancel);
        var alarms = await redis.LatestAsync(RedisKeys.Alarms, AlarmsShown, cancel);
        var unreadable = new List<string?>
        {
            halt.Trouble, beats.Trouble, gate.Trouble, panics.Trouble, completions.Trouble, alarms.Trouble,
        };
        var guards = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var role in new[] { Role.Watchdog, Role.PanicClose })
        {
            var alive = await redis.TextAsync(RedisKeys.Liveness + role.Name(), cancel);
            unreadable.Add(alive.Trouble);
            guards[role.Name()] = alive.Value;
        }

        var now = await redis.TimeAsync(cancel);
        if (now is null)
        {
            unreadable.Add("TIME: no answer, so every age below is unknown");
        }

        var said = new List<RoleSeen>();
        foreach (var role in RoleNames.All)
        {
            var reports = await redis.HashAsync(RedisKeys.RoleReports + role.Name(), cancel);
            unreadable.Add(reports.Trouble);
            said.Add(RoleSeen.Read(role.Name(), reports.Values, now ?? 0, unreadable));
        }

        var killSwitch = await new KillSwitchRedis(redis).TryLookAsync(cancel);
        unreadable.Add(killSwitch is null ? "the kill switch: every gate counts it as on meanwhile" : null);
        var status = new SystemStatus
        {
            Redis = redis.Endpoint.ToString(),
            NowMs = now ?? 0,
            Halt = halt.Values,
            Gate = gate.Value,
            Guards = guards,
            Said = said,
            Switch = killSwitch,
            Stop = await StopAsync(redis, unreadable, cancel),
            Panic = panics.Values is [var panic] ? Panic(panic, now ?? 0) : null,
            Alarms = [.. alarms.Values.Select(a => new AlarmSeen(AlarmText(a), Age(a, now ?? 0)))],
            Unreadable = [.. unreadable.OfType<string>()],
        };
        return Completed(Beat(status, beats.Values), completions.Values);
    }

    private static async Task<StopSeen?> StopAsync(RedisSession redis, List<string?> unreadable, CancellationToken cancel)
    {
        var state = await redis.TextAsync(RedisKeys.EssState, cancel);
        // Whatever stands there: a marker of any type is one.
        var marker = await redis.AskAsync(RedisCommand.Of("EXISTS", RedisKeys.EssActive), cancel);
        unreadable.Add(state.Trouble);
        unreadable.Add(marker.Trouble is { } trouble ? $"{RedisKeys.EssActive}: {trouble}" : null);
        return state.Trouble is null && marker.Value.TryInteger(out var there) ? new StopSeen(state.Value, there > 0) : null;
    }

    private static SystemStatus Beat(SystemStatus status, IReadOnlyList<StreamEntry> entries)
    {
        if (entries is not [var entry])
        {
            return status;
        }

        return HeartbeatWire.TryRead(entry.Fields, out var beat, out var why)
            ? status with { Heartbeat = beat, HeartbeatAgeMs = Age(entry, status.NowMs) }
            : status with { HeartbeatTrouble = why, HeartbeatAgeMs = Age(entry, status.NowMs) };
    }

    private static SystemStatus Completed(SystemStatus status, IReadOnlyList<StreamEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (PanicWire.TryRead(entry.Fields, out var completion) && completion.EventId.Value == status.Panic?.EventId)
            {
                return status with { Completion = completion };
            }
        }

        return status;
    }

    private static PanicSeen Panic(StreamEntry entry, long nowMs) => new(
        PanicWire.Find(entry.Fields, "event_id") ?? "?", PanicWire.Find(entry.Fields, "reason") ?? "?",
        PanicWire.Find(entry.Fields, "issued_by") ?? "?", Age(entry, nowMs));

    private static string AlarmText(StreamEntry entry) =>
        string.Join("  ", entry.Fields.Where(f => f.Key is not ("ts" or "at")).Select(f => f.Value));

    private static long Age(StreamEntry entry, long nowMs) => nowMs - (long)entry.Id.Ms;
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Trader.Messages;

/// <summary>
/// The fields of an <c>exit_brain:heartbeat</c> entry (emergency-exit contract 1.2), the same on the Redis stream and on the
/// direct link. A heartbeat that is wrong in any field it carries is no heartbeat at all (E32).
/// </summary>
public static class HeartbeatWire
{
    /// <summary>Numbers below this are seconds, from here on milliseconds (contract 1.2: by magnitude).</summary>
    private const long SecondsBelow = 100_000_000_000;

    public static IReadOnlyList<KeyValuePair<string, string>> Write(Heartbeat heartbeat)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        var fields = new List<KeyValuePair<string, string>>
        {
            new("service_id", heartbeat.ServiceId ?? ""),
            new("status", heartbeat.Status switch { BrainStatus.Alive => "ALIVE", BrainStatus.Degraded => "DEGRADED" }),
            new("active_positions", Text(heartbeat.ActivePositions)),
            new("loop_cycle_ms", Text(heartbeat.LoopCycleMs)),
            // The older schema's name for the same figure; its readers still look for it.
            new("latency_ms", Text(heartbeat.LoopCycleMs)),
            new("pending_exits", Text(heartbeat.PendingExits)),
            new("ts", Text(heartbeat.TsMs)),
        };
        if (heartbeat.LastDecisionTsMs is { } decided)
        {
            fields.Insert(3, new("last_decision_ts", Text(decided)));
        }

        return fields;
    }

    /// <summary>Reads one entry; on failure <paramref name="why"/> names the field.</summary>
    public static bool TryRead(
        IReadOnlyList<KeyValuePair<string, string>> fields,
        [NotNullWhen(true)] out Heartbeat? heartbeat,
        [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(fields);
        heartbeat = null;
        var map = fields.GroupBy(f => f.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        if (!map.TryGetValue("status", out var status) || status.Length is 0 or > 32)
        {
            why = "status is missing";
            return false;
        }

        if (!TryMs(map, "ts", out var ts, out why) || !TryMs(map, "last_decision_ts", out var decided, out why)
            || !TryCount(map, "active_positions", out var positions, out why)
            || !TryCount(map, "loop_cycle_ms", out var cycle, out why)
            || !TryCount(map, "pending_exits", out var pending, out why))
        {
            return false;
        }

        if (ts is null || positions is null)
        {
            why = ts is null ? "ts is missing" : "active_positions is missing";
            return false;
        }

        map.TryGetValue("service_id", out var service);
        heartbeat = new Heartbeat(
            string.IsNullOrEmpty(service) ? null : service,
            status.ToUpperInvariant() is "ALIVE" or "OK" ? BrainStatus.Alive : BrainStatus.Degraded,
            positions.Value, decided, cycle ?? 0, pending ?? 0, ts.Value);
        return true;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool TryMs(
        Dictionary<string, string> map, string field, out long? value, [NotNullWhen(false)] out string? why)
    {
        value = null;
        why = null;
        if (!map.TryGetValue(field, out var text))
        {
            return true;
        }

        // Older publishers wrote float seconds (contract 1.2); the fraction carries nothing a safety rule needs.
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number <= 0 || number > 99_999_999_999_999m)
        {
            why = $"{field} is not a time";
            return false;
        }

        value = (long)(number < SecondsBelow ? number * 1000 : number);
        return true;
    }

    private static bool TryCount(
        Dictionary<string, string> map, string field, out int? value, [NotNullWhen(false)] out string? why)
    {
        value = null;
        why = null;
        if (!map.TryGetValue(field, out var text))
        {
            return true;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            why = $"{field} is not a count";
            return false;
        }

        value = count;
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Trader.Messages;

/// <summary>The written-out mapping of panic events, completions and the halt hash to their documented fields.</summary>
public static class PanicWire
{
    public static string Text(PanicIssuer issuer) => issuer switch
    {
        PanicIssuer.RiskKernel => "risk_kernel",
        PanicIssuer.ExitBrain => "exit_brain",
        PanicIssuer.Ops => "ops",
        PanicIssuer.Watchdog => "watchdog",
    };

    /// <summary>Compared without case: <c>OPS</c> typed at 3 a.m. is still ops (E44).</summary>
    public static PanicIssuer? Issuer(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        "risk_kernel" => PanicIssuer.RiskKernel,
        "exit_brain" => PanicIssuer.ExitBrain,
        "ops" => PanicIssuer.Ops,
        "watchdog" => PanicIssuer.Watchdog,
        _ => null,
    };

    /// <summary>Exactly the five documented fields (contract 1.3).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Write(PanicTrigger trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return
        [
            new("event_id", trigger.EventId.Value),
            new("reason", trigger.Reason),
            new("severity", "CRITICAL"),
            new("issued_by", Text(trigger.Issuer)),
            new("ts", Text(trigger.TsMs)),
        ];
    }

    /// <summary>Exactly the eight documented fields (contract 1.4).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Write(PanicCompletion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return
        [
            new("event_id", completion.EventId.Value),
            new("positions_total", Text(completion.Total)),
            new("positions_closed", Text(completion.Closed)),
            new("positions_failed", Text(completion.Failed)),
            new("failed_symbols", JsonSerializer.Serialize(completion.FailedSymbols)),
            new("ts_started", Text(completion.StartedMs)),
            new("ts_completed", Text(completion.CompletedMs)),
            new("execution_time_ms", Text(completion.CompletedMs - completion.StartedMs)),
        ];
    }

    /// <summary>False when a field is missing or wrong; such an entry proves nothing and is passed over.</summary>
    public static bool TryRead(
        IReadOnlyList<KeyValuePair<string, string>> fields, [NotNullWhen(true)] out PanicCompletion? completion)
    {
        completion = null;
        if (!EventId.TryParse(Find(fields, "event_id"), out var id)
            || !TryCount(fields, "positions_total", out var total) || !TryCount(fields, "positions_closed", out var closed)
            || !TryCount(fields, "positions_failed", out var failed) || !TryMs(fields, "ts_started", out var started)
            || !TryMs(fields, "ts_completed", out var completed))
        {
            return false;
        }

        if (!TrySymbols(Find(fields, "failed_symbols"), out var symbols))
        {
            return false;
        }

        // A count that disagrees with its list is doubt, and doubt is failure: the larger of the two stands.
        while (symbols.Count < failed)
        {
            symbols.Add("?");
        }

        completion = new PanicCompletion(id, (int)total, (int)closed, symbols, started, completed);
        return true;
    }

    /// <summary>The union of what the runbook, the older code and the schema document write (contract 1.5).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Write(HaltRecord halt)
    {
        ArgumentNullException.ThrowIfNull(halt);
        return
        [
            new("halted", "true"),
            new("reason", halt.Reason),
            new("source", halt.Source),
            new("positions_closed", Text(halt.PositionsClosed)),
            new("requires_manual_reset", "true"),
            new("requires_manual_ack", "true"),
            new("event_id", halt.EventId.Value),
            new("ts", Text(halt.TsMs)),
            new("halted_at", Text(halt.TsMs)),
            new("halted_by", halt.HaltedBy),
        ];
    }

    /// <summary>
    /// Whether these fields of <c>system:state:trading</c> say halted. No such key is not halted; <c>false</c>, <c>0</c>, <c>no</c> and
    /// <c>off</c> are a person's clearing; everything else, a hash without the field included, is halted.
    /// </summary>
    public static bool IsHalted(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return fields.Count > 0
            && Find(fields, "halted")?.Trim().ToLowerInvariant() is not ("false" or "0" or "no" or "off");
    }

    /// <summary>The last value of a field, null when absent.</summary>
    public static string? Find(IReadOnlyList<KeyValuePair<string, string>> fields, string name)
    {
        ArgumentNullException.ThrowIfNull(fields);
        string? value = null;
        foreach (var field in fields)
        {
            if (string.Equals(field.Key, name, StringComparison.Ordinal))
            {
                value = field.Value;
            }
        }

        return value;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool TryCount(IReadOnlyList<KeyValuePair<string, string>> fields, string name, out long value) =>
        TryMs(fields, name, out value) && value <= 1_000_000;

    private static bool TryMs(IReadOnlyList<KeyValuePair<string, string>> fields, string name, out long value) =>
        long.TryParse(Find(fields, name), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TrySymbols(string? json, [NotNullWhen(true)] out List<string>? symbols)
    {
        try
        {
            symbols = json is null ? null : JsonSerializer.Deserialize<List<string>>(json);
        }
        catch (JsonException)
        {
            symbols = null;
        }

        return symbols is not null;
    }
}

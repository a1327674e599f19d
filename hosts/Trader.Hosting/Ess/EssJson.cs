using System.Text.Json;
using Trader.Actors.Ess;
using Trader.Hosting.Http;
using Trader.Messages;

namespace Trader.Hosting.Ess;

/// <summary>The documented bodies: one superset, because four clients read different names of the same things (flatten contract 4d).</summary>
internal static class EssJson
{
    private const string Armed = "ARMED";
    private const string Tripped = "TRIPPED";

    public static RoleReply Status(EssProtocol.Status status) => RoleReply.Object(200, json =>
    {
        json.WriteString("status", status.Active ? "active" : "inactive");
        WriteStatus(json, status);
    });

    public static RoleReply Activated(EssProtocol.Activated done) => RoleReply.Object(200, json =>
    {
        var word = done.WasActive ? "ESS was active already" : "ESS triggered: entries are refused";
        json.WriteString("status", "triggered");
        json.WriteString("message", done.Trouble.Length == 0 ? word : $"{word}; but {done.Trouble}");
        WriteChange(json, done.WasActive, nowActive: true);
        WriteStatus(json, done.Status);
    });

    public static RoleReply Reset(EssProtocol.Status status, bool wasActive, string by) => RoleReply.Object(200, json =>
    {
        json.WriteString("status", "reset");
        json.WriteString("reset_by", by);
        json.WriteString("message", wasActive ? "ESS reset" : "ESS was not active");
        WriteChange(json, wasActive, status.Active);
        WriteStatus(json, status);
    });

    public static RoleReply History(EssProtocol.History history) => RoleReply.Object(200, json =>
    {
        json.WriteStartArray("history");
        foreach (var transition in history.Newest)
        {
            json.WriteStartObject();
            json.WriteNumber("number", transition.Number);
            json.WriteString("timestamp", EssControl.Stamp(transition.AtMs));
            json.WriteString("event", transition.Event);
            json.WriteString("via", EssRecords.Text(transition.Via));
            json.WriteString("by", transition.By);
            json.WriteString("reason", transition.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("message", $"{history.Newest.Count} transitions, newest first");
    });

    private static void WriteChange(Utf8JsonWriter json, bool wasActive, bool nowActive)
    {
        json.WriteBoolean("success", true);
        json.WriteString("old_state", wasActive ? Tripped : Armed);
        json.WriteString("new_state", nowActive ? Tripped : Armed);
    }

    /// <summary>Everything but <c>status</c>, whose meaning differs between reading and changing.</summary>
    private static void WriteStatus(Utf8JsonWriter json, EssProtocol.Status status)
    {
        var since = status.Stop is { } stop ? EssControl.Stamp(stop.AtMs) : null;
        json.WriteBoolean("active", status.Active);
        json.WriteBoolean("available", true);
        json.WriteString("state", status.Active ? Tripped : Armed);
        json.WriteBoolean("can_execute", !status.Active);
        json.WriteBoolean("can_execute_orders", !status.Active);
        Text(json, "reason", status.Active ? status.Reason : null);
        Text(json, "trip_reason", status.Stop?.Reason);
        Text(json, "timestamp", since ?? (status.Last is { } last ? EssControl.Stamp(last.AtMs) : null));
        Text(json, "trip_time", since);
        Text(json, "tripped_at", since);
        Text(json, "triggered_by", status.Stop?.By);
        Text(json, "source", status.Stop is { } made ? EssRecords.Text(made.Via) : null);
        json.WriteNumber("activation_count", status.Trips);
        WriteFigures(json, status.Figures);
        json.WriteStartObject("statistics");
        json.WriteNumber("trip_count", status.Trips);
        json.WriteNumber("reset_count", status.Resets);
        json.WriteEndObject();
        json.WriteStartObject("details");
        Text(json, "latch_path", status.Latch?.Path);
        json.WriteBoolean("latch_present", status.Latch is null or { Engaged: true });
        Text(json, "latch_doubt", status.Latch is { Doubt.Length: > 0 } doubted ? doubted.Doubt : null);
        if (status.MarkerSet is { } marker)
        {
            json.WriteBoolean("redis_marker", marker);
        }
        else
        {
            json.WriteNull("redis_marker");
        }

        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, EssFigures figures)
    {
        json.WriteStartObject("metrics");
        Number(json, "daily_drawdown_pct", figures.DailyDrawdownPercent);
        Number(json, "open_loss_pct", figures.OpenLossPercent);
        Number(json, "execution_errors", figures.ExecutionErrors);
        Text(json, "last_updated", figures.UpdatedMs is { } at ? EssControl.Stamp(at) : null);
        json.WriteBoolean("stale", figures.Stale);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, text);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, decimal? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, decimal.Round(known, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>What the journal remembers of the last outage.</summary>
/// <param name="Reason">Reason code of its events.</param>
/// <param name="Raised">Its events, oldest first; never empty.</param>
/// <param name="Flat">It ended with the account verified flat.</param>
internal sealed record OutageMemory(string Reason, IReadOnlyList<EventId> Raised, bool Flat);

/// <summary>The watchdog's journal records and beat, field by field, and how a new life reads them back.</summary>
internal static class WatchdogRecords
{
    public const string Prefix = "watchdog.";

    private const string FiredKind = Prefix + "fired";
    private const string FlatKind = Prefix + "flat";
    private const string ArmedKind = Prefix + "armed";

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Fired(Campaign outage, long issuedMs) => (FiredKind,
    [
        new("event_id", outage.Current!.Value),
        new("reason", outage.Reason),
        new("raised", outage.Raised.ToString(CultureInfo.InvariantCulture)),
        new("ts", issuedMs.ToString(CultureInfo.InvariantCulture)),
    ]);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Published(RedisProtocol.PanicPublished done) =>
        (Prefix + "published", [new("event_id", done.EventId.Value), new("stream_id", done.StreamId)]);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Flat(PanicCompletion completion) =>
        (FlatKind, PanicWire.Write(completion));

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Armed() => (ArmedKind, []);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Alarmed(string code, string text) =>
        (Prefix + "alarm", [new("code", code), new("text", text)]);

    public static IReadOnlyList<KeyValuePair<string, string>> Beat(string node, string phase, long nowMs) =>
    [
        new("service_id", node),
        new("phase", phase),
        new("ts", nowMs.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The outage that no re-arming has ended yet; null when there is none.</summary>
    public static OutageMemory? Read(IReadOnlyList<JournalRecord> records)
    {
        var raised = new List<EventId>();
        var reason = "";
        var flat = false;
        foreach (var record in records)
        {
            switch (record.Kind)
            {
                case FiredKind when EventId.TryParse(PanicWire.Find(record.Fields, "event_id"), out var id):
                    raised.Add(id);
                    reason = PanicWire.Find(record.Fields, "reason") ?? reason;
                    flat = false;
                    break;
                case FlatKind:
                    flat = true;
                    break;
                case ArmedKind:
                    raised.Clear();
                    flat = false;
                    break;
            }
        }

        return raised.Count > 0 ? new OutageMemory(reason, raised, flat) : null;
    }
}

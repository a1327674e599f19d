using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>An event that was accepted and not completed when the journal ended.</summary>
/// <param name="Trigger">As accepted.</param>
/// <param name="Lives">The number that the next life gets, at least one.</param>
/// <param name="StartedMs">When the first life accepted it.</param>
/// <param name="Orders">Close orders planned so far, per position.</param>
internal sealed record UnfinishedPanic(
    PanicTrigger Trigger, int Lives, long StartedMs, IReadOnlyDictionary<PositionKey, List<ClientOrderId>> Orders);

/// <summary>The worker's journal records, field by field, and how its next life reads them back (S10, E40).</summary>
internal static class PanicRecords
{
    public const string Prefix = "panic.";

    private const string AcceptedKind = Prefix + "accepted";
    private const string ResumedKind = Prefix + "resumed";
    private const string PlannedKind = Prefix + "planned";
    private const string CompletedKind = Prefix + "completed";
    private const string RefusedKind = Prefix + "refused";
    private const string AbandonedKind = Prefix + "abandoned";
    private const string PublishedKind = Prefix + "published";

    public static HaltRecord Halt(PanicTrigger trigger, int closed, long startedMs, string worker) =>
        new(trigger.EventId, trigger.Reason, PanicWire.Text(trigger.Issuer), closed, startedMs, worker);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Accepted(PanicTrigger trigger) =>
        (AcceptedKind, PanicWire.Write(trigger));

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Resumed(PanicTrigger trigger, int life) =>
        (ResumedKind, [new("event_id", trigger.EventId.Value), new("life", life.ToString(CultureInfo.InvariantCulture))]);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Planned(
        EventId id, int life, IReadOnlyList<Leg> legs)
    {
        var fields = new List<KeyValuePair<string, string>>
        {
            new("event_id", id.Value),
            new("life", life.ToString(CultureInfo.InvariantCulture)),
        };
        foreach (var leg in legs)
        {
            var ids = string.Join(' ', leg.Slices.Select(slice => slice.Id.Value));
            fields.Add(new($"{leg.Key.Side}:{leg.Key.Symbol}",
                $"{leg.Seen.Amount.ToString(CultureInfo.InvariantCulture)} {ids}".TrimEnd()));
        }

        return (PlannedKind, fields);
    }

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Completed(PanicCompletion completion) =>
        (CompletedKind, PanicWire.Write(completion));

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Published(EventId id, bool first) =>
        (PublishedKind, [new("event_id", id.Value), new("first", first ? "true" : "false")]);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Refused(EventId id, string cause, PanicEntry entry) =>
        (RefusedKind,
        [
            new("event_id", id.Value), new("cause", cause), new("stream_id", entry.StreamId),
            .. entry.Quoted(),
        ]);

    public static (string, IReadOnlyList<KeyValuePair<string, string>>) Abandoned(EventId id, string why) =>
        (AbandonedKind, [new("event_id", id.Value), new("why", why)]);

    /// <summary>Events that are over, oldest first: they are never run again (E42).</summary>
    public static IEnumerable<EventId> Done(IReadOnlyList<JournalRecord> records) =>
        records.Where(r => r.Kind is CompletedKind or RefusedKind or AbandonedKind).Select(Id).OfType<EventId>();

    /// <summary>Completions that Redis has not confirmed.</summary>
    public static IReadOnlyList<PanicCompletion> Unpublished(IReadOnlyList<JournalRecord> records)
    {
        var published = records.Where(r => r.Kind == PublishedKind).Select(Id).OfType<EventId>().ToHashSet();
        return records.Where(r => r.Kind == CompletedKind)
            .Select(r => PanicWire.TryRead(r.Fields, out var completion) ? completion : null)
            .OfType<PanicCompletion>()
            .Where(completion => !published.Contains(completion.EventId))
            .ToList();
    }

    /// <summary>The trigger as it was accepted, for a halt record that is written later; null when it is not in the journal.</summary>
    public static PanicTrigger? Trigger(IReadOnlyList<JournalRecord> records, EventId id) =>
        records.Where(r => r.Kind == AcceptedKind && Id(r) == id).Select(ReadTrigger).OfType<PanicTrigger>().FirstOrDefault();

    public static IReadOnlyList<UnfinishedPanic> Unfinished(IReadOnlyList<JournalRecord> records)
    {
        var done = Done(records).ToHashSet();
        var unfinished = new List<UnfinishedPanic>();
        foreach (var record in records.Where(r => r.Kind == AcceptedKind))
        {
            if (ReadTrigger(record) is not { } trigger || !done.Add(trigger.EventId))
            {
                continue;
            }

            var lives = Lives(records, trigger.EventId);
            unfinished.Add(new UnfinishedPanic(trigger, lives, record.AtMs, Orders(records, trigger.EventId)));
        }

        return unfinished;
    }

    /// <summary>
    /// What an earlier life planned for an event that it could not record as accepted, or that is handed in again before it is resumed;
    /// null when the journal holds no plan of it. Its orders are looked up before anything is sent (S8).
    /// </summary>
    public static UnfinishedPanic? Planned(IReadOnlyList<JournalRecord> records, PanicTrigger trigger)
    {
        var first = records.FirstOrDefault(r => r.Kind == PlannedKind && Id(r) == trigger.EventId);
        return first is null ? null
            : new UnfinishedPanic(trigger, Lives(records, trigger.EventId), first.AtMs, Orders(records, trigger.EventId));
    }

    /// <summary>
    /// The first life number that no record of the event has used. A takeover does not begin at zero, so counting lives is not enough.
    /// </summary>
    private static int Lives(IReadOnlyList<JournalRecord> records, EventId id) => 1 + records
        .Where(r => r.Kind is ResumedKind or PlannedKind && Id(r) == id)
        .Select(r => int.TryParse(PanicWire.Find(r.Fields, "life"), NumberStyles.None, CultureInfo.InvariantCulture, out var life) ? life : 0)
        .DefaultIfEmpty(0).Max();

    private static Dictionary<PositionKey, List<ClientOrderId>> Orders(IReadOnlyList<JournalRecord> records, EventId id)
    {
        var orders = new Dictionary<PositionKey, List<ClientOrderId>>();
        foreach (var field in records.Where(r => r.Kind == PlannedKind && Id(r) == id).SelectMany(r => r.Fields))
        {
            var colon = field.Key.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !Enum.TryParse<PositionSide>(field.Key[..colon], out var side)
                || !Symbol.TryParse(field.Key[(colon + 1)..], out var symbol))
            {
                continue;
            }

            var key = new PositionKey(symbol, side);
            var ids = field.Value.Split(' ').Skip(1)
                .Select(text => ClientOrderId.TryParse(text, out var parsed) ? parsed : null).OfType<ClientOrderId>();
            if (!orders.TryGetValue(key, out var list))
            {
                orders[key] = list = [];
            }

            list.AddRange(ids);
        }

        return orders;
    }

    private static PanicTrigger? ReadTrigger(JournalRecord record)
    {
        var issuer = PanicWire.Issuer(PanicWire.Find(record.Fields, "issued_by"));
        var ts = PanicWire.Find(record.Fields, "ts");
        return issuer is not null && Id(record) is { } id
            && long.TryParse(ts, NumberStyles.None, CultureInfo.InvariantCulture, out var tsMs)
            ? new PanicTrigger(id, PanicWire.Find(record.Fields, "reason") ?? "", issuer.Value, tsMs)
            : null;
    }

    private static EventId? Id(JournalRecord record) =>
        EventId.TryParse(PanicWire.Find(record.Fields, "event_id"), out var id) ? id : null;
}

using Trader.Messages;

namespace Trader.Simulation;

/// <summary>The truth about one panic event.</summary>
internal sealed class EventFacts(EventId id, bool valid)
{
    public EventId Id => id;

    /// <summary>S9 allows it to be executed, if it is not too old when it is read.</summary>
    public bool Valid => valid;

    /// <summary>It stands in the stream now.</summary>
    public bool InStream { get; set; }

    /// <summary>Completion entries since the last flush.</summary>
    public int Completions { get; set; }

    public bool EverCompleted { get; set; }

    public bool EverVerifiedFlat { get; set; }

    /// <summary>A worker refused it or gave it up, and says why in its journal.</summary>
    public bool EndedOtherwise { get; set; }

    /// <summary>Its halt was set, in Redis or on a disk, at some time.</summary>
    public bool HaltEverSet { get; set; }

    public double? ClearedByPersonAtMs { get; set; }

    public HashSet<string> AcceptedOnDisk { get; } = [];
}

/// <summary>Every event of a run.</summary>
internal sealed class EventBook
{
    private readonly Dictionary<EventId, EventFacts> events = [];
    private readonly Dictionary<string, (EventFacts Event, int Life)?> byOrder = [];

    public IEnumerable<EventFacts> All => events.Values;

    public EventFacts Note(EventId id, bool valid)
    {
        if (!events.TryGetValue(id, out var facts))
        {
            events[id] = facts = new EventFacts(id, valid);
        }

        return facts;
    }

    public EventFacts? Find(EventId? id) => id is not null && events.TryGetValue(id, out var facts) ? facts : null;

    /// <summary>Whose order this is: ids are derived, so the event and the life can be found again.</summary>
    public (EventFacts Event, int Life)? OwnerOf(CloseOrder order)
    {
        if (byOrder.TryGetValue(order.Id.Value, out var known))
        {
            return known;
        }

        (EventFacts, int)? found = null;
        foreach (var facts in events.Values.Reverse())
        {
            for (var life = 0; life < 16 && found is null; life++)
            {
                if (ClientOrderId.ForClose(facts.Id, order.Key, order.Slice, life) == order.Id)
                {
                    found = (facts, life);
                }
            }
        }

        return byOrder[order.Id.Value] = found;
    }
}

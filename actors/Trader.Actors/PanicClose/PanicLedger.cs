using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>
/// Which events the worker knows and how far each has come: in progress, followed (another worker holds it), waiting to be published,
/// done. An entry of the stream is acknowledged only when its event is done, published (S10), and on disk (S12).
/// </summary>
internal sealed class PanicLedger
{
    /// <summary>Events remembered as done. The journal and Redis remember the rest.</summary>
    private const int DoneLimit = 10_000;

    private readonly HashSet<EventId> done = [];
    private readonly Queue<EventId> doneOrder = [];
    private readonly Dictionary<EventId, PanicTrigger> inProgress = [];
    private readonly Dictionary<EventId, PanicTrigger> followed = [];
    private readonly Dictionary<EventId, (PanicCompletion Completion, HaltRecord Halt)> waiting = [];
    private readonly Dictionary<EventId, HashSet<string>> entries = [];
    private readonly Dictionary<long, EventId> recording = [];

    public bool IsKnown(EventId id) =>
        done.Contains(id) || inProgress.ContainsKey(id) || followed.ContainsKey(id) || waiting.ContainsKey(id);

    public bool IsFollowed(EventId id) => followed.ContainsKey(id);

    public void NoteEntry(EventId id, string streamId)
    {
        if (streamId.Length == 0)
        {
            return;
        }

        if (!entries.TryGetValue(id, out var ids))
        {
            entries[id] = ids = [];
        }

        ids.Add(streamId);
    }

    public void Begin(PanicTrigger trigger) => inProgress[trigger.EventId] = trigger;

    public void Follow(EventId id)
    {
        if (inProgress.Remove(id, out var trigger))
        {
            followed[id] = trigger;
        }
    }

    public PanicTrigger? TakeFollowed(EventId id) => followed.Remove(id, out var trigger) ? trigger : null;

    public void MarkDone(EventId id)
    {
        inProgress.Remove(id);
        followed.Remove(id);
        if (done.Add(id))
        {
            doneOrder.Enqueue(id);
            if (doneOrder.Count > DoneLimit)
            {
                done.Remove(doneOrder.Dequeue());
            }
        }
    }

    public void Publish(PanicCompletion completion, HaltRecord halt) => waiting[completion.EventId] = (completion, halt);

    public IReadOnlyList<(PanicCompletion Completion, HaltRecord Halt)> Waiting() => [.. waiting.Values];

    /// <summary>The completion that was waiting, null when it was published before.</summary>
    public PanicCompletion? Published(EventId id) => waiting.Remove(id, out var entry) ? entry.Completion : null;

    public IReadOnlyList<PanicTrigger> InProgress() => [.. inProgress.Values];

    /// <summary>Events whose claim is refreshed: ours, and those of others that we would take over.</summary>
    public IReadOnlyList<EventId> Claimed() => [.. inProgress.Keys, .. followed.Keys];

    public IReadOnlyList<string> StreamIdsInProgress() =>
        [.. entries.Where(e => !Over(e.Key)).SelectMany(e => e.Value)];

    /// <summary>The entries of an event that may be acknowledged now.</summary>
    public IReadOnlyList<string> Ackable(EventId id) =>
        Over(id) && entries.TryGetValue(id, out var ids) ? [.. ids] : [];

    public void Acked(string streamId)
    {
        foreach (var (id, ids) in entries.Where(e => e.Value.Contains(streamId)).ToList())
        {
            ids.Remove(streamId);
            if (ids.Count == 0)
            {
                entries.Remove(id);
            }
        }
    }

    /// <summary>The event's outcome is on its way to the disk under this number (S12).</summary>
    public void Recording(long seq, EventId id) => recording[seq] = id;

    /// <summary>The disk has answered; null when the record was no outcome.</summary>
    public EventId? Recorded(long seq) => recording.Remove(seq, out var id) ? id : null;

    private bool Over(EventId id) => done.Contains(id) && !waiting.ContainsKey(id) && !recording.ContainsValue(id);
}

using System.Globalization;
using Trader.Messages;

namespace Trader.Simulation;

internal sealed record StreamRow(string Id, IReadOnlyList<KeyValuePair<string, string>> Fields);

internal sealed class PendingRow(StreamRow row, string consumer, double idleSinceMs)
{
    public StreamRow Row { get; } = row;

    public string Consumer { get; set; } = consumer;

    public double IdleSinceMs { get; set; } = idleSinceMs;
}

/// <summary>What a Redis server holds, and the steps that are one step in it: the same as the gateway's scripts.</summary>
internal sealed class RedisData(Stage stage)
{
    private readonly Dictionary<EventId, (string State, string Holder, double AtMs)> processed = [];
    private readonly Dictionary<EventId, string> issued = [];
    private readonly HashSet<EventId> witnesses = [];
    private readonly Dictionary<string, double> liveness = [];
    private readonly SortedDictionary<int, PendingRow> pending = [];
    private (bool Open, double UntilMs) gate;
    private int rowsEver;

    public List<StreamRow> Heartbeats { get; } = [];

    public List<StreamRow> Panics { get; } = [];

    public List<StreamRow> Completions { get; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Halt { get; private set; } = [];

    public int Delivered { get; private set; }

    public bool Halted => PanicWire.IsHalted(Halt);

    public double HaltedSinceMs { get; private set; }

    public bool GateOpen => gate.Open && stage.NowMs < gate.UntilMs;

    public void SetGate(bool open, int forMs) => gate = (open, stage.NowMs + forMs);

    public void SetLive(string role, int forMs) => liveness[role] = stage.NowMs + forMs;

    public IReadOnlySet<string> Live(IReadOnlyList<string> roles) =>
        roles.Where(role => liveness.GetValueOrDefault(role) > stage.NowMs).ToHashSet();

    public StreamRow Add(List<StreamRow> stream, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var row = new StreamRow(
            string.Create(CultureInfo.InvariantCulture, $"{stage.UnixMs}-{++rowsEver}"), fields);
        stream.Add(row);
        return row;
    }

    public string IssuePanic(PanicTrigger trigger)
    {
        if (!issued.TryGetValue(trigger.EventId, out var id))
        {
            issued[trigger.EventId] = id = Add(Panics, PanicWire.Write(trigger)).Id;
        }

        return id;
    }

    public RedisProtocol.PanicClaimed Claim(RedisProtocol.ClaimPanic claim)
    {
        if (processed.TryGetValue(claim.EventId, out var value))
        {
            if (value.State is "completed" or "refused")
            {
                return new RedisProtocol.PanicClaimed(claim.EventId, PanicClaim.Done, value.Holder);
            }

            if (value.Holder != claim.Worker && stage.NowMs - value.AtMs < claim.IdleMs)
            {
                return new RedisProtocol.PanicClaimed(claim.EventId, PanicClaim.Other, value.Holder);
            }
        }

        processed[claim.EventId] = ("claimed", claim.Worker, stage.NowMs);
        return new RedisProtocol.PanicClaimed(claim.EventId, PanicClaim.Mine, claim.Worker);
    }

    public void SetHalt(HaltRecord halt)
    {
        HaltedSinceMs = Halted ? HaltedSinceMs : stage.NowMs;
        Halt = PanicWire.Write(halt);
        witnesses.Add(halt.EventId);
    }

    public RedisProtocol.HaltRead ReadHalt(EventId? of) => new(of, Halt, of is not null && witnesses.Contains(of));

    public bool Witnessed(EventId id) => witnesses.Contains(id);

    public RedisProtocol.CompletionPublished Complete(RedisProtocol.PublishCompletion publish)
    {
        var id = publish.Completion.EventId;
        if (processed.TryGetValue(id, out var value) && value.State == "completed")
        {
            return new RedisProtocol.CompletionPublished(id, First: false, null);
        }

        SetHalt(publish.Halt);
        Add(Completions, PanicWire.Write(publish.Completion));
        processed[id] = ("completed", publish.Halt.HaltedBy, stage.NowMs);
        return new RedisProtocol.CompletionPublished(id, First: true, null);
    }

    public RedisProtocol.PanicHistoryRead History(EventId id) => new(
        id, processed.TryGetValue(id, out var value) && value.State == "completed" ? value.Holder : null, witnesses.Contains(id));

    public void Refuse(EventId id, string worker) => processed.TryAdd(id, ("refused", worker, stage.NowMs));

    /// <summary>XREADGROUP with <c>&gt;</c>: the next entry nobody was given.</summary>
    public StreamRow? ReadNew(string consumer)
    {
        if (Delivered >= Panics.Count)
        {
            return null;
        }

        var row = Panics[Delivered];
        pending[Delivered++] = new PendingRow(row, consumer, stage.NowMs);
        return row;
    }

    public IReadOnlyList<StreamRow> ReadOwn(string consumer)
    {
        var own = pending.Values.Where(p => p.Consumer == consumer).ToList();
        own.ForEach(p => p.IdleSinceMs = stage.NowMs);
        return own.Select(p => p.Row).ToList();
    }

    public IReadOnlyList<StreamRow> ClaimIdle(string consumer, double idleMs)
    {
        var idle = pending.Values.Where(p => stage.NowMs - p.IdleSinceMs >= idleMs).ToList();
        foreach (var entry in idle)
        {
            entry.Consumer = consumer;
            entry.IdleSinceMs = stage.NowMs;
        }

        return idle.Select(p => p.Row).ToList();
    }

    public void Keep(string consumer, IReadOnlyList<string> ids)
    {
        foreach (var entry in pending.Values.Where(p => ids.Contains(p.Row.Id)))
        {
            entry.Consumer = consumer;
            entry.IdleSinceMs = stage.NowMs;
        }
    }

    public void Ack(string id)
    {
        foreach (var key in pending.Where(p => p.Value.Row.Id == id).Select(p => p.Key).ToList())
        {
            pending.Remove(key);
        }
    }

    /// <summary>A person's <c>DEL system:state:trading</c>: the witnesses stay.</summary>
    public void ClearHalt() => Halt = [];

    public void Flush()
    {
        processed.Clear();
        issued.Clear();
        witnesses.Clear();
        liveness.Clear();
        pending.Clear();
        Heartbeats.Clear();
        Panics.Clear();
        Completions.Clear();
        Halt = [];
        Delivered = 0;
        gate = default;
    }
}

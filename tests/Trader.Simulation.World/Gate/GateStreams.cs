using System.Globalization;

namespace Trader.Simulation.Gate;

/// <summary>A stream and its consumer groups, each read from the beginning.</summary>
internal sealed class GateStream(GateStage stage)
{
    private readonly List<StreamRow> rows = [];
    private readonly Dictionary<string, GateGroup> groups = [];

    // Ids go on rising over a flush, because time does.
    private int rowsEver;

    public IReadOnlyList<StreamRow> Rows => rows;

    public StreamRow Add(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var row = new StreamRow(string.Create(CultureInfo.InvariantCulture, $"{stage.UnixMs}-{++rowsEver}"), fields);
        rows.Add(row);
        return row;
    }

    public GateGroup Group(string name)
    {
        if (!groups.TryGetValue(name, out var group))
        {
            groups[name] = group = new GateGroup(stage, rows);
        }

        return group;
    }

    public void Flush()
    {
        rows.Clear();
        groups.Clear();
    }
}

/// <summary>One consumer group: what was handed out and not acknowledged, and to whom.</summary>
internal sealed class GateGroup(GateStage stage, List<StreamRow> rows)
{
    private readonly SortedDictionary<int, PendingRow> pending = [];
    private int delivered;

    /// <summary>Entries that somebody still has to acknowledge, handed out or not.</summary>
    public IEnumerable<StreamRow> Open => pending.Values.Select(p => p.Row).Concat(rows.Skip(delivered));

    public IReadOnlyList<StreamRow> ReadNew(string consumer, int most)
    {
        var taken = new List<StreamRow>();
        for (; delivered < rows.Count && taken.Count < most; delivered++)
        {
            pending[delivered] = new PendingRow(rows[delivered], consumer, stage.NowMs);
            taken.Add(rows[delivered]);
        }

        return taken;
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
            (entry.Consumer, entry.IdleSinceMs) = (consumer, stage.NowMs);
        }

        return idle.Select(p => p.Row).ToList();
    }

    /// <summary>XCLAIM without an idle time: only what is pending, and from whoever has it.</summary>
    public void Keep(string consumer, IReadOnlyList<string> ids)
    {
        foreach (var entry in pending.Values.Where(p => ids.Contains(p.Row.Id)))
        {
            (entry.Consumer, entry.IdleSinceMs) = (consumer, stage.NowMs);
        }
    }

    public void Ack(string id)
    {
        foreach (var key in pending.Where(p => p.Value.Row.Id == id).Select(p => p.Key).ToList())
        {
            pending.Remove(key);
        }
    }
}

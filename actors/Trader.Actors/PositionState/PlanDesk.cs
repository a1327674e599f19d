using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>A plan on its way from its entry to its permit.</summary>
internal sealed class PlanAsk(string streamId, Plan plan, TimeSpan since)
{
    public string StreamId { get; } = streamId;

    public Plan Plan { get; } = plan;

    public TimeSpan Since { get; } = since;

    /// <summary>How often it was judged by a ledger that had changed before the permit was written.</summary>
    public int Rounds { get; set; }

    public bool WasReadAgain { get; set; }

    /// <summary>The last judgement; null until there is one.</summary>
    public PermitVerdict? Verdict { get; set; }
}

/// <summary>The plans that are being judged, and what each of them waits for. Bounded: what does not fit stays unacknowledged in Redis.</summary>
internal sealed class PlanDesk(int limit)
{
    private readonly Dictionary<string, PlanAsk> open = new(StringComparer.Ordinal);
    private List<PlanAsk> ready = [];
    private List<PlanAsk> forRead = [];

    public int Open => open.Count;

    public bool IsFull => open.Count >= limit;

    public bool AnyReady => ready.Count > 0;

    public bool AnyForRead => forRead.Count > 0;

    /// <summary>False when the entry is on the desk already, or the desk is full.</summary>
    public bool TryTake(PlanAsk ask) => !IsFull && open.TryAdd(ask.StreamId, ask);

    public void Ready(PlanAsk ask) => ready.Add(ask);

    public void WaitForRead(PlanAsk ask) => forRead.Add(ask);

    /// <summary>The account was read, or could not be: what waited for it is judged by what there is.</summary>
    public void ReadEnded()
    {
        ready.AddRange(forRead);
        forRead = [];
    }

    /// <summary>Everything that can be judged now, by at most so many symbols' ledgers.</summary>
    public IReadOnlyList<PlanAsk> TakeReady(int symbols)
    {
        var names = new HashSet<Symbol>();
        var taken = new List<PlanAsk>(ready.Count);
        var rest = new List<PlanAsk>();
        foreach (var ask in ready)
        {
            var fits = names.Contains(ask.Plan.Symbol) || (names.Count < symbols && names.Add(ask.Plan.Symbol));
            (fits ? taken : rest).Add(ask);
        }

        ready = rest;
        return taken;
    }

    public PlanAsk? Find(string streamId) => open.GetValueOrDefault(streamId);

    public void Close(string streamId) => open.Remove(streamId);

    /// <summary>Drops what came before <paramref name="since"/>; how many those were.</summary>
    public int DropOlder(TimeSpan since)
    {
        var old = open.Values.Where(ask => ask.Since < since).ToList();
        Drop(old);
        ready.RemoveAll(ask => ask.Since < since);
        forRead.RemoveAll(ask => ask.Since < since);
        return old.Count;
    }

    /// <summary>Nothing is known of them any more; unacknowledged, they come again.</summary>
    public void Drop(IEnumerable<PlanAsk> asks)
    {
        foreach (var ask in asks)
        {
            open.Remove(ask.StreamId);
        }
    }
}

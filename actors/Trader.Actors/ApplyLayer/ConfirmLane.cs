namespace Trader.Actors.ApplyLayer;

/// <summary>Taken plans that wait for the last reading of the switch, and the one reading that is on its way for the first of them.</summary>
internal sealed class ConfirmLane
{
    private readonly LinkedList<PlanCase> waiting = new();
    private IReadOnlyList<PlanCase> under = [];

    /// <summary>The reading on its way; null for none.</summary>
    public long? Round { get; private set; }

    public TimeSpan AskedAt { get; private set; }

    /// <summary>Plans that a reading is on its way for.</summary>
    public int Under => under.Count;

    /// <summary>One that had a reading before, and was late, goes first.</summary>
    public void Add(PlanCase plan)
    {
        if (plan.FirstConfirmAt is not null)
        {
            waiting.AddFirst(plan);
        }
        else
        {
            waiting.AddLast(plan);
        }
    }

    /// <summary>True when a reading is to be asked for now, for at most so many.</summary>
    public bool TryBegin(long round, int most, TimeSpan now)
    {
        if (Round is not null || waiting.Count == 0 || most <= 0)
        {
            return false;
        }

        var plans = new List<PlanCase>(Math.Min(waiting.Count, most));
        while (plans.Count < most && waiting.First is { } first)
        {
            waiting.RemoveFirst();
            plans.Add(first.Value);
        }

        (Round, AskedAt, under) = (round, now, plans);
        return true;
    }

    /// <summary>The reading's plans; false for one that is not on its way.</summary>
    public bool TryEnd(long round, out TimeSpan askedAt, out IReadOnlyList<PlanCase> plans)
    {
        (askedAt, plans) = (AskedAt, under);
        if (Round != round)
        {
            return false;
        }

        (Round, under) = (null, []);
        return true;
    }
}

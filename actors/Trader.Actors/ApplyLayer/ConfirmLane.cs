namespace Trader.Actors.ApplyLayer;

/// <summary>Taken plans that wait for the last reading of the switch, and the one reading that is on its way for the first of them.</summary>
internal sealed class ConfirmLane
{
    /// <summary>Orders that leave on one reading; more would be late by having to wait for each other.</summary>
    private const int MostPerReading = 16;

    private readonly Queue<PlanCase> waiting = new();
    private IReadOnlyList<PlanCase> under = [];

    /// <summary>The reading on its way; null for none.</summary>
    public long? Round { get; private set; }

    public TimeSpan AskedAt { get; private set; }

    public void Add(PlanCase plan) => waiting.Enqueue(plan);

    /// <summary>True when a reading is to be asked for now.</summary>
    public bool TryBegin(long round, TimeSpan now)
    {
        if (Round is not null || waiting.Count == 0)
        {
            return false;
        }

        var plans = new List<PlanCase>(Math.Min(waiting.Count, MostPerReading));
        while (plans.Count < MostPerReading && waiting.TryDequeue(out var plan))
        {
            plans.Add(plan);
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

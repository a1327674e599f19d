using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>
/// Results on their way: first to this node's journal, then to the stream in batches, where their plans are acknowledged with them (S12). A
/// disk that neither answers nor refuses is not waited for for ever: somebody minds a position by these results (S2).
/// While Redis is away they wait here; what a crash takes away comes again with its unacknowledged plan.
/// </summary>
internal sealed class OutcomeQueue
{
    private const int MaxBatch = 100;

    private readonly Dictionary<long, (PlanOutcome Outcome, TimeSpan Since)> recording = [];
    private readonly Queue<PlanOutcome> ready = new();
    private readonly HashSet<string> entries = new(StringComparer.Ordinal);
    private IReadOnlyList<PlanOutcome> sending = [];

    public int Count => recording.Count + ready.Count + sending.Count;

    /// <summary>Entries whose result is not published yet.</summary>
    public IReadOnlyCollection<string> Entries => entries;

    /// <summary>Takes a result whose journal record is being written under this number.</summary>
    public void Add(long seq, PlanOutcome outcome, TimeSpan now)
    {
        recording.Add(seq, (outcome, now));
        if (outcome.StreamId is { } entry)
        {
            entries.Add(entry);
        }
    }

    /// <summary>The record is on disk, or the disk refused: the result goes on. False for a record of something else.</summary>
    public bool Recorded(long seq)
    {
        if (!recording.Remove(seq, out var waiting))
        {
            return false;
        }

        ready.Enqueue(waiting.Outcome);
        return true;
    }

    /// <summary>Results whose record has been on its way for so long that they go on without it, in the order they were made.</summary>
    public IReadOnlyList<PlanOutcome> Overdue(TimeSpan now, TimeSpan longest)
    {
        if (!recording.Values.Any(waiting => now - waiting.Since >= longest))
        {
            return [];
        }

        var late = new List<PlanOutcome>();
        foreach (var (seq, (outcome, since)) in recording.OrderBy(r => r.Key).ToList())
        {
            if (now - since >= longest)
            {
                recording.Remove(seq);
                ready.Enqueue(outcome);
                late.Add(outcome);
            }
        }

        return late;
    }

    /// <summary>The next batch to publish; empty while one is on its way, or when there is none.</summary>
    public IReadOnlyList<PlanOutcome> Next()
    {
        if (sending.Count > 0 || ready.Count == 0)
        {
            return [];
        }

        var batch = new List<PlanOutcome>(Math.Min(ready.Count, MaxBatch));
        while (batch.Count < MaxBatch && ready.TryDequeue(out var outcome))
        {
            batch.Add(outcome);
        }

        sending = batch;
        return batch;
    }

    /// <summary>The batch is in the stream.</summary>
    public void Published()
    {
        foreach (var outcome in sending)
        {
            if (outcome.StreamId is { } entry)
            {
                entries.Remove(entry);
            }
        }

        sending = [];
    }

    /// <summary>It is not, or nobody knows; the same results go again, which adds nothing twice.</summary>
    public void NotPublished()
    {
        var behind = ready.ToList();
        ready.Clear();
        foreach (var outcome in sending.Concat(behind))
        {
            ready.Enqueue(outcome);
        }

        sending = [];
    }
}

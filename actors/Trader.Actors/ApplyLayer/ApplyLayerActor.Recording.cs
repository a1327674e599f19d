using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What was taken goes to disk: an open waits for that, not without limit; a close goes on without it (S2, S12).</summary>
public sealed partial class ApplyLayerActor
{
    private readonly Dictionary<long, (PlanCase Plan, TimeSpan AskedAt)> records = [];

    private void Record(PlanCase plan, GatePass pass) =>
        records.Add(Journal(GateRecords.Taken(plan, pass.Draft, pass.Bypass)), (plan, Now));

    /// <param name="trouble">Why it is not on disk; empty when it is.</param>
    private void OnTakenRecorded(PlanCase plan, string trouble)
    {
        if (!plan.Draft!.Opens)
        {
            if (trouble.Length > 0)
            {
                log.Error("{0}: Close of plan {1} goes on without its journal record: {2}", plan.Plan.Symbol, plan.Plan.Id, trouble);
            }
        }
        else if (plan is { Ended: false, Stage: CaseStage.Recording })
        {
            if (trouble.Length > 0)
            {
                log.Error("{0}: Open of plan {1} is not sent without its journal record: {2}", plan.Plan.Symbol, plan.Plan.Id, trouble);
                End(plan, Ending.Block(
                    "ENTRY_CHECK", "error", "journal_unavailable", trouble + "; both permits were consumed before, and no order was sent"));
                return;
            }

            Confirm(plan);
        }
    }

    /// <summary>An answer that comes after this finds nothing that waits for it.</summary>
    private void EndOverdueRecords()
    {
        if (records.Count == 0)
        {
            return;
        }

        var now = Now;
        foreach (var (seq, (plan, askedAt)) in records.ToList())
        {
            if (now - askedAt >= settings.JournalWait)
            {
                records.Remove(seq);
                OnTakenRecorded(plan, $"the disk did not answer within {settings.JournalWait.TotalMilliseconds:F0} ms");
            }
        }
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What was taken goes to disk: an open waits for that, not without limit; a close goes on without it; a result waits as long (S2, S12).</summary>
public sealed partial class ApplyLayerActor
{
    private readonly Dictionary<long, (PlanCase Plan, TimeSpan AskedAt)> records = [];
    private bool diskSilent;

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

    private void OnAppended(DiskProtocol.Appended done)
    {
        diskSilent = false;
        OnRecorded(done.Seq, "");
    }

    /// <summary>
    /// What has been decided is told within the same bound: the brain would take an unanswered exit for a refused one, and the watchdog would
    /// close the whole account over a disk.
    /// </summary>
    private void ReleaseOverdueResults()
    {
        var late = outcomes.Overdue(Now, settings.JournalWait);
        if (late.Count == 0)
        {
            return;
        }

        var why = $"the disk did not answer within {settings.JournalWait.TotalMilliseconds:F0} ms";
        foreach (var outcome in late)
        {
            log.Error("{0}: Result of plan {1} is published without its journal record: {2}", outcome.Result.Symbol, outcome.Result.PlanId, why);
        }

        if (!diskSilent)
        {
            diskSilent = true;
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", why, around.NowMs)));
        }
    }
}

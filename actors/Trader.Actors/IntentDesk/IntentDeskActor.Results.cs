using System.Globalization;
using Akka.Actor;
using Trader.Messages;

namespace Trader.Actors.IntentDesk;

/// <summary>
/// Results: new ones come from the stream's reader; one that is missed, by a restart or before the reader began, is read from the stream
/// itself, from the plan's own entry on. Whoever waits is told once.
/// </summary>
public sealed partial class IntentDeskActor
{
    private void OnSought(RedisProtocol.IntentSought found)
    {
        sought.Remove(found.Id);
        if (book.Of(found.Id) is null && found.StreamId is { } entry && book.Restore(found.Id, found.Digest, entry, Now) is null)
        {
            AnswerAll(found.Id, new GateVerdict.Pending(found.Id, "too many intents are in hand; ask again"));
        }
        else if (book.Of(found.Id) is null)
        {
            AnswerAll(found.Id, new GateVerdict.NotKnown(found.Id));
        }

        ReadResults();
        AnswerDue();
    }

    private void OnResult(PlanResult result)
    {
        if (PlanId.TryParse(result.PlanId, out var plan) && book.Of(plan) is { } intent && book.Take(intent, result) && intent.Verdict.IsFinal)
        {
            AnswerAll(plan, intent.Verdict);
        }
    }

    /// <summary>One read serves all whose result is missing: it begins at the moment of the oldest of their plans.</summary>
    private void ReadResults()
    {
        var now = Now;
        var due = isReading ? [] : book.Open.Where(one => one.StreamId is not null && one.DueAt <= now).ToList();
        if (due.Count == 0)
        {
            return;
        }

        due.ForEach(one => one.IsRead = true);
        isReading = true;
        var from = due.Min(one => StreamEntryIds.Ms(one.StreamId!));
        around.Redis.Tell(new RedisProtocol.ReadPlanResults(from.ToString(CultureInfo.InvariantCulture)));
    }

    private void OnResultsRead(RedisProtocol.PlanResultsRead read)
    {
        foreach (var result in read.Results)
        {
            OnResult(result);
        }

        if (read.Next is { } next)
        {
            around.Redis.Tell(new RedisProtocol.ReadPlanResults(next));
        }
        else
        {
            EndReading();
        }
    }

    /// <summary>The next read is not before some time: what is missing then has most likely not been written.</summary>
    private void EndReading()
    {
        isReading = false;
        foreach (var intent in book.Open.Where(one => one.IsRead))
        {
            (intent.IsRead, intent.Stage, intent.DueAt) = (false, IntentStage.InStream, Now + settings.LookAgain);
        }

        AnswerDue();
    }

    private void Wait(PlanId plan, TimeSpan wait)
    {
        var most = wait < TimeSpan.Zero ? TimeSpan.Zero : wait > IntentProtocol.MaxWait ? IntentProtocol.MaxWait : wait;
        if (waiters.Count >= settings.MaxWaiting)
        {
            Answer(Sender, book.Of(plan)?.Verdict ?? new GateVerdict.Pending(plan, "too many are waiting; ask again"));
            return;
        }

        waiters.Add(new Waiter(plan, Sender, Now + most));
        AnswerDue();
        Wake();
    }

    /// <summary>Answers whoever has waited long enough, or has nothing to wait for.</summary>
    private void AnswerDue()
    {
        var now = Now;
        foreach (var waiter in waiters.ToList())
        {
            var intent = book.Of(waiter.Plan);
            var isSettling = intent?.IsSettling ?? sought.Contains(waiter.Plan);
            if (intent is { Verdict.IsFinal: true } || (waiter.Until <= now && !isSettling) || waiter.Until + SettleMost <= now)
            {
                waiters.Remove(waiter);
                sought.Remove(waiter.Plan);
                Answer(waiter.To, intent?.Verdict ?? new GateVerdict.Pending(waiter.Plan, "nobody has said what became of it; ask again"));
            }
        }
    }

    private void AnswerAll(PlanId plan, GateVerdict verdict)
    {
        foreach (var waiter in waiters.Where(waiter => waiter.Plan == plan).ToList())
        {
            waiters.Remove(waiter);
            Answer(waiter.To, verdict);
        }
    }

    private void Answer(IActorRef to, GateVerdict verdict)
    {
        around.Meter.Count(IntentMetrics.Verdicts, 1, ("result", verdict switch
        {
            GateVerdict.Decided { Executed: true } => "executed",
            GateVerdict.Decided { IsFinal: false } => "unknown",
            GateVerdict.Decided => "refused",
            GateVerdict.Pending => "pending",
            GateVerdict.NotSubmitted => "not_submitted",
            GateVerdict.ContentChanged => "content_changed",
            _ => "not_known",
        }));
        to.Tell(verdict);
    }

    private void Drop(PlanId plan, GateVerdict verdict)
    {
        if (book.Of(plan) is { StreamId: null } intent)
        {
            book.Forget(intent);
            AnswerAll(plan, verdict);
        }
    }

    /// <summary>Quick while somebody waits, slow otherwise. A timer that runs is not set anew: under a flood it would never end.</summary>
    private void Wake()
    {
        around.Meter.Gauge(IntentMetrics.InHand, book.InHand);
        var next = waiters.Count > 0 ? WakeEvery : IdleEvery;
        if (wakeIn is null || next < wakeIn)
        {
            wakeIn = next;
            Timers.StartSingleTimer(nameof(Tick), new Tick(), next);
        }
    }
}

using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Where events come from: an earlier life, the stream, the direct link.</summary>
public sealed partial class PanicCloseActor
{
    private void OnRecovered(DiskProtocol.Recovered memory)
    {
        if (recovered is not null)
        {
            return;
        }

        recovered = memory;
        foreach (var id in PanicRecords.Done(memory.Records))
        {
            ledger.MarkDone(id);
        }

        if (memory.Damage is { } damage)
        {
            Alarm("JOURNAL_DAMAGED", damage);
        }

        foreach (var completion in PanicRecords.Unpublished(memory.Records))
        {
            var trigger = PanicRecords.Trigger(memory.Records, completion.EventId);
            ledger.Publish(completion, new HaltRecord(completion.EventId, trigger?.Reason ?? "UNKNOWN",
                trigger is null ? "unknown" : PanicWire.Text(trigger.Issuer), completion.Closed,
                completion.StartedMs, settings.Worker));
        }

        PublishWaiting();
        TakeEarly();
        var unfinished = PanicRecords.Unfinished(memory.Records);
        if (unfinished.Count > 0)
        {
            // A person may have dealt with it and cleared the halt meanwhile; ask, but not for longer than a second.
            foreach (var panic in unfinished)
            {
                around.Redis.Tell(new RedisProtocol.GetHalt(panic.Trigger.EventId));
            }

            Timers.StartSingleTimer(nameof(ResumeNow), new ResumeNow(), TimeSpan.FromSeconds(1));
        }
        else
        {
            Listen();
        }
    }

    private void OnHaltRead(RedisProtocol.HaltRead read)
    {
        if (!listening && read.Of is { } of)
        {
            halts[of] = read;
            if (PanicRecords.Unfinished(recovered!.Records).All(panic => halts.ContainsKey(panic.Trigger.EventId)))
            {
                Resume();
            }
        }
    }

    /// <summary>Finishes what an earlier life accepted (S10, E40), unless a person has cleared its halt since.</summary>
    private void Resume()
    {
        Timers.Cancel(nameof(ResumeNow));
        foreach (var panic in PanicRecords.Unfinished(recovered!.Records))
        {
            var id = panic.Trigger.EventId;
            if (ledger.IsKnown(id))
            {
                // Handed in again by the direct link meanwhile: it runs already, with what its earlier life had planned.
                continue;
            }

            var halt = halts.GetValueOrDefault(id);
            if (halt is { Halted: false, Witnessed: true })
            {
                Abandon(id, "a person cleared its halt");
            }
            else if (halt is null or { Halted: false } && around.NowMs - panic.StartedMs > ResumeUnasked.TotalMilliseconds)
            {
                // Much may have happened since; closing positions on what nobody remembers is not safe, going on trading is not either.
                Abandon(id, "too old to finish without knowing that its halt still stands");
                Alarm("PANIC_CLOSE_MISSED", $"event {id} was never finished");
                haltKeeper.Tell(new PanicCloseProtocol.Halt(
                    PanicRecords.Halt(panic.Trigger, 0, around.NowMs, settings.Worker) with { Reason = "PANIC_CLOSE_MISSED" }));
            }
            else
            {
                log.Warning("Resuming event {0} after a restart", id);
                Start(panic.Trigger, panic, takenOver: false);
            }
        }

        Listen();
    }

    private void Abandon(EventId id, string why)
    {
        log.Warning("Event {0} was not finished and is not resumed: {1}", id, why);
        ledger.MarkDone(id);
        JournalOutcome(id, PanicRecords.Abandoned(id, why));
    }

    /// <summary>Entries are taken in only now, when it is known which of them this worker has done before.</summary>
    private void Listen()
    {
        listening = true;
        around.Redis.Tell(new RedisProtocol.WatchPanics(settings.Worker));
        SayReady();
    }

    /// <summary>What the direct link handed in before the journal was read.</summary>
    private void TakeEarly()
    {
        var entries = early.ToList();
        early.Clear();
        entries.ForEach(OnEntry);
    }

    private void OnEntry(PanicEntry entry)
    {
        if (recovered is null && Now < JournalWait && early.Count < EarlyLimit)
        {
            early.Add(entry);
            return;
        }

        var verdict = TriggerRules.Check(entry, around.Time.GetUtcNow(), settings);
        var id = verdict switch
        {
            TriggerVerdict.Accepted accepted => accepted.Trigger.EventId,
            TriggerVerdict.Refused refused => refused.EventId,
            _ => throw new InvalidOperationException("A trigger is accepted or refused."),
        };
        ledger.NoteEntry(id, entry.StreamId);
        if (asked.ContainsKey(id))
        {
            // The answer speaks for this entry too.
            return;
        }

        if (ledger.IsKnown(id))
        {
            log.Info("Event {0} is known already: nothing to do twice", id);
            AckIfDone(id);
        }
        else if (verdict is TriggerVerdict.Accepted accepted)
        {
            PanicLines.Received(log, accepted.Trigger, entry.StreamId, accepted.Age);
            // With the journal unread an earlier life may have sent orders, and an old event may have had a worker that fell silent; half
            // of the idle time leaves room for wrong clocks. The exchange is asked what is known of their orders (S8).
            var old = accepted.Age > settings.ClaimIdle / 2;
            Start(accepted.Trigger, null, takenOver: entry.Redelivered || recovered is null || old);
        }
        else
        {
            Judge(entry, (TriggerVerdict.Refused)verdict);
        }
    }

    /// <param name="trigger">What to execute.</param>
    /// <param name="earlier">What an earlier life of this worker did about it.</param>
    /// <param name="takenOver">Another worker had it and may have sent orders that no journal here knows.</param>
    private void Start(PanicTrigger trigger, UnfinishedPanic? earlier, bool takenOver)
    {
        ledger.Begin(trigger);
        if (running is not null)
        {
            log.Warning("Event {0} joins the panic close in progress", trigger.EventId);
            Journal(PanicRecords.Accepted(trigger));
            joined[trigger.EventId] = (earlier, takenOver);
            running.Tell(new PanicCloseProtocol.Join(trigger));
            return;
        }

        yielded.Remove(trigger.EventId, out var before);
        var planned = earlier ?? PanicRecords.Planned(recovered?.Records ?? [], trigger);
        var life = Math.Max(planned?.Lives ?? (takenOver ? 1 : 0), before?.Life + 1 ?? 0);
        var run = new PanicRun(settings, life, earlier?.StartedMs ?? around.NowMs) { Resumed = earlier is not null };
        if (before is not null)
        {
            run.Remember(before);
        }

        current = run;
        run.Triggers.Add(trigger);
        foreach (var (key, ids) in planned?.Orders ?? new Dictionary<PositionKey, List<ClientOrderId>>())
        {
            run.Remember(key, ids);
        }

        var name = "run-" + (++runs).ToString(CultureInfo.InvariantCulture);
        running = Context.ActorOf(PanicRunActor.Props(settings, around, haltKeeper, run), name);
        Context.Watch(running);
    }
}

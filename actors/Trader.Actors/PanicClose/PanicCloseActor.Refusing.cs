using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Triggers that are not executed (S9), and those among them that must not pass as if they had not been said (E45).</summary>
public sealed partial class PanicCloseActor
{
    /// <summary>Triggers that look missed, until Redis has said what became of them.</summary>
    private readonly Dictionary<EventId, (PanicEntry Entry, TriggerVerdict.Refused Refused)> asked = [];

    /// <summary>
    /// A consumer group that was made anew hands out all of history: what looks missed may have been completed long ago, or have halted
    /// once and been cleared by a person (S14). Redis remembers, and this worker's journal need not.
    /// </summary>
    private void Judge(PanicEntry entry, TriggerVerdict.Refused refused)
    {
        if (!refused.Missed)
        {
            Refuse(entry, refused);
            return;
        }

        asked[refused.EventId] = (entry, refused);
        around.Redis.Tell(new RedisProtocol.GetPanicHistory(refused.EventId));
    }

    private void OnHistory(RedisProtocol.PanicHistoryRead read)
    {
        if (!asked.Remove(read.EventId, out var waiting))
        {
            return;
        }

        if (read.CompletedBy is { } worker)
        {
            log.Info("Event {0} was completed before, by {1}", read.EventId, worker);
            ledger.MarkDone(read.EventId);
            JournalOutcome(read.EventId, PanicRecords.Abandoned(read.EventId, "completed before, by " + worker));
            AckIfDone(read.EventId);
            return;
        }

        Refuse(waiting.Entry, waiting.Refused with { Missed = !read.HaltWasSet });
    }

    /// <summary>What cannot be asked was missed: halting needlessly costs less than trading on (S1).</summary>
    private void OnNoHistory(EventId id)
    {
        if (asked.Remove(id, out var waiting))
        {
            Refuse(waiting.Entry, waiting.Refused);
        }
    }

    private void Refuse(PanicEntry entry, TriggerVerdict.Refused refused)
    {
        log.Error("{0}", refused.Text);
        log.Error("❌ TRIGGER VALIDATION FAILED - IGNORING");
        around.Meter.Count("trader_panic_triggers_refused_total", 1, ("reason", refused.Refusal.ToString()));
        ledger.MarkDone(refused.EventId);
        JournalOutcome(refused.EventId, PanicRecords.Refused(refused.EventId, refused.Refusal.ToString(), entry));
        around.Redis.Tell(new RedisProtocol.PublishRefusal(refused.EventId, entry, refused.Refusal.ToString()));
        Alarm("PANIC_TRIGGER_REFUSED", refused.Text);
        if (refused.Missed)
        {
            // Nobody was there when it was said. It is too old to act on, and trading must not go on as if it had not been said (E45).
            log.Error("Event {0} was published while no worker ran: trading is halted, a fresh event must close positions",
                refused.EventId);
            haltKeeper.Tell(new PanicCloseProtocol.Halt(new HaltRecord(
                refused.EventId, "PANIC_CLOSE_MISSED", "emergency_exit_worker", 0, around.NowMs, settings.Worker)));
        }

        AckIfDone(refused.EventId);
    }
}

using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>
/// The safety rules, held against the truth whenever something happens that could break one. The actors are asked nothing: only what
/// passes through the gateways counts, and what the account, Redis and the disks really hold.
/// </summary>
internal sealed partial class Checks(Stage stage)
{
    private readonly Dictionary<string, WorkerTruth> truths = [];
    private int flushes;

    public EventBook Events { get; } = new();

    /// <summary>Codes of all alarms raised, whether or not Redis took them.</summary>
    public HashSet<string> Alarms { get; } = [];

    public double LastHaltSetMs { get; private set; }

    public WatchChecks Watch { get; } = new(stage);

    public void Started(SimNode node)
    {
        truths[node.Name] = new WorkerTruth();
        Watch.Started(node);
    }

    public void Stopped(SimNode node) => Watch.Stopped(node);

    public WorkerTruth Truth(SimNode node) => truths[node.Name];

    public void RedisAsked(SimNode node, object command)
    {
        switch (command)
        {
            case RedisProtocol.SetHalt halt:
                Truth(node).HaltAskedMs.TryAdd(halt.Halt.EventId, stage.NowMs);
                OnHalt(halt.Halt);
                break;
            case RedisProtocol.PublishPanic panic:
                PanicRaised(node, panic.Trigger);
                break;
            case RedisProtocol.PublishEntriesGate { Open: true }:
                Watch.GateOpened(node);
                break;
            case RedisProtocol.PublishCompletion publish:
                OnCompletion(node, publish.Completion);
                break;
            case RedisProtocol.PublishAlarm alarm:
                Alarms.Add(alarm.Alarm.Code);
                break;
            case RedisProtocol.AckPanic ack:
                OnAck(node, ack.StreamId);
                break;
        }
    }

    public void RedisAnswered(SimNode node, object command, object reply)
    {
        if (reply is RedisProtocol.PanicClaimed claim)
        {
            Truth(node).Claimed.Add(claim.EventId);
            if (claim.Claim != PanicClaim.Mine)
            {
                Watch.Ended(node, claim.EventId);
            }
        }

        if (command is RedisProtocol.SetHalt halt && reply is RedisProtocol.NotDone)
        {
            Truth(node).HaltFailed.Add(halt.Halt.EventId);
        }
    }

    public void RedisExecutes(SimNode node, object command, double issuedMs)
    {
        switch (command)
        {
            case RedisProtocol.SetHalt halt:
                LastHaltSetMs = stage.NowMs;
                Events.Note(halt.Halt.EventId, valid: false).HaltEverSet = true;
                break;
            case RedisProtocol.PublishPanic panic:
                Events.Note(panic.Trigger.EventId, valid: true).InStream = true;
                break;
            case RedisProtocol.PublishEntriesGate { Open: true } gate:
                Watch.GateSet(node, issuedMs, gate.ForMs);
                break;
        }
    }

    /// <summary>S10: one completion per event.</summary>
    public void CompletionStored(PanicCompletion completion, bool first)
    {
        var facts = Events.Note(completion.EventId, valid: false);
        facts.Completions += first ? 1 : 0;
        LastHaltSetMs = first ? stage.NowMs : LastHaltSetMs;
        facts.EverCompleted = true;
        facts.EverVerifiedFlat |= completion.VerifiedFlat;
        facts.HaltEverSet = true;
        if (facts.Completions > 1)
        {
            stage.Break("S10", $"event {facts.Id} has {facts.Completions} completions");
        }
    }

    public void Flushed()
    {
        flushes++;
        foreach (var facts in Events.All)
        {
            facts.InStream = false;
            facts.Completions = 0;
        }

        foreach (var truth in truths.Values)
        {
            truth.Claimed.Clear();
        }
    }

    public void EntryDelivered(SimNode node, StreamRow row)
    {
        if (EventId.TryParse(PanicWire.Find(row.Fields, "event_id"), out var id))
        {
            Truth(node).Entries[row.Id] = id;
        }
    }

    public void PostDelivered(SimNode worker, PanicTrigger trigger) => Watch.PostDelivered(worker, trigger.EventId);

    public void PanicRaised(SimNode node, PanicTrigger trigger)
    {
        Events.Note(trigger.EventId, valid: true);
        Watch.PanicRaised(node, trigger);
    }

    public void Heard(SimNode node, object message) => Watch.Heard(node, message);

    public void Announced(SimNode node, LinkProtocol.Announce announce)
    {
        Watch.Announced(node, announce);
        if (announce.Event == LinkProtocol.CompletionEvent && PanicWire.TryRead(announce.Fields, out var completion))
        {
            OnCompletion(node, completion);
        }
    }

    public void AppendAsked(SimNode node, JournalRecord record)
    {
        Truth(node).Pending.Add(record);
        if (record.Kind == "watchdog.fired" && EventId.TryParse(PanicWire.Find(record.Fields, "event_id"), out var id))
        {
            Watch.Decided(id);
        }

        foreach (var (key, ids) in record.Kind == "panic.planned" ? record.Fields : [])
        {
            Truth(node).Plans[key] = ids;
        }
    }

    public void AppendEnded(SimNode node, JournalRecord record, bool done)
    {
        Truth(node).Pending.Remove(record);
        if (!EventId.TryParse(PanicWire.Find(record.Fields, "event_id"), out var id))
        {
            return;
        }

        // The watchdog writes an event down before it sends it, so this may be the first that is heard of it.
        var facts = Events.Note(id, valid: record.Kind == "watchdog.fired");
        if (record.Kind == "panic.accepted" && done)
        {
            facts.AcceptedOnDisk.Add(node.Name);
        }
        else if (record.Kind is "panic.refused" or "panic.abandoned")
        {
            facts.EndedOtherwise = true;
        }

        Watch.Recorded(node, record.Kind, id);
    }

    public void LatchAsked(SimNode node, EventId id) => Truth(node).LatchAskedMs.TryAdd(id, stage.NowMs);

    public void LatchEnded(SimNode node, EventId id, bool done)
    {
        if (done)
        {
            Events.Note(id, valid: false).HaltEverSet = true;
        }
        else
        {
            Truth(node).LatchFailed.Add(id);
        }
    }

    /// <summary>S4, S14: the latch goes only after a person took the halt away.</summary>
    public void LatchCleared(SimNode node, EventId id)
    {
        if (Events.Find(id)?.ClearedByPersonAtMs is null)
        {
            stage.Break("S4", $"{node} clears the latch of {id}, whose halt no person cleared");
        }
    }

    public void PositionsAnswered(SimNode node, IActorRef asker, object reply) =>
        Truth(node).Reads.Add((stage.NowMs, asker, reply as ExchangeProtocol.PositionsRead));

    public void RestingAnswered(SimNode node, IActorRef asker, long readId, bool empty)
    {
        // A read that hung is answered after a later one, and is no news.
        if (readId >= Truth(node).Resting.GetValueOrDefault(asker).ReadId)
        {
            Truth(node).Resting[asker] = (readId, stage.NowMs, empty);
        }
    }

    public void Found(SimNode node, ExchangeProtocol.OrderFound found) => Truth(node).Found.Add(found.Id.Value);

    public void LookedUp(SimNode node, ExchangeProtocol.FindOrder find) => Truth(node).LookedUp.Add(find.Id.Value);

    public void Refused(ClientOrderId id) => stage.Note("exchange", $"refuses {id}");

    private void OnHalt(HaltRecord halt)
    {
        if (Events.Find(halt.EventId) is not { Valid: true } && halt.Reason != "PANIC_CLOSE_MISSED")
        {
            stage.Break("S9", $"halt for {halt.EventId}, which no valid event asked for");
        }
    }

    /// <summary>S12: what is acknowledged to the stream is in the journal, unless the disk refused it.</summary>
    private void OnAck(SimNode node, string streamId)
    {
        var truth = Truth(node);
        if (truth.Entries.TryGetValue(streamId, out var id)
            && truth.Pending.Any(r => r.Kind is "panic.completed" or "panic.refused" or "panic.abandoned"
                && PanicWire.Find(r.Fields, "event_id") == id.Value))
        {
            stage.Break("S12", $"{node} acknowledges {id} before its outcome is on disk");
        }
    }
}

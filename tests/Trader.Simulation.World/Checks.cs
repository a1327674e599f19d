using System.Globalization;
using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>
/// The safety rules, held against the truth whenever something happens that could break one. The actors are asked nothing: only what
/// passes through the gateways counts, and what the account, Redis and the disks really hold.
/// </summary>
internal sealed class Checks(Stage stage)
{
    private static readonly double HaltWaitMs = Figures.Worker("").HaltWait.TotalMilliseconds;

    private readonly Dictionary<string, WorkerTruth> truths = [];
    private readonly Dictionary<string, (string Node, int Life, bool Claimed, int Flushes)> sentIds = [];
    private readonly Dictionary<(string, EventId, PositionKey), List<(int Life, CloseOrder Order)>> sentBy = [];

    private readonly HashSet<(string, EventId)> reported = [];
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

    public void ClosesSent(SimNode node, IActorRef asker, IReadOnlyList<CloseOrder> orders)
    {
        foreach (var order in orders)
        {
            if (Events.OwnerOf(order) is not { } owner || !owner.Event.Valid)
            {
                stage.Break("S9", $"{node} sends {order}, which no valid event asked for");
                return;
            }

            CheckHalted(node, owner.Event, order);
            CheckOnce(node, owner.Event, order);
            CheckSize(node, order);
            CheckPlanned(node, order);
            Truth(node).Sent.Add((stage.NowMs, asker, order));
        }
    }

    private void OnHalt(HaltRecord halt)
    {
        if (Events.Find(halt.EventId) is not { Valid: true } && halt.Reason != "PANIC_CLOSE_MISSED")
        {
            stage.Break("S9", $"halt for {halt.EventId}, which no valid event asked for");
        }
    }

    /// <summary>S4: halted, or both ways of halting have failed or had their time.</summary>
    private void CheckHalted(SimNode node, EventFacts facts, CloseOrder order)
    {
        var truth = Truth(node);
        var diskHad = truth.LatchFailed.Contains(facts.Id) || Waited(truth.LatchAskedMs, facts.Id);
        var redisHad = truth.HaltFailed.Contains(facts.Id) || Waited(truth.HaltAskedMs, facts.Id);
        if (!facts.HaltEverSet && !stage.Redis.Data.Halted && node.Disk.Latch is null && !(diskHad && redisHad))
        {
            stage.Break("S4", $"{node} sends {order} before the halt of {facts.Id}");
        }
    }

    private bool Waited(Dictionary<EventId, double> asked, EventId id) =>
        asked.TryGetValue(id, out var since) && stage.NowMs - since >= HaltWaitMs - 1;

    /// <summary>S8: an id is sent once; what an earlier life of this process had sent is looked up first.</summary>
    private void CheckOnce(SimNode node, EventFacts facts, CloseOrder order)
    {
        var claimed = Truth(node).Claimed.Contains(facts.Id);
        // Two workers without Redis, or with one that lost its memory, cannot know of each other; both close (S2), and reduce-only keeps that harmless (S5).
        if (sentIds.TryGetValue(order.Id.Value, out var before)
            && ((before.Node == node.Name && PlanOnDisk(node, order)) || (before.Claimed && claimed && before.Flushes == flushes && stage.NowMs - stage.Redis.TroubledAtMs > 6_000
                && !Truth(node).LookedUp.Contains(order.Id.Value))))
        {
            stage.Break("S8", $"{node} (life {node.Life}) sends {order}, which {before.Node} (life {before.Life}) has sent");
        }

        sentIds[order.Id.Value] = (node.Name, node.Life, claimed, flushes);
        var key = (node.Name, facts.Id, order.Key);
        if (!sentBy.TryGetValue(key, out var earlier))
        {
            sentBy[key] = earlier = [];
        }

        var life = Events.OwnerOf(order)!.Value.Life;
        foreach (var (_, old) in earlier.Where(e => Events.OwnerOf(e.Order)!.Value.Life != life))
        {
            if (!Truth(node).LookedUp.Contains(old.Id.Value) && PlanOnDisk(node, old))
            {
                stage.Break("S8", $"{node} sends {order} without looking up {old}, which it had sent before");
            }
        }

        earlier.Add((node.Life, order));
    }

    /// <summary>S5: never more than was read.</summary>
    private void CheckSize(SimNode node, CloseOrder order)
    {
        var truth = Truth(node);
        var total = order.Quantity + truth.Sent
            .Where(s => s.Order.Key == order.Key && Events.OwnerOf(s.Order) == Events.OwnerOf(order))
            .Sum(s => s.Order.Quantity);
        var seen = truth.Reads.SelectMany(r => r.Read?.Positions ?? []).Where(p => p.Key == order.Key)
            .Select(p => p.Quantity).DefaultIfEmpty(0).Max();
        if (total > seen)
        {
            stage.Break("S5", $"{node} closes {total} of {order.Key}, of which it has read {seen}");
        }
    }

    /// <summary>S12: the plan is on disk, or the disk has failed or had its time.</summary>
    private void CheckPlanned(SimNode node, CloseOrder order)
    {
        var waiting = Truth(node).Pending.FirstOrDefault(r => r.Kind == "panic.planned" && Names(r, order));
        if (waiting is not null && stage.UnixMs + stage.Plan.ClockErrorMs[node.Name] - waiting.AtMs < HaltWaitMs - 2)
        {
            stage.Break("S12", $"{node} sends {order} before its plan is on disk");
        }
    }

    private static bool PlanOnDisk(SimNode node, CloseOrder order) =>
        node.Disk.Journal.Any(r => r.Kind == "panic.planned" && Names(r, order));

    private static bool Names(JournalRecord record, CloseOrder order) =>
        record.Fields.Any(f => f.Value.Contains(order.Id.Value, StringComparison.Ordinal));

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

    private void OnCompletion(SimNode node, PanicCompletion completion)
    {
        Watch.Ended(node, completion.EventId);
        var fields = PanicWire.Write(completion);
        if (completion.Closed + completion.Failed != completion.Total || fields.Count != 8)
        {
            stage.Break("S3", $"{completion.EventId}: {completion.Closed} closed + {completion.Failed} failed of {completion.Total}");
        }

        if (!reported.Add((node.Name, completion.EventId)))
        {
            return;
        }

        if (completion.VerifiedFlat)
        {
            CheckFlat(node, completion);
        }
        else
        {
            CheckAttempted(node, completion);
        }
    }

    /// <summary>S3: a read of this run that succeeded showed nothing, no later read says otherwise, and it was true.</summary>
    private void CheckFlat(SimNode node, PanicCompletion completion)
    {
        var last = Truth(node).Reads.LastOrDefault(read => read.Read is not null);
        var startedMs = completion.StartedMs - stage.Plan.ClockErrorMs[node.Name] - (stage.UnixMs - stage.NowMs);
        if (last.Read is not { Positions.Count: 0, Unreadable.Count: 0 } || last.AtMs < startedMs - 1)
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat without a read that shows it");
        }
        else if (!stage.Exchange.Account.WasFlatWithin(last.AtMs - 3_000 - stage.Plan.StaleMs, last.AtMs))
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat and the account never was");
        }
        else if (!Truth(node).Reads.Any(r => r.AtMs >= startedMs - 1 && r.Read is { Positions.Count: 0, Unreadable.Count: 0 }
            && Truth(node).Resting.GetValueOrDefault(r.Asker) is { Empty: true } books && r.AtMs >= books.AtMs))
        {
            stage.Break("S3", $"{node} reports {completion.EventId} flat without a read of positions after one that shows that no order rests");
        }
    }

    /// <summary>S7: whatever else failed, every position that was there all along has had its order.</summary>
    private void CheckAttempted(SimNode node, PanicCompletion completion)
    {
        var truth = Truth(node);
        var startedMs = completion.StartedMs - stage.Plan.ClockErrorMs[node.Name] - (stage.UnixMs - stage.NowMs);
        // A read that hung may be answered to a run that is over; the run that ends is the one that has read last, sent or not.
        var asker = truth.Reads.LastOrDefault().Asker;
        var first = truth.Reads.FirstOrDefault(r => (asker is null || r.Asker.Equals(asker)) && r.AtMs >= Math.Max(startedMs, node.StartedAtMs) && r.Read is not null);
        if (first.Read is null)
        {
            return;
        }

        foreach (var position in first.Read.Positions)
        {
            // Two workers may derive the same id; what this run found sent under its own id is the one attempt (S8).
            var tried = truth.Sent.Any(s => s.Order.Key == position.Key && s.AtMs >= first.AtMs)
                || (truth.Plans.TryGetValue($"{position.Key.Side}:{position.Key.Symbol}", out var ids)
                    && truth.Found.Any(id => ids.Contains(id, StringComparison.Ordinal)));
            if (!tried && stage.Exchange.Account.OpenSince(position.Key, first.AtMs))
            {
                stage.Break("S7", string.Create(CultureInfo.InvariantCulture,
                    $"{node} ends {completion.EventId} and never tried to close {position.Key} {position.Amount}"));
            }
        }
    }

}

using Akka.Actor;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>What must hold when a close order goes out: S4, S5, S8, S9, S12.</summary>
internal sealed partial class Checks
{
    private static readonly double HaltWaitMs = Figures.Worker("").HaltWait.TotalMilliseconds;

    private readonly Dictionary<string, (string Node, int Life, bool Claimed, int Flushes)> sentIds = [];
    private readonly Dictionary<(string, EventId, PositionKey), List<(int Life, CloseOrder Order)>> sentBy = [];

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
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>Plans come in: from the stream, in bounded number, each entry once.</summary>
public sealed partial class ApplyLayerActor
{
    /// <summary>An entry in hand is kept from being claimed by others; beyond this many the youngest are not yet in danger.</summary>
    private const int MaxKept = 1000;

    private (string Group, long Batch)? more;
    private TimeSpan? planSeenAt;

    private void OnPlans(RedisProtocol.PlansSeen seen)
    {
        planSeenAt = Now;
        foreach (var entry in seen.Entries)
        {
            if (table.Holds(entry.StreamId) || outcomes.Entries.Contains(entry.StreamId))
            {
                // It came again because it is not acknowledged yet; that is being worked on.
                continue;
            }

            switch (entry)
            {
                case RedisProtocol.PlanSeen plan:
                    Begin(plan);
                    break;
                case RedisProtocol.PlanMalformed bad:
                    OnMalformed(bad);
                    break;
            }
        }

        more = (seen.Group, seen.Batch);
        TakeMore();
        WantPositions();
        Look();
    }

    private void Begin(RedisProtocol.PlanSeen seen)
    {
        around.Meter.Count(GateMetrics.Processed, 1, ("decision", GateRules.Kind(seen.Plan)));
        around.Meter.Count(GateMetrics.Plans, 1, ("symbol", seen.Plan.Symbol.Value), ("decision", GateRules.Kind(seen.Plan)));
        var plan = new PlanCase(seen.StreamId, seen.Plan, Now, seen.Redelivered);
        // One that came before may have been taken by an earlier life, under other settings: Redis is asked first.
        var mayBeTaken = seen.Redelivered && seen.Plan.Effect != PlanEffect.Neither && seen.Plan.Decision == PlanDecision.Execute;
        if (!mayBeTaken && GateRules.AtIntake(seen.Plan, settings) is { } end)
        {
            End(plan, end);
            return;
        }

        if (!table.TryAdd(plan))
        {
            if (mayBeTaken)
            {
                // Not told apart yet from the one in hand: this may be the one whose order is out, and then nobody else looks for it (S10).
                table.StandBehind(seen);
                return;
            }

            var first = table.Of(seen.Plan.Id);
            End(plan, first is not null && first.Digest != plan.Digest ? GateRules.OtherContent() : GateRules.Duplicate());
        }
    }

    /// <summary>A plan has ended: an entry that stood behind it is asked about now.</summary>
    private void TakeNext(PlanId id)
    {
        if (table.Next(id) is { } seen)
        {
            table.TryAdd(new PlanCase(seen.StreamId, seen.Plan, Now, redelivered: true));
        }
    }

    private void OnMalformed(RedisProtocol.PlanMalformed bad)
    {
        var code = "invalid_plan:" + PlanWire.Code(bad.Fault);
        log.Error("Plan entry {0} cannot be read: {1}", bad.StreamId, code);
        around.Meter.Count(GateMetrics.Processed, 1, ("decision", Ending.Failure));
        Conclude(
            bad.StreamId, bad.StreamId, bad.Id?.Value ?? "", bad.Symbol?.Value ?? "",
            Ending.Err("PLAN", "invalid_format", code, "not carried out"));
    }

    /// <summary>The next batch stays in the stream until there is room for it.</summary>
    private void TakeMore()
    {
        if (more is { } next && table.Count + outcomes.Count + RedisProtocol.MostPlansAtOnce <= settings.MaxWaiting)
        {
            more = null;
            around.Redis.Tell(new RedisProtocol.TakeMorePlans(next.Group, next.Batch));
        }
    }

    private void KeepEntries()
    {
        var now = Now;
        List<string> entries =
        [
            .. table.All.Where(plan => now - plan.SeenAt >= BeatEvery).Select(plan => plan.StreamId)
                .Concat(table.Behind).Concat(outcomes.Entries).Take(MaxKept),
        ];
        if (entries.Count > 0)
        {
            around.Redis.Tell(new RedisProtocol.KeepPlans(entries));
        }
    }
}

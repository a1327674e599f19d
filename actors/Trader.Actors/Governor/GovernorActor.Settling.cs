using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>What became of a batch.</summary>
public sealed partial class GovernorActor
{
    /// <summary>A permit lives 60 s; an order sent at its end is a position a moment later.</summary>
    private const long ReservationMs = (GovernorPermit.Seconds + 15) * 1000;

    private void OnSettled(RedisProtocol.PlansSettled settled)
    {
        if (batch is not { Settlement: { } settlement } plans || plans.Round != settled.Round)
        {
            return;
        }

        var again = new List<RedisProtocol.PlanEntry>();
        var failed = 0;
        for (var i = 0; i < settled.Outcomes.Count; i++)
        {
            switch (settled.Outcomes[i])
            {
                case PlanSettled.Done:
                    SayOutcome(settlement.Plans[i], plans.Judgements[i].Verdict, plans.Entries[i]);
                    break;
                case PlanSettled.Duplicate:
                    log.Debug("Permit already exists for plan entry {0}", plans.Entries[i].StreamId);
                    break;
                case PlanSettled.ExitLocked:
                    SayBlocked(plans.Entries[i], new GovernorVerdict.Refuse(GovernorRefusal.ExitLocked));
                    break;
                case PlanSettled.Changed:
                    again.Add(plans.Entries[i]);
                    break;
                case PlanSettled.Failed:
                    failed++;
                    break;
            }
        }

        if (failed > 0)
        {
            log.Error("{0} permits could not be written to Redis; their plans stay unacknowledged", failed);
        }

        if (again.Count > 0 && plans.Rounds < GovernorBatch.MaxRounds)
        {
            plans.Again(again, ++lastRound);
            AskFacts(plans);
        }
        else
        {
            Finish(plans, again.Count, "what they are judged by keeps changing");
        }
    }

    private void SayOutcome(PlanSettlement settlement, GovernorVerdict verdict, RedisProtocol.PlanEntry entry)
    {
        switch (settlement, verdict)
        {
            case (PlanPermitted permitted, _):
                log.Info(GovernorLines.Allowed(permitted.Id, permitted.Permit));
                figures.Allowed(permitted.Permit.Symbol, permitted.Permit.Efficiency, Now);
                break;
            case (PlanRefused, GovernorVerdict.Refuse refuse):
                SayBlocked(entry, refuse);
                break;
        }
    }

    private void SayBlocked(RedisProtocol.PlanEntry entry, GovernorVerdict.Refuse refuse)
    {
        var (id, symbol) = entry switch
        {
            RedisProtocol.PlanSeen seen => (seen.Plan.Id, seen.Plan.Symbol),
            RedisProtocol.PlanMalformed malformed => (malformed.Id, malformed.Symbol),
            _ => (null, null),
        };
        if (id is null)
        {
            return;
        }

        log.Warning(GovernorLines.Blocked(symbol?.Value ?? "?", id, refuse.Text));
        figures.Blocked(symbol, refuse.Reason);
        if (refuse.Why == GovernorRefusal.BurstLimit && settings.Disarm is { Enabled: true, OnBurst: true })
        {
            Disarm("burst_limit_breach", [new("symbol", symbol?.Value ?? ""), new("limit", Text(settings.Rates.PerFiveMinutes))]);
        }
    }

    /// <summary>
    /// Both steps may be repeated: reading changes nothing, and a permit that a lost answer had already given is recognised as the same.
    /// Without a connection there is nothing to repeat: the entries come again with the next one. None of it is an error of a plan (D-G11).
    /// </summary>
    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        if (failed.Command is RedisProtocol.DisarmGovernor)
        {
            // The beat tries again; until then this governor remembers by itself.
            return;
        }

        var round = failed.Command switch
        {
            RedisProtocol.ReadGovernorFacts ask => ask.Round,
            RedisProtocol.SettlePlans settle => settle.Round,
            _ => 0,
        };
        if (batch is not { } plans || plans.Round != round)
        {
            return;
        }

        if (failed.Doubt != RedisDoubt.NotConnected && ++plans.Tries < GovernorBatch.MaxTries)
        {
            Timers.StartSingleTimer(nameof(TryAgain), new TryAgain(round), RetryEvery);
            return;
        }

        Finish(plans, plans.Entries.Count, failed.Why);
    }

    private void OnTryAgain(long round)
    {
        if (batch is not { } plans || plans.Round != round)
        {
            return;
        }

        if (plans.Settlement is { } settlement)
        {
            around.Redis.Tell(settlement);
        }
        else
        {
            AskFacts(plans);
        }
    }

    private void Finish(GovernorBatch plans, int left, string why)
    {
        if (left > 0)
        {
            log.Warning("{0} plans stay unacknowledged and will come again: {1}", left, why);
        }

        batch = null;
        around.Redis.Tell(new RedisProtocol.TakeMorePlans(plans.Seen.Group, plans.Seen.Batch));
    }
}

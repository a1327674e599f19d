using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>Decided exits become plans for the order gate: a new plan for every attempt, one at a time and position.</summary>
public sealed partial class ExitBrainActor
{
    /// <summary>Exits that the gate refuses for too long leave their positions to nobody (S11).</summary>
    private Trouble? ExitTrouble() =>
        desk.RefusedTooLong(Now) is { Count: > 0 } refused ? Named($"exits refused: {string.Join(",", refused.Take(5))}") : null;

    private void OnExits(Turn turn)
    {
        foreach (var decision in turn.NewExits)
        {
            log.Warning("EXIT {0} {1} {2}: {3} ({4})", decision.Position.Key, decision.Position.ClosingSide,
                decision.Position.Quantity, decision.Rule, decision.Text);
            around.Meter.Count("trader_exit_decisions_total", 1, ("rule", decision.Rule.ToString()));
            Journal("brain.exit_intent", BrainRecords.Intent(decision));
        }

        foreach (var closed in turn.SeenClosed)
        {
            Journal("brain.exit_seen_closed", [new("position", closed.ToString())]);
        }

        foreach (var exit in desk.Due(turn.Wanted, Now))
        {
            var id = PlanId.Parse(around.NewGuid().ToString("N")[..16]);
            desk.Asked(exit.Position.Key, id, Now);
            Journal("brain.exit_plan", BrainRecords.Asked(exit, id));
            around.Redis.Tell(new RedisProtocol.PublishPlan(id, ExitDesk.Plan(exit, id, around.NowMs)));
        }
    }

    private void OnPlanEnded(PlanResult ended)
    {
        if (desk.Answered(ended.PlanId, ended.Executed, ended.Error, Now) is not { } executed)
        {
            return;
        }

        around.Meter.Count("trader_exit_results_total", 1, ("result", executed ? "executed" : "refused"));
        Journal("brain.exit_result", [new("plan_id", ended.PlanId), new("executed", executed ? "true" : "false"), new("error", ended.Error)]);
        if (executed)
        {
            StartTurnSoon();
        }
        else
        {
            log.Warning("EXIT not executed: plan {0}: {1}", ended.PlanId, ended.Error);
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        if (failed is { Command: RedisProtocol.PublishPlan plan, Doubt: not RedisDoubt.Unknown })
        {
            desk.NotAsked(plan.Id, Now);
        }
        else
        {
            OnHaltNotRead(failed.Command);
        }
    }
}

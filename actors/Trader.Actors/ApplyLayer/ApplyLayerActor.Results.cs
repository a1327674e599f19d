using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What became of orders and plans: answers, look-ups, and results to disk and stream.</summary>
public sealed partial class ApplyLayerActor
{
    private static readonly TimeSpan SlowestLookup = TimeSpan.FromSeconds(5);

    private string publishTrouble = "";

    private void OnAnswered(ExchangeProtocol.ApprovedAnswered answer)
    {
        if (table.Of(answer.Id) is not { Stage: CaseStage.Sending } plan)
        {
            return;
        }

        if (answer.Fault is { Kind: FaultKind.TooLate })
        {
            // Nothing left.
            ConfirmAgain(plan);
            return;
        }

        around.Meter.Observe(GateMetrics.OrderSeconds, (plan.SentAt - plan.SeenAt).TotalSeconds);
        sight.Touch(plan.Plan.Symbol, Now);
        if (answer.State is CloseState.Unknown or CloseState.Working)
        {
            Resolve(plan, answer.State, answer.OrderId, answer.Fault);
        }
        else
        {
            EndOrdered(plan, answer.State, answer.OrderId, answer.Executed, answer.Fault);
        }

        AskSwitches();
    }

    /// <summary>The symbol stays as it is until somebody knows; the result says so now, and is corrected then (S8).</summary>
    private void Resolve(PlanCase plan, CloseState state, string orderId, ExchangeFault? fault)
    {
        log.Error("{0}: Order {1} of unknown outcome, looking it up: {2}", plan.Plan.Symbol, plan.OrderId, fault);
        around.Meter.Count(GateMetrics.Executed, 1, ("status", GateMetrics.Unknown));
        table.Advance(plan, CaseStage.Resolving);
        plan.LookupAt = Now;
        plan.SaidUnknown = true;
        if (plan.Draft is { } draft)
        {
            Conclude(plan.StreamId + PlanOutcome.Unknown, null, plan.Plan.Id.Value, plan.Plan.Symbol.Value,
                Ending.Ordered(draft, GateRules.StepName(plan.Plan), state, orderId, 0, fault));
        }
    }

    /// <summary>
    /// The plan was taken. By this very entry in an earlier life: then its order may be out, and it is looked for and never sent. By another
    /// entry: then this one is a repetition.
    /// </summary>
    private void OnTakenBefore(PlanCase plan, PlanRecordText? record)
    {
        if (record is null || record.StreamId != plan.StreamId)
        {
            around.Meter.Count(GateMetrics.Duplicates, 1);
            End(plan, record is not null && record.Digest != plan.Digest ? GateRules.OtherContent() : GateRules.Duplicate());
            return;
        }

        log.Warning("{0}: Plan {1} was taken by {2} and not finished: looking for its order", plan.Plan.Symbol, plan.Plan.Id, record.Holder);
        plan.Inherited = record;
        plan.SentAt = Now;
        plan.LookupAt = Now;
        table.Advance(plan, CaseStage.Resolving);
    }

    private void LookUpOrders()
    {
        var now = Now;
        if (table.InFlight == 0)
        {
            return;
        }

        foreach (var plan in table.All.Where(plan => plan is { Stage: CaseStage.Resolving, LookingUp: false } && plan.LookupAt <= now))
        {
            plan.LookingUp = true;
            plan.LookupAskedAt = now;
            around.Exchange.Tell(new ExchangeProtocol.FindOrder(
                plan.Plan.Symbol, plan.OrderId, ++plan.Lookups, Routine: true));
        }
    }

    private void OnFound(ExchangeProtocol.OrderFound found)
    {
        if (table.Of(found.Id) is not { Stage: CaseStage.Resolving } plan)
        {
            return;
        }

        sight.Touch(plan.Plan.Symbol, Now);
        if (found.State is CloseState.Working or CloseState.Unknown)
        {
            LookAgain(plan, settings.LookupEvery);
            return;
        }

        EndOrdered(plan, found.State, found.OrderId, found.Executed, null);
    }

    private void OnNotFound(ClientOrderId id)
    {
        if (table.Of(id) is not { Stage: CaseStage.Resolving } plan)
        {
            return;
        }

        // By when it was asked, not by when the answer was heard: this process may have stood still in between, and the order arrived.
        if (plan.LookupAskedAt - plan.SentAt < settings.LookupSettled)
        {
            LookAgain(plan, settings.LookupEvery);
            return;
        }

        sight.Touch(plan.Plan.Symbol, Now);
        End(plan, Ending.Err(
            GateRules.StepName(plan.Plan), "error", plan.Inherited is not null ? "interrupted_before_order" : "order_not_found",
            "the exchange knows no such order; nothing was executed"));
    }

    private void OnLookupFailed(ClientOrderId id, int attempt)
    {
        if (table.Of(id) is { Stage: CaseStage.Resolving } plan)
        {
            var pause = settings.LookupEvery * attempt;
            LookAgain(plan, pause < SlowestLookup ? pause : SlowestLookup);
        }
    }

    /// <summary>Ever more rarely: the request weight that look-ups take is a panic's, too.</summary>
    private void LookAgain(PlanCase plan, TimeSpan pause)
    {
        var grown = settings.LookupEvery * plan.Lookups;
        var slow = grown < SlowestLookup ? grown : SlowestLookup;
        plan.LookingUp = false;
        plan.LookupAt = Now + (pause > slow ? pause : slow);
    }

    private void EndOrdered(PlanCase plan, CloseState state, string orderId, decimal executed, ExchangeFault? fault)
    {
        var step = GateRules.StepName(plan.Plan);
        var end = plan.Draft is { } draft
            ? Ending.Ordered(draft, step, state, orderId, executed, fault)
            : Inherited(plan, step, state, orderId, executed);
        around.Meter.Count(
            GateMetrics.Steps, 1, ("symbol", plan.Plan.Symbol.Value), ("step", step), ("status", end.Steps[0].Status));
        if (end.Executed)
        {
            around.Meter.Gauge(GateMetrics.LastSuccess, around.NowMs / 1000, ("symbol", plan.Plan.Symbol.Value));
            log.Info("{0}: Order {1} executed successfully", plan.Plan.Symbol, orderId);
            around.Meter.Count(GateMetrics.Executed, 1, ("status", plan.Pass is { Bypass: true } ? GateMetrics.Bypass : GateMetrics.Success));
        }
        else
        {
            log.Error("{0}: Step {1} failed: {2}", plan.Plan.Symbol, step, fault?.ToString() ?? end.Error);
            around.Meter.Count(GateMetrics.Executed, 1, ("status", GateMetrics.Rejected));
        }

        End(plan, end);
    }

    /// <summary>The order of an earlier life: what it asked for is not known here, what it did is.</summary>
    private static Ending Inherited(PlanCase plan, string step, CloseState state, string orderId, decimal executed)
    {
        var done = state == CloseState.Filled || executed > 0;
        return new Ending(done ? Ending.Execute : Ending.Failure, done, done, done ? "" : "order_not_filled",
        [
            new PlanStepResult(step, done ? "success" : "error", "of an earlier life of this gate, looked up")
            {
                Order = plan.Inherited?.Order is { } order
                    ? new PlanOrderResult(orderId, plan.OrderId.Value, order.Side, order.Quantity, executed, !order.Opens)
                    : null,
            },
        ]);
    }

    /// <summary>The plan's end: out of hand, and its result on its way.</summary>
    private void End(PlanCase plan, Ending end)
    {
        if (end.Error is Ending.KillSwitchActive)
        {
            around.Meter.Count(GateMetrics.Executed, 1, ("status", GateMetrics.Killed));
        }

        around.Meter.Observe(GateMetrics.DecisionSeconds, (Now - plan.SeenAt).TotalSeconds);
        table.End(plan);
        Conclude(plan.StreamId, plan.StreamId, plan.Plan.Id.Value, plan.Plan.Symbol.Value, end, plan.Taken);
        TakeNext(plan.Plan.Id);
    }

    private void Conclude(string key, string? entry, string planId, string symbol, Ending end, bool taken = false)
    {
        var result = new PlanResult(planId, symbol, end.Decision, end.Executed, end.Would, end.Steps, end.Error, around.NowMs);
        var outcome = new PlanOutcome(key, entry, result) { Taken = taken };
        outcomes.Add(Journal(GateRecords.Result(outcome)), outcome, Now);
    }

    private void OnRecorded(long seq, string trouble)
    {
        if (outcomes.Recorded(seq))
        {
            Publish();
        }
        else if (records.Remove(seq, out var waiting))
        {
            OnTakenRecorded(waiting.Plan, trouble);
        }
    }

    /// <summary>A disk that refuses must not hold results up for ever: they are in Redis, and the alarm says what is missing.</summary>
    private void OnNotRecorded(DiskProtocol.NotAppended failed)
    {
        log.Error("Journal write failed: {0}", failed.Why);
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", failed.Why, around.NowMs)));
        OnRecorded(failed.Seq, failed.Why);
    }

    private void Publish()
    {
        if (redisUp && outcomes.Next() is { Count: > 0 } batch)
        {
            around.Redis.Tell(new RedisProtocol.PublishResults(batch));
        }
    }

    private void OnDone(RedisProtocol.Done done)
    {
        if (done.Command is RedisProtocol.PublishResults published)
        {
            outcomes.Published();
            publishTrouble = "";
            foreach (var outcome in published.Outcomes)
            {
                GateLines.Published(log, outcome.Result);
            }

            Publish();
            TakeMore();
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        switch (failed.Command)
        {
            case RedisProtocol.LookAtGate look when looks.Remove(look.LookId, out var asked):
                foreach (var plan in asked.Plans)
                {
                    plan.Asked = false;
                    plan.Reason = plan.Ended ? plan.Reason : "switch";
                    WaitOn(plan, asked.AskedAt, SwitchState.Unknown);
                }

                break;
            case RedisProtocol.TakePlan take when table.Of(take.Draft.Plan) is { Stage: CaseStage.Taking } plan:
                EndNotTaken(plan, failed.Doubt, failed.Why);
                break;
            case RedisProtocol.ReadKillSwitch read:
                OnNotConfirmed(closing, read.Round, $"{failed.Doubt} {failed.Why}");
                break;
            case RedisProtocol.ConfirmEntry confirm:
                OnNotConfirmed(opening, confirm.Round, $"{failed.Doubt} {failed.Why}");
                break;
            case RedisProtocol.PublishResults:
                // The next tick tries again; while Redis is away nothing is tried.
                outcomes.NotPublished();
                if (publishTrouble != failed.Why)
                {
                    publishTrouble = failed.Why;
                    log.Error("Results cannot be published and are kept: {0} {1}", failed.Doubt, failed.Why);
                }

                break;
        }
    }
}

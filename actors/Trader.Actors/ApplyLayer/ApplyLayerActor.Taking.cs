using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>From a waiting plan to its taking: permits, position, size, and the one step.</summary>
public sealed partial class ApplyLayerActor
{
    /// <summary>The error of a plan whose wait ended before there was room for its order.</summary>
    private const string GateBusy = "gate_busy";

    /// <summary>
    /// Taken plans that wait to leave. What would come behind them keeps its permits and stays where a switch stops it: taken, it would only
    /// grow old. Opens, which wait for the disk too, leave half of the room to exits (S7).
    /// </summary>
    private const int MostAhead = 64;

    /// <summary>The bypass is worth something only on an account that was checked and is no production account (S15).</summary>
    private bool Bypassing => settings.Bypass && account is { Environment: not VenueEnvironment.Production };

    private void Consider(PlanCase plan)
    {
        if (GateRules.AtIntake(plan.Plan, settings) is { } end)
        {
            End(plan, end);
            return;
        }

        if (settings.Mode == GateMode.DryRun)
        {
            EndDryRun(plan);
            return;
        }

        var legs = sight.Legs(plan.Plan.Symbol, plan.SeenAt, Now);
        if (plan.Plan.Effect == PlanEffect.Closes && legs is { Count: 0 })
        {
            log.Info("{0}: No position found, skipping execution", plan.Plan.Symbol);
            End(plan, Ending.NoDraft(DraftFault.NoPosition));
            return;
        }

        PermitVerdict.Granted? granted = null;
        if (!Bypassing)
        {
            switch (GateRules.Judge(plan.Plan, plan.Governor, plan.PositionState, around.NowMs, settings.PermitMaxAge))
            {
                case PermitVerdict.Missing missing:
                    plan.Reason = missing.Reason;
                    return;
                case PermitVerdict.Refused refused:
                    EndRefused(plan, refused);
                    return;
                case PermitVerdict.Granted both:
                    granted = both;
                    break;
            }
        }

        if (account is null || legs is null)
        {
            plan.Reason = account is null ? "account" : "positions";
            return;
        }

        if (GateRules.WithoutLimits(plan.Plan, granted, account.Environment) is { } unlimited)
        {
            EndRefused(plan, unlimited);
            return;
        }

        Size(plan, granted, legs, account.HedgeMode);
    }

    private void Size(PlanCase plan, PermitVerdict.Granted? granted, IReadOnlyList<Position> legs, bool hedge)
    {
        var draft = GateRules.Draft(plan.Plan, legs, granted, hedge, lots.GetValueOrDefault(plan.Plan.Symbol), out var none);
        if (draft is null)
        {
            if (none!.Error == Ending.NoDraft(DraftFault.LotUnknown).Error)
            {
                plan.Reason = "lot";
                return;
            }

            End(plan, none);
        }
        else if (table.Blocker(plan) is { } other)
        {
            plan.Reason = other.Stage == CaseStage.Resolving ? "symbol_outcome_unknown" : "symbol_busy";
        }
        else if (table.Ahead >= (draft.Opens ? MostAhead / 2 : MostAhead))
        {
            plan.Reason = GateBusy;
        }
        else if (draft.Opens && conditions.Refusal(Now) is { } refusal)
        {
            EndClosed(plan, refusal, taken: false);
        }
        else
        {
            Take(plan, draft, granted);
        }
    }

    private void Take(PlanCase plan, OrderDraft draft, PermitVerdict.Granted? granted)
    {
        if (!settings.HasCredentials)
        {
            log.Error("{0}: Missing Binance testnet credentials", plan.Plan.Symbol);
            End(plan, Ending.Err("POSITION_CHECK", "error", "missing_binance_credentials", ""));
            return;
        }

        plan.Draft = draft;
        plan.TakenAt = Now;
        table.Advance(plan, CaseStage.Taking);
        around.Redis.Tell(new RedisProtocol.TakePlan(
            draft, granted?.Texts, PlanRecordText.Of(plan.Digest, plan.StreamId, around.Node, draft), (int)settings.DedupeTtl.TotalSeconds));
    }

    private void OnNotTaken(RedisProtocol.PlanNotTaken refused)
    {
        if (table.Of(refused.Id) is not { Stage: CaseStage.Taking } plan)
        {
            return;
        }

        if (GateRules.NotTaken(refused.Why, refused.Detail) is { } end)
        {
            if (refused.Why == TakeRefusal.KillSwitch)
            {
                GateLines.Halted(log);
            }

            End(plan, end);
            return;
        }

        table.Advance(plan, CaseStage.Waiting);
        plan.LookAt = Now;
    }

    /// <summary>The step may have been done; no order was sent, and none will be.</summary>
    private void EndNotTaken(PlanCase plan, RedisDoubt doubt, string why)
    {
        log.Error("{0}: Plan {1} could not be taken: {2} {3}", plan.Plan.Symbol, plan.Plan.Id, doubt, why);
        plan.TakeUnknown = doubt == RedisDoubt.Unknown;
        End(plan, doubt == RedisDoubt.Refused
            ? Ending.Err("PERMIT_WAIT", "error", "redis_refused", why)
            : Ending.SwitchUnreadable($"Redis: {doubt}", taken: doubt == RedisDoubt.Unknown));
    }

    /// <summary>The gateway answers in time, one way or the other; if it died meanwhile, nobody does, and its plans would keep others back.</summary>
    private void EndOverdueTakings()
    {
        foreach (var plan in table.All.Where(plan => plan.Stage == CaseStage.Taking && Now - plan.TakenAt > 2 * CloseGoodFor).ToList())
        {
            EndNotTaken(plan, RedisDoubt.Unknown, "no answer");
        }
    }

    private void OnTaken(RedisProtocol.PlanTaken taken)
    {
        if (table.Of(taken.Pass.Draft.Plan) is not { Stage: CaseStage.Taking } plan)
        {
            return;
        }

        plan.Pass = taken.Pass;
        if (taken.Pass.Bypass)
        {
            log.Info("[TESTNET_BYPASS] Skipping permits for {0}", plan.Plan.Id);
        }
        else
        {
            GateLines.Ok(log, plan, Waited(plan), taken.Pass.Draft.Quantity);
            around.Meter.Count(GateMetrics.Allowed, 1);
        }

        Record(plan, taken.Pass);
        if (taken.Pass.Draft.Opens)
        {
            // What adds risk waits for the disk; what reduces it does not.
            table.Advance(plan, CaseStage.Recording);
        }
        else
        {
            Confirm(plan);
        }
    }

    private void EndClosed(PlanCase plan, string refusal, bool taken)
    {
        log.Warning("{0}: Entry refused: {1}", plan.Plan.Symbol, refusal);
        End(plan, Ending.Block(
            "ENTRY_CHECK", "denied", refusal, taken ? "both permits were consumed before, and no order was sent" : ""));
    }

    private void EndRefused(PlanCase plan, PermitVerdict.Refused refused)
    {
        Waited(plan);
        GateLines.Refused(log, plan, refused);
        if (refused.DenyReason is { } reason)
        {
            around.Meter.Count(GateMetrics.Denied, 1, ("reason", reason));
        }

        if (refused.GovernorReason is { } governor)
        {
            around.Meter.Count(GateMetrics.GovernorBlocked, 1, ("reason", governor));
        }

        End(plan, refused.Ending);
    }

    private void EndDryRun(PlanCase plan)
    {
        log.Info("[DRY_RUN] {0}: plan {1}, Governor permit {2}", plan.Plan.Symbol, plan.Plan.Id, plan.Governor.Present ? "present" : "absent");
        End(plan, new Ending(
            Ending.Execute, false, true, "", [new PlanStepResult(GateRules.StepName(plan.Plan), "would_execute", "dry run")]));
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>From a waiting plan to its order: the one step, the switch once more, and out.</summary>
public sealed partial class ApplyLayerActor
{
    /// <summary>From the step to the order. An open that took longer stood still somewhere, and is not sent.</summary>
    private static readonly TimeSpan OpenGoodFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same of a close. A gate that does not keep its entries loses them to another one after five seconds, which looks for the order
    /// for ten and then says that none went out: that must stay true.
    /// </summary>
    private static readonly TimeSpan CloseGoodFor = TimeSpan.FromSeconds(5);

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

    /// <summary>The last question before the order leaves.</summary>
    private void Confirm(PlanCase plan)
    {
        table.Advance(plan, CaseStage.Confirming);
        plan.ConfirmedAt = Now;
        around.Redis.Tell(plan.Draft!.Opens
            ? new RedisProtocol.ConfirmEntry(plan.Plan.Id)
            : new RedisProtocol.ReadKillSwitch(plan.Plan.Id));
    }

    /// <param name="closed">What stops opens, as just read; null where nothing does, or for a close.</param>
    private void OnConfirmed(PlanId id, KillSwitchSeen seen, string? closed)
    {
        if (table.Of(id) is not { Stage: CaseStage.Confirming } plan)
        {
            return;
        }

        killSwitch.Observe(seen, plan.ConfirmedAt);
        SaySwitch();
        if (seen.IsOn)
        {
            GateLines.Halted(log);
            End(plan, Ending.Killed(seen.Shown, taken: true));
        }
        else if (Now - plan.ConfirmedAt > settings.KillSwitchMaxAge)
        {
            // Most likely this process stood still; the answer is from before.
            EndUnconfirmed(plan, "the answer came too late");
        }
        else if (plan.Draft!.Opens && (closed ?? conditions.Refusal(Now) ?? TooLate(plan, OpenGoodFor, "open_too_late")) is { } refusal)
        {
            EndClosed(plan, refusal, taken: true);
        }
        else if (TooLate(plan, CloseGoodFor, "close_too_late") is { } late)
        {
            log.Error("{0}: Close of plan {1} is not sent, this process stood still", plan.Plan.Symbol, plan.Plan.Id);
            End(plan, Ending.Err(GateRules.StepName(plan.Plan), "error", late, "both permits were consumed before, and no order was sent"));
        }
        else
        {
            Send(plan);
        }
    }

    /// <summary>Permits, price and exposure were judged before the step; what waited longer since opens on yesterday's facts.</summary>
    private string? TooLate(PlanCase plan, TimeSpan good, string code) => Now - plan.TakenAt > good ? code : null;

    private void Send(PlanCase plan)
    {
        table.Advance(plan, CaseStage.Sending);
        plan.SentAt = Now;
        around.Meter.Observe(GateMetrics.OrderSeconds, (plan.SentAt - plan.SeenAt).TotalSeconds);
        var notAfter = (plan.ConfirmedAt + settings.KillSwitchMaxAge).TotalSeconds * around.Time.TimestampFrequency;
        around.Exchange.Tell(new ExchangeProtocol.SendApproved(ApprovedOrder.From(plan.Pass!), startedAt + (long)notAfter));
    }

    private void EndUnconfirmed(PlanCase plan, string why)
    {
        log.Error("[KILL_SWITCH] Error checking kill switch: {0}", why);
        End(plan, Ending.SwitchUnreadable(why, taken: true));
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

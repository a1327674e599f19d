using Akka.Actor;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>Looking: the switch, the permits of all waiting plans in one step, and the positions that orders are sized by.</summary>
public sealed partial class ApplyLayerActor
{
    /// <summary>Looks on their way; a Redis that answers slowly is not asked ever more.</summary>
    private const int MaxLooks = 4;

    private const int MaxPerLook = 64;

    private const int AtOneTime = 16;

    /// <summary>For so long after a plan the positions are kept fresh for the next: it shall not wait for a read.</summary>
    private static readonly TimeSpan Attentive = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<long, (TimeSpan AskedAt, IReadOnlyList<PlanCase> Plans)> looks = [];
    private readonly Queue<PlanCase> sighted = new();
    private readonly List<PlanCase> due = [];
    private long lookId;
    private TimeSpan? watchedAt;
    private TimeSpan? reportedAt;
    private (SwitchState State, int InFlight) reported;

    private void Look()
    {
        var now = Now;
        while (looks.Count < MaxLooks)
        {
            due.Clear();
            foreach (var plan in table.All)
            {
                if (plan is { Stage: CaseStage.Waiting, Asked: false } && plan.LookAt <= now && due.Count < MaxPerLook)
                {
                    due.Add(plan);
                }
            }

            if (due.Count == 0 && watchedAt is { } last && now - last < settings.WatchEvery)
            {
                return;
            }

            Ask(now, [.. due]);
        }
    }

    private void Ask(TimeSpan now, IReadOnlyList<PlanCase> plans)
    {
        foreach (var plan in plans)
        {
            plan.Asked = true;
        }

        watchedAt = now;
        looks.Add(++lookId, (now, plans));
        around.Redis.Tell(new RedisProtocol.LookAtGate(
            lookId, Report(now), [.. plans.Select(plan => new PlanQuestion(plan.Plan.Id, plan.Registered ? "" : plan.Digest))]));
    }

    /// <summary>Whoever turns the switch on waits for this: under an active switch every change is reported at once.</summary>
    private int? Report(TimeSpan now)
    {
        var state = (killSwitch.State(now), table.InFlight);
        if (reportedAt is { } last && now - last < ReportEvery && (state.Item1 != SwitchState.On || state == reported))
        {
            return null;
        }

        (reportedAt, reported) = (now, state);
        return table.InFlight;
    }

    private void OnLooked(RedisProtocol.GateLooked looked)
    {
        if (!looks.Remove(looked.LookId, out var asked))
        {
            return;
        }

        killSwitch.Observe(looked.KillSwitch, asked.AskedAt);
        SaySwitch();
        if (looked.MismatchSeconds is { } seconds)
        {
            around.Meter.Gauge(GateMetrics.Mismatch, (double)seconds);
        }

        var state = killSwitch.State(Now);
        for (var i = 0; i < asked.Plans.Count; i++)
        {
            var plan = asked.Plans[i];
            plan.Asked = false;
            if (plan is { Ended: false, Stage: CaseStage.Waiting })
            {
                OnSighted(plan, looked.Plans[i], state);
                WaitOn(plan, asked.AskedAt, state);
            }
        }

        if (state == SwitchState.On)
        {
            StopWaiting();
        }

        Look();
    }

    private void OnSighted(PlanCase plan, PlanSighting sighting, SwitchState state)
    {
        plan.Registered = true;
        (plan.Governor, plan.PositionState) = (sighting.Governor, sighting.PositionState);
        if (sighting.Taken)
        {
            OnTakenBefore(plan, sighting.Record);
        }
        else if (sighting.OtherContent)
        {
            End(plan, GateRules.OtherContent());
        }
        else if (state == SwitchState.Off)
        {
            Consider(plan);
        }
        else
        {
            plan.Reason = "switch";
        }
    }

    /// <summary>
    /// The switch stops every plan that waits; what it had is left as it was. Not yet one that nobody has looked at: an earlier life may have
    /// taken it, and then its order may be out.
    /// </summary>
    private void StopWaiting()
    {
        foreach (var plan in table.All.Where(plan => plan is { Stage: CaseStage.Waiting, Registered: true }).ToList())
        {
            GateLines.Halted(log);
            End(plan, Ending.Killed(killSwitch.Shown, taken: false));
        }
    }

    /// <summary>
    /// A plan that is still waiting is looked at again, or ends: a last look is always made at or after its deadline. One that an earlier
    /// life may have taken is looked at until Redis has answered, however long that takes.
    /// </summary>
    private void WaitOn(PlanCase plan, TimeSpan askedAt, SwitchState state)
    {
        if (plan.Ended || plan.Stage != CaseStage.Waiting || state == SwitchState.On)
        {
            return;
        }

        if (plan.MayBeTaken)
        {
            plan.LookAt = Now + settings.PermitStep;
            return;
        }

        if (askedAt >= plan.SeenAt + settings.PermitWait)
        {
            EndUnpermitted(plan);
            return;
        }

        plan.LookAt = GateRules.NextLook(plan.SeenAt, Now, settings);
    }

    private void EndUnpermitted(PlanCase plan)
    {
        switch (plan.Reason)
        {
            case "init" or "switch":
                GateLines.Switch(log, SwitchState.Unknown, "");
                End(plan, Ending.SwitchUnreadable("it could not be read while the plan waited", taken: false));
                break;
            case "missing_both" or "missing_governor" or "missing_p33":
                var waited = Waited(plan);
                GateLines.TimedOut(log, plan, waited);
                around.Meter.Count(GateMetrics.PermitMissing, 1, ("permit", plan.Reason));
                if (plan.Reason != "missing_p33")
                {
                    around.Meter.Count(GateMetrics.GovernorBlocked, 1, ("reason", plan.Reason));
                }

                End(plan, Ending.Block(
                    "PERMIT_WAIT", plan.Reason, "permit_timeout_or_missing:" + plan.Reason, $"waited {waited} ms"));
                break;
            case "positions":
                End(plan, Ending.Err("POSITION_CHECK", "error", "positions_unreadable", sight.Trouble));
                break;
            case "account":
                End(plan, Ending.Err("POSITION_CHECK", "error", "account_not_usable", accountTrouble));
                break;
            case GateBusy:
                End(plan, Ending.Block("PERMIT_WAIT", "denied", GateBusy, "more orders wait to leave than leave in time"));
                break;
            case "lot":
                End(plan, Ending.NoDraft(DraftFault.LotUnknown));
                break;
            default:
                End(plan, Ending.Block("PERMIT_WAIT", "denied", plan.Reason, "another order of this symbol is under way"));
                break;
        }
    }

    /// <summary>How long the plan waited, as the gauge and the documented lines say it.</summary>
    private long Waited(PlanCase plan)
    {
        var waited = Now - plan.SeenAt;
        around.Meter.Gauge(GateMetrics.PermitWaitMs, Math.Floor(waited.TotalMilliseconds));
        around.Meter.Observe(GateMetrics.PermitWaitSeconds, waited.TotalSeconds);
        return (long)waited.TotalMilliseconds;
    }

    private void WantPositions()
    {
        var now = Now;
        if (settings.Mode != GateMode.DryRun
            && sight.MayBegin(now)
            && (now - planSeenAt < Attentive && sight.IsAging(now)
                || table.All.Any(plan => plan.Stage == CaseStage.Waiting && sight.Legs(plan.Plan.Symbol, plan.SeenAt, now) is null)))
        {
            sight.Begin(now);
            around.Exchange.Tell(new ExchangeProtocol.GetPositions(sight.ReadId, Routine: true));
        }
    }

    private void OnPositions(ExchangeProtocol.PositionsRead read)
    {
        if (!sight.Read(read))
        {
            return;
        }

        // Only plans whose switch and permits were looked at can go on; the others are on their way.
        foreach (var plan in table.All.Where(plan => plan is { Registered: true, Stage: CaseStage.Waiting }))
        {
            sighted.Enqueue(plan);
        }

        GoOn();
    }

    /// <summary>
    /// A fresh read of the positions may concern hundreds of plans. They go on by the dozen, so that the last readings of those that are
    /// ahead do not grow old in the mailbox.
    /// </summary>
    private void GoOn()
    {
        for (var i = 0; i < AtOneTime && sighted.TryDequeue(out var plan); i++)
        {
            if (plan is { Ended: false, Stage: CaseStage.Waiting } && killSwitch.State(Now) == SwitchState.Off)
            {
                Consider(plan);
            }
        }

        if (sighted.Count > 0)
        {
            Self.Tell(new More());
        }
    }
}

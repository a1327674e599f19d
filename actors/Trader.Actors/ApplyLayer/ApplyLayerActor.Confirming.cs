using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>
/// From a taken plan to its order: the switch, and for an open what stops opens, is read once more, and the order leaves on that reading within
/// a few milliseconds or not on that reading at all. One reading at a time for all that wait for one: on a busy machine more of them would
/// only make each later.
/// </summary>
public sealed partial class ApplyLayerActor
{
    /// <summary>From the step to the order. An open that took longer stood still somewhere, and is not sent.</summary>
    private static readonly TimeSpan OpenGoodFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same of a close. A gate that does not keep its entries loses them to another one after five seconds, which looks for the order
    /// for ten and then says that none went out: that must stay true.
    /// </summary>
    private static readonly TimeSpan CloseGoodFor = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Orders that have left and are not answered: what a switch that is set now cannot stop any more. Beyond this many the next ones wait
    /// here, where it can.
    /// </summary>
    private const int MostOnTheirWay = 8;

    /// <summary>An order without an answer for so long has arrived, or never will: it keeps no other one back (S7).</summary>
    private static readonly TimeSpan LongestWay = TimeSpan.FromMilliseconds(100);

    /// <summary>For so long a reading that is close enough is tried for, before it is said that this machine cannot do better.</summary>
    private static readonly TimeSpan TriesFor = TimeSpan.FromSeconds(1);

    private readonly HashSet<PlanCase> sent = [];
    private readonly ConfirmLane closing = new();
    private readonly ConfirmLane opening = new();
    private long confirmRound;

    private void Confirm(PlanCase plan)
    {
        table.Advance(plan, CaseStage.Confirming);
        var lane = plan.Draft!.Opens ? opening : closing;
        lane.Add(plan);
        AskSwitch(lane);
    }

    private int OnTheirWay()
    {
        var now = Now;
        sent.RemoveWhere(plan => plan.Ended || plan.Stage != CaseStage.Sending || now - plan.SentAt > LongestWay);
        return sent.Count;
    }

    private void AskSwitches()
    {
        AskSwitch(closing);
        AskSwitch(opening);
    }

    private void AskSwitch(ConfirmLane lane)
    {
        if (lane.TryBegin(confirmRound + 1, MostOnTheirWay - OnTheirWay() - closing.Under - opening.Under, Now))
        {
            confirmRound++;
            around.Redis.Tell(lane == opening
                ? new RedisProtocol.ConfirmEntry(confirmRound)
                : new RedisProtocol.ReadKillSwitch(confirmRound));
        }
    }

    /// <param name="closed">What stops opens, as just read; null where nothing does, or for closes.</param>
    private void OnConfirmed(ConfirmLane lane, long round, KillSwitchSeen seen, string? closed)
    {
        if (!lane.TryEnd(round, out var askedAt, out var plans))
        {
            return;
        }

        killSwitch.Observe(seen, askedAt);
        SaySwitch();
        foreach (var plan in plans)
        {
            if (plan is { Ended: false, Stage: CaseStage.Confirming })
            {
                plan.ConfirmedAt = askedAt;
                plan.FirstConfirmAt ??= askedAt;
                Decide(plan, seen, closed);
            }
        }

        AskSwitches();
    }

    private void Decide(PlanCase plan, KillSwitchSeen seen, string? closed)
    {
        var age = Now - plan.ConfirmedAt;
        if (seen.IsOn)
        {
            GateLines.Halted(log);
            End(plan, Ending.Killed(seen.Shown, taken: true));
        }
        else if (age > settings.KillSwitchMaxAge)
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
        else if (age <= settings.SwitchToOrder)
        {
            Send(plan, settings.SwitchToOrder);
        }
        else
        {
            ConfirmAgain(plan);
        }
    }

    /// <summary>
    /// The reading was good and is too old for its order to leave on: a switch set since then would not stop it. A machine that cannot do
    /// better opens nothing; a close, which only reduces, leaves by what there is.
    /// </summary>
    private void ConfirmAgain(PlanCase plan)
    {
        around.Meter.Count(GateMetrics.SwitchReadAgain, 1);
        if (Now - plan.FirstConfirmAt <= TriesFor)
        {
            Confirm(plan);
        }
        else if (plan.Draft!.Opens)
        {
            EndUnconfirmed(plan, $"no reading came within {settings.SwitchToOrder.TotalMilliseconds} ms of the order");
        }
        else if (Now - plan.ConfirmedAt <= settings.KillSwitchMaxAge)
        {
            Send(plan, settings.KillSwitchMaxAge);
        }
        else
        {
            EndUnconfirmed(plan, "the order did not leave in time");
        }
    }

    /// <summary>Permits, price and exposure were judged before the step; what waited longer since opens on yesterday's facts.</summary>
    private string? TooLate(PlanCase plan, TimeSpan good, string code) => Now - plan.TakenAt > good ? code : null;

    /// <param name="within">Of asking for the reading that it leaves on.</param>
    private void Send(PlanCase plan, TimeSpan within)
    {
        table.Advance(plan, CaseStage.Sending);
        plan.SentAt = Now;
        sent.Add(plan);
        plan.Order ??= ApprovedOrder.From(plan.Pass!);
        around.Exchange.Tell(new ExchangeProtocol.SendApproved(plan.Order, Timestamp(plan.ConfirmedAt + within)));
    }

    /// <summary>The process's clock at this moment of ours.</summary>
    private long Timestamp(TimeSpan at) => startedAt + (long)(at.TotalSeconds * around.Time.TimestampFrequency);

    private void EndUnconfirmed(PlanCase plan, string why)
    {
        log.Error("[KILL_SWITCH] Error checking kill switch: {0}", why);
        End(plan, Ending.SwitchUnreadable(why, taken: true));
    }

    private void OnNotConfirmed(ConfirmLane lane, long round, string why)
    {
        if (lane.TryEnd(round, out _, out var plans))
        {
            foreach (var plan in plans.Where(plan => plan is { Ended: false, Stage: CaseStage.Confirming }))
            {
                EndUnconfirmed(plan, why);
            }

            AskSwitches();
        }
    }

    /// <summary>The gateway answers in time, one way or the other; if it died meanwhile, nobody does.</summary>
    private void EndOverdueReadings()
    {
        foreach (var lane in new[] { closing, opening })
        {
            if (lane.Round is { } round && Now - lane.AskedAt > 2 * settings.KillSwitchMaxAge)
            {
                OnNotConfirmed(lane, round, "no answer");
            }
        }
    }
}

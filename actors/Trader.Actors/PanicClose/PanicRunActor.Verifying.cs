using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Reading the account back, until it is flat or what is left has failed (S3).</summary>
public sealed partial class PanicRunActor
{
    private void VerifyResting(IReadOnlySet<Symbol> symbols)
    {
        restingKnown = true;
        var left = symbols.Where(symbol => cancelledAfter.Add(symbol)).ToList();
        var stubborn = symbols.Except(left).Order().Select(symbol => symbol + ":RESTING").ToList();
        // What rests now counts as trouble until a later read no longer shows it: the run may end before the cancel is answered (X22).
        run.RestingTrouble = [.. symbols.Order().Select(symbol => symbol + ":RESTING")];
        if (stubborn.Count > 0)
        {
            log.Error("Resting orders could not be cancelled: {0}", string.Join(", ", stubborn.Take(20)));
            around.Redis.Tell(new RedisProtocol.PublishAlarm(
                new Alarm("RESTING_ORDERS_REMAIN", string.Join(", ", stubborn.Take(20)), around.NowMs)));
        }

        mayFill |= symbols.Count > 0;
        left.ForEach(Cancel);
        flatButResting = left.Count > 0;
        if (mayFill && symbols.Count == 0)
        {
            // An order that rested at the last look may be gone because it filled, after the positions were read: they are read once more.
            mayFill = seenFlat = false;
            flatFromRead = readId + 1;
            ReadPositions();
        }
        else if (verifying && left.Count == 0 && seenFlat)
        {
            End();
        }
    }

    private void VerifyWhenAnswered()
    {
        if (planned && !verifying && ready.Count == 0 && run.AllAnswered)
        {
            StartVerifying();
            Timers.StartSingleTimer(nameof(DeadlineOver), new DeadlineOver(), settings.VerifyDeadline);
            Timers.StartPeriodicTimer(nameof(LookUp), new LookUp(), settings.LookupEvery);
        }
    }

    private void StartVerifying()
    {
        verifying = true;
        seenFlat = flatButResting = restingKnown = restingUnread = false;
        firstVerifyingRead = readId + 1;
        ReadPositions();
        AskResting();
    }

    private void AskResting()
    {
        restingAskedAt = Now;
        around.Exchange.Tell(new ExchangeProtocol.GetRestingOrders(readId));
    }

    private void Verify(ExchangeProtocol.PositionsRead read)
    {
        var verdict = run.Verify(read);
        seenFlat = verdict == ReadVerdict.Flat && read.ReadId >= flatFromRead;
        switch (verdict)
        {
            case ReadVerdict.Flat when seenFlat && restingKnown && !flatButResting:
                End();
                break;
            case ReadVerdict.Failed when Now - lastAnswerAt >= FailureConfirm:
                End();
                break;
            case ReadVerdict.NewPositions:
                verifying = false;
                PlanRound(read, new HashSet<Symbol>());
                break;
            case ReadVerdict.Flat or ReadVerdict.Failed or ReadVerdict.Unsettled:
                break;
        }
    }

    private void LookUpUnsettled()
    {
        lookUps++;
        foreach (var (symbol, id) in run.ToLookUp().Take(LookUpsAtOnce))
        {
            around.Exchange.Tell(new ExchangeProtocol.FindOrder(symbol, id, lookUps));
        }
    }

    private void OnDeadline()
    {
        // Orders may still be on their way through the order budget; their own deadline starts when the last is answered.
        if (positions is null || verifying)
        {
            End();
        }
    }

    private void End()
    {
        var nowMs = around.NowMs;
        if (verifying && !restingKnown)
        {
            run.RestingTrouble = ["RESTING_ORDERS_UNKNOWN"];
        }

        var completions = run.Triggers.Select(trigger => run.Complete(trigger.EventId, nowMs)).ToList();
        PanicLines.Ended(log, run, completions[0]);
        if (run.RestingTrouble is ["RESTING_ORDERS_UNKNOWN"])
        {
            around.Redis.Tell(new RedisProtocol.PublishAlarm(
                new Alarm("RESTING_ORDERS_UNKNOWN", "resting orders could not be read after the close", nowMs)));
        }

        var halt = PanicRecords.Halt(run.Triggers[0], completions[0].Closed, run.StartedMs, settings.Worker);
        Context.Parent.Tell(new PanicCloseProtocol.RunEnded(completions, halt));
        Context.Stop(Self);
    }
}

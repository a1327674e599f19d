using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Reading the account back, until it is flat or what is left has failed (S3).</summary>
public sealed partial class PanicRunActor
{
    private void VerifyResting(IReadOnlySet<Symbol> symbols)
    {
        var finding = proof.Read(symbols, Now);
        if (finding.Stubborn.Count > 0)
        {
            var text = string.Join(", ", finding.Stubborn.Take(20));
            log.Error("Resting orders could not be cancelled: {0}", text);
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("RESTING_ORDERS_REMAIN", text, around.NowMs)));
        }

        foreach (var symbol in finding.Cancel)
        {
            Cancel(symbol);
        }

        if (verifying && proof.Books == RestingBooks.Settled)
        {
            ReadPositions();
        }
    }

    /// <summary>Not before the halt was confirmed or waited for: what the account shows before it may change by an entry (S4).</summary>
    private void VerifyWhenAnswered()
    {
        if (planned && !verifying && gates.Count == 0 && ready.Count == 0 && run.AllAnswered)
        {
            StartVerifying();
            var proofTakes = proof.EarliestAsk - Now + FactsGrace;
            Timers.StartSingleTimer(nameof(DeadlineOver), new DeadlineOver(),
                proofTakes > settings.VerifyDeadline ? proofTakes : settings.VerifyDeadline);
            Timers.StartPeriodicTimer(nameof(LookUp), new LookUp(), settings.LookupEvery);
        }
    }

    private void StartVerifying()
    {
        verifying = true;
        firstVerifyingRead = readId + 1;
        ReadPositions();
        if (proof.Books == RestingBooks.Cancelling)
        {
            proof.Overtaken();
        }

        if (proof.ShouldAsk(Now))
        {
            AskResting();
        }
    }

    private void Verify(ExchangeProtocol.PositionsRead read)
    {
        var verdict = run.Verify(read);
        var proven = proof.Weigh(verdict, readsAskedAt[read.ReadId], run.NewestFillShown);
        switch (verdict)
        {
            case ReadVerdict.Flat when proven:
                End();
                break;
            case ReadVerdict.Failed when Now - lastAnswerAt >= FailureConfirm:
                End();
                break;
            case ReadVerdict.NewPositions:
                verifying = false;
                proof.Overtaken();
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
        run.Doubts = verifying ? proof.Doubts : [];
        var completions = run.Triggers.Select(trigger => run.Complete(trigger.EventId, nowMs)).ToList();
        PanicLines.Ended(log, run, completions[0]);
        if (run.Doubts.Contains(PanicCompletion.RestingUnknown))
        {
            around.Redis.Tell(new RedisProtocol.PublishAlarm(
                new Alarm(PanicCompletion.RestingUnknown, "what rests, or has filled since, could not be read after the close", nowMs)));
        }

        var halt = PanicRecords.Halt(run.Triggers[0], completions[0].Closed, run.StartedMs, settings.Worker);
        Context.Parent.Tell(new PanicCloseProtocol.RunEnded(completions, halt));
        Context.Stop(Self);
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Actors.PanicClose;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>Reading the account back, and the end.</summary>
internal sealed partial class FlattenRunActor
{
    private void StartVerifying()
    {
        verifying = true;
        if (run!.Sent == 0 && !anyCancelSent)
        {
            // Nothing was sent, neither close nor cancel, so the first read is the last word.
            Complete();
            return;
        }

        firstVerifyingRead = readId + 1;
        Timers.StartSingleTimer(nameof(VerifyDeadlineOver), new VerifyDeadlineOver(), settings.Closer.VerifyDeadline);
        Timers.StartPeriodicTimer(nameof(LookUp), new LookUp(), settings.Closer.LookupEvery);
        run.NoteUnread();
        ReadPositions(everySymbol: false);
    }

    private void Verify(ExchangeProtocol.PositionsRead read)
    {
        switch (run!.Verify(read))
        {
            case ReadVerdict.Flat:
            case ReadVerdict.Failed when Now - lastAnswerAt >= FailureConfirm:
                Complete();
                break;
            // New positions are counted by the ledger and not planned: it is allowed one round.
            case ReadVerdict.Failed or ReadVerdict.Unsettled or ReadVerdict.NewPositions:
                break;
        }
    }

    private void AskUnsettled()
    {
        lookUps++;
        foreach (var order in run!.ToLookUp.Take(LookUpsAtOnce))
        {
            around.Exchange.Tell(new ExchangeProtocol.FindOrder(order.Symbol, order.Id, lookUps));
        }
    }

    private void Complete()
    {
        if (outcome is not null || run is null)
        {
            return;
        }

        foreach (var order in run.Unknown)
        {
            log.Error("Testnet flatten: {0} close order failed (its outcome is unknown: {1})", order.Symbol, order.Id);
            CountErrors(1);
        }

        End(new FlattenEvent.Completed(id, run.Status, run.Figures(errors, (long)Now.TotalMilliseconds), around.NowMs));
    }

    /// <summary>Gives up before an order was sent; once one was sent, the run goes on to its end instead.</summary>
    private void Abort(string why)
    {
        if (outcome is not null)
        {
            return;
        }

        if (run is { Sent: > 0 })
        {
            log.Error("Testnet flatten: {0}", why);
            run.Stop(why);
            Next();
            return;
        }

        CountErrors(1);
        var figures = run?.Figures(errors, (long)Now.TotalMilliseconds)
            ?? FlattenFigures.None with { Errors = errors, TookMs = (long)Now.TotalMilliseconds };
        End(new FlattenEvent.Aborted(id, why, figures, around.NowMs));
    }

    private void End(FlattenEvent.OfRun how)
    {
        outcome = how;
        Timers.CancelAll();
        Timers.StartSingleTimer(nameof(OutcomeOverdue), new OutcomeOverdue(), OutcomeGrace);
        recorder.Tell(new FlattenRecorder.Keep(how));
    }

    /// <summary>Says it once it is on disk, or once the disk has failed to take it.</summary>
    private void Announce(string? trouble)
    {
        if (trouble is not null)
        {
            log.Error("Testnet flatten: the end of run {0} is not on disk: {1}", id, trouble);
        }

        if (outcome is FlattenEvent.Completed done)
        {
            FlattenLines.Ended(log, run!, done.Status, done.Figures, id);
        }
        else if (outcome is FlattenEvent.Aborted aborted)
        {
            log.Error("TESTNET_FLATTEN aborted: {0} (run={1})", aborted.Text, id);
        }

        Context.Parent.Tell(new Ended(outcome!));
        Context.Stop(Self);
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>Planning, cancelling, sending, and the answers to orders.</summary>
public sealed partial class PanicRunActor
{
    private void OnFacts(Action take)
    {
        take();
        TryPlan();
    }

    private void OnRestingRead(ExchangeProtocol.RestingOrdersRead read)
    {
        if (!proof.IsNews(read.ReadId))
        {
            // Asked before the orders went out: it says nothing about what rests now.
            return;
        }

        if (!planned)
        {
            resting = read.Symbols;
            proof.Glimpsed(read is { Complete: true, Symbols.Count: 0 });
            TryPlan();
        }
        else if (!read.Complete)
        {
            OnRestingUnknown(read.ReadId, "the book of conditional orders could not be read");
        }
        else if (!verifying && read.Symbols.Count > 0)
        {
            // The exchange itself cancels reduce-only orders when the position goes; what rests after the last answer is what counts.
            proof.Glimpsed(clear: false);
        }
        else
        {
            VerifyResting(read.Symbols);
        }
    }

    private void OnRestingUnknown(long ofQuestion, string why)
    {
        log.Error("Failed to fetch resting orders: {0}", why);
        if (!proof.IsNews(ofQuestion))
        {
            return;
        }

        // What rests unseen can reopen the account under the halt (X22): asked again until the deadline.
        proof.Unread();
        if (!planned)
        {
            resting = new HashSet<Symbol>();
            TryPlan();
        }
    }

    private void AskResting() => around.Exchange.Tell(new ExchangeProtocol.GetRestingOrders(proof.Ask(Now)));

    private void TryPlan()
    {
        if (planned || positions is null || (!factsDue && (lots is null || resting is null)))
        {
            return;
        }

        planned = true;
        proof.Overtaken();
        PlanRound(positions, resting ?? new HashSet<Symbol>());
        var symbols = run.Legs.Select(leg => leg.Key.Symbol).ToHashSet();
        foreach (var symbol in (resting ?? new HashSet<Symbol>()).Where(symbol => !symbols.Contains(symbol)))
        {
            // A resting entry order that fills later would reopen exposure under the halt (X22).
            Cancel(symbol);
        }
    }

    private void PlanRound(ExchangeProtocol.PositionsRead read, IReadOnlySet<Symbol> restingNow)
    {
        round++;
        var fresh = run.Plan(read, lots ?? new Dictionary<Symbol, MarketLot>(), restingNow);
        PanicLines.Found(log, run, fresh, read.Unreadable);
        ready.AddRange(fresh.Where(leg => leg.WaitsFor.Count == 0 && leg.Slices.Count > 0));
        foreach (var leg in fresh)
        {
            leg.WaitsFor.OfType<Symbol>().ToList().ForEach(Cancel);
            foreach (var id in leg.EarlierIds)
            {
                around.Exchange.Tell(new ExchangeProtocol.FindOrder(leg.Key.Symbol, id, 0));
            }
        }

        if (fresh.Count > 0)
        {
            planWritten = false;
            planSeq = Journal(PanicRecords.Planned(run.Lead, run.Life, fresh));
            Timers.StartSingleTimer(nameof(WaitedForPlan), new WaitedForPlan(round), settings.HaltWait);
            Timers.StartSingleTimer(nameof(WaitedForLegs), new WaitedForLegs(round), FactsGrace);
        }

        TrySend();
        VerifyWhenAnswered();
    }

    private void Cancel(Symbol symbol)
    {
        if (cancelling.Add(symbol))
        {
            log.Info("Cancelling resting orders: {0}", symbol);
            around.Exchange.Tell(new ExchangeProtocol.CancelRestingOrders(symbol));
        }
    }

    private void OnCancelled(Symbol symbol, ExchangeFault? fault)
    {
        cancelling.Remove(symbol);
        if (fault is not null)
        {
            log.Error("Failed to cancel resting orders of {0}: {1}", symbol, fault);
        }

        Release(symbol);
        if (verifying && proof.Books == RestingBooks.Cancelling && cancelling.Count == 0)
        {
            StartVerifying();
        }
    }

    private void Release(object precondition)
    {
        ready.AddRange(run.Release(precondition));
        TrySend();
    }

    private void OnPlanWritten(int ofRound)
    {
        if (ofRound == round)
        {
            planWritten = true;
            TrySend();
        }
    }

    private void OnLegsWaited(int ofRound)
    {
        if (ofRound == round)
        {
            ready.AddRange(run.ReleaseAll());
            cancelling.Clear();
            TrySend();
        }
    }

    private void TrySend()
    {
        if (gates.Count > 0 || !planned || !planWritten || ready.Count == 0 || yieldingTo is not null)
        {
            VerifyWhenAnswered();
            return;
        }

        var orders = ready.SelectMany(leg => leg.Unattempted).ToList();
        foreach (var leg in ready)
        {
            PanicLines.Closing(log, leg);
            leg.MarkSent(Now);
        }

        ready.Clear();
        if (orders.Count > 0)
        {
            around.Exchange.Tell(new ExchangeProtocol.SendCloses(orders));
            if (run.AllSent && cancelling.Count == 0)
            {
                // Market orders do not rest: read beside them, the books cost the proof no round trip of its own.
                AskResting();
            }
        }

        VerifyWhenAnswered();
    }

    private void OnCloseAnswered(ExchangeProtocol.CloseAnswered answer) =>
        OnOrder(answer.Id, answer.State, answer.OrderId, answer.Fault);

    private void OnOrderFound(ExchangeProtocol.OrderFound found)
    {
        OnOrder(found.Id, found.State, found.OrderId, null);
        if (run.Further(found.Id) is { } further)
        {
            around.Exchange.Tell(new ExchangeProtocol.FindOrder(further.Symbol, further.Id, 0));
        }

        Release(found.Id);
    }

    private void OnOrderNotFound(ExchangeProtocol.OrderNotFound missing)
    {
        Release(missing.Id);
        run.NotFound(missing.Id);
    }

    private void OnOrder(ClientOrderId id, CloseState state, string orderId, ExchangeFault? fault)
    {
        lastAnswerAt = Now;
        var before = run.AllAnswered;
        if (run.Answer(id, state, orderId, fault) is { AllAnswered: true } leg)
        {
            PanicLines.Answered(log, leg);
        }

        if (!before)
        {
            VerifyWhenAnswered();
        }

        StandDownWhenAnswered();
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>Planning, waves, and the answers to orders.</summary>
internal sealed partial class FlattenRunActor
{
    /// <summary>Symbols whose cancel has been sent and is neither answered nor given up.</summary>
    private readonly HashSet<Symbol> cancelling = [];

    private bool anyCancelSent;

    private void TakeFact(Action take)
    {
        take();
        TryPlan();
    }

    private void HandleNoResting(ExchangeProtocol.RestingOrdersNotRead failed)
    {
        log.Error("Testnet flatten: resting orders could not be read and stay: {0}", failed.Fault);
        CountErrors(1);
        TakeFact(() => resting = new HashSet<Symbol>());
    }

    private void TryPlan()
    {
        if (run is not null || outcome is not null || !startKept || positions is null || (!factsDue && (lots is null || resting is null)))
        {
            return;
        }

        var selection = FlattenSelection.Of(positions, settings.MinNotionalUsd);
        FlattenLines.Selected(log, selection, settings);
        CountErrors(selection.Unreadable.Count);
        run = new FlattenRun(id, settings.Closer, selection, startedMs);
        if (selection.Suspicious > settings.MaxSymbols)
        {
            FlattenLines.CapTriggered(log, selection, settings.MaxSymbols);
            Abort($"safety cap: {Text(selection.Suspicious)} positions, {Text(settings.MaxSymbols)} allowed");
            return;
        }

        FlattenLines.Found(log, selection);
        var legs = run.Plan(lots ?? new Dictionary<Symbol, MarketLot>(), resting ?? new HashSet<Symbol>());
        foreach (var leg in run.Unclosable)
        {
            log.Error("Testnet flatten: {0} close order error: {1}", leg.Key, leg.Trouble);
            CountErrors(1);
        }

        // One that rests on a symbol without a position can open it a moment later (D-F17).
        foreach (var symbol in resting ?? new HashSet<Symbol>())
        {
            cancelling.Add(symbol);
            log.Info("Testnet flatten: Cancelling resting orders of {0}", symbol);
            around.Exchange.Tell(new ExchangeProtocol.CancelRestingOrders(symbol));
        }

        anyCancelSent = cancelling.Count > 0;
        if (anyCancelSent)
        {
            Timers.StartSingleTimer(nameof(WaitedForCancels), new WaitedForCancels(), FactsGrace);
        }

        var orders = legs.SelectMany(leg => leg.Slices).Select(Describe).ToList();
        recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Planned(
            id, run.Figures(errors, (long)Now.TotalMilliseconds), orders.Count, orders, around.NowMs)));
    }

    private static string Describe(CloseOrder order) =>
        $"{order.Key} {FlattenLines.Side(order)} {FlattenLines.Plain(order.Quantity)} {order.Id}";

    private void HandleCancelled(Symbol symbol, ExchangeFault? fault)
    {
        if (fault is not null && cancelling.Contains(symbol))
        {
            log.Error("Testnet flatten: resting orders of {0} could not be cancelled: {1}", symbol, fault);
            CountErrors(1);
        }

        cancelling.Remove(symbol);
        run?.Release(symbol);
        Next();
    }

    /// <summary>A cancel without an answer may not have happened: it is an error, and neither the closes nor the end wait for it longer.</summary>
    private void HandleCancelsWaited()
    {
        foreach (var symbol in cancelling)
        {
            log.Error("Testnet flatten: resting orders of {0}: no answer to the cancel within {1:F0}s", symbol, FactsGrace.TotalSeconds);
        }

        CountErrors(cancelling.Count);
        cancelling.Clear();
        run?.ReleaseAll();
        Next();
    }

    /// <summary>
    /// The next wave, as soon as the latch has been seen standing; else the account is read back. Not while a cancel is under way: an order
    /// that still rests can open a position behind the read (S3, D-F17).
    /// </summary>
    private void Next()
    {
        if (run is null || outcome is not null || !planKept)
        {
            return;
        }

        if (run.MayAsk)
        {
            AskLatch();
        }
        else if (run.AllAnswered && cancelling.Count == 0 && !verifying)
        {
            StartVerifying();
        }
    }

    private void AskLatch()
    {
        if (!latchAsked && run is { MayAsk: true })
        {
            latchAsked = true;
            around.Disk.Tell(new DiskProtocol.ReadEssLatch(++latchId));
        }
    }

    private void HandleLatch(DiskProtocol.EssLatchRead read)
    {
        if (read.ReadId != latchId || run is null || outcome is not null)
        {
            return;
        }

        latchAsked = false;
        if (FlattenRules.Latch(read.Latch) is { } gone)
        {
            var left = run.Unsent.Count();
            run.Stop(gone.Text);
            log.Warning("Testnet flatten: {0} any more - STOPPED, {1} positions not attempted", gone.Text, left);
            Next();
        }
        else
        {
            SendWave();
        }
    }

    private void SendWave()
    {
        var wave = run!.TakeWave(Now);
        foreach (var order in wave)
        {
            FlattenLines.Closing(log, order);
        }

        around.Exchange.Tell(new ExchangeProtocol.SendCloses(wave));
        Next();
    }

    private void HandleOrder(ClientOrderId orderId, CloseState state, string venueId, decimal executed, ExchangeFault? fault)
    {
        lastAnswerAt = Now;
        var why = fault?.ToString() ?? (state == CloseState.Ended ? "ended without being wholly filled" : "no result");
        if (run?.Answer(orderId, state, venueId, fault) is { } news)
        {
            Note(news.Order, news.Now, venueId, executed, why);
        }
        else if (state == CloseState.Unknown && run?.Unknown.FirstOrDefault(order => order.Id == orderId) is { } unknown)
        {
            log.Warning("Testnet flatten: {0} close order outcome unknown ({1}), looking it up", unknown.Symbol, why);
            around.Exchange.Tell(new ExchangeProtocol.FindOrder(unknown.Symbol, unknown.Id, 0));
        }

        Next();
    }

    private void HandleNotFound(ExchangeProtocol.OrderNotFound missing)
    {
        if (run?.NotFound(missing.Id) is { } news)
        {
            Note(news.Order, news.Now, "", 0, "the exchange never received the order");
        }
    }

    private void Note(CloseOrder order, FlattenOrder now, string venueId, decimal executed, string why)
    {
        FlattenLines.Answered(log, order, now, venueId, why);
        if (now == FlattenOrder.Accepted)
        {
            around.Meter.Count(FlattenMeter.Orders, 1);
        }
        else
        {
            CountErrors(1);
        }

        around.Disk.Tell(new DiskProtocol.Append(++orderSeq, new JournalRecord(FlattenWire.Prefix + "order", around.NowMs,
        [
            new("run", id.Value),
            new("symbol", order.Symbol.Value),
            new("position_side", order.Key.Side.ToString()),
            new("side", FlattenLines.Side(order)),
            new("quantity", FlattenLines.Plain(order.Quantity)),
            new("client_id", order.Id.Value),
            new("order_id", venueId),
            new("result", now == FlattenOrder.Accepted ? "accepted" : "failed"),
            new("executed", FlattenLines.Plain(executed)),
            new("why", now == FlattenOrder.Accepted ? "" : why),
        ])));
    }
}

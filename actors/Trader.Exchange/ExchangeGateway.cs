using Akka.Actor;
using Akka.Event;
using Trader.Exchange.Binance;
using Trader.Messages;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange;

/// <summary>
/// The only door to the exchange (S6): one reply per command, one answer per order whatever happens (S8), and nothing awaited in a handler.
/// What to send when is decided by <see cref="CloseQueue{TOwner}"/> for emergency closes and <see cref="ApprovedDesk{TOwner}"/> for orders
/// through the gate, what it means by <see cref="BinanceClient"/>; this actor only carries.
/// </summary>
public sealed partial class ExchangeGateway : ReceiveActor, IWithTimers
{
    private sealed record WaveAnswered(long Wave, ClosesAnswered Answered);
    private sealed record WaveLost(long Wave, string Why);
    private sealed record ApprovedLanded(ApprovedSent Sent);
    private sealed record LimitsRead(Result<OrderLimits> Limits);
    private sealed record DispatchDue;

    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly BinanceClient _client;
    private readonly TimeProvider _time;
    private readonly OrderBudget _budget;
    private readonly CloseQueue<IActorRef> _closes;
    private readonly ApprovedDesk<IActorRef> _approved;
    private readonly IActorRef _keeper;
    private readonly IReadOnlyList<string> _doubts;

    public ExchangeGateway(BinanceClient client, ExchangeGatewaySettings settings, TimeProvider time)
    {
        (_client, _time) = (client, time);
        _doubts = settings.AccountDoubts;
        _budget = new OrderBudget(time, OrderLimits.Documented, settings.OrderReserve);
        _closes = new CloseQueue<IActorRef>(_budget, time, client.Options.MaxConnections);
        _approved = new ApprovedDesk<IActorRef>(_budget);
        _keeper = Context.ActorOf(
            Akka.Actor.Props.Create(() => new ConnectionKeeper(client, settings, time)), "connections");
        var lots = Context.ActorOf(
            Akka.Actor.Props.Create(() => new MarketLotKeeper(client, settings.LotsInterval)), "market-lots");
        Receive<SendCloses>(Handle);
        Receive<WaveAnswered>(Handle);
        Receive<WaveLost>(Handle);
        Receive<DispatchDue>(_ => Dispatch());
        Receive<SendApproved>(Handle);
        Receive<ApprovedLanded>(Handle);
        Receive<GetPositions>(Handle);
        Receive<GetRestingOrders>(Handle);
        Receive<CancelRestingOrders>(Handle);
        Receive<FindOrder>(Handle);
        Receive<CheckAccount>(Handle);
        Receive<GetMarketLots>(lots.Forward);
        Receive<GetMarkPrices>(Handle);
        Receive<LimitsRead>(Handle);
        ReceiveFigures();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The client is not disposed by the actor: its warm connections outlive a restart.</summary>
    public static Props Props(BinanceClient client, ExchangeGatewaySettings settings, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new ExchangeGateway(client, settings, time));

    protected override void PreStart()
    {
        _log.Info("Exchange {0}: {1} account", _client.Environment.VenueName, _client.Environment.Kind);
        _client.GetOrderLimitsAsync().PipeTo(
            Self, Self, limits => new LimitsRead(limits), e => new LimitsRead(Dropped(e)));
    }

    protected override void PostStop()
    {
        Reply(_closes.Abandon());
        foreach (var (owner, answer) in _approved.Abandon())
        {
            owner.Tell(answer);
        }
    }

    private void Handle(SendApproved command)
    {
        // Asked again where the bytes leave; here it costs no connection.
        var late = _time.GetTimestamp() > command.NotAfter;
        if (!_approved.TryLaunch(command.Order, Sender, late, _closes.IsBusy, out var refusal))
        {
            Sender.Tell(refusal);
            return;
        }

        var order = command.Order;
        _client.SendApprovedAsync(order, command.NotAfter).PipeTo(
            Self, Self, sent => new ApprovedLanded(sent),
            e => new ApprovedLanded(new ApprovedSent(BinanceClient.NotAccepted(order, Dropped(e)), default)));
    }

    private void Handle(ApprovedLanded landed)
    {
        if (_approved.TryLand(landed.Sent, out var owner))
        {
            owner.Tell(landed.Sent.Answer);
        }

        if (landed.Sent.Answer.Fault?.Kind == FaultKind.Clock)
        {
            _keeper.Tell(new ConnectionKeeper.MeasureClock());
        }
    }

    private void Handle(SendCloses command)
    {
        Reply(_closes.Add(command.Orders, Sender));
        Dispatch();
    }

    private void Dispatch()
    {
        Reply(_closes.DropOverdue(_client.Options.OrderDeadline * 2));
        foreach (var wave in _closes.Take())
        {
            _client.SendClosesAsync(wave.Orders).PipeTo(
                Self, Self, answered => new WaveAnswered(wave.Id, answered),
                e => new WaveLost(wave.Id, e.GetType().Name));
        }

        if (_closes.IsBusy)
        {
            var sleep = _closes.NextIn() ?? LongestSleep;
            Timers.StartSingleTimer(
                nameof(DispatchDue), new DispatchDue(),
                sleep < ShortestSleep ? ShortestSleep : sleep > LongestSleep ? LongestSleep : sleep);
        }
    }

    private void Handle(WaveAnswered wave)
    {
        Reply(_closes.Answer(wave.Wave, wave.Answered));
        if (wave.Answered.Answers.Any(a => a.Fault?.Kind == FaultKind.Clock))
        {
            _keeper.Tell(new ConnectionKeeper.MeasureClock());
        }

        Dispatch();
    }

    private void Handle(WaveLost wave)
    {
        Reply(_closes.Drop(wave.Wave, wave.Why));
        Dispatch();
    }

    private static void Reply(IReadOnlyList<CloseQueue<IActorRef>.Reply> replies)
    {
        foreach (var reply in replies)
        {
            reply.Owner.Tell(reply.Answer);
        }
    }

    private void Handle(GetPositions query) => Answer(
        _client.GetPositionsAsync(query.Routine ? ReadPriority.Minding : ReadPriority.Panic, query.EverySymbol),
        rows => new PositionsRead(query.ReadId, rows.Open, rows.Unreadable) { Rows = rows.Count, EverySymbol = rows.EverySymbol },
        fault => new PositionsNotRead(query.ReadId, fault));

    private void Handle(GetRestingOrders query) => Answer(
        _client.GetRestingSymbolsAsync(),
        resting => new RestingOrdersRead(query.ReadId, resting.Symbols, resting.Complete),
        fault => new RestingOrdersNotRead(query.ReadId, fault));

    private void Handle(GetMarkPrices query) => Answer(
        _client.GetMarkPricesAsync(),
        prices => new MarkPricesRead(query.ReadId, prices),
        fault => new MarkPricesNotRead(query.ReadId, fault));

    private void Handle(CancelRestingOrders command) => Answer(
        _client.CancelAllAsync(command.Symbol),
        _ => new RestingOrdersCancelled(command.Symbol),
        fault => new RestingOrdersNotCancelled(command.Symbol, fault));

    private void Handle(FindOrder query) => Answer(
        _client.FindOrderAsync(query.Symbol, query.Id, query.Routine ? ReadPriority.Minding : ReadPriority.Panic),
        lookup => lookup.Found is { } order
            ? new OrderFound(query.Id, query.Attempt, order.State, order.OrderId, order.Executed)
            : new OrderNotFound(query.Id, query.Attempt),
        fault => new OrderLookupFailed(query.Id, query.Attempt, fault));

    /// <summary>Reading the position mode needs a working key, so it answers both questions at once.</summary>
    private void Handle(CheckAccount query)
    {
        var venue = _client.Environment;
        if (_doubts.Count > 0)
        {
            Sender.Tell(new AccountNotChecked(query.ReadId, venue.VenueName, venue.Kind, new ExchangeFault(
                FaultKind.Credentials, 0, string.Join("; ", _doubts))));
            return;
        }

        Answer(
            _client.GetHedgeModeAsync(),
            hedge => new AccountChecked(query.ReadId, venue.VenueName, venue.Kind, hedge),
            fault => new AccountNotChecked(query.ReadId, venue.VenueName, venue.Kind, fault));
    }

    private void Handle(LimitsRead read)
    {
        if (read.Limits.TryGet(out var limits, out var fault))
        {
            _budget.SetLimits(limits);
        }
        else
        {
            _log.Warning("Order limits not read, the documented ones count: {0}", fault);
        }
    }

    private void Answer<T>(Task<Result<T>> call, Func<T, object> good, Func<ExchangeFault, object> bad)
        where T : notnull =>
        call.PipeTo(Sender, Self, result => result.Match(good, bad), e => bad(Dropped(e)));

    private static ExchangeFault Dropped(Exception e) =>
        new(FaultKind.UnknownOutcome, 0, $"the call was lost: {e.GetType().Name}");
}

using Akka.Actor;
using Trader.Messages;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Simulation;

/// <summary>An order as the exchange keeps it.</summary>
internal sealed record SimOrder(CloseState State, decimal Executed);

/// <summary>
/// The exchange and its gateway: one account, orders that arrive in any order and fail in every documented way, reads that fail, hang, lag
/// or hold an unreadable row. Every command is answered once, within its deadline.
/// </summary>
internal sealed class SimExchange
{
    private readonly Stage stage;
    private readonly Dictionary<string, SimOrder> orders = [];
    private readonly HashSet<Symbol> badSymbols = [];

    public SimExchange(Stage stage)
    {
        this.stage = stage;
        Account = new SimAccount(stage);
        badSymbols = stage.Plan.OrderFaults > 0 && stage.Chance(0.5)
            ? Account.Symbols.Where(_ => stage.Chance(0.2)).ToHashSet() : [];
    }

    public SimAccount Account { get; }

    /// <summary>An order to place or to be resolved whose end is still to come.</summary>
    public int UnderWay { get; private set; }

    public void Handle(SimNode node, object message, IActorRef sender)
    {
        switch (message)
        {
            case GetPositions read:
                ReadPositions(node, read.ReadId, sender);
                break;
            case GetRestingOrders read:
                Ask(node, sender, Account.RestingSymbols, symbols => ReadResting(read.ReadId, symbols),
                    fault => new RestingOrdersNotRead(read.ReadId, fault));
                break;
            case GetMarketLots read:
                Ask(node, sender, () => Account.Lots, lots => new MarketLotsRead(read.ReadId, lots),
                    fault => new MarketLotsNotRead(read.ReadId, fault));
                break;
            case CheckAccount check:
                Ask(node, sender, () => stage.Plan.Hedge,
                    hedge => new AccountChecked(check.ReadId, "paper", VenueEnvironment.Paper, hedge),
                    fault => new AccountNotChecked(check.ReadId, "paper", VenueEnvironment.Paper, fault));
                break;
            case CancelRestingOrders cancel:
                Ask(node, sender, () => Account.CancelResting(cancel.Symbol), _ => new RestingOrdersCancelled(cancel.Symbol),
                    fault => new RestingOrdersNotCancelled(cancel.Symbol, fault));
                break;
            case SendCloses send:
                stage.Checks.ClosesSent(node, sender, send.Orders);
                foreach (var order in send.Orders)
                {
                    Send(node, order, sender);
                }

                break;
            case FindOrder find:
                stage.Checks.LookedUp(node, find);
                Ask(node, sender, () => orders.GetValueOrDefault(find.Id.Value),
                    found => found is null
                        ? new OrderNotFound(find.Id, find.Attempt)
                        : new OrderFound(find.Id, find.Attempt, found.State, "1", found.Executed),
                    fault => new OrderLookupFailed(find.Id, find.Attempt, fault));
                break;
            default:
                throw new InvalidOperationException($"The exchange was told {message}.");
        }
    }

    private static ExchangeFault Fault(FaultKind kind, int code, string text) => new(kind, code, text);

    private double Latency()
    {
        var slow = !stage.Quiet && stage.Plan.OrderFaults > 0 && stage.Chance(0.03);
        return slow ? stage.Between(500, 2_500) : stage.Plan.LatencyMs * stage.Between(0.5, 1.5);
    }

    /// <summary>Null most of the time.</summary>
    private ExchangeFault? ReadFault()
    {
        if (stage.Quiet || !stage.Chance(stage.Plan.ReadFaults))
        {
            return null;
        }

        return stage.Pick(5) switch
        {
            0 => Fault(FaultKind.RateLimited, -1003, "Too many requests"),
            1 => Fault(FaultKind.Clock, -1021, "Timestamp outside of recvWindow"),
            2 => Fault(FaultKind.UnknownOutcome, 0, "no answer in time"),
            3 => Fault(FaultKind.Unreadable, 0, "not JSON"),
            _ => Fault(FaultKind.Unreachable, 0, "connection refused"),
        };
    }

    private void Ask<T>(SimNode node, IActorRef asker, Func<T> at, Func<T, object> reply, Func<ExchangeFault, object> failed)
    {
        var fault = ReadFault();
        var hangs = fault?.Kind == FaultKind.UnknownOutcome;
        OnWire(node, Latency() / 2, () =>
        {
            // A cancel that hangs may have been done all the same.
            var answer = fault is null || (hangs && stage.Chance(0.5)) ? at() : default;
            var after = hangs ? Figures.ReadDeadlineMs : Latency() / 2;
            var message = fault is null ? reply(answer!) : failed(fault);
            var life = node.Life;
            stage.After(after, () =>
            {
                if (node.IsLife(life))
                {
                    Note(node, asker, message);
                }

                asker.Tell(message, ActorRefs.NoSender);
            });
        });
    }

    private void Note(SimNode node, IActorRef asker, object message)
    {
        switch (message)
        {
            case OrderFound found:
                stage.Checks.Found(node, found);
                break;
            case RestingOrdersRead read:
                stage.Checks.RestingAnswered(node, asker, read.ReadId, read is { Complete: true, Symbols.Count: 0 });
                break;
            case RestingOrdersNotRead failed:
                stage.Checks.RestingAnswered(node, asker, failed.ReadId, empty: false);
                break;
        }
    }

    /// <summary>Sometimes the book of conditional orders cannot be read, and what is in it is not shown.</summary>
    private RestingOrdersRead ReadResting(long readId, IReadOnlySet<Symbol> symbols) =>
        stage.Quiet || !stage.Chance(stage.Plan.ReadFaults * 0.3)
            ? new RestingOrdersRead(readId, symbols)
            : new RestingOrdersRead(readId, symbols.Where(_ => stage.Chance(0.5)).ToHashSet(), Complete: false);

    private void ReadPositions(SimNode node, long readId, IActorRef asker)
    {
        var fault = ReadFault();
        var life = node.Life;
        OnWire(node, Latency() / 2, () =>
        {
            var lag = stage.Plan.StaleMs > 0 && !stage.Quiet ? stage.Between(0, stage.Plan.StaleMs) : 0;
            var positions = Account.At(stage.NowMs - lag);
            IReadOnlyList<UnreadableRow> unreadable = [];
            if (positions.Count > 0 && !stage.Quiet && stage.Chance(stage.Plan.ReadFaults * 0.3))
            {
                var bad = positions[stage.Pick(positions.Count)];
                positions = positions.Where(p => p != bad).ToList();
                unreadable = [new UnreadableRow(bad.Symbol.Value, "notional is null")];
            }

            object reply = fault is null
                ? new PositionsRead(readId, positions, unreadable) : new PositionsNotRead(readId, fault);
            var after = fault?.Kind == FaultKind.UnknownOutcome ? Figures.ReadDeadlineMs : Latency() / 2;
            stage.After(after, () =>
            {
                if (node.IsLife(life))
                {
                    stage.Checks.PositionsAnswered(node, asker, reply);
                    asker.Tell(reply, ActorRefs.NoSender);
                }
            });
        });
    }

    /// <summary>A request of a process that dies before it arrives may or may not have left it.</summary>
    private void OnWire(SimNode node, double ms, Action arrive)
    {
        var life = node.Life;
        stage.After(ms, () =>
        {
            if (node.IsLife(life) || stage.Chance(0.5))
            {
                arrive();
            }
        });
    }

    private void Send(SimNode node, CloseOrder order, IActorRef asker)
    {
        UnderWay++;
        stage.After(30_000, () => UnderWay--);
        OnWire(node, Latency() / 2, () => Arrive(order, asker));
    }

    private void Arrive(CloseOrder order, IActorRef asker)
    {
        var faulty = !stage.Quiet && (badSymbols.Contains(order.Symbol) || stage.Chance(stage.Plan.OrderFaults));
        if (!faulty)
        {
            Answer(asker, order, Execute(order, order.Quantity), null, Latency() / 2);
            return;
        }

        stage.Note("exchange", $"fault for {order}");
        switch (stage.Pick(11))
        {
            case 0 or 1:
                Refuse(order, asker, Fault(FaultKind.Refused, -4118, "ReduceOnly Order Failed"));
                break;
            case 2:
                Refuse(order, asker, Fault(FaultKind.RateLimited, -1015, "Too many new orders"));
                break;
            case 3:
                Refuse(order, asker, Fault(FaultKind.Overloaded, -1008, "Server is currently overloaded"));
                break;
            case 4 or 5:
                Unknown(order, asker);
                break;
            case 6:
                Execute(order, order.Quantity);
                Unknown(order, asker);
                break;
            case 7:
                stage.After(stage.Between(50, 4_000), () => Execute(order, order.Quantity));
                Unknown(order, asker);
                break;
            case 8:
                var part = Execute(order, Math.Floor(order.Quantity / SimAccount.Step / 2) * SimAccount.Step);
                Answer(asker, order, orders[order.Id.Value] = part with { State = CloseState.Ended }, null, Latency() / 2);
                break;
            case 9:
                Answer(asker, order, orders[order.Id.Value] = new SimOrder(CloseState.Ended, 0), null, Latency() / 2);
                break;
            default:
                Answer(asker, order, orders[order.Id.Value] = new SimOrder(CloseState.Working, 0), null, Latency() / 2);
                stage.After(stage.Between(50, 3_000), () => Execute(order, order.Quantity));
                break;
        }
    }

    private void Refuse(CloseOrder order, IActorRef asker, ExchangeFault fault)
    {
        stage.Checks.Refused(order.Id);
        Answer(asker, order, new SimOrder(CloseState.Refused, 0), fault, Latency() / 2);
    }

    private void Unknown(CloseOrder order, IActorRef asker)
    {
        var hangs = stage.Chance(0.5);
        Answer(asker, order, new SimOrder(CloseState.Unknown, 0),
            hangs ? Fault(FaultKind.UnknownOutcome, 0, "no answer in time") : Fault(FaultKind.UnknownOutcome, -1007, "Timeout"),
            hangs ? Figures.OrderDeadlineMs : Latency());
    }

    private SimOrder Execute(CloseOrder order, decimal quantity)
    {
        var executed = Account.Reduce(order, quantity);
        var done = executed > 0
            ? new SimOrder(executed == order.Quantity ? CloseState.Filled : CloseState.Ended, executed)
            : new SimOrder(CloseState.Refused, 0);
        if (done.State != CloseState.Refused)
        {
            orders[order.Id.Value] = done;
        }

        return done;
    }

    private void Answer(IActorRef asker, CloseOrder order, SimOrder state, ExchangeFault? fault, double afterMs)
    {
        var why = fault ?? (state.State == CloseState.Refused ? Fault(FaultKind.Refused, -2022, "ReduceOnly Order is rejected") : null);
        stage.After(Math.Min(afterMs, Figures.OrderDeadlineMs), () => asker.Tell(
            new CloseAnswered(order.Id, state.State, state.State == CloseState.Refused ? "" : "1", state.Executed, why),
            ActorRefs.NoSender));
    }
}

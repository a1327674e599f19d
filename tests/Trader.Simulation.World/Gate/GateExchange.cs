using System.Globalization;
using Akka.Actor;
using Trader.Messages;
using static Trader.Messages.ExchangeProtocol;

namespace Trader.Simulation.Gate;

/// <summary>An order as the exchange keeps it.</summary>
internal sealed class GateOrder(ApprovedOrder order, string venueId, CloseState state)
{
    public ApprovedOrder Order => order;

    public string VenueId => venueId;

    public CloseState State { get; set; } = state;

    public decimal Executed { get; set; }
}

/// <summary>
/// The exchange and its gateway for the order gate: orders that are late, refused, filled in part, executed without an answer or answered
/// without being executed; reads that fail, hang and lag. Every command is answered once, within its deadline.
/// </summary>
internal sealed class GateExchange
{
    private readonly GateStage stage;
    private readonly Dictionary<string, GateOrder> orders = [];
    private readonly HashSet<(string Node, int Life, string Id)> launched = [];
    private readonly List<GateOrder> all = [];

    public GateExchange(GateStage stage)
    {
        this.stage = stage;
        Account = new GateAccount(stage);
    }

    public GateAccount Account { get; }

    /// <summary>Every order it ever accepted.</summary>
    public IReadOnlyList<GateOrder> Orders => all;

    public GateOrder? Find(PlanId plan) => orders.GetValueOrDefault(ClientOrderId.ForPlan(plan).Value);

    public void Handle(GateNode node, object message, IActorRef asker)
    {
        switch (message)
        {
            case SendApproved send:
                Send(node, send, asker);
                break;
            case GetPositions read:
                ReadPositions(node, read.ReadId, asker);
                break;
            case GetMarketLots read:
                Ask(node, asker, () => new MarketLotsRead(read.ReadId, Account.Lots), fault => new MarketLotsNotRead(read.ReadId, fault));
                break;
            case CheckAccount check:
                var environment = stage.Schedule.Environment;
                Ask(node, asker, () => new AccountChecked(check.ReadId, "binance", environment, stage.Schedule.Hedge),
                    fault => new AccountNotChecked(check.ReadId, "binance", environment, fault));
                break;
            case FindOrder find:
                Ask(node, asker,
                    () => orders.GetValueOrDefault(find.Id.Value) is { } found && found.Order.Symbol == find.Symbol
                        ? new OrderFound(find.Id, find.Attempt, found.State, found.VenueId, found.Executed)
                        : new OrderNotFound(find.Id, find.Attempt),
                    fault => new OrderLookupFailed(find.Id, find.Attempt, fault));
                break;
            default:
                throw new InvalidOperationException($"The exchange was told {message}.");
        }
    }

    private double Latency()
    {
        var slow = !stage.Quiet && stage.Schedule.OrderFaults > 0 && stage.Chance(0.03);
        return slow ? stage.Between(500, 2_500) : stage.Schedule.LatencyMs * stage.Between(0.5, 1.5);
    }

    private ExchangeFault? ReadFault() => stage.Quiet || !stage.Chance(stage.Schedule.ReadFaults) ? null : stage.Pick(3) switch
    {
        0 => new ExchangeFault(FaultKind.RateLimited, -1003, "Too many requests"),
        1 => new ExchangeFault(FaultKind.UnknownOutcome, 0, "no answer in time"),
        _ => new ExchangeFault(FaultKind.Unreachable, 0, "connection refused"),
    };

    private void Ask(GateNode node, IActorRef asker, Func<object> reply, Func<ExchangeFault, object> failed)
    {
        var fault = ReadFault();
        var life = node.Life;
        stage.After(Latency() / 2, () =>
        {
            var answer = fault is null ? reply() : failed(fault);
            Tell(node, life, asker, answer, fault?.Kind == FaultKind.UnknownOutcome ? Figures.ReadDeadlineMs : Latency() / 2);
        });
    }

    /// <summary>Through the process' own gateway, so that a process that stands still hears of it when it goes on.</summary>
    private void Tell(GateNode node, int life, IActorRef asker, object answer, double afterMs) => stage.After(afterMs, () =>
    {
        if (node.IsLife(life))
        {
            node.LinkGateway.Tell((Action)(() =>
            {
                stage.Checks.Heard(node, answer);
                asker.Tell(answer, ActorRefs.NoSender);
            }));
        }
    });

    private void ReadPositions(GateNode node, long readId, IActorRef asker)
    {
        stage.Checks.ReadBegins(node, readId);
        Ask(node, asker, () =>
        {
            var lag = stage.Schedule.StaleMs > 0 && !stage.Quiet ? stage.Between(0, stage.Schedule.StaleMs) : 0;
            var positions = Account.At(stage.NowMs - lag);
            if (positions.Count > 0 && !stage.Quiet && stage.Chance(stage.Schedule.ReadFaults * 0.3))
            {
                var bad = positions[stage.Pick(positions.Count)];
                return new PositionsRead(
                    readId, positions.Where(p => p.Symbol != bad.Symbol).ToList(), [new UnreadableRow(bad.Symbol.Value, "no number")]);
            }

            return new PositionsRead(readId, positions, []);
        }, fault => new PositionsNotRead(readId, fault));
    }

    /// <summary>As the gateway's desk has it: now or not at all, and never the same id twice in one life.</summary>
    private void Send(GateNode node, SendApproved send, IActorRef asker)
    {
        var order = send.Order;
        if (stage.World.TimeProvider.GetTimestamp() > send.NotAfter)
        {
            Refuse(node, node.Life, order, asker, new ExchangeFault(FaultKind.TooLate, 0, "not sent: read too long ago"));
            return;
        }

        stage.Checks.OrderLeaves(node, order);
        if (!launched.Add((node.Name, node.Life, order.Id.Value)))
        {
            Unknown(node, node.Life, order, asker, 0);
            return;
        }

        var (life, signedMs) = (node.Life, stage.NowMs);
        var faulty = !stage.Quiet && stage.Chance(stage.Schedule.OrderFaults);
        var late = faulty && stage.Chance(0.15);
        stage.After(late ? stage.Between(1_000, 7_000) : Latency() / 2, () =>
        {
            // A request of a process that dies before it arrives may or may not have left it.
            if (node.IsLife(life) || stage.Chance(0.5))
            {
                Arrive(node, life, order, asker, signedMs, late, faulty);
            }
        });
        if (late)
        {
            Unknown(node, life, order, asker, Figures.OrderDeadlineMs);
        }
    }

    private void Arrive(GateNode node, int life, ApprovedOrder order, IActorRef asker, double signedMs, bool late, bool faulty)
    {
        if (stage.NowMs - signedMs > GateFigures.ReceiveWindowMs)
        {
            stage.Note("exchange", $"refuses {order}: signed too long ago");
            return;
        }

        if (late)
        {
            // Its gateway has given up waiting for the answer.
            Execute(order, order.Quantity);
            return;
        }

        if (!faulty)
        {
            Answer(node, life, order, asker, Execute(order, order.Quantity));
            return;
        }

        stage.Note("exchange", $"fault for {order}");
        switch (stage.Pick(9))
        {
            case 0:
                Refuse(node, life, order, asker, new ExchangeFault(FaultKind.Refused, -2019, "Margin is insufficient"));
                break;
            case 1:
                Refuse(node, life, order, asker, new ExchangeFault(FaultKind.RateLimited, -1015, "Too many new orders"));
                break;
            case 2:
                Unknown(node, life, order, asker, stage.Chance(0.5) ? Figures.OrderDeadlineMs : Latency());
                break;
            case 3 or 4:
                Execute(order, order.Quantity);
                Unknown(node, life, order, asker, stage.Chance(0.5) ? Figures.OrderDeadlineMs : Latency());
                break;
            case 5:
                var part = Execute(order, Math.Floor(order.Quantity / GateAccount.Step / 2) * GateAccount.Step);
                part.State = part.State == CloseState.Refused ? CloseState.Refused : CloseState.Ended;
                Answer(node, life, order, asker, part);
                break;
            case 6:
                Answer(node, life, order, asker, Keep(order, CloseState.Ended));
                break;
            case 7:
                var accepted = Keep(order, CloseState.Working);
                Answer(node, life, order, asker, accepted);
                stage.After(stage.Between(50, 3_000), () => Fill(accepted, order.Quantity));
                break;
            default:
                // First a part, answered as working; the rest later, or never.
                var begun = Keep(order, CloseState.Working);
                begun.Executed = Account.Execute(order, Math.Floor(order.Quantity / GateAccount.Step / 3) * GateAccount.Step);
                Answer(node, life, order, asker, begun);
                stage.After(stage.Between(50, 3_000), () => End(begun, stage.Chance(0.5)));
                break;
        }
    }

    private GateOrder Keep(ApprovedOrder order, CloseState state)
    {
        var kept = orders[order.Id.Value] = new GateOrder(order, "o" + all.Count.ToString(CultureInfo.InvariantCulture), state);
        all.Add(kept);
        return kept;
    }

    private GateOrder Execute(ApprovedOrder order, decimal quantity)
    {
        var executed = quantity > 0 ? Account.Execute(order, quantity) : 0;
        if (executed == 0)
        {
            // What is refused is nothing that could be found later.
            return new GateOrder(order, "", CloseState.Refused);
        }

        var kept = Keep(order, executed == order.Quantity ? CloseState.Filled : CloseState.Ended);
        kept.Executed = executed;
        return kept;
    }

    private void Fill(GateOrder order, decimal quantity)
    {
        order.Executed += Account.Execute(order.Order, quantity);
        order.State = order.Executed == order.Order.Quantity ? CloseState.Filled : CloseState.Ended;
    }

    private void End(GateOrder order, bool filled)
    {
        if (filled)
        {
            Fill(order, order.Order.Quantity - order.Executed);
        }
        else
        {
            order.State = CloseState.Ended;
        }
    }

    private void Answer(GateNode node, int life, ApprovedOrder order, IActorRef asker, GateOrder state)
    {
        var refused = state.State == CloseState.Refused;
        Tell(node, life, asker, new ApprovedAnswered(order.Id, state.State, state.VenueId, state.Executed,
            refused ? new ExchangeFault(FaultKind.Refused, -2022, "ReduceOnly Order is rejected") : null), Latency() / 2);
    }

    private void Refuse(GateNode node, int life, ApprovedOrder order, IActorRef asker, ExchangeFault fault) =>
        Tell(node, life, asker, new ApprovedAnswered(order.Id, CloseState.Refused, "", 0, fault), Latency() / 2);

    private void Unknown(GateNode node, int life, ApprovedOrder order, IActorRef asker, double afterMs) =>
        Tell(node, life, asker, new ApprovedAnswered(
            order.Id, CloseState.Unknown, "", 0, new ExchangeFault(FaultKind.UnknownOutcome, -1007, "Timeout")), afterMs);
}

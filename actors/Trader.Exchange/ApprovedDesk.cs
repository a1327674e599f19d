using System.Diagnostics.CodeAnalysis;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange;

/// <summary>
/// Which approved orders go out and whom to answer what, without the sockets. An order goes now or is refused now: nothing waits, because
/// what the gate checked would be old when its turn comes. Emergency closes go first: while one waits nothing that adds exposure leaves.
/// Every order that enters leaves with exactly one answer, and no order id goes out twice (S8). Single-threaded.
/// </summary>
/// <typeparam name="TOwner">Whoever asked; the gateway's sender.</typeparam>
internal sealed class ApprovedDesk<TOwner>(OrderBudget budget)
{
    private const int RememberedIds = 50_000;

    private readonly Dictionary<ClientOrderId, (ApprovedOrder Order, TOwner Owner)> _inFlight = [];
    private readonly HashSet<ClientOrderId> _seen = [];
    private readonly Queue<ClientOrderId> _seenInOrder = new();

    /// <summary>True: send it, once. False: answer the owner with the refusal.</summary>
    /// <param name="late">What the gate last read is too old for it.</param>
    public bool TryLaunch(
        ApprovedOrder order, TOwner owner, bool late, bool closesWait, [NotNullWhen(false)] out ExchangeProtocol.ApprovedAnswered? refusal)
    {
        refusal = null;
        if (_seen.Contains(order.Id))
        {
            // The first one's answer may be lost, so "already sent" is all that can be said; looking it up says the rest.
            refusal = NotSent(order, FaultKind.UnknownOutcome, "this order id was sent before");
        }
        else if (late)
        {
            refusal = NotSent(order, FaultKind.TooLate, "not sent: what the gate last read is too old");
        }
        else if (order.Opens && closesWait)
        {
            refusal = NotSent(order, FaultKind.RateLimited, "not sent: emergency closes go first");
        }
        else if (!budget.TryTake(order.Opens ? OrderLane.Entry : OrderLane.Exit, OrderCost.Single))
        {
            refusal = NotSent(order, FaultKind.RateLimited, "not sent: the account's order budget is spent");
        }
        else
        {
            Remember(order.Id);
            _inFlight.Add(order.Id, (order, owner));
        }

        return refusal is null;
    }

    /// <summary>Who gets this answer; false when it has been answered already.</summary>
    public bool TryLand(ApprovedSent sent, [NotNullWhen(true)] out TOwner? owner)
    {
        owner = default;
        if (!_inFlight.Remove(sent.Answer.Id, out var flight))
        {
            return false;
        }

        owner = flight.Owner!;
        if (sent.Answer.Fault is { Kind: FaultKind.TooLate })
        {
            // Nothing left, so its id is as good as new.
            _seen.Remove(sent.Answer.Id);
        }

        budget.Answered(OrderCost.Single);
        budget.Observe(sent.Counts.TenSeconds, sent.Counts.Minute);
        if (sent.Answer.Fault is { Code: BinanceErrors.TooManyOrders } fault)
        {
            budget.Exhausted(fault.Message.Contains("MINUTE", StringComparison.OrdinalIgnoreCase));
        }

        return true;
    }

    /// <summary>The answers that remain when the gateway stops: all of them unknown.</summary>
    public IReadOnlyList<(TOwner Owner, ExchangeProtocol.ApprovedAnswered Answer)> Abandon()
    {
        var left = _inFlight.Values
            .Select(f => (f.Owner, NotSent(f.Order, FaultKind.UnknownOutcome, "the gateway stopped before the answer"))).ToList();
        _inFlight.Clear();
        return left;
    }

    private static ExchangeProtocol.ApprovedAnswered NotSent(ApprovedOrder order, FaultKind kind, string why) =>
        BinanceClient.NotAccepted(order, new ExchangeFault(kind, 0, why));

    private void Remember(ClientOrderId id)
    {
        _seen.Add(id);
        _seenInOrder.Enqueue(id);
        if (_seenInOrder.Count > RememberedIds)
        {
            _seen.Remove(_seenInOrder.Dequeue());
        }
    }
}

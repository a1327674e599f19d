using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange;

/// <param name="Id">Comes back with the answer.</param>
/// <param name="Orders">One order, or exactly one full batch.</param>
internal sealed record CloseWave(long Id, IReadOnlyList<CloseOrder> Orders);

/// <summary>
/// What to send next and whom to answer what: the gateway's decisions about close orders, without its sockets. Every
/// order that enters leaves with exactly one answer, and no order id ever goes out twice (S8). Single-threaded.
/// </summary>
/// <typeparam name="TOwner">Whoever asked; the gateway's sender.</typeparam>
internal sealed class CloseQueue<TOwner>(OrderBudget budget, TimeProvider time, int maxRequests)
{
    /// <summary>More than a whole universe in hedge mode, sliced; a caller that queues more is out of its
    /// mind.</summary>
    public const int MaxQueued = 10_000;

    private const int RememberedIds = 50_000;

    private readonly Queue<(CloseOrder Order, TOwner Owner)> _waiting = new();
    private readonly Dictionary<long, InFlight> _inFlight = [];
    private readonly HashSet<ClientOrderId> _seen = [];
    private readonly Queue<ClientOrderId> _seenInOrder = new();
    private long _lastWave;

    /// <summary>Something waits or is on its way.</summary>
    public bool IsBusy => _waiting.Count > 0 || _inFlight.Count > 0;

    /// <summary>Takes orders in; gives back the answers of those it will not send.</summary>
    public IReadOnlyList<Reply> Add(IReadOnlyList<CloseOrder> orders, TOwner owner)
    {
        var refused = new List<Reply>();
        foreach (var order in orders)
        {
            if (_waiting.Count >= MaxQueued)
            {
                refused.Add(Reply.NotSent(
                    owner, order, FaultKind.RateLimited, "not sent: too many closes are waiting"));
            }
            else if (!Remember(order.Id))
            {
                // The first one's answer may be lost, so "already sent" is all that can be said; looking it up says the
                // rest.
                refused.Add(Reply.NotSent(owner, order, FaultKind.UnknownOutcome, "this order id was sent before"));
            }
            else
            {
                _waiting.Enqueue((order, owner));
            }
        }

        return refused;
    }

    /// <summary>
    /// The requests that may go now, in the order given: full batches while five wait and the budget has room for one,
    /// else single orders (a batch of fewer still costs five).
    /// </summary>
    public IReadOnlyList<CloseWave> Take()
    {
        var waves = new List<CloseWave>();
        while (_waiting.Count > 0 && _inFlight.Count < maxRequests)
        {
            if (_waiting.Count >= BinanceClient.MaxBatch && budget.TryTake(OrderLane.Exit, OrderCost.Batch))
            {
                waves.Add(Launch(BinanceClient.MaxBatch, OrderCost.Batch));
            }
            else if (budget.TryTake(OrderLane.Exit, OrderCost.Single))
            {
                waves.Add(Launch(1, OrderCost.Single));
            }
            else
            {
                break;
            }
        }

        return waves;
    }

    /// <summary>The replies that an answer makes. An answer to a wave that was given up already makes none.</summary>
    public IReadOnlyList<Reply> Answer(long wave, ClosesAnswered answered)
    {
        if (!Land(wave, out var flight))
        {
            return [];
        }

        budget.Observe(answered.Counts.TenSeconds, answered.Counts.Minute);
        var tooMany = answered.Answers.FirstOrDefault(a => a.Fault?.Code == BinanceErrors.TooManyOrders);
        if (tooMany is not null)
        {
            budget.Exhausted(tooMany.Fault!.Message.Contains("MINUTE", StringComparison.OrdinalIgnoreCase));
        }

        var byId = answered.Answers.DistinctBy(a => a.Id).ToDictionary(a => a.Id);
        return [.. flight.Orders.Select(o => byId.TryGetValue(o.Order.Id, out var answer)
            ? new Reply(o.Owner, answer)
            : Reply.NotSent(o.Owner, o.Order, FaultKind.UnknownOutcome, "the answer leaves this order out"))];
    }

    /// <summary>The replies for a wave whose answer will not come.</summary>
    public IReadOnlyList<Reply> Drop(long wave, string why) => Land(wave, out var flight)
        ? [.. flight.Orders.Select(o => Reply.NotSent(o.Owner, o.Order, FaultKind.UnknownOutcome, why))]
        : [];

    /// <summary>The replies for waves older than <paramref name="limit"/>: their task was lost.</summary>
    public IReadOnlyList<Reply> DropOverdue(TimeSpan limit) =>
        [.. _inFlight.Where(f => time.GetElapsedTime(f.Value.SentAt) >= limit).Select(f => f.Key).Order().ToArray()
            .SelectMany(wave => Drop(wave, "no answer, and the request did not end in time"))];

    /// <summary>The replies that remain when nothing more will be sent: what is on its way is unknown, what waits was
    /// never sent.</summary>
    public IReadOnlyList<Reply> Abandon()
    {
        var replies = _inFlight.Keys.Order().ToArray()
            .SelectMany(wave => Drop(wave, "the gateway stopped before the answer")).ToList();
        while (_waiting.TryDequeue(out var waiting))
        {
            replies.Add(Reply.NotSent(
                waiting.Owner, waiting.Order, FaultKind.Unreachable, "the gateway stopped before sending"));
        }

        return replies;
    }

    /// <summary>When the budget lets the next order go; null when nothing waits or an answer must come first.</summary>
    public TimeSpan? NextIn() =>
        _waiting.Count > 0 && _inFlight.Count < maxRequests ? budget.UntilFree(OrderLane.Exit, OrderCost.Single) : null;

    private CloseWave Launch(int count, OrderCost cost)
    {
        var orders = new (CloseOrder Order, TOwner Owner)[count];
        for (var i = 0; i < count; i++)
        {
            orders[i] = _waiting.Dequeue();
        }

        _lastWave++;
        _inFlight.Add(_lastWave, new InFlight(orders, cost, time.GetTimestamp()));
        return new CloseWave(_lastWave, [.. orders.Select(o => o.Order)]);
    }

    private bool Land(long wave, out InFlight flight)
    {
        if (!_inFlight.Remove(wave, out flight!))
        {
            return false;
        }

        budget.Answered(flight.Cost);
        return true;
    }

    private bool Remember(ClientOrderId id)
    {
        if (!_seen.Add(id))
        {
            return false;
        }

        _seenInOrder.Enqueue(id);
        if (_seenInOrder.Count > RememberedIds)
        {
            _seen.Remove(_seenInOrder.Dequeue());
        }

        return true;
    }

    /// <summary>One answer and who gets it.</summary>
    internal sealed record Reply(TOwner Owner, ExchangeProtocol.CloseAnswered Answer)
    {
        internal static Reply NotSent(TOwner owner, CloseOrder order, FaultKind kind, string why) =>
            new(owner, BinanceClient.NotAccepted(order, new ExchangeFault(kind, 0, why)));
    }

    private sealed record InFlight((CloseOrder Order, TOwner Owner)[] Orders, OrderCost Cost, long SentAt);
}

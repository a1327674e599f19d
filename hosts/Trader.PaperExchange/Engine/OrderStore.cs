namespace Trader.PaperExchange.Engine;

/// <summary>
/// Every order by id, the latest by client id, the open ones by symbol. Not thread-safe: the engine's lock guards it.
/// Beyond
/// <see cref="Capacity"/> orders the oldest closed ones are forgotten, as the exchange forgets orders after some days.
/// </summary>
public sealed class OrderStore
{
    /// <summary>Most orders kept.</summary>
    public const int Capacity = 200_000;

    private readonly Dictionary<long, PaperOrder> _byId = [];
    private readonly Dictionary<(string Symbol, string ClientOrderId), long> _latest = [];
    private readonly Dictionary<string, SortedSet<long>> _open = new(StringComparer.Ordinal);
    private readonly Queue<long> _age = new();

    public int OpenCount => _open.Values.Sum(ids => ids.Count);

    public void Add(PaperOrder order)
    {
        _byId.Add(order.OrderId, order);
        _latest[(order.Spec.Name, order.ClientOrderId)] = order.OrderId;
        _age.Enqueue(order.OrderId);
        Track(order);
        // One out per one in: an open order that is too old goes back into the queue, so a loop might not end.
        if (_age.Count > Capacity)
        {
            Forget(_age.Dequeue());
        }
    }

    public void Replace(PaperOrder order)
    {
        _byId[order.OrderId] = order;
        Track(order);
    }

    /// <summary>Finds an order of a symbol by either id; the order id wins when both are given.</summary>
    public PaperOrder? Find(string symbol, long? orderId, string? clientOrderId)
    {
        if (orderId is null && clientOrderId is not null
            && _latest.TryGetValue((symbol, clientOrderId), out var latest))
        {
            orderId = latest;
        }
        return orderId is { } id && _byId.TryGetValue(id, out var order) && order.Spec.Name == symbol ? order : null;
    }

    /// <summary>Open orders of one symbol, or of all, oldest first.</summary>
    public IEnumerable<PaperOrder> Open(string? symbol) => symbol is null
        ? _open.Values.SelectMany(ids => ids).Order().Select(id => _byId[id])
        : _open.TryGetValue(symbol, out var ids) ? ids.Select(id => _byId[id]) : [];

    private void Track(PaperOrder order)
    {
        if (!_open.TryGetValue(order.Spec.Name, out var ids))
        {
            _open[order.Spec.Name] = ids = [];
        }
        if (order.IsOpen)
        {
            ids.Add(order.OrderId);
        }
        else
        {
            ids.Remove(order.OrderId);
        }
    }

    private void Forget(long orderId)
    {
        var order = _byId[orderId];
        if (order.IsOpen)
        {
            _age.Enqueue(orderId);
            return;
        }
        _byId.Remove(orderId);
        var key = (order.Spec.Name, order.ClientOrderId);
        if (_latest.GetValueOrDefault(key) == orderId)
        {
            _latest.Remove(key);
        }
    }
}

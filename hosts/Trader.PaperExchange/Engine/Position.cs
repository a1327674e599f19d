namespace Trader.PaperExchange.Engine;

/// <summary>
/// A position at one moment. <see cref="Amount"/> is signed, short negative; prices and money in USDT.
/// </summary>
/// <param name="AtUs">Monotonic microseconds of the change that made it so.</param>
/// <param name="UpdateTimeMs">Server time of that change; 0 when there never was one.</param>
/// <param name="Amount">Contracts, signed.</param>
/// <param name="EntryPrice">Average price of what is held; 0 when flat.</param>
/// <param name="Costs">Fees less realised profit since the position was last flat: what breaking even has to earn
/// back.</param>
public readonly record struct PositionState(
    long AtUs, long UpdateTimeMs, decimal Amount, decimal EntryPrice, decimal Costs)
{
    /// <summary>The price at which closing would leave neither profit nor loss, fees so far included.</summary>
    public decimal BreakEvenPrice => Amount == 0 ? 0 : Math.Round(EntryPrice + (Costs / Amount), 12);

    public decimal UnrealizedProfit(decimal markPrice) => Amount * (markPrice - EntryPrice);
}

/// <summary>
/// One position of one symbol and side, changed only by fills (and by the control API), with its recent past.
/// </summary>
public sealed class Position
{
    // Enough to answer "how was it half a second ago" in a burst of slices; older states are beyond any injected lag.
    private const int PastStates = 64;

    private readonly LinkedList<PositionState> _past = new();

    public PositionState Now { get; private set; }

    /// <summary>The state as it was at a monotonic time.</summary>
    public PositionState At(long atUs)
    {
        if (Now.AtUs <= atUs)
        {
            return Now;
        }
        for (var node = _past.Last; node is not null; node = node.Previous)
        {
            if (node.Value.AtUs <= atUs)
            {
                return node.Value;
            }
        }
        return _past.First?.Value ?? Now;
    }

    /// <summary>Replaces the state outright: the control API's "set a position".</summary>
    public void Set(decimal amount, decimal entryPrice, long atUs, long timeMs) =>
        Move(new PositionState(atUs, timeMs, amount, amount == 0 ? 0 : entryPrice, 0));

    /// <summary>Applies a fill and returns the profit it realised.</summary>
    /// <param name="signedQuantity">Bought positive, sold negative.</param>
    /// <param name="price">Fill price.</param>
    /// <param name="fee">Commission of this fill.</param>
    /// <param name="atUs">Monotonic time.</param>
    /// <param name="timeMs">Server time.</param>
    public decimal Fill(decimal signedQuantity, decimal price, decimal fee, long atUs, long timeMs)
    {
        var before = Now;
        var amount = before.Amount + signedQuantity;
        var increases = before.Amount == 0 || Math.Sign(before.Amount) == Math.Sign(signedQuantity);
        var closed = increases ? 0 : Math.Min(Math.Abs(before.Amount), Math.Abs(signedQuantity));
        var realized = closed * (price - before.EntryPrice) * Math.Sign(before.Amount);
        var entry = amount == 0 ? 0
            : increases ? Average(before, signedQuantity, price)
            : Math.Sign(amount) == Math.Sign(before.Amount) ? before.EntryPrice
            : price;
        Move(new PositionState(atUs, timeMs, amount, entry, amount == 0 ? 0 : before.Costs + fee - realized));
        return realized;
    }

    private static decimal Average(in PositionState before, decimal signedQuantity, decimal price) => Math.Round(
        ((before.Amount * before.EntryPrice) + (signedQuantity * price)) / (before.Amount + signedQuantity), 12);

    private void Move(PositionState next)
    {
        _past.AddLast(Now);
        if (_past.Count > PastStates)
        {
            _past.RemoveFirst();
        }
        Now = next;
    }
}

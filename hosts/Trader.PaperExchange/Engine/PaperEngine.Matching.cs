namespace Trader.PaperExchange.Engine;

/// <summary>Matching: every order meets a deep book at the mark price, and its own limits.</summary>
public sealed partial class PaperEngine
{
    /// <summary>
    /// Fills an open order at its own price, wholly or in part; false when there is no such open order.
    /// </summary>
    public bool FillResting(string symbol, long? orderId, string? clientOrderId, decimal? quantity = null)
    {
        lock (_gate)
        {
            var order = _orders.Find(symbol, orderId, clientOrderId);
            if (order is null || !order.IsOpen)
            {
                return false;
            }
            FillOpen(order, Math.Min(quantity ?? order.Remaining, order.Remaining));
            return true;
        }
    }

    /// <summary>Moves the mark price; resting orders it crosses fill at their limit.</summary>
    /// <returns>False for an unknown symbol or a price that is not positive.</returns>
    public bool SetMarkPrice(string symbol, decimal price)
    {
        lock (_gate)
        {
            if (price <= 0 || !_markets.TryGetValue(symbol, out var market))
            {
                return false;
            }
            market.MarkPrice = price;
            Ledger.Add(new LedgerEntry
            {
                Kind = LedgerKind.Price,
                Outcome = LedgerOutcome.Accepted,
                Symbol = symbol,
                Price = price,
            });
            foreach (var order in _orders.Open(symbol).ToArray())
            {
                // An earlier fill of this loop may have expired it.
                if (Crosses(order.Side, order.Price, price)
                    && _orders.Find(symbol, order.OrderId, null) is { IsOpen: true } open)
                {
                    FillOpen(open, open.Remaining);
                }
            }
            return true;
        }
    }

    private static bool Crosses(OrderSide side, decimal limit, decimal markPrice) =>
        side == OrderSide.Buy ? limit >= markPrice : limit <= markPrice;

    private PaperOrder Match(PaperOrder order, in ReduceDecision decision, decimal fillFraction)
    {
        var mark = _markets[order.Spec.Name].MarkPrice;
        if (order.Type == OrderType.Market)
        {
            var quantity = fillFraction < 1 ? order.Spec.FloorToStep(order.Quantity * fillFraction) : order.Quantity;
            quantity = Math.Min(quantity, decision.Fillable);
            return Execute(order, quantity, TakerPrice(order, mark), _settings.TakerFee, true);
        }
        if (Crosses(order.Side, order.Price, mark))
        {
            var price = order.Side == OrderSide.Buy
                ? Math.Min(order.Price, TakerPrice(order, mark))
                : Math.Max(order.Price, TakerPrice(order, mark));
            return Execute(order, Math.Min(order.Quantity, decision.Fillable), price, _settings.TakerFee, true);
        }
        return order.TimeInForce == TimeInForce.Ioc ? Expire(order) : order;
    }

    private void FillOpen(PaperOrder order, decimal quantity)
    {
        if (!order.ReduceOnly)
        {
            Execute(order, quantity, order.Price, _settings.MakerFee, false);
            return;
        }
        // The position may have shrunk since the order was taken in: a reduce-only order never turns it over.
        var amount = _markets[order.Spec.Name].Position(order.PositionSide).Now.Amount;
        var reducible = Math.Max(0, order.Side == OrderSide.Sell ? amount : -amount);
        Execute(order, Math.Min(quantity, reducible), order.Price, _settings.MakerFee, quantity > reducible);
    }

    private decimal TakerPrice(PaperOrder order, decimal mark)
    {
        var slip = mark * _settings.SlippageBps / 10_000m;
        return order.Spec.RoundToTick(order.Side == OrderSide.Buy ? mark + slip : mark - slip);
    }

    private PaperOrder Execute(PaperOrder order, decimal quantity, decimal price, decimal feeRate, bool expireRest)
    {
        if (quantity == 0)
        {
            return expireRest ? Expire(order) : order;
        }
        var position = _markets[order.Spec.Name].Position(order.PositionSide);
        var before = position.Now.Amount;
        var fee = quantity * price * feeRate;
        var now = _clock.NowMs;
        var signed = order.Side == OrderSide.Buy ? quantity : -quantity;
        _wallet += position.Fill(signed, price, fee, _clock.MonotonicUs, now) - fee;
        var filled = order with
        {
            ExecutedQuantity = order.ExecutedQuantity + quantity,
            CumulativeQuote = order.CumulativeQuote + (quantity * price),
            UpdateTimeMs = now,
            Status = quantity == order.Remaining ? OrderStatus.Filled : OrderStatus.PartiallyFilled,
        };
        _orders.Replace(filled);
        Ledger.Add(new LedgerEntry
        {
            Kind = LedgerKind.Fill,
            Outcome = LedgerOutcome.Accepted,
            Symbol = order.Spec.Name,
            Side = order.Side,
            PositionSide = order.PositionSide,
            ClientOrderId = order.ClientOrderId,
            OrderId = order.OrderId,
            Quantity = quantity,
            Price = price,
            Fee = fee,
            PositionBefore = before,
            PositionAfter = position.Now.Amount,
        });
        var final = filled.IsOpen && expireRest ? Expire(filled) : filled;
        ExpireOrphans(order.Spec.Name, order.PositionSide);
        return final;
    }

    /// <summary>
    /// Resting orders that only reduce have nothing left to do once their position is gone or has changed sides.
    /// </summary>
    private void ExpireOrphans(string symbol, PositionSide side)
    {
        var amount = _markets[symbol].Position(side).Now.Amount;
        foreach (var order in _orders.Open(symbol).ToArray())
        {
            if (order.ReduceOnly && order.PositionSide == side
                && (order.Side == OrderSide.Sell ? amount <= 0 : amount >= 0))
            {
                Expire(order);
            }
        }
    }

    private PaperOrder Expire(PaperOrder order)
    {
        var expired = order with { Status = OrderStatus.Expired, UpdateTimeMs = _clock.NowMs };
        _orders.Replace(expired);
        Ledger.Add(new LedgerEntry
        {
            Kind = LedgerKind.Expire,
            Outcome = LedgerOutcome.Accepted,
            Symbol = order.Spec.Name,
            Side = order.Side,
            PositionSide = order.PositionSide,
            ClientOrderId = order.ClientOrderId,
            OrderId = order.OrderId,
            Quantity = order.Remaining,
        });
        return expired;
    }
}

namespace Trader.PaperExchange.Engine;

/// <summary>One row of a position list.</summary>
/// <param name="Spec">The symbol.</param>
/// <param name="Side">Both in one-way mode.</param>
/// <param name="State">The position.</param>
/// <param name="MarkPrice">USDT.</param>
/// <param name="LiquidationPrice">Cross margin, all else equal; 0 when no positive price would liquidate.</param>
/// <param name="HasOpenOrders">An order of this symbol and side is open.</param>
public sealed record PositionRow(
    SymbolSpec Spec, PositionSide Side, PositionState State, decimal MarkPrice, decimal LiquidationPrice,
    bool HasOpenOrders)
{
    public decimal Notional => State.Amount * MarkPrice;
    public decimal UnrealizedProfit => State.UnrealizedProfit(MarkPrice);
}

/// <summary>The account's money, USDT.</summary>
public sealed record AccountTotals(
    decimal WalletBalance, decimal UnrealizedProfit, decimal InitialMargin, decimal MaintenanceMargin)
{
    public decimal MarginBalance => WalletBalance + UnrealizedProfit;
    public decimal Available => Math.Max(0, MarginBalance - InitialMargin);
}

/// <summary>What is read from the account, and what the control API sets in it.</summary>
public sealed partial class PaperEngine
{
    private static readonly PositionSide[] Sides = [PositionSide.Both, PositionSide.Long, PositionSide.Short];

    /// <summary>Every row (zero rows included) of the account's mode.</summary>
    /// <param name="symbol">Only this symbol, or all.</param>
    /// <param name="openOnly">Only rows with an amount or an open order, as the v3 endpoint answers.</param>
    /// <param name="lagUs">Show amounts as they were this many microseconds ago.</param>
    public IReadOnlyList<PositionRow> Positions(string? symbol = null, bool openOnly = false, long lagUs = 0)
    {
        lock (_gate)
        {
            var atUs = lagUs > 0 ? _clock.MonotonicUs - lagUs : long.MaxValue;
            var totals = Totals();
            var withOrders = _orders.Open(symbol).Select(order => (order.Spec.Name, order.PositionSide)).ToHashSet();
            PositionSide[] sides = _hedge ? [PositionSide.Long, PositionSide.Short] : [PositionSide.Both];
            var rows = new List<PositionRow>(symbol is null ? Symbols.Count * sides.Length : sides.Length);
            foreach (var spec in Symbols)
            {
                if (symbol is not null && spec.Name != symbol)
                {
                    continue;
                }
                var market = _markets[spec.Name];
                foreach (var side in sides)
                {
                    var state = market.Position(side).At(atUs);
                    var hasOrders = withOrders.Contains((spec.Name, side));
                    if (!openOnly || state.Amount != 0 || hasOrders)
                    {
                        var liquidation = LiquidationPrice(state, market.MarkPrice, totals);
                        rows.Add(new PositionRow(spec, side, state, market.MarkPrice, liquidation, hasOrders));
                    }
                }
            }
            return rows;
        }
    }

    public AccountTotals Account()
    {
        lock (_gate)
        {
            return Totals();
        }
    }

    /// <summary>Symbols with status and mark price, in the universe's order.</summary>
    public IReadOnlyList<(SymbolSpec Spec, SymbolStatus Status, decimal MarkPrice)> Markets()
    {
        lock (_gate)
        {
            return Symbols.Select(spec => (spec, _markets[spec.Name].Status, _markets[spec.Name].MarkPrice)).ToArray();
        }
    }

    public bool Knows(string symbol) => _markets.ContainsKey(symbol);

    /// <summary>Sets a position outright, as if its owner had traded elsewhere.</summary>
    /// <returns>False for an unknown symbol, a side that is not of the account's mode, or a sign that does not fit the
    /// side.</returns>
    public bool SetPosition(string symbol, PositionSide side, decimal amount, decimal? entryPrice = null)
    {
        lock (_gate)
        {
            var fits = _hedge ? side != PositionSide.Both : side == PositionSide.Both;
            var signed = side switch
            {
                PositionSide.Both => true,
                PositionSide.Long => amount >= 0,
                PositionSide.Short => amount <= 0,
                _ => throw new ArgumentOutOfRangeException(nameof(side)),
            };
            if (!fits || !signed || !_markets.TryGetValue(symbol, out var market))
            {
                return false;
            }
            Adjust(market, side, amount, entryPrice ?? market.MarkPrice);
            ExpireOrphans(symbol, side);
            return true;
        }
    }

    /// <summary>
    /// Switches the position mode at once, carrying open positions over (two hedge positions become their sum).
    /// </summary>
    public void ForceMode(bool hedge)
    {
        lock (_gate)
        {
            if (hedge == _hedge)
            {
                return;
            }
            foreach (var order in _orders.Open(null).ToArray())
            {
                Expire(order);
            }
            foreach (var market in _markets.Values)
            {
                CarryOver(market, hedge);
            }
            SetMode(hedge);
        }
    }

    /// <summary>Sets what may be traded of a symbol; false for an unknown one.</summary>
    public bool SetStatus(string symbol, SymbolStatus status)
    {
        lock (_gate)
        {
            if (!_markets.TryGetValue(symbol, out var market))
            {
                return false;
            }
            market.Status = status;
            return true;
        }
    }

    private void CarryOver(Market market, bool hedge)
    {
        if (hedge)
        {
            var both = market.Position(PositionSide.Both).Now;
            if (both.Amount != 0)
            {
                var side = both.Amount > 0 ? PositionSide.Long : PositionSide.Short;
                Adjust(market, side, both.Amount, both.EntryPrice);
                Adjust(market, PositionSide.Both, 0, 0);
            }
            return;
        }
        var sum = market.Position(PositionSide.Long).Now.Amount + market.Position(PositionSide.Short).Now.Amount;
        foreach (var side in Sides)
        {
            if (market.Position(side).Now.Amount != 0)
            {
                Adjust(market, side, 0, 0);
            }
        }
        if (sum != 0)
        {
            Adjust(market, PositionSide.Both, sum, market.MarkPrice);
        }
    }

    private void Adjust(Market market, PositionSide side, decimal amount, decimal entryPrice)
    {
        var position = market.Position(side);
        var before = position.Now.Amount;
        position.Set(amount, entryPrice, _clock.MonotonicUs, _clock.NowMs);
        Ledger.Add(new LedgerEntry
        {
            Kind = LedgerKind.Adjust,
            Outcome = LedgerOutcome.Accepted,
            Symbol = market.Spec.Name,
            PositionSide = side,
            PositionBefore = before,
            PositionAfter = amount,
        });
    }

    private decimal AvailableBalance() => Totals().Available;

    private AccountTotals Totals()
    {
        decimal profit = 0;
        decimal notional = 0;
        foreach (var market in _markets.Values)
        {
            if (!market.IsHeld)
            {
                continue;
            }
            foreach (var side in Sides)
            {
                var state = market.Position(side).Now;
                profit += state.UnrealizedProfit(market.MarkPrice);
                notional += Math.Abs(state.Amount) * market.MarkPrice;
            }
        }
        return new AccountTotals(
            _wallet, profit, notional / _settings.Leverage, notional * EngineSettings.MaintenanceRate);
    }

    /// <summary>
    /// The published cross-margin formula with one maintenance tier: wallet and all other positions stay as they are.
    /// </summary>
    private static decimal LiquidationPrice(in PositionState state, decimal markPrice, AccountTotals totals)
    {
        if (state.Amount == 0)
        {
            return 0;
        }
        var size = Math.Abs(state.Amount);
        var sign = Math.Sign(state.Amount);
        var otherMaintenance = totals.MaintenanceMargin - (size * markPrice * EngineSettings.MaintenanceRate);
        var otherProfit = totals.UnrealizedProfit - state.UnrealizedProfit(markPrice);
        var price = (totals.WalletBalance - otherMaintenance + otherProfit - (sign * size * state.EntryPrice))
            / (size * (EngineSettings.MaintenanceRate - sign));
        return Math.Max(0, price);
    }
}

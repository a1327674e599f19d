using Trader.Messages;

namespace Trader.Simulation;

/// <summary>A resting order: one that reduces holds up closes, one that enters opens a position when it fills.</summary>
internal sealed record RestingOrder(PositionKey Key, bool Reduces, decimal Quantity);

/// <summary>The truth: positions that change only by fills, with every past state kept, for reads that lag and for the checks.</summary>
internal sealed class SimAccount
{
    public const decimal Step = 0.001m;

    private const decimal LargestOrder = 10m;

    private readonly Stage stage;
    private readonly SortedDictionary<PositionKey, decimal> amounts = [];
    private readonly Dictionary<Symbol, decimal> marks = [];
    private readonly List<RestingOrder> resting = [];
    private readonly List<(double AtMs, IReadOnlyList<Position> Positions)> history = [];

    public SimAccount(Stage stage)
    {
        this.stage = stage;
        Symbols = Enumerable.Range(0, 10).Select(i => Symbol.Parse($"S{i}USDT")).ToList();
        foreach (var symbol in Symbols)
        {
            marks[symbol] = Math.Round((decimal)stage.Between(1, 900), 2);
        }

        Lots = Symbols.ToDictionary(symbol => symbol, _ => new MarketLot(Step, LargestOrder, Step));
        for (var i = 0; i < stage.Plan.Positions; i++)
        {
            Set(Key(Symbols[stage.Pick(Symbols.Count)]), Amount());
        }

        foreach (var symbol in Symbols.Where(_ => stage.Chance(0.15)))
        {
            var open = amounts.Keys.FirstOrDefault(key => key.Symbol == symbol);
            resting.Add(open is not null && stage.Chance(0.6)
                ? new RestingOrder(open, Reduces: true, Math.Abs(amounts[open]))
                : new RestingOrder(Key(symbol), Reduces: false, 1m));
        }

        Changed();
    }

    public IReadOnlyList<Symbol> Symbols { get; }

    public IReadOnlyDictionary<Symbol, MarketLot> Lots { get; }

    public bool Flat => amounts.Count == 0;

    public IReadOnlyList<Position> Now => history[^1].Positions;

    /// <summary>When the account became what it is.</summary>
    public double ChangedAtMs => history[^1].AtMs;

    public IReadOnlyList<Position> At(double ms)
    {
        for (var i = history.Count - 1; i > 0; i--)
        {
            if (history[i].AtMs <= ms)
            {
                return history[i].Positions;
            }
        }

        return history[0].Positions;
    }

    /// <summary>Whether there was no position at some moment of this span.</summary>
    public bool WasFlatWithin(double fromMs, double toMs)
    {
        for (var i = history.Count - 1; i >= 0; i--)
        {
            var until = i == history.Count - 1 ? double.PositiveInfinity : history[i + 1].AtMs;
            if (history[i].AtMs <= toMs && until >= fromMs && history[i].Positions.Count == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the leg has been open without a break since then.</summary>
    public bool OpenSince(PositionKey key, double ms) =>
        At(ms).Any(p => p.Key == key) && history.Where(h => h.AtMs > ms).All(h => h.Positions.Any(p => p.Key == key));

    public IReadOnlySet<Symbol> RestingSymbols() => resting.Select(order => order.Key.Symbol).ToHashSet();

    public bool CancelResting(Symbol symbol) => resting.RemoveAll(order => order.Key.Symbol == symbol) > 0;

    public void FillSomeResting()
    {
        if (resting.Count == 0)
        {
            return;
        }

        var order = resting[stage.Pick(resting.Count)];
        resting.Remove(order);
        stage.Note("exchange", $"resting order fills: {order}");
        if (!order.Reduces)
        {
            Open(order.Key, order.Quantity);
        }
        else if (amounts.TryGetValue(order.Key, out var amount))
        {
            Set(order.Key, amount - (Math.Sign(amount) * Math.Min(Math.Abs(amount), order.Quantity)));
            Changed();
        }
    }

    /// <summary>A strategy enters, which the gate lets it do only while trading is not halted.</summary>
    public void OpenSome()
    {
        var key = Key(Symbols[stage.Pick(Symbols.Count)]);
        stage.Note("exchange", $"a strategy opens {key}");
        Open(key, Math.Abs(Amount()));
    }

    /// <summary>Executes a close as the exchange does; what would open or flip is a broken S5, whoever let it pass.</summary>
    public decimal Reduce(CloseOrder order, decimal quantity)
    {
        var hedge = stage.Plan.Hedge;
        if (order.ReduceOnly == hedge || (order.Key.Side == PositionSide.Both) == hedge)
        {
            stage.Break("S5", $"{order} is not bound to reduce in {(hedge ? "hedge" : "one-way")} mode");
        }

        if (resting.Any(r => r.Key == order.Key && r.Reduces) || !amounts.TryGetValue(order.Key, out var amount))
        {
            return 0;
        }

        if (Math.Sign(amount) == (order.Side == OrderSide.Buy ? 1 : -1))
        {
            if (hedge)
            {
                stage.Break("S5", $"{order} would add to {order.Key} {amount}");
            }

            return 0;
        }

        var executed = Math.Min(quantity, Math.Abs(amount));
        if (executed > 0)
        {
            Set(order.Key, amount - (Math.Sign(amount) * executed));
            Changed();
            stage.Note("exchange", $"executes {order}: {executed}, left {amounts.GetValueOrDefault(order.Key)}");
        }

        return executed;
    }

    private void Open(PositionKey key, decimal quantity)
    {
        var sign = key.Side switch
        {
            PositionSide.Long => 1m,
            PositionSide.Short => -1m,
            PositionSide.Both => amounts.TryGetValue(key, out var now) ? Math.Sign(now) : stage.Chance(0.5) ? 1m : -1m,
        };
        Set(key, amounts.GetValueOrDefault(key) + (sign * quantity));
        Changed();
    }

    private PositionKey Key(Symbol symbol) => new(symbol,
        !stage.Plan.Hedge ? PositionSide.Both : stage.Chance(0.5) ? PositionSide.Long : PositionSide.Short);

    private decimal Amount()
    {
        var quantity = Math.Round((decimal)stage.Between(0.01, stage.Chance(0.25) ? 35 : 9), 3);
        return stage.Chance(0.5) ? quantity : -quantity;
    }

    private void Set(PositionKey key, decimal amount)
    {
        amount = key.Side switch
        {
            PositionSide.Long => Math.Abs(amount),
            PositionSide.Short => -Math.Abs(amount),
            PositionSide.Both => amount,
        };
        if (amount == 0)
        {
            amounts.Remove(key);
        }
        else
        {
            amounts[key] = amount;
        }
    }

    private void Changed() => history.Add((stage.NowMs, amounts
        .Select(a => new Position(a.Key, a.Value, marks[a.Key.Symbol], marks[a.Key.Symbol], 0, 0)).ToList()));
}

using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>The truth about the account: positions, who changed them, and every past state for reads that lag.</summary>
internal sealed class GateAccount
{
    public const decimal Step = 0.001m;

    private const decimal LargestOrder = 10m;

    private readonly GateStage stage;
    private readonly SortedDictionary<PositionKey, decimal> amounts = [];
    private readonly List<(double AtMs, IReadOnlyList<Position> Positions)> history = [];

    public GateAccount(GateStage stage)
    {
        this.stage = stage;
        Symbols = Enumerable.Range(0, 4).Select(i => Symbol.Parse($"S{i}USDT")).ToList();
        Lots = Symbols.ToDictionary(symbol => symbol, _ => new MarketLot(Step, LargestOrder, Step));
        foreach (var symbol in Symbols.Where(_ => stage.Chance(0.7)))
        {
            Set(Key(symbol), Amount());
        }

        Changed();
    }

    public IReadOnlyList<Symbol> Symbols { get; }

    public IReadOnlyDictionary<Symbol, MarketLot> Lots { get; }

    public IReadOnlyList<Position> Now => history[^1].Positions;

    /// <summary>Symbols whose position other hands changed.</summary>
    public HashSet<Symbol> Strangers { get; } = [];

    /// <summary>What a symbol's ledger should be.</summary>
    public decimal Sum(Symbol symbol) => amounts.Where(a => a.Key.Symbol == symbol).Sum(a => a.Value);

    public IReadOnlyList<Position> At(double ms) => history.FindLast(h => h.AtMs <= ms).Positions ?? history[0].Positions;

    /// <summary>
    /// Executes an order of the gate as the exchange does: what is marked or bound to reduce does, up to what is there; the rest adds. A
    /// request for a reduction that is not so bound is a broken S5, whatever became of it.
    /// </summary>
    public decimal Execute(ApprovedOrder order, decimal quantity)
    {
        var hedge = stage.Schedule.Hedge;
        var sign = order.Side == OrderSide.Buy ? 1 : -1;
        var amount = amounts.GetValueOrDefault(order.Key);
        if ((order.Key.Side == PositionSide.Both) == hedge || (!order.Opens && order.ReduceOnly == hedge))
        {
            stage.Break("S5", $"{order} is not bound as {(hedge ? "hedge" : "one-way")} mode demands");
        }

        var adds = order.Key.Side switch
        {
            PositionSide.Long => order.Side == OrderSide.Buy,
            PositionSide.Short => order.Side == OrderSide.Sell,
            PositionSide.Both => !order.ReduceOnly,
        };
        if (hedge && adds != order.Opens)
        {
            stage.Break("S5", $"{order} would {(adds ? "add to" : "reduce")} {order.Key}");
        }

        var executed = adds ? quantity : Math.Sign(amount) == -sign ? Math.Min(quantity, Math.Abs(amount)) : 0;
        if (executed > 0)
        {
            Set(order.Key, amount + (sign * executed));
            Changed();
            stage.Note("exchange", $"executes {order}: {executed}, now {amounts.GetValueOrDefault(order.Key)}");
        }

        if (!order.Opens && Math.Sign(amounts.GetValueOrDefault(order.Key)) == -Math.Sign(amount) && amount != 0)
        {
            stage.Break("S5", $"{order} flipped {order.Key} from {amount}");
        }

        return executed;
    }

    /// <summary>A panic close, a liquidation, a person with the exchange's own page.</summary>
    public void Stranger()
    {
        var symbol = Symbols[stage.Pick(Symbols.Count)];
        var key = amounts.Keys.FirstOrDefault(k => k.Symbol == symbol) ?? Key(symbol);
        var amount = amounts.GetValueOrDefault(key);
        Set(key, stage.Chance(0.4) ? 0 : stage.Chance(0.5) ? Cut(amount / 2) : Amount());
        Strangers.Add(symbol);
        Changed();
        stage.Note("exchange", $"other hands: {key} {amount} -> {amounts.GetValueOrDefault(key)}");
    }

    private static decimal Cut(decimal amount) => Math.Truncate(amount / Step) * Step;

    private PositionKey Key(Symbol symbol) => new(symbol,
        !stage.Schedule.Hedge ? PositionSide.Both : stage.Chance(0.5) ? PositionSide.Long : PositionSide.Short);

    private decimal Amount()
    {
        var quantity = Math.Round((decimal)stage.Between(0.01, stage.Chance(0.25) ? 25 : 5), 3);
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

    private void Changed() => history.Add((stage.NowMs, amounts.Select(a => new Position(a.Key, a.Value, 100, 100, 0, 0)).ToList()));
}

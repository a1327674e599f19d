using FsCheck;
using FsCheck.Fluent;
using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

/// <summary>What must hold after any sequence of orders, fills, cancels and price moves.</summary>
public sealed class EngineProperties
{
    private static readonly PositionSide[] Sides = [PositionSide.Both, PositionSide.Long, PositionSide.Short];

    public enum Act { Market, ReduceMarket, Limit, ReduceLimit, Fill, Cancel, Price }

    /// <summary>One step; the numbers are read as the act needs them.</summary>
    public sealed record Step(Act Act, bool Buy, bool Second, int Size, int Level);

    private static Arbitrary<Step[]> Steps { get; } = (
        from act in Gen.Elements(Enum.GetValues<Act>())
        from buy in Gen.Elements(true, false)
        from second in Gen.Elements(true, false)
        from size in Gen.Choose(1, 40)
        from level in Gen.Choose(-30, 30)
        select new Step(act, buy, second, size, level)).ArrayOf().ToArbitrary();

    private static Config Config { get; } = Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(60);

    [Fact]
    public void Fills_sum_to_the_position_change() => Check((engine, _) =>
    {
        foreach (var spec in engine.Symbols)
        {
            foreach (var row in engine.Positions(spec.Name))
            {
                var filled = engine.Ledger.Read()
                    .Where(entry => entry.Kind == LedgerKind.Fill && entry.Symbol == spec.Name
                        && entry.PositionSide == row.Side)
                    .Sum(entry => entry.Side == OrderSide.Buy ? entry.Quantity : -entry.Quantity);
                Assert.Equal(row.State.Amount, filled);
            }
        }
    });

    [Fact]
    public void Each_fill_starts_where_the_last_one_ended() => Check((engine, _) =>
    {
        foreach (var fills in engine.Ledger.Read().Where(entry => entry.Kind == LedgerKind.Fill)
            .GroupBy(entry => (entry.Symbol, entry.PositionSide)))
        {
            decimal? last = 0;
            foreach (var fill in fills)
            {
                Assert.Equal(last, fill.PositionBefore);
                last = fill.PositionAfter;
            }
        }
    });

    [Fact]
    public void What_only_reduces_never_increases_and_never_flips() => Check((engine, _) =>
    {
        foreach (var fill in engine.Ledger.Read().Where(entry => entry.Kind == LedgerKind.Fill))
        {
            var order = engine.Find(fill.Symbol ?? "", fill.OrderId, null);
            if (order?.ReduceOnly == true)
            {
                Assert.True(Math.Abs(fill.PositionAfter ?? 0) < Math.Abs(fill.PositionBefore ?? 0), $"{fill}");
                Assert.True((fill.PositionAfter ?? 0) * (fill.PositionBefore ?? 0) >= 0, $"{fill}");
            }
        }
    });

    [Fact]
    public void Hedge_positions_keep_their_sign() => Check((engine, _) =>
    {
        foreach (var row in engine.Positions())
        {
            Assert.True(row.Side != PositionSide.Long || row.State.Amount >= 0);
            Assert.True(row.Side != PositionSide.Short || row.State.Amount <= 0);
        }
    });

    [Fact]
    public void Orders_are_never_filled_beyond_their_quantity_and_end_in_step_with_their_status() =>
        Check((engine, ids) =>
    {
        foreach (var (symbol, id) in ids)
        {
            var order = engine.Find(symbol, id, null);
            Assert.NotNull(order);
            Assert.InRange(order.ExecutedQuantity, 0, order.Quantity);
            Assert.Equal(order.Status == OrderStatus.Filled, order.Remaining == 0);
            Assert.Equal(order.IsOpen, engine.OpenOrders(symbol).Any(open => open.OrderId == id));
        }
    });

    [Fact]
    public void Money_is_conserved() => Check((engine, _) =>
    {
        // Equity is what was there at first, plus each fill valued at today's mark, less the fees.
        decimal expected = engine.Settings.WalletBalance;
        var marks = engine.Markets().ToDictionary(market => market.Spec.Name, market => market.MarkPrice);
        foreach (var fill in engine.Ledger.Read().Where(entry => entry.Kind == LedgerKind.Fill))
        {
            var signed = fill.Side == OrderSide.Buy ? fill.Quantity : -fill.Quantity;
            expected += (signed * (marks[fill.Symbol ?? ""] - fill.Price) - fill.Fee) ?? 0;
        }
        // Average prices are kept to twelve decimals; everything else is exact.
        Assert.InRange(engine.Account().MarginBalance - expected, -0.000001m, 0.000001m);
    });

    private static void Check(Action<PaperEngine, IReadOnlyList<(string Symbol, long Id)>> holds)
    {
        foreach (var hedge in (bool[])[false, true])
        {
            Prop.ForAll(Steps, steps =>
            {
                var engine = Engines.Create(new EngineSettings { Hedge = hedge, Oversize = OversizePolicy.Trim });
                holds(engine, Run(engine, steps));
            }).Check(Config);
        }
    }

    private static List<(string Symbol, long Id)> Run(PaperEngine engine, Step[] steps)
    {
        var ids = new List<(string Symbol, long Id)>();
        foreach (var step in steps)
        {
            var symbol = step.Second ? "ETHUSDT" : "BTCUSDT";
            var mark = step.Second ? 3000m : 60_000m;
            var price = mark * (1000 + step.Level) / 1000;
            var open = engine.OpenOrders();
            switch (step.Act)
            {
                // Among the open ones only: most orders are done, and drawing those would leave resting fills untried.
                case Act.Fill when open.Count > 0:
                    var resting = open[step.Size % open.Count];
                    engine.FillResting(
                        resting.Spec.Name, resting.OrderId, null, step.Buy ? null : Math.Min(resting.Remaining, 0.5m));
                    break;
                case Act.Cancel when open.Count > 0:
                    var unwanted = open[step.Size % open.Count];
                    engine.Cancel(unwanted.Spec.Name, unwanted.OrderId, null, Engines.Receipt);
                    break;
                case Act.Price:
                    engine.SetMarkPrice(symbol, price);
                    break;
                case Act.Market or Act.ReduceMarket or Act.Limit or Act.ReduceLimit:
                    var accepted = engine.Place(ToOrder(engine.IsHedge, step, symbol, price), Engines.Receipt).Accepted;
                    if (accepted is not null)
                    {
                        ids.Add((symbol, accepted.OrderId));
                    }
                    break;
                default:
                    break;
            }
        }
        return ids;
    }

    private static OrderRequest ToOrder(bool hedge, Step step, string symbol, decimal price)
    {
        var reduces = step.Act is Act.ReduceMarket or Act.ReduceLimit;
        var isLimit = step.Act is Act.Limit or Act.ReduceLimit;
        var side = step.Buy ? OrderSide.Buy : OrderSide.Sell;
        return new OrderRequest
        {
            Symbol = symbol,
            Side = side,
            Type = isLimit ? OrderType.Limit : OrderType.Market,
            PositionSide = hedge ? Sides[step.Buy == reduces ? 2 : 1] : null,
            Quantity = 0.05m * step.Size,
            Price = isLimit ? price : null,
            ReduceOnly = hedge ? null : reduces,
        };
    }
}

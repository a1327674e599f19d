using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

public sealed class UniverseTests
{
    private static readonly IReadOnlyList<SymbolSpec> Full = Universe.Create(Universe.DefaultCount, 1);

    [Fact]
    public void The_same_seed_gives_the_same_symbols_and_another_seed_others()
    {
        Assert.Equal(Full, Universe.Create(Universe.DefaultCount, 1));
        Assert.NotEqual(Full, Universe.Create(Universe.DefaultCount, 2));
        Assert.Equal(Full.Take(40), Universe.Create(40, 1));
    }

    [Fact]
    public void Names_are_unique_and_each_asset_is_its_symbol_without_the_quote()
    {
        Assert.Equal(Universe.DefaultCount, Full.Select(spec => spec.Name).Distinct().Count());
        Assert.All(Full, spec => Assert.Equal(spec.Name, spec.BaseAsset + "USDT"));
    }

    [Fact]
    public void Every_filter_is_consistent()
    {
        Assert.All(Universe.Create(Universe.MaxCount, 3), spec =>
        {
            Assert.True(spec.MarketMaxQuantity < spec.MaxQuantity, spec.Name);
            Assert.True(spec.MinQuantity > 0 && spec.MarketMaxQuantity >= spec.MinQuantity, spec.Name);
            Assert.Equal(0m, spec.MinQuantity % spec.StepSize);
            Assert.Equal(0m, spec.MarketMaxQuantity % spec.StepSize);
            Assert.Equal(0m, spec.InitialPrice % spec.TickSize);
            Assert.True(OrderRules.Decimals(spec.TickSize) <= spec.PricePrecision, spec.Name);
            Assert.True(OrderRules.Decimals(spec.StepSize) <= spec.QuantityPrecision, spec.Name);
            Assert.True(spec.MarketMaxQuantity * spec.InitialPrice > 1000 * spec.MinNotional, spec.Name);
        });
    }

    [Fact]
    public void The_awkward_ones_are_there()
    {
        Assert.Contains(Full, spec => spec.TickSize == 0.00000001m);
        Assert.Contains(Full, spec => spec.MarketMaxQuantity >= 10_000_000_000m);
        Assert.Contains(Full, spec => spec.StepSize == 10m);
        Assert.Contains(Full, spec => !System.Text.Ascii.IsValid(spec.Name));
        Assert.Equal([50m, 20m, 5m], Full.Select(spec => spec.MinNotional).Distinct());
        Assert.True(Full.Select(spec => spec.TickSize).Distinct().Count() >= 6);
    }

    [Theory]
    [InlineData(44, 0, false)]
    [InlineData(674, 0, false)]
    [InlineData(44, 3, false)]
    [InlineData(44, 0, true)]
    public void Opening_positions_are_mixed_and_fit_one_market_order_unless_asked(int count, int oversized, bool hedge)
    {
        var engine = new PaperEngine(Full, new EngineSettings { Hedge = hedge }, new ServerClock(new ManualTime()));
        OpeningPositions.Open(engine, count, oversized, 1);
        var rows = engine.Positions(openOnly: true);
        Assert.Equal(count, rows.Count);
        Assert.Equal(count / 2, rows.Count(row => row.State.Amount < 0));
        Assert.Equal(oversized, rows.Count(row => Math.Abs(row.State.Amount) > row.Spec.MarketMaxQuantity));
        Assert.All(rows, row => Assert.Equal(0m, row.State.Amount % row.Spec.StepSize));
        var notionals = rows.Where(row => Math.Abs(row.State.Amount) <= row.Spec.MarketMaxQuantity)
            .Select(row => Math.Abs(row.Notional)).ToArray();
        Assert.True(notionals.Max() > 20 * notionals.Min());
    }
}

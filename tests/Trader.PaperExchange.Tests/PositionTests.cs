using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

public sealed class PositionTests
{
    [Fact]
    public void Entry_price_is_the_average_of_what_is_held()
    {
        var position = new Position();
        position.Fill(2m, 100m, 0, 1, 1);
        position.Fill(1m, 130m, 0, 2, 2);
        Assert.Equal((3m, 110m), (position.Now.Amount, position.Now.EntryPrice));
        Assert.Equal(20m, position.Fill(-1m, 130m, 0, 3, 3));
        Assert.Equal((2m, 110m), (position.Now.Amount, position.Now.EntryPrice));
    }

    [Fact]
    public void Turning_over_realises_the_old_side_and_enters_the_new_one()
    {
        var position = new Position();
        position.Fill(-2m, 100m, 0, 1, 1);
        Assert.Equal(20m, position.Fill(5m, 90m, 0, 2, 2));
        Assert.Equal((3m, 90m), (position.Now.Amount, position.Now.EntryPrice));
    }

    [Fact]
    public void Flat_has_no_entry_price()
    {
        var position = new Position();
        position.Fill(2m, 100m, 1m, 1, 1);
        Assert.Equal(-20m, position.Fill(-2m, 90m, 1m, 2, 2));
        Assert.Equal(new PositionState(2, 2, 0, 0, 0), position.Now);
        Assert.Equal(0m, position.Now.BreakEvenPrice);
    }

    [Theory]
    [InlineData(1, 100.5)]
    [InlineData(-1, 99.5)]
    public void Breaking_even_has_to_earn_the_fees(int sign, double breakEven)
    {
        var position = new Position();
        position.Fill(2m * sign, 100m, 1m, 1, 1);
        Assert.Equal((decimal)breakEven, position.Now.BreakEvenPrice);
    }

    [Fact]
    public void The_past_is_remembered_state_by_state()
    {
        var position = new Position();
        position.Fill(1m, 100m, 0, 10, 1);
        position.Fill(1m, 100m, 0, 20, 2);
        Assert.Equal([0m, 1m, 1m, 2m], new long[] { 9, 10, 19, 20 }.Select(atUs => position.At(atUs).Amount));
    }

    [Fact]
    public void A_long_is_liquidated_below_and_a_short_above()
    {
        var engine = Engines.Create(new EngineSettings { WalletBalance = 10_000m });
        engine.SetPosition("BTCUSDT", PositionSide.Both, 1m, 60_000m);
        var row = engine.Positions("BTCUSDT")[0];
        // wallet + (p - entry) = 0.005 p
        Assert.Equal(50_000m / 0.995m, row.LiquidationPrice, 6);
        engine.SetPosition("BTCUSDT", PositionSide.Both, -1m, 60_000m);
        Assert.Equal(70_000m / 1.005m, engine.Positions("BTCUSDT")[0].LiquidationPrice, 6);
    }

    [Fact]
    public void A_rich_account_is_not_liquidated_at_any_price()
    {
        var engine = Engines.Create(new EngineSettings());
        engine.SetPosition("BTCUSDT", PositionSide.Both, 1m, 60_000m);
        Assert.Equal(0m, engine.Positions("BTCUSDT")[0].LiquidationPrice);
    }

    [Fact]
    public void Resting_orders_fill_when_the_price_crosses_them_and_not_before()
    {
        var engine = Engines.Create(new EngineSettings());
        engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        var order = Engines.Limit(OrderSide.Sell, 1m, 62_000m) with { ReduceOnly = true };
        var id = engine.Place(order, Engines.Receipt).Accepted?.OrderId;
        engine.SetMarkPrice("BTCUSDT", 61_999.9m);
        Assert.Equal(OrderStatus.New, engine.Find("BTCUSDT", id, null)?.Status);
        engine.SetMarkPrice("BTCUSDT", 62_000m);
        Assert.Equal(OrderStatus.Filled, engine.Find("BTCUSDT", id, null)?.Status);
        Assert.Equal(0m, engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public void A_resting_order_fills_in_parts_on_demand()
    {
        var engine = Engines.Create(new EngineSettings());
        var id = engine.Place(Engines.Limit(OrderSide.Buy, 1m, 59_000m), Engines.Receipt).Accepted?.OrderId;
        Assert.True(engine.FillResting("BTCUSDT", id, null, 0.4m));
        Assert.Equal(OrderStatus.PartiallyFilled, engine.Find("BTCUSDT", id, null)?.Status);
        Assert.True(engine.FillResting("BTCUSDT", id, null));
        Assert.Equal(OrderStatus.Filled, engine.Find("BTCUSDT", id, null)?.Status);
        Assert.False(engine.FillResting("BTCUSDT", id, null));
        Assert.Equal(1m, engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public void A_resting_reduce_only_order_never_fills_more_than_is_left()
    {
        var engine = Engines.Create(new EngineSettings());
        engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        var id = engine.Place(Engines.Limit(OrderSide.Sell, 1m, 62_000m) with { ReduceOnly = true }, Engines.Receipt)
            .Accepted?.OrderId;
        engine.SetPosition("BTCUSDT", PositionSide.Both, 0.3m);
        Assert.True(engine.FillResting("BTCUSDT", id, null));
        var order = engine.Find("BTCUSDT", id, null);
        Assert.Equal((OrderStatus.Expired, 0.3m), (order?.Status, order?.ExecutedQuantity));
        Assert.Equal(0m, engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Theory]
    [InlineData(TimeInForce.Ioc, 59_000, OrderStatus.Expired)]
    [InlineData(TimeInForce.Ioc, 60_100, OrderStatus.Filled)]
    [InlineData(TimeInForce.Fok, 60_100, OrderStatus.Filled)]
    [InlineData(TimeInForce.Gtc, 60_100, OrderStatus.Filled)]
    [InlineData(TimeInForce.Gtc, 59_000, OrderStatus.New)]
    [InlineData(TimeInForce.Gtx, 59_000, OrderStatus.New)]
    public void Time_in_force_decides_what_does_not_cross(TimeInForce timeInForce, int price, OrderStatus status)
    {
        var engine = Engines.Create(new EngineSettings());
        var order = Engines.Limit(OrderSide.Buy, 1m, price) with { TimeInForce = timeInForce };
        Assert.Equal(status, engine.Place(order, Engines.Receipt).Final?.Status);
    }

    [Fact]
    public void Forcing_the_mode_carries_positions_over()
    {
        var engine = Engines.Create(new EngineSettings());
        engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        engine.SetPosition("ETHUSDT", PositionSide.Both, -2m);
        engine.ForceMode(true);
        Assert.Equal(
            [("BTCUSDT", PositionSide.Long, 1m), ("ETHUSDT", PositionSide.Short, -2m)],
            engine.Positions(openOnly: true).Select(row => (row.Spec.Name, row.Side, row.State.Amount)));
        engine.SetPosition("BTCUSDT", PositionSide.Short, -3m);
        engine.ForceMode(false);
        Assert.Equal(
            [("BTCUSDT", PositionSide.Both, -2m), ("ETHUSDT", PositionSide.Both, -2m)],
            engine.Positions(openOnly: true).Select(row => (row.Spec.Name, row.Side, row.State.Amount)));
    }
}

/// <summary>Engines without HTTP.</summary>
public static class Engines
{
    public static Receipt Receipt { get; } = new() { Endpoint = "order", ReceivedMs = 0, ReceivedUs = 0 };

    public static PaperEngine Create(EngineSettings settings) =>
        new(Universe.Create(3, 1), settings, new ServerClock(new ManualTime()));

    public static OrderRequest Limit(OrderSide side, decimal quantity, decimal price) => new()
    {
        Symbol = "BTCUSDT",
        Side = side,
        Type = OrderType.Limit,
        Quantity = quantity,
        Price = price,
    };
}

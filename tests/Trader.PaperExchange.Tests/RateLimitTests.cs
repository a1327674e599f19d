using System.Globalization;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange.Tests;

public sealed class RateLimitTests
{
    private const string Buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001";

    [Fact]
    public void A_fixed_window_starts_anew_at_each_multiple()
    {
        var counter = new WindowCounter(WindowMode.Fixed, 10_000);
        counter.Add(19_999, 5);
        Assert.Equal(5, counter.Count(19_999));
        Assert.Equal(0, counter.Count(20_000));
    }

    [Fact]
    public void A_sliding_window_lets_go_exactly_one_interval_later()
    {
        var counter = new WindowCounter(WindowMode.Sliding, 10_000);
        counter.Add(19_999, 5);
        counter.Add(25_000, 2);
        Assert.Equal(7, counter.Count(29_998));
        Assert.Equal(2, counter.Count(29_999));
        Assert.Equal(0, counter.Count(35_000));
    }

    [Theory]
    [InlineData(WindowMode.Fixed, 5000, true)]
    [InlineData(WindowMode.Sliding, 5000, false)]
    [InlineData(WindowMode.Sliding, 10_000, true)]
    public void The_modes_differ_across_a_boundary(WindowMode mode, int laterMs, bool allowed)
    {
        var time = new ManualTime();
        time.Advance(5000);
        var limiter = new RateLimiter(new RateLimits { Mode = mode, OrdersPer10Seconds = 3 }, new ServerClock(time));
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(limiter.CountOrders(1, 1));
        }
        Assert.Equal(-1015, limiter.CountOrders(1, 1)?.Code);
        time.Advance(laterMs);
        Assert.Equal(allowed, limiter.CountOrders(1, 1) is null);
    }

    [Fact]
    public void The_minute_limit_binds_on_its_own_and_refusals_do_not_count()
    {
        var time = new ManualTime();
        var limiter = new RateLimiter(new RateLimits { OrdersPer10Seconds = 10, OrdersPerMinute = 4 },
            new ServerClock(time));
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(limiter.CountOrders(1, 1));
        }
        var refusal = limiter.CountOrders(1, 1);
        Assert.Equal((429, -1015), (refusal?.HttpStatus, refusal?.Code));
        Assert.Equal("Too many new orders; current limit is 4 orders per MINUTE.", refusal?.Message);
        Assert.Equal((0, 4, 4), limiter.Used("a"));
    }

    [Fact]
    public void Going_on_after_429_is_banned_for_growing_times()
    {
        var time = new ManualTime();
        var limiter = new RateLimiter(
            new RateLimits { WeightPerMinute = 2, RefusalsBeforeBan = 2, FirstBanMs = 120_000 }, new ServerClock(time));
        Assert.Null(limiter.CountWeight("a", 2));
        Assert.Equal(429, limiter.CountWeight("a", 1)?.HttpStatus);
        Assert.Equal(429, limiter.CountWeight("a", 1)?.HttpStatus);
        var ban = limiter.CountWeight("a", 1);
        Assert.Equal(418, ban?.HttpStatus);
        Assert.Contains("banned until 1800000120000.", ban?.Message, StringComparison.Ordinal);
        Assert.Null(limiter.CountWeight("b", 1));
        time.Advance(119_999);
        Assert.Equal(418, limiter.CountWeight("a", 1)?.HttpStatus);
        time.Advance(1);
        Assert.Null(limiter.CountWeight("a", 2));
        limiter.CountWeight("a", 1);
        limiter.CountWeight("a", 1);
        Assert.Contains("banned until 1800000360000.", limiter.CountWeight("a", 1)?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "fapi/v1/ping", "", 1)]
    [InlineData("GET", "fapi/v1/premiumIndex", "", 10)]
    [InlineData("GET", "fapi/v1/premiumIndex", "symbol=BTCUSDT", 1)]
    [InlineData("GET", "fapi/v1/ticker/price", "", 2)]
    [InlineData("GET", "fapi/v3/positionRisk", "", 5)]
    [InlineData("GET", "fapi/v1/openOrders", "", 40)]
    [InlineData("GET", "fapi/v1/openOrders", "symbol=BTCUSDT", 1)]
    [InlineData("GET", "fapi/v1/positionSide/dual", "", 30)]
    [InlineData("POST", "fapi/v1/order", Buy, 0)]
    [InlineData("POST", "fapi/v1/batchOrders", "batchOrders=%5B%5D", 5)]
    [InlineData("GET", "fapi/v1/order", "symbol=BTCUSDT&orderId=1", 1)]
    public async Task Each_route_costs_its_documented_weight(string method, string path, string query, int weight)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        var answer = await client.SignedAsync(method, path, query);
        Assert.Equal(weight, Header(answer, "X-MBX-USED-WEIGHT-1M"));
    }

    [Fact]
    public async Task A_batch_costs_five_orders_and_one()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        var answer = await client.BatchAsync(
            """[{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.001"}]""");
        Assert.Equal((5, 1), (Header(answer, "X-MBX-ORDER-COUNT-10S"), Header(answer, "X-MBX-ORDER-COUNT-1M")));
        answer = await client.OrderAsync(Buy);
        Assert.Equal((6, 2), (Header(answer, "X-MBX-ORDER-COUNT-10S"), Header(answer, "X-MBX-ORDER-COUNT-1M")));
    }

    [Fact]
    public async Task Too_many_orders_are_refused_and_not_executed()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { TimeProvider = new ManualTime(), Limits = new() { OrdersPer10Seconds = 2 } });
        using var client = new FapiClient(px);
        await client.OrderAsync(Buy);
        await client.OrderAsync(Buy);
        var answer = await client.OrderAsync(Buy);
        Assert.Equal((429, -1015), (answer.Status, answer.Code));
        Assert.Equal("Too many new orders; current limit is 2 orders per TEN_SECONDS.", answer.Member("msg"));
        Assert.Equal(0.002m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public async Task Weight_beyond_the_limit_is_429_and_then_418_for_every_route()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with
            {
                TimeProvider = new ManualTime(),
                Limits = new() { WeightPerMinute = 1, RefusalsBeforeBan = 1 },
            });
        using var client = new FapiClient(px);
        Assert.Equal(200, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
        var limited = await client.SendAsync("GET", "fapi/v1/ping");
        Assert.Equal((429, -1003), (limited.Status, limited.Code));
        Assert.Contains("current limit of IP(127.0.0.1) is 1 requests per minute", limited.Text,
            StringComparison.Ordinal);
        Assert.Equal(418, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
        var order = await client.OrderAsync(Buy);
        Assert.Equal((418, -1003), (order.Status, order.Code));
        Assert.Contains("IP(127.0.0.1) banned until 1800000120000.", order.Text, StringComparison.Ordinal);
    }

    private static int Header(FapiAnswer answer, string name) =>
        int.Parse(answer.Headers[name], CultureInfo.InvariantCulture);
}

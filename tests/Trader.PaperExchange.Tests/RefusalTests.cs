using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

/// <summary>Every refusal an order can meet, over HTTP.</summary>
public sealed class RefusalTests
{
    private const string Base = "symbol=BTCUSDT&side=BUY&";

    [Theory]
    [InlineData("side=BUY&type=MARKET&quantity=1", -1102)]
    [InlineData("symbol=&side=BUY&type=MARKET&quantity=1", -1102)]
    [InlineData("symbol=BTCUSDT&type=MARKET&quantity=1", -1102)]
    [InlineData("symbol=BTCUSDT&side=BUY&quantity=1", -1102)]
    [InlineData(Base + "type=MARKET", -1102)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000", -1102)]
    [InlineData(Base + "type=LIMIT&quantity=1&timeInForce=GTC", -1102)]
    [InlineData(Base + "type=MARKET&quantity=1e3", -1100)]
    [InlineData(Base + "type=MARKET&quantity=0x1", -1100)]
    [InlineData(Base + "type=MARKET&quantity=1&timeInForce=GTC", -1106)]
    [InlineData(Base + "type=MARKET&quantity=1&price=5", -1106)]
    [InlineData(Base + "type=MARKET&quantity=1&reduceOnly=yes", -1130)]
    [InlineData(Base + "type=MARKET&quantity=1&newOrderRespType=FULL", -1130)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000&timeInForce=DAY", -1115)]
    [InlineData(Base + "type=FUNNY&quantity=1", -1116)]
    [InlineData("symbol=BTCUSDT&side=buy&type=MARKET&quantity=1", -1117)]
    [InlineData("symbol=btcusdt&side=BUY&type=MARKET&quantity=1", -1121)]
    [InlineData(Base + "type=MARKET&quantity=1&positionSide=UP", -4060)]
    [InlineData(Base + "type=STOP_MARKET&stopPrice=50000&closePosition=true", -4120)]
    [InlineData(Base + "type=MARKET&quantity=1&closePosition=true", -4136)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000&timeInForce=GTC&closePosition=true", -4137)]
    [InlineData(Base + "type=MARKET&quantity=0", -4003)]
    [InlineData(Base + "type=MARKET&quantity=-1", -4003)]
    [InlineData(Base + "type=MARKET&quantity=0.0010001", -1111)]
    [InlineData(Base + "type=MARKET&quantity=120.001", -4005)]
    [InlineData(Base + "type=LIMIT&quantity=1000.001&price=60000&timeInForce=GTC", -4005)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000.05&timeInForce=GTC", -4014)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000.055&timeInForce=GTC", -1111)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=0&timeInForce=GTC", -4001)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=99999999&timeInForce=GTC", -4002)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=63000.1&timeInForce=GTC", -4016)]
    [InlineData("symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=1&price=56999.9&timeInForce=GTC", -4024)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=59000&timeInForce=FOK", -5021)]
    [InlineData(Base + "type=LIMIT&quantity=1&price=60000&timeInForce=GTX", -5022)]
    [InlineData("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.006", -4164)]
    [InlineData("symbol=TENSUSDT&side=BUY&type=MARKET&quantity=205", -4023)]
    [InlineData("symbol=TENSUSDT&side=BUY&type=MARKET&quantity=5", -4004)]
    [InlineData(Base + "type=MARKET&quantity=1&newClientOrderId=", -4015)]
    [InlineData(Base + "type=MARKET&quantity=1&newClientOrderId=a%20b", -4015)]
    [InlineData(Base + "type=MARKET&quantity=1&newClientOrderId=0123456789012345678901234567890123456", -4015)]
    [InlineData(Base + "type=MARKET&quantity=1&positionSide=LONG", -4061)]
    [InlineData(Base + "type=MARKET&quantity=1&reduceOnly=true", -2022)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=120", 0)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=BOTH&reduceOnly=false", 0)]
    [InlineData("symbol=TENSUSDT&side=BUY&type=MARKET&quantity=200", 0)]
    [InlineData(Base + "type=MARKET&quantity=1&newClientOrderId=012345678901234567890123456789.:%2F_-Z", 0)]
    public async Task One_way_orders_are_refused_with_the_exchange_code(string query, int code)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.OrderAsync(query);
        Assert.Equal((code == 0 ? 200 : 400, code), (answer.Status, answer.Code));
        var entry = px.Ledger.Read()[0];
        Assert.Equal(code == 0 ? LedgerOutcome.Accepted : LedgerOutcome.Refused, entry.Outcome);
        Assert.Equal(code == 0 ? 0 : 1, px.Ledger.Totals.OrdersRefused);
    }

    [Theory]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1", -4061)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=BOTH", -4061)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=LONG&reduceOnly=true", -1106)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=LONG&reduceOnly=false", -1106)]
    [InlineData("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1&positionSide=LONG", -2022)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=SHORT", -2022)]
    [InlineData("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=LONG", 0)]
    [InlineData("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=1&positionSide=SHORT", 0)]
    public async Task Hedge_orders_are_refused_with_the_exchange_code(string query, int code)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Hedge);
        using var client = new FapiClient(px);
        var answer = await client.OrderAsync(query);
        Assert.Equal((code == 0 ? 200 : 400, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_not_required_parameter_is_named_in_lower_case()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Hedge);
        using var client = new FapiClient(px);
        var answer = await client.MarketAsync("BTCUSDT", "BUY", "1", "positionSide=LONG&reduceOnly=true");
        Assert.Equal("Parameter 'reduceonly' sent when not required.", answer.Member("msg"));
    }

    [Theory]
    [InlineData(SymbolStatus.Close, "BUY", "", -4141)]
    [InlineData(SymbolStatus.Close, "SELL", "reduceOnly=true", -4141)]
    [InlineData(SymbolStatus.Settling, "BUY", "", -4140)]
    [InlineData(SymbolStatus.Settling, "SELL", "reduceOnly=true", 0)]
    public async Task A_symbol_that_is_not_trading_takes_less(SymbolStatus status, string side, string more, int code)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Engine.SetStatus("BTCUSDT", status);
        Assert.Equal(code, (await client.MarketAsync("BTCUSDT", side, "0.5", more)).Code);
    }

    [Fact]
    public async Task Reducing_orders_need_no_minimum_notional()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("ETHUSDT", PositionSide.Both, 0.006m);
        var without = await client.MarketAsync("ETHUSDT", "SELL", "0.006", "reduceOnly=false");
        Assert.Equal(-4164, without.Code);
        Assert.Contains("no smaller than 20 ", without.Text, StringComparison.Ordinal);
        Assert.Equal("FILLED", (await client.MarketAsync("ETHUSDT", "SELL", "0.006")).Member("status"));
    }

    [Fact]
    public async Task Opening_more_than_the_margin_allows_is_refused_and_reducing_never_is()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { Engine = new() { WalletBalance = 1000m } });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 10m);
        Assert.Equal(-2019, (await client.MarketAsync("BTCUSDT", "BUY", "1", "")).Code);
        Assert.Equal("FILLED", (await client.MarketAsync("BTCUSDT", "SELL", "10")).Member("status"));
    }

    [Fact]
    public async Task No_more_than_200_orders_rest_on_a_symbol()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        const string limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.002&price=58000&timeInForce=GTC";
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(0, (await client.OrderAsync(limit)).Code);
        }
        Assert.Equal(-2025, (await client.OrderAsync(limit)).Code);
    }

    [Theory]
    [InlineData("GET", "fapi/v1/order", "symbol=BTCUSDT&orderId=5", -2013)]
    [InlineData("GET", "fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=none", -2013)]
    [InlineData("GET", "fapi/v1/order", "symbol=BTCUSDT", -1102)]
    [InlineData("GET", "fapi/v1/order", "orderId=5", -1102)]
    [InlineData("GET", "fapi/v1/openOrder", "symbol=BTCUSDT&orderId=5", -2013)]
    [InlineData("GET", "fapi/v1/openOrders", "symbol=NONEUSDT", -1121)]
    [InlineData("DELETE", "fapi/v1/order", "symbol=BTCUSDT&orderId=5", -2011)]
    [InlineData("DELETE", "fapi/v1/order", "symbol=BTCUSDT", -1102)]
    [InlineData("DELETE", "fapi/v1/allOpenOrders", "", -1102)]
    [InlineData("DELETE", "fapi/v1/batchOrders", "symbol=BTCUSDT", -1102)]
    [InlineData("DELETE", "fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=%5B%5D", -4082)]
    [InlineData("POST", "fapi/v1/batchOrders", "", -1102)]
    [InlineData("POST", "fapi/v1/batchOrders", "batchOrders=%5B%5D", -4082)]
    [InlineData("POST", "fapi/v1/batchOrders", "batchOrders=%5B%7B%7D,%7B%7D,%7B%7D,%7B%7D,%7B%7D,%7B%7D%5D", -4082)]
    [InlineData("POST", "fapi/v1/batchOrders", "batchOrders=nonsense", -1130)]
    [InlineData("POST", "fapi/v1/batchOrders", "batchOrders=%5B1%5D", -1130)]
    [InlineData("GET", "fapi/v2/positionRisk", "symbol=NONEUSDT", -1121)]
    [InlineData("POST", "fapi/v1/positionSide/dual", "", -1102)]
    [InlineData("POST", "fapi/v1/positionSide/dual", "dualSidePosition=false", -4059)]
    [InlineData("GET", "fapi/v1/premiumIndex", "symbol=NONEUSDT", -1121)]
    public async Task Other_calls_are_refused_with_the_exchange_code(string method, string path, string query, int code)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.SignedAsync(method, path, query);
        Assert.Equal((400, code), (answer.Status, answer.Code));
    }
}

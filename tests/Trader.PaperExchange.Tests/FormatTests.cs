using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Tests;

/// <summary>
/// Goldens of the JSON: member for member what recorded replies have, numbers padded as they pad them.
/// </summary>
public sealed class FormatTests
{
    private const long Now = 1_800_000_000_000;

    [Fact]
    public async Task An_ack_has_the_recorded_shape()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        var answer = await client.OrderAsync("symbol=SUIUSDT&side=SELL&type=MARKET&quantity=3&newClientOrderId=mine");
        Assert.Equal(
            OneLine($$"""
                {"orderId":970000000001,"symbol":"SUIUSDT","status":"NEW","clientOrderId":"mine",
                "price":"0.000000","avgPrice":"0.00",
                "origQty":"3.0","executedQty":"0.0","cumQty":"0.0","cumQuote":"0.0000000","timeInForce":"GTC",
                "type":"MARKET",
                "reduceOnly":false,"closePosition":false,"side":"SELL","positionSide":"BOTH","stopPrice":"0.000000",
                "workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"MARKET","priceMatch":"NONE",
                "selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"updateTime":{{Now}}}
                """),
            answer.Text);
    }

    [Theory]
    [InlineData("BTCUSDT", "0.1", "0.100", "60012.00000", "6001.20000", "0.00")]
    [InlineData("ADAUSDT", "309", "309", "0.40010", "123.63090", "0.00000")]
    [InlineData("XRPUSDT", "100", "100.0", "0.52010", "52.01000", "0.0000")]
    [InlineData("BTTCUSDT", "10000000000", "10000000000", "0.00000095", "9500.00000000", "0.00000000")]
    [InlineData("1000SATSUSDT", "6000000000", "6000000000", "0.0002000", "1200000.0000000", "0.0000000")]
    public async Task Filled_orders_are_padded_by_their_symbol(
        string symbol, string quantity, string executed, string averagePrice, string cumulativeQuote, string price)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.MarketAsync(symbol, "BUY", quantity, "");
        Assert.Equal(
            (executed, executed, averagePrice, cumulativeQuote, price, price),
            (answer.Member("origQty"), answer.Member("cumQty"), answer.Member("avgPrice"), answer.Member("cumQuote"),
                answer.Member("price"), answer.Member("stopPrice")));
    }

    [Fact]
    public async Task A_resting_order_shows_its_price_and_no_average()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        await client.OrderAsync(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=59000.1&timeInForce=GTC&newClientOrderId=x");
        var found = await client.GetAsync("fapi/v1/openOrder", "symbol=BTCUSDT&origClientOrderId=x");
        Assert.Equal(("59000.10", "0.00000"), (found.Member("price"), found.Member("avgPrice")));
        Assert.Equal(Now, found.Json.GetProperty("time").GetInt64());
        var cancelled = await client.DeleteAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=x");
        Assert.Equal(("0.00", "0.000"), (cancelled.Member("avgPrice"), cancelled.Member("cumQty")));
    }

    [Fact]
    public async Task Position_rows_have_the_recorded_shapes()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("ADAUSDT", PositionSide.Both, -30m, 0.385m);
        var v2 = await client.GetAsync("fapi/v2/positionRisk", "symbol=ADAUSDT");
        Assert.Equal(
            OneLine($$"""
                [{"symbol":"ADAUSDT","positionAmt":"-30","entryPrice":"0.385","breakEvenPrice":"0.385",
                "markPrice":"0.40000000",
                "unRealizedProfit":"-0.45000000","liquidationPrice":"33167.87893864","leverage":"20",
                "maxNotionalValue":"100000000",
                "marginType":"cross","isolatedMargin":"0.00000000","isAutoAddMargin":"false","positionSide":"BOTH",
                "notional":"-12.00000000","isolatedWallet":"0","updateTime":{{Now}}}]
                """),
            v2.Text);
        var v3 = await client.GetAsync("fapi/v3/positionRisk");
        Assert.Equal(
            OneLine($$"""
                [{"symbol":"ADAUSDT","positionSide":"BOTH","positionAmt":"-30","entryPrice":"0.385",
                "breakEvenPrice":"0.385",
                "markPrice":"0.40000000","unRealizedProfit":"-0.45000000","liquidationPrice":"33167.87893864",
                "isolatedMargin":"0",
                "notional":"-12.00000000","marginAsset":"USDT","isolatedWallet":"0","initialMargin":"0.60000000",
                "maintMargin":"0.06000000","positionInitialMargin":"0.60000000","openOrderInitialMargin":"0",
                "adl":2,"bidNotional":"0",
                "askNotional":"0","updateTime":{{Now}}}]
                """),
            v3.Text);
    }

    [Theory]
    [InlineData(false, 20, 1)]
    [InlineData(true, 40, 1)]
    public async Task V2_lists_every_symbol_and_v3_what_is_held(bool hedge, int rowsV2, int rowsV3)
    {
        await using var px = await PaperExchangeServer.StartAsync(hedge ? Setup.Hedge : Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", hedge ? PositionSide.Long : PositionSide.Both, 0.5m);
        var v2 = (await client.GetAsync("fapi/v2/positionRisk")).Json.EnumerateArray().ToArray();
        Assert.Equal(rowsV2, v2.Length);
        Assert.Equal("0.000", v2.Single(row => row.GetProperty("symbol").GetString() == "ETHUSDT"
            && row.GetProperty("positionSide").GetString() is "BOTH" or "SHORT").GetProperty("positionAmt")
                .GetString());
        Assert.Equal(rowsV3, (await client.GetAsync("fapi/v3/positionRisk")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Market_data_types_are_the_documented_ones()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        Assert.Equal("{}", (await client.SendAsync("GET", "fapi/v1/ping")).Text);
        Assert.Equal($$"""{"serverTime":{{Now}}}""", (await client.SendAsync("GET", "fapi/v1/time")).Text);
        Assert.Equal(
            $$"""{"symbol":"BTCUSDT","price":"60000.00","time":{{Now}}}""",
            (await client.SendAsync("GET", "fapi/v1/ticker/price?symbol=BTCUSDT")).Text);
        var index = await client.SendAsync("GET", "fapi/v1/premiumIndex?symbol=BTCUSDT");
        Assert.Equal("60000.00000000", index.Member("markPrice"));
        Assert.Equal(JsonValueKind.Number, index.Json.GetProperty("nextFundingTime").ValueKind);
        Assert.Equal(20, (await client.SendAsync("GET", "fapi/v1/premiumIndex")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Exchange_info_shows_the_limits_that_are_enforced_and_the_filters()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { Limits = new() { OrdersPer10Seconds = 7, OrdersPerMinute = 70 } });
        using var client = new FapiClient(px);
        var info = (await client.SendAsync("GET", "fapi/v1/exchangeInfo")).Json;
        Assert.Equal([2400, 70, 7],
            info.GetProperty("rateLimits").EnumerateArray().Select(row => row.GetProperty("limit").GetInt32()));
        var symbol = info.GetProperty("symbols")[0];
        Assert.Equal(("BTCUSDT", "TRADING"),
            (symbol.GetProperty("symbol").GetString(), symbol.GetProperty("status").GetString()));
        Assert.Equal("0.10", Filter(symbol, "PRICE_FILTER").GetProperty("tickSize").GetString());
        Assert.Equal("120", Filter(symbol, "MARKET_LOT_SIZE").GetProperty("maxQty").GetString());
        Assert.Equal("1000", Filter(symbol, "LOT_SIZE").GetProperty("maxQty").GetString());
        Assert.Equal("50", Filter(symbol, "MIN_NOTIONAL").GetProperty("notional").GetString());
        var own = (await client.GetAsync("fapi/v1/rateLimit/order")).Json.EnumerateArray();
        Assert.Equal([70, 7], own.Select(row => row.GetProperty("limit").GetInt32()));
    }

    [Fact]
    public async Task Leverage_brackets_are_numbers_and_one_object_for_one_symbol()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        Assert.Equal(
            """{"symbol":"BTCUSDT","brackets":[{"bracket":1,"initialLeverage":20,"notionalCap":100000000,"""
            + "\"notionalFloor\":0,\"maintMarginRatio\":0.005,\"cum\":0}]}",
            (await client.GetAsync("fapi/v1/leverageBracket", "symbol=BTCUSDT")).Text);
        Assert.Equal(20, (await client.GetAsync("fapi/v1/leverageBracket")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("fapi/v2/account", 20)]
    [InlineData("fapi/v3/account", 1)]
    public async Task The_account_adds_up(string path, int rows)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m, 59000m);
        var account = await client.GetAsync(path);
        Assert.Equal("1000000.00000000", account.Member("totalWalletBalance"));
        Assert.Equal("1000.00000000", account.Member("totalUnrealizedProfit"));
        Assert.Equal("3000.00000000", account.Member("totalInitialMargin"));
        Assert.Equal("998000.00000000", account.Member("availableBalance"));
        Assert.Equal(rows, account.Json.GetProperty("positions").GetArrayLength());
        Assert.NotEqual(0, account.Json.GetProperty("assets")[0].GetProperty("updateTime").GetInt64());
        Assert.Equal("998000.00000000",
            (await client.GetAsync("fapi/v2/balance")).Json[0].GetProperty("availableBalance").GetString());
    }

    [Theory]
    [InlineData("0.005", 2, "0.01")]
    [InlineData("-0.005", 2, "-0.01")]
    [InlineData("0", 8, "0.00000000")]
    [InlineData("60000000000", 0, "60000000000")]
    [InlineData("0.00000001", 8, "0.00000001")]
    public void Padding_rounds_half_away_from_zero(string value, int decimals, string text) =>
        Assert.Equal(text, (DecimalText.Parse(value) ?? -1).Padded(decimals));

    [Theory]
    [InlineData("1e5")]
    [InlineData(" 1")]
    [InlineData("1,5")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("0.00000000000000000000000000000000000000001")]
    public void What_is_no_plain_decimal_is_not_read(string text) => Assert.Null(DecimalText.Parse(text));

    private static string OneLine(string text) => text.ReplaceLineEndings("");

    private static JsonElement Filter(JsonElement symbol, string type) => symbol.GetProperty("filters").EnumerateArray()
        .Single(filter => filter.GetProperty("filterType").GetString() == type);
}

using System.Text.Json;
using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

/// <summary>Orders over HTTP: replies, look-ups, cancels, batches, and what they do to positions.</summary>
public sealed class OrderTests
{
    private const string Resting =
        "symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=1&price=62000&timeInForce=GTC&reduceOnly=true";

    [Fact]
    public async Task An_ack_shows_nothing_filled_and_the_query_shows_all()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var ack = await client.OrderAsync("symbol=SUIUSDT&side=SELL&type=MARKET&quantity=3&newClientOrderId=mine");
        Assert.Equal("NEW", ack.Member("status"));
        var id = ack.Json.GetProperty("orderId").GetInt64();
        foreach (var which in (string[])[$"orderId={id}", "origClientOrderId=mine"])
        {
            var found = await client.GetAsync("fapi/v1/order", "symbol=SUIUSDT&" + which);
            Assert.Equal(("FILLED", "3.0"), (found.Member("status"), found.Member("executedQty")));
            Assert.False(found.Json.TryGetProperty("cumQty", out _));
        }
        Assert.Equal(-2013, (await client.GetAsync("fapi/v1/order", $"symbol=BTCUSDT&orderId={id}")).Code);
        Assert.Equal(-2013, (await client.GetAsync("fapi/v1/openOrder", $"symbol=SUIUSDT&orderId={id}")).Code);
    }

    [Theory]
    [InlineData("BUY", "60012.00000")]
    [InlineData("SELL", "59988.00000")]
    public async Task A_market_order_fills_near_the_mark_price_on_its_bad_side(string side, string price)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.MarketAsync("BTCUSDT", side, "0.01", "");
        Assert.Equal(("FILLED", price), (answer.Member("status"), answer.Member("avgPrice")));
    }

    [Fact]
    public async Task A_reduce_only_market_order_larger_than_the_position_only_closes_it()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, -0.5m);
        var answer = await client.MarketAsync("BTCUSDT", "BUY", "2");
        Assert.Equal(("FILLED", "0.500", "0.500"),
            (answer.Member("status"), answer.Member("origQty"), answer.Member("executedQty")));
        Assert.Empty(px.Engine.Positions(openOnly: true));
        Assert.Equal(-2022, (await client.MarketAsync("BTCUSDT", "BUY", "2")).Code);
    }

    [Fact]
    public async Task Under_the_other_policy_the_rest_expires()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { Engine = new() { Oversize = OversizePolicy.ExpireRest } });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 0.5m);
        var answer = await client.MarketAsync("BTCUSDT", "SELL", "2");
        Assert.Equal(("EXPIRED", "2.000", "0.500"),
            (answer.Member("status"), answer.Member("origQty"), answer.Member("executedQty")));
        Assert.Equal(0m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public async Task Without_the_flag_an_order_turns_the_position_over()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 0.5m);
        await client.MarketAsync("BTCUSDT", "SELL", "2", "");
        Assert.Equal(-1.5m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
        Assert.Equal(1, px.Ledger.Totals.Flips);
    }

    [Fact]
    public async Task A_resting_reduce_only_order_blocks_the_close_until_it_is_cancelled()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        Assert.Equal("NEW", (await client.OrderAsync(Resting)).Member("status"));
        Assert.Equal(-4118, (await client.MarketAsync("BTCUSDT", "SELL", "1")).Code);
        var cancelled = await client.DeleteAsync("fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        Assert.Equal("""{"code":200,"msg":"The operation of cancel all open order is done."}""", cancelled.Text);
        Assert.Equal("FILLED", (await client.MarketAsync("BTCUSDT", "SELL", "1")).Member("status"));
    }

    [Fact]
    public async Task Resting_reduce_only_orders_expire_with_their_position()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        await client.OrderAsync(Resting + "&newClientOrderId=tp");
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 0m);
        var found = await client.GetAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=tp");
        Assert.Equal("EXPIRED", found.Member("status"));
        Assert.Empty(px.Engine.OpenOrders());
    }

    [Theory]
    [InlineData("LONG", "SELL", 1)]
    [InlineData("SHORT", "BUY", -1)]
    public async Task Hedge_positions_close_by_their_side_alone_and_are_never_cut(string positionSide, string side,
        int amount)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Hedge);
        using var client = new FapiClient(px);
        var which = positionSide == "LONG" ? PositionSide.Long : PositionSide.Short;
        px.Engine.SetPosition("BTCUSDT", which, amount);
        Assert.Equal(-2022, (await client.MarketAsync("BTCUSDT", side, "1.001", "positionSide=" + positionSide)).Code);
        var answer = await client.MarketAsync("BTCUSDT", side, "1", "positionSide=" + positionSide);
        Assert.Equal("FILLED", answer.Member("status"));
        Assert.True(answer.Json.GetProperty("reduceOnly").GetBoolean());
        Assert.Empty(px.Engine.Positions(openOnly: true));
    }

    [Fact]
    public async Task A_client_id_is_unique_among_open_orders_only()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        const string limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=59000&timeInForce=GTC"
            + "&newClientOrderId=x";
        Assert.Equal(0, (await client.OrderAsync(limit)).Code);
        Assert.Equal(-4116, (await client.OrderAsync(limit)).Code);
        Assert.Equal("CANCELED",
            (await client.DeleteAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=x")).Member("status"));
        Assert.Equal(-2011, (await client.DeleteAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=x")).Code);
        var market = await client.MarketAsync("BTCUSDT", "BUY", "0.01", "newClientOrderId=x");
        Assert.Equal("FILLED", market.Member("status"));
        Assert.Equal("FILLED",
            (await client.MarketAsync("BTCUSDT", "BUY", "0.01", "newClientOrderId=x")).Member("status"));
    }

    [Fact]
    public async Task A_client_id_may_be_made_unique_for_ever()
    {
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { Engine = new() { ClientIdUniqueForEver = true } });
        using var client = new FapiClient(px);
        Assert.Equal(0, (await client.MarketAsync("BTCUSDT", "BUY", "0.01", "newClientOrderId=x")).Code);
        Assert.Equal(-4116, (await client.MarketAsync("BTCUSDT", "BUY", "0.01", "newClientOrderId=x")).Code);
    }

    [Fact]
    public async Task A_batch_answers_each_element_in_order()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("ETHUSDT", PositionSide.Both, 2m);
        var answer = await client.BatchAsync("""
            [{"symbol":"BTCUSDT","side":"SELL","type":"MARKET","quantity":"1","reduceOnly":true},
             {"symbol":"ETHUSDT","side":"SELL","type":"MARKET","quantity":2,"reduceOnly":"true",
             "newOrderRespType":"RESULT"},
             {"symbol":"ETHUSDT","side":"SELL","type":"MARKET"},
             {"symbol":"SOLUSDT","side":"BUY","type":"LIMIT","quantity":"1","price":"140","timeInForce":"GTC"}]
            """);
        Assert.Equal(200, answer.Status);
        var elements = answer.Json.EnumerateArray().ToArray();
        Assert.Equal("""{"code":-2022,"msg":"ReduceOnly Order is rejected."}""", elements[0].GetRawText());
        Assert.Equal("FILLED", elements[1].GetProperty("status").GetString());
        Assert.Equal(-1102, elements[2].GetProperty("code").GetInt32());
        Assert.Equal("NEW", elements[3].GetProperty("status").GetString());
        Assert.Equal(
            ["1", "2", null, "1"],
            px.Ledger.Read().Where(entry => entry.Kind == LedgerKind.Order).Select(entry => entry.Request?.Quantity));
    }

    [Theory]
    [InlineData("orderIdList", true)]
    [InlineData("orderidlist", true)]
    [InlineData("origClientOrderIdList", false)]
    [InlineData("origclientorderidlist", false)]
    public async Task A_batch_of_cancels_takes_either_spelling(string list, bool byId)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var placed = await client.OrderAsync(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=59000&timeInForce=GTC&newClientOrderId=x");
        var value = byId ? $"[{placed.Json.GetProperty("orderId").GetInt64()},7]" : """["x","y"]""";
        var answer = await client.DeleteAsync("fapi/v1/batchOrders",
            $"symbol=BTCUSDT&{list}={Uri.EscapeDataString(value)}");
        var elements = answer.Json.EnumerateArray().ToArray();
        Assert.Equal("CANCELED", elements[0].GetProperty("status").GetString());
        Assert.Equal(-2011, elements[1].GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Open_orders_are_listed_by_symbol_or_all()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        await client.OrderAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=59000&timeInForce=GTC");
        await client.OrderAsync("symbol=ETHUSDT&side=BUY&type=LIMIT&quantity=0.1&price=2900&timeInForce=GTC");
        Assert.Equal(["BTCUSDT", "ETHUSDT"], Symbols(await client.GetAsync("fapi/v1/openOrders")));
        Assert.Equal(["ETHUSDT"], Symbols(await client.GetAsync("fapi/v1/openOrders", "symbol=ETHUSDT")));
        Assert.Equal(["BTCUSDT", "ETHUSDT"], Symbols(await client.GetAsync("fapi/v3/positionRisk")));
    }

    [Fact]
    public async Task The_mode_changes_only_when_nothing_is_open()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        const string path = "fapi/v1/positionSide/dual";
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        Assert.Equal(-4068, (await client.PostAsync(path, "dualSidePosition=true")).Code);
        await client.OrderAsync(Resting);
        Assert.Equal(-4067, (await client.PostAsync(path, "dualSidePosition=true")).Code);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 0m);
        Assert.Equal("""{"code":200,"msg":"success"}""", (await client.PostAsync(path, "dualSidePosition=true")).Text);
        Assert.Equal("""{"dualSidePosition":true}""", (await client.GetAsync(path)).Text);
    }

    [Fact]
    public async Task A_symbol_that_is_not_ascii_works_like_any_other()
    {
        await using var px = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = Universe.NonAsciiFrom });
        using var client = new FapiClient(px);
        const string symbol = "币安人生USDT";
        var answer = await client.MarketAsync(Uri.EscapeDataString(symbol), "BUY", "100", "");
        Assert.Equal((symbol, "FILLED"), (answer.Member("symbol"), answer.Member("status")));
        Assert.Contains(symbol, answer.Text, StringComparison.Ordinal);
        Assert.Equal([symbol], Symbols(await client.GetAsync("fapi/v3/positionRisk")));
    }

    [Fact]
    public async Task The_algo_book_is_there_and_empty()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        Assert.Equal("[]", (await client.GetAsync("fapi/v1/openAlgoOrders")).Text);
        Assert.Equal(-1121, (await client.GetAsync("fapi/v1/openAlgoOrders", "symbol=NONEUSDT")).Code);
        Assert.Equal(200, (await client.DeleteAsync("fapi/v1/algoOpenOrders", "symbol=BTCUSDT")).Code);
        Assert.Equal(-1102, (await client.DeleteAsync("fapi/v1/algoOpenOrders", "")).Code);
        Assert.Equal(-5000, (await client.PostAsync("fapi/v1/algoOrder", "symbol=BTCUSDT")).Code);
    }

    private static IEnumerable<string?> Symbols(FapiAnswer answer) =>
        answer.Json.EnumerateArray().Select((JsonElement row) => row.GetProperty("symbol").GetString());
}

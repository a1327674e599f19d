using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Tests;

/// <summary>Each injected fault: what the client sees, and what truly happened.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("429", 429, -1003, false)]
    [InlineData("429-orders", 429, -1015, false)]
    [InlineData("503-unknown", 503, -1000, false)]
    [InlineData("503-unknown-executed", 503, -1000, true)]
    [InlineData("503-unavailable", 503, -1001, false)]
    [InlineData("503-internal", 503, -1001, false)]
    [InlineData("503-overload-all", 503, -1008, false)]
    [InlineData("-1007", 408, -1007, false)]
    [InlineData("-1007-executed", 408, -1007, true)]
    [InlineData("-2022", 400, -2022, false)]
    [InlineData("-4118", 400, -4118, false)]
    [InlineData("-1021", 400, -1021, false)]
    [InlineData("-4131", 400, -4131, false)]
    [InlineData("-2015", 401, -2015, false)]
    public async Task The_answer_is_the_fault_and_the_ledger_has_the_truth(string kind, int status, int code,
        bool executed)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add($"order:BTCUSDT:{kind}:count=1");
        var answer = await client.MarketAsync("BTCUSDT", "SELL", "1", "reduceOnly=true&newClientOrderId=c1");
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(executed ? 0m : 1m, px.Engine.Positions("BTCUSDT")[0].State.Amount);

        var entry = px.Ledger.Read().Single(line => line.Kind == LedgerKind.Order);
        Assert.Equal(executed ? LedgerOutcome.Accepted : LedgerOutcome.NotExecuted, entry.Outcome);
        Assert.Equal((status, code), (entry.HttpStatus, entry.Code));
        Assert.Equal($"order:BTCUSDT:{kind}:count=1", entry.Request?.Fault);
        var lookUp = await client.GetAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=c1");
        Assert.Equal(executed ? 0 : -2013, lookUp.Code);
        Assert.Equal(executed ? -2022 : 0, (await client.MarketAsync("BTCUSDT", "SELL", "1")).Code);
    }

    [Theory]
    [InlineData("503-unknown", "Unknown error, please check your request or try again later.")]
    [InlineData("503-unavailable", "Service Unavailable.")]
    [InlineData("503-internal", "Internal error; unable to process your request. Please try again.")]
    public async Task The_three_wordings_of_503_are_exact(string kind, string words)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Faults.Add($"positionRisk:*:{kind}");
        Assert.Equal(words, (await client.GetAsync("fapi/v2/positionRisk")).Member("msg"));
    }

    [Fact]
    public async Task Overload_spares_what_reduces()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add("order:*:503-overload");
        Assert.Equal(-1008, (await client.MarketAsync("BTCUSDT", "SELL", "0.5", "")).Code);
        Assert.Equal("FILLED", (await client.MarketAsync("BTCUSDT", "SELL", "0.5")).Member("status"));
    }

    [Fact]
    public async Task A_late_execution_is_unknown_first_and_there_later()
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = time });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add("order:*:-1007-late:ms=3000:count=1");
        Assert.Equal(-1007, (await client.MarketAsync("BTCUSDT", "SELL", "1", "reduceOnly=true&newClientOrderId=c1"))
            .Code);
        time.Advance(2999);
        Assert.Equal(-2013, (await client.GetAsync("fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=c1")).Code);
        Assert.Equal(1m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
        time.Advance(1);
        await Setup.UntilAsync(() =>
            px.Engine.Find("BTCUSDT", null, "c1") is { Status: OrderStatus.Filled }, "the late fill");
        Assert.Equal(0m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public async Task A_418_is_a_real_ban()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = new ManualTime() });
        using var client = new FapiClient(px);
        px.Faults.Add("time:*:418:ms=5000:count=1");
        var banned = await client.SendAsync("GET", "fapi/v1/time");
        Assert.Equal((418, -1003), (banned.Status, banned.Code));
        Assert.Contains("banned until 1800000005000.", banned.Text, StringComparison.Ordinal);
        Assert.Equal(418, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
    }

    [Theory]
    [InlineData("reset", false)]
    [InlineData("reset-executed", true)]
    public async Task A_reset_ends_the_connection_without_an_answer(string kind, bool executed)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add($"order:*:{kind}:count=1");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.MarketAsync("BTCUSDT", "SELL", "1"));
        Assert.Equal(executed ? 0m : 1m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
        Assert.Equal(0, px.Ledger.Read().Single(line => line.Kind == LedgerKind.Order).HttpStatus);
        Assert.Equal(200, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
    }

    [Theory]
    [InlineData("hang", false)]
    [InlineData("hang-executed", true)]
    public async Task A_hang_never_answers_and_does_not_hold_up_the_end(string kind, bool executed)
    {
        var px = await PaperExchangeServer.StartAsync(Setup.Small);
        await using (px)
        {
            using var client = new FapiClient(px);
            px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
            px.Faults.Add($"order:*:{kind}");
            var hung = client.MarketAsync("BTCUSDT", "SELL", "1");
            await Setup.UntilAsync(() => px.Ledger.Totals.OrderRequests == 1, "the hung order in the ledger");
            Assert.Equal(200, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
            Assert.False(hung.IsCompleted);
            Assert.Equal(executed ? 0m : 1m, px.Engine.Positions("BTCUSDT")[0].State.Amount);
            await px.DisposeAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => hung);
        }
    }

    [Fact]
    public async Task Slow_executes_at_once_and_answers_later()
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = time });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add("order:*:slow:ms=400");
        var order = client.MarketAsync("BTCUSDT", "SELL", "1");
        await Setup.UntilAsync(() => px.Ledger.Totals.Fills == 1, "the fill");
        Assert.False(order.IsCompleted);
        await time.AdvanceUntilAsync(order, 100);
        Assert.Equal("FILLED", (await order).Member("status"));
    }

    [Fact]
    public async Task Broken_answers_are_not_json()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Faults.Add("positionRisk:*:bad-json:count=1");
        px.Faults.Add("exchangeInfo:*:html-403:count=1");
        var cut = await client.GetAsync("fapi/v2/positionRisk");
        Assert.Equal(200, cut.Status);
        Assert.ThrowsAny<JsonException>(() => cut.Json);
        var page = await client.SendAsync("GET", "fapi/v1/exchangeInfo");
        Assert.Equal(403, page.Status);
        Assert.StartsWith("<html>", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad-row", "notional", JsonValueKind.Null, null)]
    [InlineData("bad-amount", "positionAmt", JsonValueKind.String, "abc")]
    public async Task One_bad_row_stands_among_good_ones(string kind, string member, JsonValueKind valueKind,
        string? value)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { Positions = 5 });
        using var client = new FapiClient(px);
        px.Faults.Add($"positionRisk:SOLUSDT:{kind}");
        foreach (var version in (string[])["v2", "v3"])
        {
            px.Engine.SetPosition("SOLUSDT", PositionSide.Both, 3m);
            var rows = (await client.GetAsync($"fapi/{version}/positionRisk")).Json.EnumerateArray().ToArray();
            var bad = rows.Single(row => row.GetProperty("symbol").GetString() == "SOLUSDT").GetProperty(member);
            Assert.Equal((valueKind, value),
                (bad.ValueKind, bad.ValueKind == JsonValueKind.String ? bad.GetString() : null));
            Assert.All(
                rows.Where(row => row.GetProperty("symbol").GetString() != "SOLUSDT"),
                row => Assert.Matches("^-?[0-9.]+$", row.GetProperty(member).GetString()));
        }
    }

    [Theory]
    [InlineData("missing-row", 4)]
    [InlineData("empty", 0)]
    public async Task Held_rows_may_be_left_out(string kind, int rows)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { Positions = 5 });
        using var client = new FapiClient(px);
        px.Faults.Add($"positionRisk:*:{kind}:count=1");
        Assert.Equal(rows, (await client.GetAsync("fapi/v3/positionRisk")).Json.GetArrayLength());
        Assert.Equal(5, (await client.GetAsync("fapi/v3/positionRisk")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_stale_read_lags_the_fill()
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = time });
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add("positionRisk:*:stale:ms=500");
        time.Advance(1000);
        await client.MarketAsync("BTCUSDT", "SELL", "1");
        time.Advance(499);
        Assert.Equal("1.000", await AmountAsync(client));
        time.Advance(1);
        Assert.Equal("0.000", await AmountAsync(client));
    }

    [Theory]
    [InlineData("partial:fraction=0.25", "0.250")]
    [InlineData("half-expired", "0.500")]
    [InlineData("unfilled", "0.000")]
    [InlineData("partial:fraction=0.0009", "0.000")]
    public async Task A_market_order_may_end_expired(string kind, string executed)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Engine.SetPosition("BTCUSDT", PositionSide.Both, 1m);
        px.Faults.Add($"order:*:{kind}");
        var answer = await client.MarketAsync("BTCUSDT", "SELL", "1");
        Assert.Equal(("EXPIRED", "1.000", executed),
            (answer.Member("status"), answer.Member("origQty"), answer.Member("executedQty")));
        var left = 1m - decimal.Parse(executed, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(left, px.Engine.Positions("BTCUSDT")[0].State.Amount);
    }

    [Fact]
    public async Task A_fault_of_an_order_meets_its_element_in_a_batch()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Faults.Add("order:ETHUSDT:-1007-executed");
        px.Faults.Add("order:SOLUSDT:-4131");
        px.Faults.Add("order:*:hang");
        var answer = await client.BatchAsync("""
            [{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"1"},
             {"symbol":"ETHUSDT","side":"BUY","type":"MARKET","quantity":"1"},
             {"symbol":"SOLUSDT","side":"BUY","type":"MARKET","quantity":"1"}]
            """);
        Assert.Equal([0, -1007, -4131], answer.Json.EnumerateArray()
            .Select(element => element.TryGetProperty("code", out var code) ? code.GetInt32() : 0));
        Assert.Equal(["BTCUSDT", "ETHUSDT"], px.Engine.Positions(openOnly: true).Select(row => row.Spec.Name));
    }

    [Theory]
    [InlineData("503-unknown", 0)]
    [InlineData("503-unknown-executed", 2)]
    public async Task A_fault_of_the_batch_meets_it_as_a_whole(string kind, int open)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        px.Faults.Add($"batch:*:{kind}");
        var answer = await client.BatchAsync("""
            [{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"1"},
             {"symbol":"ETHUSDT","side":"BUY","type":"MARKET","quantity":"1"}]
            """);
        Assert.Equal((503, -1000), (answer.Status, answer.Code));
        Assert.Equal(open, px.Engine.Positions(openOnly: true).Count);
        Assert.Equal(2, px.Ledger.Totals.OrderRequests);
    }

    [Fact]
    public void After_count_and_probability_decide_which_requests_are_met()
    {
        var board = new FaultBoard();
        board.Add("order:*:-2022:after=2:count=2");
        Assert.Equal([false, false, true, true, false],
            Enumerable.Range(0, 5).Select(_ => board.Take("order", "X") is not null));

        bool[] Draw()
        {
            var seeded = new FaultBoard();
            seeded.Add("order:*:-2022:probability=0.5:seed=7");
            return Enumerable.Range(0, 64).Select(_ => seeded.Take("order", "X") is not null).ToArray();
        }
        Assert.Equal(Draw(), Draw());
        Assert.InRange(Draw().Count(hit => hit), 10, 54);
    }

    [Fact]
    public void A_fault_meets_only_its_endpoint_and_symbol()
    {
        var board = new FaultBoard();
        board.Add("queryOrder:BTCUSDT:slow");
        Assert.Null(board.Take("order", "BTCUSDT"));
        Assert.Null(board.Take("queryOrder", "ETHUSDT"));
        Assert.NotNull(board.Take("queryOrder", "BTCUSDT"));
        Assert.Equal(1, board.Clear());
        Assert.Null(board.Take("queryOrder", "BTCUSDT"));
    }

    [Theory]
    [InlineData("order")]
    [InlineData("order:BTCUSDT")]
    [InlineData("ordre:*:slow")]
    [InlineData("order::slow")]
    [InlineData("order:*:sluggish")]
    [InlineData("order:*:-9")]
    [InlineData("order:*:slow:ms")]
    [InlineData("order:*:slow:ms=-1")]
    [InlineData("order:*:slow:count=0")]
    [InlineData("order:*:slow:probability=1.5")]
    [InlineData("order:*:slow:colour=red")]
    [InlineData("order:*:bad-row")]
    [InlineData("positionRisk:*:unfilled")]
    public void A_bad_spec_is_one_line_that_names_it(string spec)
    {
        Assert.Null(FaultSpec.Parse(spec, out var error));
        Assert.StartsWith($"fault '{spec}': ", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Every_named_kind_can_be_put_in_force()
    {
        foreach (var kind in FaultKind.All)
        {
            var endpoint = kind.Rows == RowDamage.None ? "order" : "positionRisk";
            Assert.NotNull(FaultSpec.Parse(
                $"{endpoint}:*:{kind.Name}:count=1:after=0:probability=1:seed=3:ms=5:fraction=0.5", out _));
        }
    }

    private static async Task<string> AmountAsync(FapiClient client) =>
        (await client.GetAsync("fapi/v2/positionRisk", "symbol=BTCUSDT")).Json[0].GetProperty("positionAmt").GetString()
            ?? "";
}

using System.Security.Cryptography;
using System.Text;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

public sealed class BinanceClientTests
{
    private const string ClockOff = """{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}""";

    [Fact]
    [Trait("rule", "S5")]
    public async Task S5_a_one_way_close_is_a_reduce_only_market_order_of_exactly_the_position()
    {
        var handler = new CannedHandler(Venue.FillAll);
        using var client = Venue.Client(handler);
        var order = Venue.Close("1000SATSUSDT", 60_000_000_000.00m);
        var answer = Assert.Single((await client.SendClosesAsync([order])).Answers);
        Assert.Equal(new ExchangeProtocol.CloseAnswered(order.Id, CloseState.Filled, "4052525244", 0.5m, null), answer);
        var sent = Assert.Single(handler.Sent);
        Assert.Equal(("POST", "/fapi/v1/order", "", Venue.Key), (sent.Method, sent.Path, sent.Query, sent.ApiKey));
        Assert.Equal(
            $"symbol=1000SATSUSDT&side=SELL&type=MARKET&quantity=60000000000&reduceOnly=true&newClientOrderId={order.Id}"
            + $"&newOrderRespType=RESULT&recvWindow=5000&timestamp={sent.Parameters["timestamp"]}",
            sent.Signed);
        AssertSigned(sent);
    }

    [Fact]
    [Trait("rule", "S5")]
    public async Task S5_a_hedge_close_is_bound_by_position_side_and_carries_no_flag()
    {
        var handler = new CannedHandler(Venue.FillAll);
        using var client = Venue.Client(handler);
        await client.SendClosesAsync([Venue.Close("BTCUSDT", -0.00000001m, PositionSide.Short)]);
        var sent = Assert.Single(handler.Sent).Parameters;
        Assert.Equal(("BUY", "SHORT", "0.00000001"), (sent["side"], sent["positionSide"], sent["quantity"]));
        Assert.False(sent.ContainsKey("reduceOnly"));
    }

    [Fact]
    [Trait("rule", "S5")]
    public async Task S5_batches_say_the_same_as_single_orders()
    {
        var handler = new CannedHandler(Venue.FillAll);
        using var client = Venue.Client(handler);
        var orders = new[] { Venue.Close("币安USDT", 0.1m + 0.2m), Venue.Close("ETHUSDT", 2m, PositionSide.Long) };
        var answers = (await client.SendClosesAsync(orders)).Answers;
        Assert.All(answers, a => Assert.Equal(CloseState.Filled, a.State));
        var sent = Assert.Single(handler.Sent);
        Assert.Equal("/fapi/v1/batchOrders", sent.Path);
        AssertSigned(sent);
        using var json = System.Text.Json.JsonDocument.Parse(sent.Parameters["batchOrders"]);
        var batch = json.RootElement.EnumerateArray()
            .Select(o => o.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!)).ToArray();
        for (var i = 0; i < orders.Length; i++)
        {
            await client.SendClosesAsync([orders[i]]);
            var single = handler.Sent.Last().Parameters
                .Where(p => p.Key is not ("recvWindow" or "timestamp" or "signature"));
            Assert.Equal(single.OrderBy(p => p.Key, StringComparer.Ordinal), batch[i].OrderBy(p => p.Key, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Each_element_of_a_batch_gets_its_own_answer()
    {
        var orders = Venue.Closes(5);
        var client = Venue.Client(_ => CannedHandler.Answer(200, $$"""
            [{{Venue.OrderJson(orders[0].Id.Value)}},
             {"code":-2022,"msg":"ReduceOnly Order is rejected."},
             {"code":-1007,"msg":"Timeout waiting for response from backend server."},
             {{Venue.OrderJson(orders[3].Id.Value, "EXPIRED", "0.200")}},
             {{Venue.OrderJson("somebody-else")}}]
            """, ("X-MBX-ORDER-COUNT-10S", "17"), ("X-MBX-ORDER-COUNT-1M", "4")));
        var sent = await client.SendClosesAsync(orders);
        Assert.Equal(new OrderCounts(17, 4), sent.Counts);
        Assert.Equal(orders.Select(o => o.Id), sent.Answers.Select(a => a.Id));
        Assert.Equal(
            [CloseState.Filled, CloseState.Refused, CloseState.Unknown, CloseState.Ended, CloseState.Unknown],
            sent.Answers.Select(a => a.State));
        Assert.Equal(0.2m, sent.Answers[3].Executed);
        Assert.Equal(-2022, sent.Answers[1].Fault?.Code);
        client.Dispose();
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(408, """{"code":-1007,"msg":"Timeout"}""")]
    [InlineData(503, """{"code":-1000,"msg":"Unknown error, please check your request or try again later."}""")]
    [InlineData(400, """{"code":-4116,"msg":"ClientOrderId is duplicated."}""")]
    [InlineData(502, "<html></html>")]
    [InlineData(200, "<html></html>")]
    [InlineData(200, "{}")]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(400, "<html></html>")]
    public async Task S8_doubtful_answers_are_unknown_and_nothing_is_sent_again(int status, string body)
    {
        foreach (var count in (int[])[1, 5])
        {
            var handler = CannedHandler.Always(status, body);
            using var client = Venue.Client(handler);
            var sent = await client.SendClosesAsync(Venue.Closes(count));
            Assert.Equal(count, sent.Answers.Count);
            Assert.All(sent.Answers, a => Assert.Equal((CloseState.Unknown, FaultKind.UnknownOutcome), (a.State, a.Fault?.Kind)));
            Assert.Single(handler.Sent);
        }
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(400, ClockOff, FaultKind.Clock)]
    [InlineData(400, """{"code":-2022,"msg":"x"}""", FaultKind.Refused)]
    [InlineData(401, """{"code":-2015,"msg":"x"}""", FaultKind.Credentials)]
    [InlineData(429, """{"code":-1015,"msg":"x"}""", FaultKind.RateLimited)]
    [InlineData(503, """{"code":-1008,"msg":"x"}""", FaultKind.Overloaded)]
    [InlineData(400, """{"code":-4005,"msg":"x"}""", FaultKind.Filter)]
    public async Task S8_a_refused_close_is_not_sent_again(int status, string body, FaultKind kind)
    {
        foreach (var count in (int[])[1, 5])
        {
            var handler = CannedHandler.Always(status, body);
            using var client = Venue.Client(handler);
            var sent = await client.SendClosesAsync(Venue.Closes(count));
            Assert.All(sent.Answers, a => Assert.Equal((CloseState.Refused, kind), (a.State, a.Fault?.Kind)));
            Assert.Single(handler.Sent);
        }
    }

    [Fact]
    public async Task More_than_a_batch_is_a_mistake_of_the_caller()
    {
        using var client = Venue.Client(Venue.FillAll);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.SendClosesAsync(Venue.Closes(6)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.SendClosesAsync([]));
    }

    [Fact]
    public async Task A_read_whose_timestamp_is_refused_measures_the_clock_and_asks_once_more()
    {
        var time = new ManualTime();
        var server = time.GetUtcNow().ToUnixTimeMilliseconds() + 20_000;
        var handler = new CannedHandler(r => r.Path == "/fapi/v1/time"
            ? CannedHandler.Answer(200, $$"""{"serverTime":{{server}}}""")
            : Math.Abs(long.Parse(r.Parameters["timestamp"], null) - server) > 1000
                ? CannedHandler.Answer(400, ClockOff)
                : CannedHandler.Answer(200, """{"dualSidePosition":true}"""));
        using var client = Venue.Client(handler, time);
        Assert.True((await client.GetHedgeModeAsync()).Value());
        Assert.Equal(
            ["/fapi/v1/positionSide/dual", "/fapi/v1/time", "/fapi/v1/positionSide/dual"], handler.Sent.Select(s => s.Path));
        Assert.True((await client.GetHedgeModeAsync()).Value());
        Assert.Equal(4, handler.Sent.Count);
    }

    [Fact]
    public async Task A_clock_that_stays_refused_is_a_fault_after_one_more_try()
    {
        var handler = new CannedHandler(r => r.Path == "/fapi/v1/time"
            ? CannedHandler.Answer(200, """{"serverTime":1700000000000}""")
            : CannedHandler.Answer(400, ClockOff));
        using var client = Venue.Client(handler);
        Assert.Equal(FaultKind.Clock, (await client.GetPositionsAsync()).Fault().Kind);
        Assert.Equal(3, handler.Sent.Count);
    }

    [Fact]
    public async Task Positions_come_from_v2_where_v3_does_not_exist()
    {
        var handler = new CannedHandler(r => r.Path == "/fapi/v2/positionRisk"
            ? CannedHandler.Answer(200, """[{"symbol":"BTCUSDT","positionAmt":"1"}]""")
            : CannedHandler.Answer(404, """{"code":-5000,"msg":"Path /fapi/v3/positionRisk, Method GET is invalid"}"""));
        using var client = Venue.Client(handler);
        Assert.Single((await client.GetPositionsAsync()).Value().Open);
        Assert.Single((await client.GetPositionsAsync()).Value().Open);
        Assert.Equal(
            ["/fapi/v3/positionRisk", "/fapi/v2/positionRisk", "/fapi/v2/positionRisk"], handler.Sent.Select(s => s.Path));
    }

    [Fact]
    public async Task Orders_are_found_missing_or_unanswered()
    {
        var order = Venue.Close();
        var answer = CannedHandler.Answer(200, Venue.OrderJson(order.Id.Value, "PARTIALLY_FILLED", "0.1"));
        var handler = new CannedHandler(_ => answer);
        using var client = Venue.Client(handler);
        var found = (await client.FindOrderAsync(order.Symbol, order.Id)).Value().Found;
        Assert.Equal((CloseState.Working, 0.1m), (found?.State, found?.Executed));
        Assert.Equal(order.Id.Value, handler.Sent.Last().Parameters["origClientOrderId"]);
        answer = CannedHandler.Answer(400, """{"code":-2013,"msg":"Order does not exist."}""");
        Assert.Null((await client.FindOrderAsync(order.Symbol, order.Id)).Value().Found);
        answer = CannedHandler.Answer(200, Venue.OrderJson("another"));
        Assert.Equal(FaultKind.Unreadable, (await client.FindOrderAsync(order.Symbol, order.Id)).Fault().Kind);
        answer = CannedHandler.Answer(503, "Service Unavailable.");
        Assert.Equal(FaultKind.Overloaded, (await client.FindOrderAsync(order.Symbol, order.Id)).Fault().Kind);
    }

    [Fact]
    public async Task The_other_calls_go_where_the_documentation_says()
    {
        var handler = new CannedHandler(r => CannedHandler.Answer(200, (r.Method, r.Path) switch
        {
            ("GET", "/fapi/v1/ping") => "{}",
            ("GET", "/fapi/v1/openOrders") => "[]",
            ("GET", "/fapi/v1/openAlgoOrders") => """[{"symbol":"BTCUSDT","algoId":1}]""",
            ("DELETE", "/fapi/v1/algoOpenOrders") => """{"code":"200","msg":"success"}""",
            ("GET", "/fapi/v1/premiumIndex") => "[]",
            ("GET", "/fapi/v1/rateLimit/order") =>
                """[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":10000}]""",
            ("GET", "/fapi/v1/exchangeInfo") => """
                {"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":30}],
                 "symbols":[{"symbol":"A","filters":[{"filterType":"LOT_SIZE","minQty":"1","maxQty":"2","stepSize":"1"}]}]}
                """,
            ("DELETE", "/fapi/v1/allOpenOrders") => """{"code":200,"msg":"The operation of cancel all open order is done."}""",
            ("DELETE", "/fapi/v1/order") => Venue.OrderJson("pc-1", "CANCELED", "0"),
            _ => "unexpected",
        }));
        using var client = Venue.Client(handler);
        (await client.PingAsync()).Value();
        Assert.Empty((await client.GetMarkPricesAsync()).Value());
        Assert.Equal(new OrderLimits(10000, 1200), (await client.GetOrderLimitsAsync()).Value());
        Assert.Single((await client.GetExchangeInfoAsync()).Value().Lots);
        var resting = (await client.GetRestingSymbolsAsync()).Value();
        Assert.Equal(["BTCUSDT"], resting.Symbols.Select(x => x.Value));
        Assert.True(resting.Complete);
        (await client.CancelAllAsync(Symbol.Parse("BTCUSDT"))).Value();
        Assert.Equal("symbol=BTCUSDT", handler.Sent.Last().Signed.Split('&')[0]);
        Assert.Equal(CloseState.Ended, (await client.CancelOrderAsync(Symbol.Parse("BTCUSDT"), Venue.Close().Id)).Value().State);
        // exchangeInfo named a limit of 30, of which 20 are for the background and more are used.
        Assert.Equal(FaultKind.RateLimited, (await client.PingAsync()).Fault().Kind);
    }

    [Theory]
    [InlineData(200, "[]", true)]
    [InlineData(404, """{"code":-5000,"msg":"Path /fapi/v1/openAlgoOrders, Method GET is invalid"}""", true)]
    [InlineData(503, "Service Unavailable.", false)]
    [InlineData(200, "{}", false)]
    [Trait("rule", "S3")]
    public async Task A_book_of_conditional_orders_that_cannot_be_read_is_not_taken_for_an_empty_one(
        int status, string body, bool complete)
    {
        var handler = new CannedHandler(r => r.Path.Contains("Algo", StringComparison.Ordinal)
            ? CannedHandler.Answer(status, body)
            : CannedHandler.Answer(200, """[{"symbol":"ETHUSDT"}]"""));
        using var client = Venue.Client(handler);

        var resting = (await client.GetRestingSymbolsAsync()).Value();

        Assert.Equal(complete, resting.Complete);
        Assert.Equal(["ETHUSDT"], resting.Symbols.Select(s => s.Value));
    }

    [Theory]
    [InlineData("/fapi/v1/allOpenOrders")]
    [InlineData("/fapi/v1/algoOpenOrders")]
    public async Task A_cancel_that_fails_in_either_book_has_failed(string failing)
    {
        var handler = new CannedHandler(r => r.Path == failing
            ? CannedHandler.Answer(503, "Service Unavailable.")
            : CannedHandler.Answer(200, """{"code":200,"msg":"done"}"""));
        using var client = Venue.Client(handler);

        Assert.Equal(FaultKind.Overloaded, (await client.CancelAllAsync(Symbol.Parse("BTCUSDT"))).Fault().Kind);
    }

    [Fact]
    public async Task A_ban_stops_background_reads_and_too_many_orders_does_not()
    {
        var time = new ManualTime();
        var answer = CannedHandler.Answer(429, """{"code":-1015,"msg":"Too many new orders; current limit is 300 orders per TEN_SECONDS."}""");
        using var client = Venue.Client(_ => answer, time);
        await client.SendClosesAsync([Venue.Close()]);
        Assert.Equal(TimeSpan.Zero, client.Weight.Pause);
        var until = time.GetUtcNow().ToUnixTimeMilliseconds() + 90_000;
        answer = CannedHandler.Answer(418, $$"""{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until {{until}}."}""");
        Assert.Equal(FaultKind.RateLimited, (await client.GetPositionsAsync()).Fault().Kind);
        Assert.Equal(TimeSpan.FromSeconds(90), client.Weight.Pause);
        answer = CannedHandler.Answer(429, "", ("Retry-After", "200"));
        await client.GetPositionsAsync();
        Assert.Equal(TimeSpan.FromSeconds(200), client.Weight.Pause);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_a_routine_look_up_respects_a_pause_and_a_panics_does_not()
    {
        var handler = CannedHandler.Always(418, """{"code":-1003,"msg":"Way too many requests."}""");
        using var client = Venue.Client(handler, new ManualTime());
        var order = Venue.Close();
        await client.GetPositionsAsync();
        var asked = handler.Sent.Count;

        Assert.Equal(FaultKind.RateLimited, (await client.FindOrderAsync(order.Symbol, order.Id, ReadPriority.Minding)).Fault().Kind);
        Assert.Equal(asked, handler.Sent.Count);
        await client.FindOrderAsync(order.Symbol, order.Id);
        Assert.True(handler.Sent.Count > asked);
    }

    /// <summary>Every text this project makes out of a connection, searched for what must not be in it.</summary>
    [Fact]
    [Trait("rule", "S16")]
    public async Task S16_no_secret_appears_in_any_output()
    {
        var outputs = new List<string> { Venue.Credentials.ToString(), $"{Venue.Options()}" };
        var echo = $"signature=3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9 key {Venue.Key} secret {Venue.Secret}";
        foreach (var status in (int[])[200, 400, 401, 403, 418, 429, 500, 503])
        {
            foreach (var body in (string[])[echo, $$"""{"code":-1,"msg":"{{echo}}"}""", $"<html>{echo}</html>"])
            {
                var handler = CannedHandler.Always(status, body);
                using var client = Venue.Client(handler);
                outputs.Add($"{client}");
                outputs.Add($"{await client.GetPositionsAsync()}");
                outputs.Add($"{await client.GetExchangeInfoAsync()}");
                outputs.Add($"{await client.GetHedgeModeAsync()}");
                outputs.Add($"{await client.GetRestingSymbolsAsync()}");
                outputs.Add($"{await client.CancelAllAsync(Symbol.Parse("BTCUSDT"))}");
                outputs.Add($"{await client.FindOrderAsync(Symbol.Parse("BTCUSDT"), Venue.Close().Id)}");
                outputs.AddRange((await client.SendClosesAsync(Venue.Closes(5))).Answers.Select(a => a.ToString()));
                Assert.All(handler.Sent, s => Assert.DoesNotContain(Venue.Secret, s.Query + s.Body + s.ApiKey, StringComparison.Ordinal));
            }
        }

        foreach (var bad in (string[])["", " ", Venue.Secret + "\n", Venue.Secret + " x", "é" + Venue.Secret])
        {
            outputs.Add(Assert.Throws<ArgumentException>(() => new BinanceCredentials(Venue.Key, bad)).ToString());
            outputs.Add(Assert.Throws<ArgumentException>(() => new BinanceCredentials(bad, Venue.Secret)).ToString());
        }

        Assert.All(outputs, o =>
        {
            Assert.DoesNotContain(Venue.Secret[..16], o, StringComparison.Ordinal);
            Assert.DoesNotContain(Venue.Key[..16], o, StringComparison.Ordinal);
            Assert.DoesNotContain("3c66123413846", o, StringComparison.Ordinal);
        });
    }

    private static void AssertSigned(SentRequest sent) => Assert.Equal(
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Venue.Secret), Encoding.UTF8.GetBytes(sent.Signed))),
        sent.Signature);
}

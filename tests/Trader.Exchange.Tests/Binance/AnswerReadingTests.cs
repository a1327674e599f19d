using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

/// <summary>Each endpoint's answer as the contract records it, and what goes wrong with such answers.</summary>
public sealed class AnswerReadingTests
{
    private const string V2Row =
        """
        {"symbol":"BTCUSDT","positionAmt":"0.001","entryPrice":"22185.2","breakEvenPrice":"0.0","markPrice":"21123.05052574",
         "unRealizedProfit":"-1.06214947","liquidationPrice":"19731.45529116","leverage":"4","maxNotionalValue":"100000000",
         "marginType":"cross","isolatedMargin":"0.00000000","isAutoAddMargin":"false","positionSide":"LONG","notional":"21.12305052",
         "isolatedWallet":"0","updateTime":1655217461579}
        """;

    private const string V3Row =
        """
        {"symbol":"ADAUSDT","positionSide":"BOTH","positionAmt":"-30","entryPrice":"0.385","breakEvenPrice":"0.385077","markPrice":"0.41047590",
         "unRealizedProfit":"0.76427700","liquidationPrice":"0","isolatedMargin":"0","notional":"12.31427700","marginAsset":"USDT",
         "isolatedWallet":"0","initialMargin":"0.61571385","maintMargin":"0.08004280","positionInitialMargin":"0.61571385",
         "openOrderInitialMargin":"0","adl":2,"bidNotional":"0","askNotional":"0","updateTime":1720736417660}
        """;

    private const string SymbolRow =
        """
        {"symbol":"XAUUSDT","pair":"XAUUSDT","contractType":"TRADIFI_PERPETUAL","deliveryDate":4133404800000,"status":"TRADING",
         "maintMarginPercent":"2.5000","pricePrecision":2,"quantityPrecision":3,"underlyingSubType":["TradFi"],"marketTakeBound":"0.02",
         "filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"200000","tickSize":"0.01"},
          {"minQty":"0.001","filterType":"LOT_SIZE","maxQty":"10000","stepSize":"0.001"},
          {"stepSize":"0.001","maxQty":"1000","minQty":"0.001","filterType":"MARKET_LOT_SIZE"},
          {"filterType":"MAX_NUM_ORDERS","limit":200},{"filterType":"MIN_NOTIONAL","notional":"5"},
          {"filterType":"POSITION_RISK_CONTROL","positionControlSide":"NONE"}],
         "orderTypes":["LIMIT","MARKET"],"timeInForce":["GTC","IOC"],"permissionSets":["GRID","COPY"]}
        """;

    private const string Limits =
        """
        [{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
         {"rateLimitType":"ORDERS","interval":"MINUTE","intervalNum":1,"limit":20000},
         {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":10000}]
        """;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Positions_of_both_versions_are_read()
    {
        var rows = PositionRiskJson.Read(Utf8($"[{V2Row},{V3Row}]")).Value();
        Assert.Empty(rows.Unreadable);
        Assert.Equal(
            [
                new Position(new PositionKey(Symbol.Parse("BTCUSDT"), PositionSide.Long), 0.001m, 22185.2m, 21123.05052574m,
                    19731.45529116m, -1.06214947m),
                new Position(new PositionKey(Symbol.Parse("ADAUSDT"), PositionSide.Both), -30m, 0.385m, 0.41047590m, 0m, 0.764277m),
            ],
            rows.Open);
    }

    [Theory]
    [InlineData("\"0\"")]
    [InlineData("\"0.000\"")]
    [InlineData("\"-0\"")]
    [InlineData("0")]
    public void Rows_without_an_amount_are_no_positions(string amount) =>
        Assert.Empty(PositionRiskJson.Read(Utf8($$"""[{"symbol":"BTCUSDT","positionAmt":{{amount}}}]""")).Value().Open);

    [Theory]
    [Trait("rule", "S7")]
    [InlineData("""{"positionAmt":"1","positionSide":"BOTH"}""", "?")]
    [InlineData("""{"symbol":"BTC USDT","positionAmt":"1"}""", "?")]
    [InlineData("""{"symbol":"\ud800","positionAmt":"1"}""", "?")]
    [InlineData("""{"symbol":"BTCUSDT"}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":"many"}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":null}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":{"value":[1,2]}}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":"0.12345678901234567890123456789"}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":"1","positionSide":"NET"}""", "BTCUSDT")]
    [InlineData("""{"symbol":"BTCUSDT","positionAmt":"1","positionSide":7}""", "BTCUSDT")]
    [InlineData("null", "?")]
    [InlineData("[[]]", "?")]
    [InlineData("17", "?")]
    public void S7_a_bad_row_costs_itself_only(string bad, string named)
    {
        var rows = PositionRiskJson.Read(Utf8($"[{V2Row},{bad},{V3Row}]")).Value();
        Assert.Equal(2, rows.Open.Count);
        Assert.Equal(named, Assert.Single(rows.Unreadable).Symbol);
    }

    [Fact]
    [Trait("rule", "S7")]
    public void S7_a_row_is_usable_when_only_its_prices_are_bad()
    {
        var json = """
            [{"symbol":"BTCUSDT","positionAmt":1e-3,"positionSide":"BOTH","markPrice":"-5","entryPrice":null,
              "liquidationPrice":{},"unRealizedProfit":"x","notional":"y","new":[{"deep":[1]}]}]
            """;
        var position = Assert.Single(PositionRiskJson.Read(Utf8(json)).Value().Open);
        Assert.Equal(new Position(position.Key, 0.001m, 0, 0, 0, 0), position);
    }

    [Fact]
    [Trait("rule", "S5")]
    public void S5_a_position_listed_twice_is_not_closed_twice()
    {
        var rows = PositionRiskJson.Read(Utf8($"[{V3Row},{V3Row}]")).Value();
        Assert.Single(rows.Open);
        Assert.Single(rows.Unreadable);
    }

    [Theory]
    [Trait("rule", "S3")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("[{\"symbol\":")]
    [InlineData("[]]")]
    [InlineData("[] []")]
    [InlineData("""{"code":200,"msg":"x"}""")]
    [InlineData("<html></html>")]
    public void S3_a_list_that_cannot_be_read_is_never_an_empty_list(string json)
    {
        Assert.Equal(FaultKind.Unreadable, PositionRiskJson.Read(Utf8(json)).Fault().Kind);
        Assert.Equal(FaultKind.Unreadable, OrderJson.ReadSymbols(Utf8(json)).Fault().Kind);
    }

    [Fact]
    [Trait("rule", "S3")]
    public void S3_every_truncated_position_list_is_unreadable()
    {
        var whole = Utf8($"[{V2Row},{V3Row}]");
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.False(PositionRiskJson.Read(whole.AsSpan(0, length)).TryGet(out _, out _));
        }
    }

    [Fact]
    public void Exchange_info_gives_market_lots_and_limits()
    {
        var json = $$"""{"timezone":"UTC","rateLimits":{{Limits}},"assets":[{"asset":"USDT"}],"symbols":[{{SymbolRow}}]}""";
        var info = ExchangeInfoJson.Read(Utf8(json)).Value();
        Assert.Equal(new MarketLot(0.001m, 1000m, 0.001m) { MinNotional = 5m }, info.Lots[Symbol.Parse("XAUUSDT")]);
        Assert.Equal(new OrderLimits(10000, 20000), info.Orders);
        Assert.Equal(6000, info.WeightPerMinute);
    }

    [Fact]
    public void Lots_fall_back_and_bad_rows_are_left_out()
    {
        var json = """
            {"symbols":[17,null,{"symbol":"NOFILTERS"},{"symbol":"BAD","filters":[{"filterType":"LOT_SIZE","minQty":"x","maxQty":"1","stepSize":"0"}]},
             {"symbol":"ONLYLOT","filters":[{"filterType":"LOT_SIZE","minQty":"1","maxQty":"60000000000","stepSize":"1"}]},
             {"symbol":"ZEROMARKET","filters":[{"filterType":"MARKET_LOT_SIZE","minQty":"0","maxQty":"0","stepSize":"0"},
               {"filterType":"LOT_SIZE","minQty":"0","maxQty":"5","stepSize":"0.00000001"}]}]}
            """;
        var info = ExchangeInfoJson.Read(Utf8(json)).Value();
        Assert.Equal(2, info.Lots.Count);
        Assert.Equal(new MarketLot(1, 60_000_000_000, 1), info.Lots[Symbol.Parse("ONLYLOT")]);
        Assert.Equal(new MarketLot(0.00000001m, 5, 0.00000001m), info.Lots[Symbol.Parse("ZEROMARKET")]);
        Assert.Equal(OrderLimits.Documented, info.Orders);
        Assert.Null(info.WeightPerMinute);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"symbols":[]}""")]
    [InlineData("""{"symbols":{}}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Exchange_info_without_symbols_is_unreadable(string json) =>
        Assert.Equal(FaultKind.Unreadable, ExchangeInfoJson.Read(Utf8(json)).Fault().Kind);

    [Fact]
    public void Order_limits_are_read()
    {
        Assert.Equal(new OrderLimits(10000, 20000), ExchangeInfoJson.ReadOrderLimits(Utf8(Limits)).Value());
        Assert.Equal(FaultKind.Unreadable, ExchangeInfoJson.ReadOrderLimits("[]"u8).Fault().Kind);
        Assert.Equal(FaultKind.Unreadable, ExchangeInfoJson.ReadOrderLimits("{}"u8).Fault().Kind);
    }

    [Theory]
    [InlineData("NEW", CloseState.Working)]
    [InlineData("PARTIALLY_FILLED", CloseState.Working)]
    [InlineData("FILLED", CloseState.Filled)]
    [InlineData("CANCELED", CloseState.Ended)]
    [InlineData("REJECTED", CloseState.Ended)]
    [InlineData("EXPIRED", CloseState.Ended)]
    [InlineData("EXPIRED_IN_MATCH", CloseState.Ended)]
    public void Every_order_status_has_a_state(string status, CloseState expected) =>
        Assert.Equal(
            new OrderState(expected, "4052525244", 0.5m, "pc-1"), OrderJson.Read(Utf8(Venue.OrderJson("pc-1", status))).Value());

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"orderId":1,"status":"HALTED","executedQty":"0"}""")]
    [InlineData("""{"orderId":1,"status":"FILLED"}""")]
    [InlineData("""{"orderId":1,"status":"FILLED","executedQty":"-1"}""")]
    [InlineData("""{"status":"FILLED","executedQty":"1"}""")]
    public void An_order_without_a_known_state_is_unreadable(string json) =>
        Assert.Equal(FaultKind.Unreadable, OrderJson.Read(Utf8(json)).Fault().Kind);

    [Fact]
    public void Batch_answers_keep_their_order_and_their_errors()
    {
        var json = $$"""[{{Venue.OrderJson("a")}},{"code":-2022,"msg":"ReduceOnly Order is rejected."},{{Venue.OrderJson("c")}}]""";
        var answers = OrderJson.ReadBatch(Utf8(json), 3).Value();
        Assert.Equal("a", answers[0].Value().ClientId);
        Assert.Equal(new ExchangeFault(FaultKind.Refused, -2022, "ReduceOnly Order is rejected."), answers[1].Fault());
        Assert.Equal("c", answers[2].Value().ClientId);
        Assert.Equal(FaultKind.Unreadable, OrderJson.ReadBatch(Utf8(json), 4).Fault().Kind);
        Assert.Equal(-4083, OrderJson.ReadBatch("""{"code":-4083,"msg":"x"}"""u8, 2).Fault().Code);
        Assert.Equal(FaultKind.Unreadable, OrderJson.ReadBatch("<html>"u8, 2).Fault().Kind);
    }

    [Fact]
    public void Open_orders_give_their_symbols()
    {
        var json = $"[{Venue.OrderJson("a")},{Venue.OrderJson("b")}]";
        Assert.Equal([Symbol.Parse("BTCUSDT")], OrderJson.ReadSymbols(Utf8(json)).Value());
        Assert.Empty(OrderJson.ReadSymbols("[]"u8).Value());
        Assert.False(OrderJson.ReadSymbols("""[{"orderId":1}]"""u8).TryGet(out _, out _));
    }

    [Fact]
    public void Small_answers_are_read()
    {
        Assert.True(AccountJson.TryServerTime("""{"serverTime":1499827319559}"""u8, out var ms));
        Assert.Equal(1499827319559, ms);
        Assert.False(AccountJson.TryServerTime("{}"u8, out _));
        Assert.False(AccountJson.TryServerTime("""{"serverTime":-1}"""u8, out _));
        Assert.False(AccountJson.TryServerTime("""{"serverTime":1e25}"""u8, out _));
        Assert.True(AccountJson.ReadHedgeMode("""{"dualSidePosition":true}"""u8).Value());
        Assert.False(AccountJson.ReadHedgeMode("""{"dualSidePosition":false}"""u8).Value());
        Assert.Equal(FaultKind.Unreadable, AccountJson.ReadHedgeMode("""{"dualSidePosition":"true"}"""u8).Fault().Kind);
        Assert.Equal(default, AccountJson.ReadDone("""{"code":200,"msg":"done"}"""u8).Value());
        Assert.Equal(-2011, AccountJson.ReadDone("""{"code":-2011,"msg":"Unknown order sent."}"""u8).Fault().Code);
        Assert.Equal(FaultKind.Unreadable, AccountJson.ReadDone("{}"u8).Fault().Kind);
        var prices = AccountJson.ReadMarkPrices(
            """[{"symbol":"BTCUSDT","markPrice":"11185.87786614","time":1},{"symbol":"X","markPrice":"?"},5]"""u8).Value();
        Assert.Equal(11185.87786614m, Assert.Single(prices).Value);
    }

    /// <summary>Whatever an exchange, a proxy or a broken disk in between makes of an answer: a value or a fault, no
    /// exception.</summary>
    [Fact]
    [Trait("rule", "S7")]
    public void S7_no_damage_to_an_answer_throws()
    {
        var info = $$"""{"rateLimits":{{Limits}},"symbols":[{{SymbolRow}}]}""";
        var seeds = new[] { Utf8($"[{V2Row},{V3Row}]"), Utf8(info), Utf8(Venue.OrderJson("a")), Utf8($"[{Venue.OrderJson("a")}]") };
        Prop.ForAll(
            ArbMap.Default.ArbFor<(int, int, byte, bool)[]>(),
            damage =>
            {
                foreach (var seed in seeds)
                {
                    var bytes = seed.ToArray();
                    foreach (var (where, length, with, cut) in damage)
                    {
                        var at = (int)((uint)where % (uint)bytes.Length);
                        bytes[at] = with;
                        if (cut && bytes.Length > 20)
                        {
                            bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + (length & 15))..], 32];
                        }
                    }

                    ReadAll(bytes);
                }
            }).QuickCheckThrowOnFailure();
    }

    private static void ReadAll(byte[] bytes)
    {
        _ = PositionRiskJson.Read(bytes).ToString();
        _ = ExchangeInfoJson.Read(bytes).ToString();
        _ = ExchangeInfoJson.ReadOrderLimits(bytes).ToString();
        _ = OrderJson.Read(bytes).ToString();
        _ = OrderJson.ReadBatch(bytes, 1).ToString();
        _ = OrderJson.ReadSymbols(bytes).ToString();
        _ = AccountJson.ReadDone(bytes).ToString();
        _ = AccountJson.ReadMarkPrices(bytes).ToString();
        _ = BinanceErrors.Read(400, bytes).ToString();
    }
}

using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests;

/// <summary>The things most tests here start from.</summary>
internal static class Venue
{
    /// <summary>The documentation's own published key pair, so no secret of anybody.</summary>
    public const string Key = "dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83";

    public const string Secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";

    public static readonly EventId Event = EventId.FromGuid(new Guid("11111111-2222-3333-4444-555555555555"));

    public static BinanceCredentials Credentials => new(Key, Secret);

    public static BinanceOptions Options(string address = "paper")
    {
        Assert.True(BinanceEnvironment.TryParse(address, out var environment, out var why), why);
        return new BinanceOptions
        {
            Environment = environment,
            RecvWindowMs = 5000,
            ReadDeadline = TimeSpan.FromSeconds(3),
            OrderDeadline = TimeSpan.FromSeconds(5),
            MaxConnections = 64,
        };
    }

    /// <summary>A gateway that does nothing by itself for as long as a test runs, except at its start.</summary>
    public static ExchangeGatewaySettings Gateway() => new()
    {
        WarmConnections = 12,
        KeepWarmInterval = TimeSpan.FromSeconds(20),
        ClockInterval = TimeSpan.FromMinutes(3),
        LotsInterval = TimeSpan.FromMinutes(30),
        OrderReserve = 10,
        AccountDoubts = [],
    };

    public static BinanceClient Client(HttpMessageHandler handler, TimeProvider? time = null) =>
        new(Options(), Credentials, time ?? TimeProvider.System, handler);

    public static BinanceClient Client(Func<SentRequest, HttpResponseMessage> answer, TimeProvider? time = null) =>
        Client(new CannedHandler(answer), time);

    public static Position Position(string symbol, decimal amount, PositionSide side = PositionSide.Both, decimal mark = 100m) =>
        new(new PositionKey(Symbol.Parse(symbol), side), amount, mark, mark, 0, 0);

    public static CloseOrder Close(string symbol = "BTCUSDT", decimal amount = 0.5m, PositionSide side = PositionSide.Both) =>
        CloseOrder.Cut(Position(symbol, amount, side), null, Event, 0)[0];

    public static IReadOnlyList<CloseOrder> Closes(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Close($"S{i}USDT"))];

    /// <summary>A final order object as the exchange writes it (binance-fapi 1.4).</summary>
    public static string OrderJson(string clientId, string status = "FILLED", string executed = "0.500", long id = 4052525244) =>
        $$"""
        {"orderId":{{id}},"symbol":"BTCUSDT","status":"{{status}}","clientOrderId":"{{clientId}}","price":"0.00",
         "avgPrice":"39849.93000","origQty":"0.500","executedQty":"{{executed}}","cumQty":"0.500","cumQuote":"19924.96500",
         "timeInForce":"GTC","type":"MARKET","reduceOnly":true,"closePosition":false,"side":"SELL","positionSide":"BOTH",
         "stopPrice":"0.00","workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"MARKET","priceMatch":"NONE",
         "selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"updateTime":1751627587841}
        """;

    /// <summary>Answers orders and batches as all filled.</summary>
    public static HttpResponseMessage FillAll(SentRequest request)
    {
        if (request.Path == "/fapi/v1/order")
        {
            return CannedHandler.Answer(200, OrderJson(request.Parameters["newClientOrderId"]));
        }

        using var batch = System.Text.Json.JsonDocument.Parse(request.Parameters["batchOrders"]);
        var orders = batch.RootElement.EnumerateArray().Select(o => OrderJson(o.GetProperty("newClientOrderId").GetString()!));
        return CannedHandler.Answer(200, $"[{string.Join(',', orders)}]");
    }

    public static T Value<T>(this Result<T> result)
        where T : notnull
    {
        Assert.True(result.TryGet(out var value, out var fault), fault?.ToString());
        return value;
    }

    public static ExchangeFault Fault<T>(this Result<T> result)
        where T : notnull
    {
        Assert.False(result.TryGet(out _, out var fault));
        return fault!;
    }
}

using System.Globalization;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Control;

/// <summary>
/// Compiles the hot paths before they matter: a second exchange, with its own account and counts, serves every route to
/// this process and is thrown away. The real exchange's ledger, limits and positions see nothing of it.
/// </summary>
internal static class WarmUp
{
    // A few rounds lift the hot loops out of the interpreter-like first tier's worst; more would only delay the start.
    private const int Rounds = 3;
    private const int ConcurrentOrders = 40;
    private const string Close =
        "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.001&reduceOnly=true&newOrderRespType=RESULT";

    private static readonly (string Method, string Path, string Query)[] Calls =
    [
        ("GET", "fapi/v1/ping", ""),
        ("GET", "fapi/v1/time", ""),
        ("GET", "fapi/v1/exchangeInfo", ""),
        ("GET", "fapi/v1/premiumIndex", ""),
        ("GET", "fapi/v1/ticker/price", "symbol=BTCUSDT"),
        ("GET", "fapi/v2/positionRisk", ""),
        ("GET", "fapi/v3/positionRisk", ""),
        ("GET", "fapi/v2/account", ""),
        ("GET", "fapi/v3/account", ""),
        ("GET", "fapi/v2/balance", ""),
        ("GET", "fapi/v1/positionSide/dual", ""),
        ("POST", "fapi/v1/positionSide/dual", "dualSidePosition=false"),
        ("GET", "fapi/v1/rateLimit/order", ""),
        ("POST", "fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.002&price=59000"),
        ("GET", "fapi/v1/openOrders", ""),
        ("GET", "fapi/v1/openOrder", "symbol=BTCUSDT&origClientOrderId=none"),
        ("GET", "fapi/v1/order", "symbol=BTCUSDT&orderId=970000000001"),
        ("DELETE", "fapi/v1/order", "symbol=BTCUSDT&orderId=970000000001"),
        ("DELETE", "fapi/v1/batchOrders", "symbol=BTCUSDT&orderIdList=%5B1%5D"),
        ("DELETE", "fapi/v1/allOpenOrders", "symbol=BTCUSDT"),
        ("POST", "fapi/v1/batchOrders",
            "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A"
            + "%22MARKET%22%2C%22quantity%22%3A%220.002%22%2C%22newOrderRespType%22%3A%22RESULT%22%7D%5D"),
        ("GET", "paper/summary", ""),
        ("GET", "paper/ledger", ""),
    ];

    public static async Task RunAsync(CancellationToken cancel)
    {
        // Latency 2 also runs the timers once.
        var scratch = await PaperExchangeServer.StartAsync(
            new PaperOptions { Symbols = 40, Positions = 10, LatencyMs = 2 }, cancel)
            .ConfigureAwait(false);
        await using (scratch.ConfigureAwait(false))
        {
            using var client = new HttpClient { BaseAddress = scratch.BaseAddress };
            client.DefaultRequestHeaders.Add("X-MBX-APIKEY", scratch.Key);
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var (method, path, query) in Calls)
                {
                    await SendAsync(client, scratch, method, path, query, cancel).ConfigureAwait(false);
                }
                await Task.WhenAll(Enumerable.Range(0, ConcurrentOrders)
                    .Select(_ => SendAsync(client, scratch, "POST", "fapi/v1/order", Close, cancel)))
                    .ConfigureAwait(false);
            }
        }
    }

    private static async Task SendAsync(
        HttpClient client, PaperExchangeServer server, string method, string path, string query,
        CancellationToken cancel)
    {
        var payload = string.Create(CultureInfo.InvariantCulture,
            $"{query}{(query.Length > 0 ? "&" : "")}timestamp={server.Clock.NowMs}");
        var target = $"{path}?{payload}&signature={Signature.Sign(server.Secret, payload)}";
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(target, UriKind.Relative));
        using var response = await client.SendAsync(request, cancel).ConfigureAwait(false);
        await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
    }
}

using System.Net;
using System.Text;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>
/// Runs the whole order path once without a network, so that a panic does not pay for compiling it: orders are built
/// and signed, and answers of each kind are read. The credentials are made up.
/// </summary>
internal static class BinanceRehearsal
{
    private const string Filled = """{"orderId":1,"status":"FILLED","executedQty":"1","clientOrderId":""}""";
    private const string Refused = """{"code":-2022,"msg":"ReduceOnly Order is rejected."}""";

    /// <returns>How many of the rehearsed orders were answered: all of them.</returns>
    public static async Task<int> RunAsync(BinanceOptions options, TimeProvider time)
    {
        var orders = Enumerable.Range(0, BinanceClient.MaxBatch)
            .SelectMany(i => CloseOrder.Cut(
                new Position(new PositionKey(Symbol.Parse($"REHEARSAL{i}"), PositionSide.Both), 1.5m, 1, 1, 0, 0),
                new MarketLot(0.1m, 100m, 0.1m), EventId.FromGuid(Guid.Empty), 0))
            .ToArray();
        var answered = 0;
        foreach (var (status, body) in ((int, string)[])
            [
                (200, Filled), (200, $"[{Filled},{Refused},{Filled},{Filled},{Filled}]"), (400, Refused),
                (503, "Service Unavailable."),
                (200, """[{"symbol":"REHEARSAL","positionAmt":"1.5","positionSide":"BOTH","markPrice":"1.0"}]"""),
            ])
        {
            using var handler = new Canned(status, body);
            using var client = new BinanceClient(
                options, new BinanceCredentials("rehearsal", "rehearsal"), time, handler);
            answered += (await client.SendClosesAsync([orders[0]]).ConfigureAwait(false)).Answers.Count;
            answered += (await client.SendClosesAsync(orders).ConfigureAwait(false)).Answers.Count;
            await client.GetPositionsAsync().ConfigureAwait(false);
            await client.GetRestingSymbolsAsync().ConfigureAwait(false);
            await client.CancelAllAsync(orders[0].Symbol).ConfigureAwait(false);
            await client.FindOrderAsync(orders[0].Symbol, orders[0].Id).ConfigureAwait(false);
        }

        return answered;
    }

    private sealed class Canned(int status, string body) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content)
            {
                await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            }

            return new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
            };
        }
    }
}

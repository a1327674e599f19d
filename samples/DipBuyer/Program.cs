// Buys for 100 USDT when the price is not above its average, and sells when it is not below it any more. It earns nothing; it shows how a
// strategy trades through the order gate: an intent in, a verdict out. Arguments: symbol, seconds between two looks at the price.
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Trader.Gate;
using Trader.Messages;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
var symbol = Symbol.Parse(args.ElementAtOrDefault(0) ?? "SOLUSDT");
var pause = TimeSpan.FromSeconds(double.Parse(args.ElementAtOrDefault(1) ?? "4", CultureInfo.InvariantCulture));
using var gate = HttpOrderGate.Open(environment);
using var market = new HttpClient { BaseAddress = new Uri(environment["BINANCE_BASE_URL"]) };
var (run, decisions) = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 0);

var (average, price) = (await MarkPrice(), await MarkPrice());
await Look(until: () => price <= average);
var quantity = decimal.Round(100 / price, 8);
var bought = await Trade(id => OrderIntent.Open(id, symbol, OrderSide.Buy, quantity) with { Price = price, KillScore = 0.1m });
for (var sold = !bought.Executed; !sold; sold = (await Trade(id => OrderIntent.Close(id, symbol))).Executed)
{
    await Task.Delay(pause);
    await Look(until: () => price >= average);
}

return bought.Executed ? 0 : 1;

async Task Look(Func<bool> until)
{
    for (; !until(); price = await MarkPrice(), average += (price - average) / 20)
    {
        await Task.Delay(pause);
    }
}

// One decision is one intent id. Until its verdict is final it is asked for again: it may have been executed.
async Task<GateVerdict> Trade(Func<IntentId, OrderIntent> decide)
{
    var intent = decide(IntentId.Of("dip-buyer", string.Create(CultureInfo.InvariantCulture, $"{run}-{++decisions}")));
    var verdict = await gate.SubmitAsync(intent);
    for (; verdict is GateVerdict.Pending or GateVerdict.Decided { IsFinal: false }; verdict = await gate.VerdictAsync(verdict.Plan))
    {
        Console.WriteLine($"{intent.Action} {symbol}: plan {verdict.Plan} is not decided yet");
        await Task.Delay(pause);
    }

    Console.WriteLine($"{intent.Action} {symbol} at {price}: plan {verdict.Plan} {(verdict.Executed ? "executed" : "refused: " + verdict.Error)}");
    return verdict;
}

async Task<decimal> MarkPrice()
{
    using var answer = JsonDocument.Parse(await market.GetStringAsync(new Uri($"/fapi/v1/premiumIndex?symbol={symbol}", UriKind.Relative)));
    return decimal.Parse(answer.RootElement.GetProperty("markPrice").GetString()!, CultureInfo.InvariantCulture);
}

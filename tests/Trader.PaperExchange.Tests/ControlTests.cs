using System.Text.Json;

namespace Trader.PaperExchange.Tests;

/// <summary>The control surface, as the demo and a curl at hand use it.</summary>
public sealed class ControlTests
{
    private static readonly string[] EntryMembers =
    [
        "sequence", "kind", "outcome", "receivedMs", "receivedUs", "executedMs", "executedUs", "endpoint", "symbol",
        "side", "type", "quantity", "reduceOnly", "positionSide", "clientOrderId", "orderId", "price", "fee",
        "positionBefore",
        "positionAfter", "fault", "httpStatus", "code",
    ];

    [Fact]
    public async Task Positions_are_set_and_listed()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        Assert.Equal(200, (await client.SendAsync("POST",
            "paper/positions?symbol=BTCUSDT&amount=-1.5&entryPrice=61000")).Status);
        var row = (await client.SendAsync("GET", "paper/positions")).Json[0];
        Assert.Equal(
            ("BTCUSDT", "BOTH", "-1.500", "61000"),
            (row.GetProperty("symbol").GetString(), row.GetProperty("side").GetString(),
                row.GetProperty("amount").GetString(),
                row.GetProperty("entryPrice").GetString()));
    }

    [Fact]
    public async Task Arguments_may_come_as_json()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        Assert.Equal(200, (await client.SendAsync("POST", "paper/price", """{"symbol":"BTCUSDT","price":50000.5}"""))
            .Status);
        Assert.Equal(50000.5m, px.Engine.Markets()[0].MarkPrice);
        Assert.Equal(200, (await client.SendAsync("POST", "paper/mode", """{"hedge":true}""")).Status);
        Assert.True(px.Engine.IsHedge);
        Assert.Equal(200, (await client.SendAsync("POST", "paper/clock", """{"skewMs":-20000}""")).Status);
        Assert.InRange(px.Clock.TrueNowMs - px.Clock.NowMs, 19_990, 20_010);
        Assert.Equal(200, (await client.SendAsync("POST", "paper/latency", """{"ms":12}""")).Status);
        Assert.Equal(12, px.LatencyMs);
        Assert.Equal(200, (await client.SendAsync("POST", "paper/status", """{"symbol":"BTCUSDT","status":"CLOSE"}"""))
            .Status);
        Assert.Equal(Engine.SymbolStatus.Close, px.Engine.Markets()[0].Status);
    }

    [Fact]
    public async Task Faults_are_put_in_force_listed_and_cleared()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { Faults = ["time:*:429:count=1"] });
        using var client = new FapiClient(px);
        var added = await client.SendAsync("POST", "paper/faults", """{"spec":"ping:*:503-unavailable"}""");
        Assert.Equal("""{"id":2,"spec":"ping:*:503-unavailable","hits":0,"spent":false}""", added.Text);
        Assert.Equal(429, (await client.SendAsync("GET", "fapi/v1/time")).Status);
        Assert.Equal(503, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
        Assert.Equal([1, 1], (await client.SendAsync("GET", "paper/faults")).Json.EnumerateArray()
            .Select(row => row.GetProperty("hits").GetInt32()));
        Assert.Equal("""{"cleared":1}""", (await client.SendAsync("DELETE", "paper/faults?id=2")).Text);
        Assert.Equal("""{"cleared":1}""", (await client.SendAsync("DELETE", "paper/faults")).Text);
        Assert.Equal(200, (await client.SendAsync("GET", "fapi/v1/ping")).Status);
    }

    [Fact]
    public async Task A_resting_order_of_the_owner_can_be_placed_and_filled()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        await client.SendAsync("POST", "paper/positions?symbol=BTCUSDT&amount=1");
        var placed = await client.SendAsync("POST",
            "paper/orders?symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=1&price=61000"
            + "&timeInForce=GTC&reduceOnly=true&newClientOrderId=tp");
        Assert.Equal("NEW", placed.Member("status"));
        Assert.Equal(1, (await client.SendAsync("GET", "paper/orders")).Json.GetArrayLength());
        Assert.Equal(200, (await client.SendAsync("POST", "paper/orders/fill?symbol=BTCUSDT&clientOrderId=tp")).Status);
        Assert.Equal(0, (await client.SendAsync("GET", "paper/positions")).Json.GetArrayLength());
    }

    [Fact]
    public async Task The_ledger_has_every_text_as_received_and_every_fill()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        await client.MarketAsync("BTCUSDT", "BUY", "0.0100", "newClientOrderId=c1");
        await client.MarketAsync("BTCUSDT", "SELL", "oops", "reduceOnly=TRUE");
        var entries = (await client.SendAsync("GET", "paper/ledger")).Json.EnumerateArray().ToArray();
        Assert.All(entries, entry => Assert.Equal(EntryMembers, entry.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(["order", "fill", "order"], entries.Select(entry => entry.GetProperty("kind").GetString()));
        Assert.Equal("0.0100", entries[0].GetProperty("quantity").GetString());
        Assert.Equal(("accepted", "c1", 200), (entries[0].GetProperty("outcome").GetString(),
            entries[0].GetProperty("clientOrderId").GetString(), entries[0].GetProperty("httpStatus").GetInt32()));
        Assert.Equal(("0", "0.0100"), (entries[1].GetProperty("positionBefore").GetString(),
            entries[1].GetProperty("positionAfter").GetString()));
        Assert.Equal(("refused", "oops", "TRUE"), (entries[2].GetProperty("outcome").GetString(),
            entries[2].GetProperty("quantity").GetString(), entries[2].GetProperty("reduceOnly").GetString()));
        Assert.True(entries[0].GetProperty("executedUs").GetInt64() >= entries[0].GetProperty("receivedUs").GetInt64());
        var rest = (await client.SendAsync("GET", "paper/ledger?after=1&limit=1")).Json;
        Assert.Equal(2, rest[0].GetProperty("sequence").GetInt64());
        Assert.Equal(1, rest.GetArrayLength());
    }

    [Fact]
    public async Task The_summary_counts_what_happened()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { Positions = 3 });
        using var client = new FapiClient(px);
        await client.MarketAsync("BTCUSDT", "SELL", "5", "");
        var summary = (await client.SendAsync("GET", "paper/summary")).Json;
        Assert.Equal(
            (20, "one-way", 3, 1, 1, 1),
            (Int(summary, "symbols"), summary.GetProperty("mode").GetString(), Int(summary, "openPositions"),
                Int(summary, "orderRequests"), Int(summary, "fills"), Int(summary, "flips")));
    }

    [Theory]
    [InlineData("POST", "paper/positions?symbol=NONEUSDT&amount=1", 400)]
    [InlineData("POST", "paper/positions?symbol=BTCUSDT", 400)]
    [InlineData("POST", "paper/positions?symbol=BTCUSDT&amount=1&side=LONG", 400)]
    [InlineData("POST", "paper/price?symbol=BTCUSDT&price=0", 400)]
    [InlineData("POST", "paper/faults?spec=nonsense", 400)]
    [InlineData("POST", "paper/faults", 400)]
    [InlineData("POST", "paper/clock", 400)]
    [InlineData("POST", "paper/mode?hedge=perhaps", 400)]
    [InlineData("POST", "paper/latency?ms=-1", 400)]
    [InlineData("POST", "paper/status?symbol=BTCUSDT&status=OPEN", 400)]
    [InlineData("POST", "paper/orders/fill?symbol=BTCUSDT&orderId=1", 400)]
    [InlineData("GET", "paper/nothing", 404)]
    public async Task Bad_arguments_are_named(string method, string target, int status)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.SendAsync(method, target);
        Assert.Equal(status, answer.Status);
        Assert.NotEmpty(answer.Member("error"));
    }

    [Fact]
    public async Task Latency_applies_half_before_execution_and_half_after()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { LatencyMs = 80 });
        using var client = new FapiClient(px);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => client.MarketAsync("BTCUSDT", "BUY", "0.001", "")));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        // Timers count on a clock of 4 ms steps: 40 ms may be 36. What must not be is an execution on arrival.
        Assert.All(
            px.Ledger.Read().Where(entry => entry.Request is not null),
            entry => Assert.True(entry.ExecutedUs - entry.Request?.ReceivedUs >= 30_000));
    }

    private static int Int(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}

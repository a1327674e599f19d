using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Tests;

public sealed class AuthorityTests
{
    private const string Path = "fapi/v3/positionRisk";

    [Theory]
    [InlineData(null, 401, -2014)]
    [InlineData("", 401, -2014)]
    [InlineData("stranger", 401, -2015)]
    [InlineData("PAPER", 401, -2015)]
    [InlineData("paper", 200, 0)]
    public async Task The_key_decides_who_it_is(string? key, int status, int code)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var payload = client.Timestamp();
        var answer = await client.SendAsync("GET", $"{Path}?{payload}&signature={Signature.Sign("paper", payload)}",
            null, key);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Missing_or_wrong_proof_is_named()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var unsigned = await client.SendAsync("GET", $"{Path}?{client.Timestamp()}", null, "paper");
        Assert.Equal((400, -1102), (unsigned.Status, unsigned.Code));
        Assert.Contains("'signature'", unsigned.Text, StringComparison.Ordinal);

        var untimed = await client.SendAsync("GET", $"{Path}?signature={Signature.Sign("paper", "")}", null, "paper");
        Assert.Equal((400, -1102), (untimed.Status, untimed.Code));
        Assert.Contains("'timestamp'", untimed.Text, StringComparison.Ordinal);

        var wrong = await client.SendAsync(
            "GET", $"{Path}?{client.Timestamp()}&signature={Signature.Sign("paper", "x")}", null, "paper");
        Assert.Equal((400, -1022), (wrong.Status, wrong.Code));
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(999, null, 0)]
    [InlineData(1000, null, -1021)]
    [InlineData(-5000, null, 0)]
    [InlineData(-5001, null, -1021)]
    [InlineData(-5001, "6000", 0)]
    [InlineData(-101, "100", -1021)]
    [InlineData(0, "x", -1130)]
    public async Task The_timestamp_may_be_a_second_ahead_and_a_window_behind(int offsetMs, string? window, int code)
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = time });
        using var client = new FapiClient(px);
        var payload = (window is null ? "" : $"recvWindow={window}&") + client.Timestamp(offsetMs);
        var answer = await client.SendAsync("GET", $"{Path}?{payload}&signature={Signature.Sign("paper", payload)}",
            null, "paper");
        Assert.Equal(code, answer.Code);
    }

    [Fact]
    public async Task Server_time_shows_the_skew_and_the_drift()
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(
            Setup.Small with { TimeProvider = time, ClockSkewMs = 20_000 });
        using var client = new FapiClient(px);
        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds() + 20_000, await ServerTimeAsync(client));
        px.Clock.Set(-500, 1000);
        time.Advance(60_000);
        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds() - 500 + 60, await ServerTimeAsync(client));
    }

    [Fact]
    public async Task Parameters_count_from_query_and_body_and_the_query_wins()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        const string query = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002";
        var form = "quantity=1&newOrderRespType=RESULT&" + client.Timestamp();
        var signature = Signature.Sign("paper", query + form);
        var answer = await client.SendAsync(
            "POST", "fapi/v1/order?" + query, form + "&signature=" + signature, "paper");
        Assert.Equal((200, "0.002"), (answer.Status, answer.Member("executedQty")));
        Assert.Equal("0.002", Assert.Single(px.Ledger.Read(), entry => entry.Request is not null).Request?.Quantity);
    }

    [Fact]
    public async Task A_form_in_the_body_alone_is_enough()
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var form = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002&" + client.Timestamp();
        var answer = await client.SendAsync("POST", "fapi/v1/order",
            $"{form}&signature={Signature.Sign("paper", form)}", "paper");
        Assert.Equal("NEW", answer.Member("status"));
    }

    [Theory]
    [InlineData("GET", "fapi/v1/positionRisk")]
    [InlineData("GET", "fapi/v1/balance")]
    [InlineData("PUT", "fapi/v1/ping")]
    [InlineData("GET", "")]
    public async Task Unknown_routes_say_so(string method, string path)
    {
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small);
        using var client = new FapiClient(px);
        var answer = await client.SendAsync(method, path);
        Assert.Equal((404, -5000), (answer.Status, answer.Code));
        Assert.Equal($"Path /{path}, Method {method} is invalid", answer.Member("msg"));
    }

    [Fact]
    public async Task The_engine_checks_the_window_again_after_queueing()
    {
        var time = new ManualTime();
        await using var px = await PaperExchangeServer.StartAsync(Setup.Small with { TimeProvider = time });
        using var client = new FapiClient(px);
        px.Faults.Add("order:*:queue:ms=6000:count=1");
        var order = client.MarketAsync("BTCUSDT", "BUY", "0.002", "recvWindow=5000");
        await Setup.UntilAsync(() => px.Faults.Rules[0].Hits == 1, "the order in the queue");
        await time.AdvanceUntilAsync(order, 1000);
        var answer = await order;
        Assert.Equal((400, -5028), (answer.Status, answer.Code));
        Assert.Empty(px.Engine.Positions(openOnly: true));
    }

    private static async Task<long> ServerTimeAsync(FapiClient client)
    {
        var answer = await client.SendAsync("GET", "fapi/v1/time");
        return answer.Json.GetProperty("serverTime").GetInt64();
    }
}

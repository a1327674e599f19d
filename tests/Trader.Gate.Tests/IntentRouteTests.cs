using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Trader.Messages;
using Xunit;

namespace Trader.Gate.Tests;

/// <summary>What curl sees at <c>/gate/intents</c>.</summary>
public sealed class IntentRouteTests : IAsyncLifetime
{
    private const string Good = """{"source":"s","intent_id":"1","symbol":"BTCUSDT","action":"open_long","quantity":"0.010","kill_score":0.1}""";

    private static readonly PlanId Plan = IntentId.Of("s", "1").Plan;

    private readonly HttpClient client = new();
    private DeskServer server = null!;

    public static TheoryData<string, int> Verdicts() => new()
    {
        { "decided", 200 },
        { "pending", 202 },
        { "plan_content_changed", 409 },
        { "not_submitted", 503 },
        { "not_known", 404 },
    };

    public async Task InitializeAsync() => server = await DeskServer.Start();

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Verdicts))]
    public async Task The_status_says_what_the_verdict_says(string status, int code)
    {
        server.Answer = _ => Verdict(status);

        foreach (var (method, path, body) in new[] { ("POST", "", Good), ("GET", "?plan_id=" + Plan, (string?)null) })
        {
            using var answer = await Send(method, path, body);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal(code, (int)answer.StatusCode);
            Assert.Equal((status, Plan.Value), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("plan_id").GetString()));
            Assert.Equal(status is "decided" or "plan_content_changed", json.RootElement.GetProperty("final").GetBoolean());
        }
    }

    [Fact]
    public async Task An_intent_arrives_as_it_was_written_with_its_wait()
    {
        server.Answer = _ => Verdict("decided");
        using var posted = await Send("POST", "?wait_ms=2500", Good);
        using var asked = await Send("GET", $"?plan_id={Plan}&wait_ms=10000", null);
        using var plain = await Send("POST", "", Good);

        var expected = OrderIntent.Open(IntentId.Of("s", "1"), Symbol.Parse("BTCUSDT"), OrderSide.Buy, 0.01m) with { KillScore = 0.1m };
        Assert.Equal(
            [
                new IntentProtocol.Submit(expected, TimeSpan.FromMilliseconds(2500)),
                new IntentProtocol.GetVerdict(Plan, TimeSpan.FromSeconds(10)),
                new IntentProtocol.Submit(expected, TimeSpan.Zero),
            ],
            server.Asked);
    }

    [Theory]
    [InlineData("POST", "", "", "no JSON object")]
    [InlineData("POST", "", """{"source":"s"}""", "source and intent_id")]
    [InlineData("POST", "?wait_ms=10001", Good, "wait_ms")]
    [InlineData("POST", "?wait_ms=-1", Good, "wait_ms")]
    [InlineData("POST", "?wait_ms=1.5", Good, "wait_ms")]
    [InlineData("POST", "?wait=1", Good, "the query knows wait_ms only")]
    [InlineData("GET", "", null, "plan_id")]
    [InlineData("GET", "?plan_id=a:b", null, "plan_id")]
    [InlineData("GET", "?plan_id=p1&symbol=BTCUSDT", null, "the query knows plan_id and wait_ms only")]
    public async Task What_is_wrong_is_said_in_one_line_and_reaches_nobody(string method, string query, string? body, string why)
    {
        using var answer = await Send(method, query, body);

        Assert.Equal(400, (int)answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Contains(why, json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    [Trait("rule", "S6")]
    public async Task S6_nothing_is_handed_in_without_the_token_and_nothing_too_large_is_read()
    {
        using var bare = await Send("POST", "", Good, token: null);
        using var wrong = await Send("POST", "", Good, token: new string('x', 40));
        using var large = await Send("POST", "", Good + new string(' ', OrderIntentJson.MaxBytes));

        Assert.Equal((401, 401, 413), ((int)bare.StatusCode, (int)wrong.StatusCode, (int)large.StatusCode));
        Assert.Empty(server.Asked);
    }

    private static GateVerdict Verdict(string status) => status switch
    {
        "decided" => new GateVerdict.Decided(Plan, new PlanResult(Plan.Value, "BTCUSDT", "EXECUTE", true, true, [], "", 1)),
        "pending" => new GateVerdict.Pending(Plan, "no result yet"),
        "not_submitted" => new GateVerdict.NotSubmitted(Plan, NotSubmittedReason.RedisUnavailable, "down"),
        "not_known" => new GateVerdict.NotKnown(Plan),
        _ => new GateVerdict.ContentChanged(Plan),
    };

    private async Task<HttpResponseMessage> Send(string method, string query, string? body, string? token = "right")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(server.Address, LinkAccess.IntentsPath + query));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization =
            token is null ? null : new AuthenticationHeaderValue("Bearer", token == "right" ? DeskServer.Token : token);
        return await client.SendAsync(request);
    }
}

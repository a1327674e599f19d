using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Akka.Actor;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>A role's own paths: who may ask, what reaches the actor, and what a wrong request is told.</summary>
public sealed class RoleRouteTests : IAsyncLifetime
{
    private static readonly Secret Token = new(new string('k', 40));

    private readonly ActorSystem _system = ActorSystem.Create("routes");
    private readonly MetricRegistry _metrics = new(NodeMetrics.Definitions);
    private readonly HttpClient _client = new();
    private readonly List<RoleRequest> _requests = [];
    private RoleServer _server = null!;

    public async Task InitializeAsync()
    {
        var silent = _system.ActorOf(Props.Create(() => new Silent()));
        IReadOnlyList<RoleRoute> routes =
        [
            new("GET", "/api/thing", "there", Serve),
            new("POST", "/api/thing", "there", Serve),
            new("POST", "/api/small", "there", Serve) { MaxBodyBytes = 8 },
            new("GET", "/api/gone", "gone", Serve),
            new("GET", "/api/silent", "there", async (actor, _) =>
                await actor.Ask<RoleReply>("?", TimeSpan.FromMilliseconds(50))),
        ];
        _server = await RoleServer.StartAsync(
            [
                new RoleEndpoint(Role.ApplyLayer, 0, new EventHub(Role.ApplyLayer, 4, _metrics, TimeProvider.System), () => Readiness.Starting)
                {
                    Routes = routes,
                    Actor = name => name == "there" ? silent : null,
                },
            ],
            new HttpSettings(IPAddress.Loopback, 64), _metrics, Token, logs: null);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _system.Terminate();
    }

    [Theory]
    [InlineData("GET", "/api/thing", null, 200)]
    [InlineData("HEAD", "/api/thing", null, 200)]
    [InlineData("GET", "/api/thing", "wrong", 200)]
    [InlineData("POST", "/api/thing", null, 401)]
    [InlineData("POST", "/api/thing", "wrong", 401)]
    [InlineData("POST", "/api/thing", "right", 200)]
    [InlineData("DELETE", "/api/thing", "right", 405)]
    [InlineData("GET", "/api/other", null, 404)]
    [InlineData("GET", "/api/thing/", null, 404)]
    [InlineData("GET", "/api/gone", null, 503)]
    [InlineData("GET", "/api/silent", null, 503)]
    [Trait("covers", "D-E19")]
    public async Task Reading_is_open_here_and_changing_needs_the_token(string method, string path, string? token, int status)
    {
        using var answer = await Send(method, path, token, null);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
        Assert.Equal(status == 200 && path == "/api/thing" ? 1 : 0, _requests.Count);
    }

    [Fact]
    public async Task A_request_arrives_whole_and_its_answer_too()
    {
        using var answer = await Send("POST", "/api/thing?reason=a%20b&reason=c&x", "right", """{"k":"v"}""");
        Assert.Equal("""{"ok":true}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var request = Assert.Single(_requests);
        Assert.Equal("""{"k":"v"}""", Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(("c", "", true), (request.Query["reason"], request.Query["x"], request.Authorized));
    }

    [Fact]
    public async Task A_body_above_the_routes_limit_is_refused()
    {
        using var answer = await Send("POST", "/api/small", "right", "123456789");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("at most 8 bytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    private Task<RoleReply> Serve(IActorRef actor, RoleRequest request)
    {
        _requests.Add(request);
        return Task.FromResult(RoleReply.Object(200, json => json.WriteBoolean("ok", true)));
    }

    private async Task<HttpResponseMessage> Send(string method, string path, string? token, string? body)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"http://127.0.0.1:{_server.Ports[Role.ApplyLayer]}{path}"));
        request.Content = body is null ? null : new StringContent(body);
        request.Headers.Authorization = token is null
            ? null
            : new AuthenticationHeaderValue("Bearer", token == "right" ? Token.Reveal() : token);
        return await _client.SendAsync(request);
    }

    private sealed class Silent : ReceiveActor
    {
        public Silent() => Receive<string>(_ => { });
    }
}

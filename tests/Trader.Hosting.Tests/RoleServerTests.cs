using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Link;
using Trader.Hosting.Metrics;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>Every role's HTTP, over real Kestrel on loopback.</summary>
public sealed class RoleServerTests : IAsyncLifetime
{
    private const string Body =
        """{"event_id":"e-1","reason":"TEST","severity":"CRITICAL","issued_by":"watchdog","ts":"1707840128456"}""";

    private static readonly Secret Token = new(new string('k', 40));
    private static readonly HttpSettings Http = new(IPAddress.Loopback, 64);

    private readonly MetricRegistry _metrics = new(NodeMetrics.Definitions);
    private readonly EventHub _brainHub;
    private readonly EventHub _workerHub;
    private readonly List<PanicEntry> _panics = [];
    private readonly HttpClient _client = new();
    private Readiness _readiness = Readiness.Starting;
    private bool _workerRuns = true;
    private RoleServer _server = null!;

    public RoleServerTests()
    {
        _brainHub = new EventHub(Role.ExitBrain, 4, _metrics, TimeProvider.System);
        _workerHub = new EventHub(Role.PanicClose, 4, _metrics, TimeProvider.System);
    }

    public async Task InitializeAsync() => _server = await RoleServer.StartAsync(
        [
            new RoleEndpoint(Role.ExitBrain, 0, _brainHub, () => _readiness),
            new RoleEndpoint(Role.PanicClose, 0, _workerHub, () => _readiness, Take),
        ],
        Http, _metrics, Token, logs: null);

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(Role.ExitBrain, "GET", "/health/live", 200)]
    [InlineData(Role.ExitBrain, "HEAD", "/health/live", 200)]
    [InlineData(Role.ExitBrain, "GET", "/metrics", 200)]
    [InlineData(Role.ExitBrain, "POST", "/metrics", 405)]
    [InlineData(Role.ExitBrain, "GET", "/", 404)]
    [InlineData(Role.ExitBrain, "GET", "/watchdog/heartbeats", 404)]
    [InlineData(Role.ExitBrain, "POST", "/panic-close", 405)]
    [InlineData(Role.PanicClose, "GET", "/panic-close", 405)]
    [InlineData(Role.PanicClose, "GET", "/exit-brain/heartbeats", 404)]
    public async Task A_role_serves_its_own_paths(Role role, string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), At(role, path));
        using var answer = await _client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task Ready_is_503_with_reasons_until_the_role_says_otherwise()
    {
        using var before = await _client.GetAsync(At(Role.PanicClose, "/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        Assert.Equal(
            """{"role":"panic-close","ready":false,"reasons":["starting"]}""",
            await before.Content.ReadAsStringAsync());
        _readiness = new Readiness([]);
        using var after = await _client.GetAsync(At(Role.PanicClose, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal("""{"role":"panic-close","ready":true,"reasons":[]}""", await after.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null, "application/json", Body, 401)]
    [InlineData("Bearer wrong", "application/json", Body, 401)]
    [InlineData("Basic TOKEN", "application/json", Body, 401)]
    [InlineData("Bearer", "application/json", Body, 401)]
    [InlineData("Bearer TOKENx", "application/json", Body, 401)]
    [InlineData("Bearer wrong", "text/plain", "garbage", 401)]
    [InlineData("Bearer TOKEN", "text/plain", Body, 415)]
    [InlineData("Bearer TOKEN", null, Body, 415)]
    [InlineData("Bearer TOKEN", "application/json", "", 400)]
    [InlineData("Bearer TOKEN", "application/json", "[]", 400)]
    [InlineData("Bearer TOKEN", "application/json", "{}", 400)]
    [InlineData("Bearer TOKEN", "application/json", """{"event_id":"e"}""", 400)]
    [InlineData(
        "Bearer TOKEN", "application/json", """{"event_id":"e 1","reason":"","severity":"","issued_by":"","ts":""}""",
        400)]
    [InlineData(
        "Bearer TOKEN", "application/json",
        """{"event_id":"e","reason":"","severity":"","issued_by":"","ts":"1","x":"1"}""", 400)]
    [InlineData(
        "Bearer TOKEN", "application/json",
        """{"event_id":"e","event_id":"f","reason":"","severity":"","issued_by":"","ts":"1"}""", 400)]
    [InlineData(
        "Bearer TOKEN", "application/json", """{"event_id":"e","reason":null,"severity":"","issued_by":"","ts":"1"}""",
        400)]
    [InlineData(
        "Bearer TOKEN", "application/json",
        """{"event_id":"\ud800","reason":"","severity":"","issued_by":"","ts":"1"}""", 400)]
    [InlineData("Bearer TOKEN", "application/json", "4KB", 413)]
    [InlineData("Bearer TOKEN", "application/json; charset=utf-8", Body, 202)]
    [InlineData("bearer TOKEN", "application/json", Body, 202)]
    [Trait("rule", "S9")]
    public async Task A_panic_needs_the_token_and_the_five_fields(
        string? authorization, string? type, string body, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At(Role.PanicClose, "/panic-close"));
        request.Headers.TryAddWithoutValidation(
            "Authorization", authorization?.Replace("TOKEN", Token.Reveal(), StringComparison.Ordinal));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body == "4KB" ? new string(' ', 4097) : body));
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.DoesNotContain(Token.Reveal(), text, StringComparison.Ordinal);
        if (status == 202)
        {
            Assert.Equal("""{"accepted":true}""", text);
            var entry = Assert.Single(_panics);
            Assert.Equal(("", "e-1", "1707840128456", false), (entry.StreamId, PanicWire.Find(entry.Fields, "event_id"), PanicWire.Find(entry.Fields, "ts"), entry.Redelivered));
        }
        else
        {
            Assert.StartsWith("{\"error\":\"", text, StringComparison.Ordinal);
            Assert.Empty(_panics);
        }
    }

    [Theory]
    [InlineData(Role.PanicClose, "GET", null, 401)]
    [InlineData(Role.PanicClose, "GET", "Bearer wrong", 401)]
    [InlineData(Role.PanicClose, "GET", "Bearer TOKEN", 200)]
    [InlineData(Role.PanicClose, "POST", "Bearer TOKEN", 405)]
    [InlineData(Role.ExitBrain, "GET", "Bearer TOKEN", 404)]
    [Trait("rule", "S11")]
    public async Task S11_Whether_a_panic_would_be_let_in_can_be_asked_before_one_is_needed(
        Role role, string method, string? authorization, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), At(role, "/panic-close/check"));
        request.Headers.TryAddWithoutValidation(
            "Authorization", authorization?.Replace("TOKEN", Token.Reveal(), StringComparison.Ordinal));
        using var answer = await _client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
        Assert.Empty(_panics);
    }

    [Fact]
    public async Task A_post_by_the_poster_arrives_as_the_trigger_that_was_sent()
    {
        using var poster = new PanicPoster(
            PeerLinkTests.Settings(PeerLinkTests.FreePort(), _server.Ports[Role.PanicClose]), Token);
        var warm = await poster.Warm();
        Assert.Equal((1, 0), (warm.Reached, warm.Refusing.Count));
        var trigger = new PanicTrigger(
            EventId.FromGuid(Guid.NewGuid()), "EXIT_BRAIN_\"X\"", PanicIssuer.Watchdog, 1707840128456);
        // One of the two workers is not there: one acknowledgement is enough.
        Assert.Null(await poster.Send(trigger));
        Assert.Equal(PanicWire.Write(trigger), Assert.Single(_panics).Fields);

        _workerRuns = false;
        var why = await poster.Send(trigger);
        Assert.Contains("answered 503", why, StringComparison.Ordinal);
        Assert.Contains("ConnectionError", why, StringComparison.Ordinal);
        using var stranger = new PanicPoster(
            PeerLinkTests.Settings(_server.Ports[Role.PanicClose]), new Secret(new string('z', 40)));
        Assert.Contains("answered 401", await stranger.Send(trigger), StringComparison.Ordinal);
        Assert.Equal([$"127.0.0.1:{_server.Ports[Role.PanicClose]}"], (await stranger.Warm()).Refusing);
    }

    [Fact]
    public async Task A_worker_that_hangs_does_not_hold_back_the_one_that_lives()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var port = ((IPEndPoint)hanging.LocalEndpoint).Port;
        using var both = new PanicPoster(PeerLinkTests.Settings(port, _server.Ports[Role.PanicClose]), Token);
        var trigger = new PanicTrigger(EventId.FromGuid(Guid.NewGuid()), "X", PanicIssuer.Ops, 1);
        Assert.Null(await both.Send(trigger));
        using var alone = new PanicPoster(
            PeerLinkTests.Settings(port) with { PanicDeadline = TimeSpan.FromMilliseconds(200) }, Token);
        Assert.Contains("did not answer in time", await alone.Send(trigger), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_reader_gets_the_latest_heartbeat_at_once_and_then_every_event()
    {
        _brainHub.Publish("heartbeat", [new("status", "OLD")]);
        _brainHub.Publish("heartbeat", [new("status", "ALIVE"), new("note", "a\"b\né")]);
        using var reader = await SseReader.Open(_server.Ports[Role.ExitBrain], "/exit-brain/heartbeats");
        Assert.Contains("text/event-stream", reader.Head, StringComparison.Ordinal);
        Assert.Equal(
            "event: heartbeat\ndata: {\"status\":\"ALIVE\",\"note\":\"a\\u0022b\\n\\u00E9\"}\n\n", await reader.Next());
        _brainHub.Publish("stopping", []);
        Assert.Equal("event: stopping\ndata: {}\n\n", await reader.Next());
        // Who comes after the goodbye hears it first, whatever was beaten since; else the end would look like a death.
        _brainHub.Publish("heartbeat", [new("status", "ALIVE")]);
        using var late = await SseReader.Open(_server.Ports[Role.ExitBrain], "/exit-brain/heartbeats");
        Assert.Equal("event: stopping\ndata: {}\n\n", await late.Next());
        _brainHub.Publish("last", []);
        Assert.Equal("event: last\ndata: {}\n\n", await late.Next());
        _brainHub.Close();
        Assert.Null(await late.Next());
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_dropped_and_holds_up_nobody()
    {
        using var slow = await SseReader.Open(_server.Ports[Role.ExitBrain], "/exit-brain/heartbeats");
        using var live = await SseReader.Open(_server.Ports[Role.ExitBrain], "/exit-brain/heartbeats");
        var fat = new KeyValuePair<string, string>[] { new("fat", new string('x', 60_000)) };
        var sent = 0;
        // Kernel buffers swallow megabytes before a write blocks; the live reader takes each event before the next is
        // sent.
        while (!_metrics.Text().Contains("trader_link_readers_dropped_total{role=\"exit-brain\"} 1", StringComparison.Ordinal))
        {
            Assert.True(sent++ < 2000, "the slow reader was never dropped");
            _brainHub.Publish("heartbeat", fat);
            Assert.StartsWith("event: heartbeat", await live.Next(), StringComparison.Ordinal);
        }

        await slow.UntilEnd();
        _brainHub.Publish("after", []);
        Assert.Equal("event: after\ndata: {}\n\n", await live.Next());
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_nothing_is_bound()
    {
        var taken = _server.Ports[Role.ExitBrain];
        var free = PeerLinkTests.FreePort();
        var hub = new EventHub(Role.Watchdog, 4, _metrics, TimeProvider.System);
        var error = await Assert.ThrowsAsync<PortTakenException>(() => RoleServer.StartAsync(
            [new RoleEndpoint(Role.Watchdog, free, hub, () => _readiness), new RoleEndpoint(
                Role.PanicClose, taken, _workerHub, () => _readiness)],
            Http, _metrics, Token, logs: null));
        Assert.Equal(
            $"port {taken} on 127.0.0.1 (role panic-close) is in use; stop what uses it or choose --port-offset",
            error.Message);
        using var again = new TcpListener(IPAddress.Loopback, free);
        again.Start();
        Assert.True(again.Server.IsBound);
    }

    [Fact]
    public async Task A_half_sent_request_does_not_hold_the_server()
    {
        using var half = new TcpClient();
        await half.ConnectAsync(IPAddress.Loopback, _server.Ports[Role.PanicClose]);
        await half.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /panic-close HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Token.Reveal()}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));
        using var answer = await _client.GetAsync(At(Role.PanicClose, "/health/live"));
        Assert.Equal("""{"role":"panic-close"}""", await answer.Content.ReadAsStringAsync());
        Assert.Empty(_panics);
    }

    private bool Take(PanicEntry entry)
    {
        if (_workerRuns)
        {
            _panics.Add(entry);
        }

        return _workerRuns;
    }

    private Uri At(Role role, string path) => new($"http://127.0.0.1:{_server.Ports[role]}{path}");
}

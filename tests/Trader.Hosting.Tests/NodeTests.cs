using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Akka.Actor;
using Trader.Actors.ExitBrain;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Logging;
using Trader.Hosting.Node;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The production wiring in one process: neither Redis nor an exchange is there, and everything else
/// works.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment;
    private readonly MemoryStream _output = new();
    private readonly StringWriter _errors = new();
    private readonly TaskCompletionSource<string> _dying = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _dead = PeerLinkTests.FreePort();

    public NodeTests() => _environment = new()
    {
        ["QUANTUM_ETC_DIR"] = _scratch.Path,
        ["TRADER_STATE_DIR"] = _scratch.File("state"),
        ["REDIS_URL"] = $"redis://127.0.0.1:{_dead}",
        ["BINANCE_BASE_URL"] = $"http://127.0.0.1:{_dead}",
    };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    [Trait("rule", "S2")]
    public async Task A_node_serves_beats_and_takes_panics_without_Redis_and_says_goodbye()
    {
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(_environment["NOTIFY_SOCKET"] = _scratch.File("notify")));
        await using var lines = new LineWriter(_output);
        var settings = Settings();
        List<RoleModule> modules = [.. RoleNames.All.Select(Wiring.Module)];
        await using var node = await NodeHost.StartAsync(new NodeParts(
            settings, modules, metrics =>
                Wiring.Gateways(settings, modules, TimeProvider.System, metrics), _environment, TimeProvider.System,
            new LineLogger(lines, TimeProvider.System), lines));
        Assert.Equal("READY=1", await Datagram(systemd));
        Assert.Equal("WATCHDOG=1", await Datagram(systemd));

        using var reader = await SseReader.Open(node.Ports[Role.ExitBrain], "/exit-brain/heartbeats");
        Assert.Contains("\"service_id\":\"exit_brain_main\"", await reader.Next(), StringComparison.Ordinal);
        using var client = new HttpClient();
        await Until(() => Task.FromResult(node.Readiness(Role.Watchdog).Ready));
        using var worker = await client.GetAsync(
            new Uri($"http://127.0.0.1:{node.Ports[Role.PanicClose]}/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, worker.StatusCode);
        Assert.Contains("BINANCE_API_KEY", await worker.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var figures = PrometheusText.Read(
            await client.GetStringAsync(new Uri($"http://127.0.0.1:{node.Ports[Role.Watchdog]}/metrics")));
        Assert.Equal(1, figures["trader_role_ready{role=\"watchdog\"}"]);
        Assert.Equal(0, figures["trader_role_ready{role=\"panic-close\"}"]);
        Assert.Equal(
            HttpStatusCode.Accepted, await PostPanic(client, node, _scratch.File("state/" + LinkToken.FileName)));

        var events = new List<string>();
        var stop = node.StopAsync();
        while (await reader.Next() is { } next)
        {
            events.Add(next);
        }

        await stop;
        Assert.Contains("event: stopping\ndata: {}\n\n", events);
        var said = new List<string>();
        while (!said.Contains("STOPPING=1"))
        {
            said.Add(await Datagram(systemd));
        }

        await lines.DisposeAsync();
        var log = Encoding.UTF8.GetString(_output.ToArray());
        Assert.Contains("| [EXIT_BRAIN] ", log, StringComparison.Ordinal);
        Assert.Contains("| [WATCHDOG] EXIT BRAIN WATCHDOG STARTING", log, StringComparison.Ordinal);
        Assert.Contains("| [EEW] 🚨 PANIC CLOSE EVENT RECEIVED 🚨", log, StringComparison.Ordinal);
        Assert.All(log.TrimEnd('\n').Split('\n'), l => Assert.Matches(
            @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\| (DEBUG|INFO|WARNING|ERROR|CRITICAL) \| \[[A-Z_]+\] |\[(INFO|WARNING|ERROR|CRITICAL)\] )", l));
        Assert.DoesNotContain(
            await File.ReadAllTextAsync(_scratch.File("state/link.token")), log, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_A_panic_that_reaches_nobody_is_said_at_CRITICAL_and_a_Redis_never_seen_is_not_lost()
    {
        await using var lines = new LineWriter(_output);
        var settings = Settings("trader.watchdog.heartbeat-missing = 1500ms");
        List<RoleModule> modules = [Wiring.Module(Role.Watchdog)];
        await using var node = await NodeHost.StartAsync(new NodeParts(
            settings, modules, meter => Wiring.Gateways(settings, modules, TimeProvider.System, meter), _environment, TimeProvider.System,
            new LineLogger(lines, TimeProvider.System), lines));

        using var client = new HttpClient();
        var metrics = new Uri($"http://127.0.0.1:{node.Ports[Role.Watchdog]}/metrics");
        await Until(async () => (await client.GetStringAsync(metrics)).Contains(
            "trader_alarms_total{code=\"PANIC_REACHES_NOBODY\"} 1", StringComparison.Ordinal));

        await node.StopAsync();
        await lines.DisposeAsync();
        var log = Encoding.UTF8.GetString(_output.ToArray());
        foreach (var text in new[]
        {
            "🚨 FAILURE DETECTED: ", "🚨 TRIGGERING PANIC CLOSE 🚨", "Reason: EXIT_BRAIN_HEARTBEAT_MISSING",
            "WATCHDOG FAILED TO TRIGGER PANIC CLOSE", "MANUAL INTERVENTION REQUIRED IMMEDIATELY",
        })
        {
            Assert.Contains("| CRITICAL | [WATCHDOG] " + text, log, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Redis connection lost", log, StringComparison.Ordinal);
        Assert.Equal(2, log.Split("| INFO | [WATCHDOG] Not connected to Redis yet").Length);
    }

    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_A_watchdog_whose_token_a_worker_refuses_says_so_long_before_a_panic()
    {
        await using var lines = new LineWriter(_output);
        var port = PeerLinkTests.FreePort();
        await using var worker = await Start(Role.PanicClose, $"trader.roles.panic-close.port = {port}", new string('a', 40), lines);
        await using var watchdog = await Start(
            Role.Watchdog, $"trader.link.panic-close = [\"http://127.0.0.1:{port}\"]", new string('b', 40), lines);
        var reason = $"the panic-close worker at 127.0.0.1:{port} refuses this node's link token";

        await Until(() => Task.FromResult(watchdog.Readiness(Role.Watchdog).Reasons.Contains(reason)));

        using var client = new HttpClient();
        var metrics = new Uri($"http://127.0.0.1:{watchdog.Ports[Role.Watchdog]}/metrics");
        await Until(async () => await client.GetStringAsync(metrics) is var figures
            && figures.Contains("\ntrader_link_panic_workers_refusing 1", StringComparison.Ordinal)
            && figures.Contains("trader_alarms_total{code=\"LINK_TOKEN_REFUSED\"} 1", StringComparison.Ordinal));
        await watchdog.StopAsync();
        await lines.DisposeAsync();
        Assert.Contains("| ERROR | [WATCHDOG] NOT READY: " + reason, Encoding.UTF8.GetString(_output.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("exchange")]
    [InlineData("disk")]
    [InlineData("escort")]
    [Trait("rule", "S11")]
    public async Task S11_A_gateway_or_companion_that_is_given_up_ends_the_node_with_the_reason(string name)
    {
        await using var lines = new LineWriter(_output);
        var settings = Settings();
        List<RoleModule> modules =
        [
            Wiring.Module(Role.PanicClose) with { Companions = [new Companion("escort", _ => Mortal("escort"))] },
        ];
        await using var node = await NodeHost.StartAsync(new NodeParts(
            settings, modules, _ => new NodeGateways(Mortal("redis"), Mortal("exchange"), Mortal("disk")), _environment,
            TimeProvider.System, new LineLogger(lines, TimeProvider.System), lines));
        Assert.False(node.Ended.IsCompleted);

        _dying.TrySetResult(name);

        Assert.Equal($"{name} was given up", await node.Ended.WaitAsync(TimeSpan.FromSeconds(20)));
        await node.StopAsync();
        await lines.DisposeAsync();
        Assert.Contains(
            $"CRITICAL | [TRADER] ACTOR_GIVEN_UP: {name} is stopped", Encoding.UTF8.GetString(_output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_A_node_tells_Redis_what_each_of_its_roles_can_do()
    {
        await using var lines = new LineWriter(_output);
        var settings = Settings();
        var told = new Inbox();
        List<RoleModule> modules = [Wiring.Module(Role.Governor), Wiring.Module(Role.ApplyLayer)];
        await using var node = await NodeHost.StartAsync(new NodeParts(
            settings, modules, _ => new NodeGateways(Props.Create(() => new Listener(told)), Mortal("exchange"), Mortal("disk")), _environment,
            TimeProvider.System, new LineLogger(lines, TimeProvider.System), lines));

        var reports = new Dictionary<string, string>();
        while (reports.Count < 2 || !reports.Values.All(why => why.Contains("BINANCE_API_KEY", StringComparison.Ordinal)))
        {
            var report = await told.Until<RedisProtocol.PublishRoleReport>();
            Assert.Equal(settings.NodeName, report.Node);
            reports[report.Role] = report.NotReady;
        }

        Assert.Equal([Roles.ApplyLayer, Roles.Governor], reports.Keys.Order());
    }

    [Fact]
    public async Task A_port_in_use_ends_the_process_with_one_line_before_anything_started()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var overlay = _scratch.Write("overlay.hocon", $"trader.roles.watchdog.port = {port}");
        Assert.Equal(NodeProgram.UnavailableExitCode, await Run("--roles", "watchdog", "--config", overlay));
        Assert.Equal($"Trader.Node: port {port} on 127.0.0.1 (role watchdog) is in use; stop what uses it or choose --port-offset\n", _errors.ToString());
        Assert.False(Directory.Exists(_scratch.File("state/journal")));
    }

    [Fact]
    public async Task Settings_that_are_wrong_end_the_process_with_a_line_each()
    {
        var overlay = _scratch.Write("overlay.hocon", "trader.frob = 1\ntrader.watchdog.max-events = 7");
        Assert.Equal(78, await Run("--config", overlay));
        Assert.Equal(2, _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_used_ends_the_process_with_one_line()
    {
        _environment["TRADER_STATE_DIR"] = _scratch.Write("file", "not a directory") + "/state";
        Assert.Equal(NodeProgram.StateExitCode, await Run("--roles", "watchdog"));
        Assert.Single(_errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--bogus", "unknown option '--bogus'; see --help")]
    [InlineData("--roles", "--roles needs a value; see --help")]
    [InlineData("--roles=", "--roles needs a value; see --help")]
    [InlineData("--roles=a", "there is no role 'a'; roles: exit-brain, watchdog, panic-close, governor, position-state, apply-layer")]
    [InlineData("--roles=watchdog,watchdog", "role 'watchdog' is named twice")]
    [InlineData("--node a --node b", "--node is given twice")]
    [InlineData("exit-brain", "unknown option 'exit-brain'; see --help")]
    public async Task A_wrong_command_line_is_one_line_and_exit_64(string arguments, string line)
    {
        Assert.Equal(NodeOptions.UsageExitCode, await Run(arguments.Split(' ')));
        Assert.Equal($"Trader.Node: {line}\n", _errors.ToString());
    }

    [Theory]
    [InlineData("governor")]
    [InlineData("watchdog,apply-layer,governor")]
    [Trait("rule", "S1")]
    public async Task S1_roles_that_may_not_trade_a_production_account_are_one_line_and_exit_78(string roles)
    {
        _environment.Remove("BINANCE_BASE_URL");
        _environment["BINANCE_TESTNET"] = "false";

        Assert.Equal(SettingsLoader.ExitCode, await Run("--roles", roles).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(
            "Trader.Node: trader.governor.mode: is testnet, whose permits lack production's limits, and the account is a production account; "
            + "set APPLY_MODE=production for governor and apply layer, dry_run for both, or choose the testnet\n",
            _errors.ToString());
        Assert.Empty(_output.ToArray());
    }

    [Fact]
    public void A_right_command_line_is_read_in_both_spellings()
    {
        Assert.True(NodeOptions.TryParse(
            ["--roles", "watchdog,exit-brain", "--config=a=b", "--port-offset", "5", "--node=n", "--as", "main_with_watchdog.py"], out var options, out _));
        Assert.Equal([Role.Watchdog, Role.ExitBrain], options.Roles);
        Assert.Equal(("a=b", "5", "n"), (options.Config, options.PortOffset, options.NodeName));
        Assert.True(NodeOptions.TryParse([], out options, out _));
        Assert.Equal(RoleNames.All, options.Roles);
    }

    [Fact]
    public async Task A_degraded_brain_is_not_ready_for_all_its_reasons()
    {
        var heartbeat = new Heartbeat("exit_brain_main", BrainStatus.Degraded, 0, null, 5, 0, 1);
        var beat = new RoleBeat(
            [.. HeartbeatWire.Write(heartbeat), new(ExitBrainActor.DegradedField, "loop took 612 ms; no watchdog heard")], TimeSpan.Zero);

        var reasons = await Wiring.Module(Role.ExitBrain).NotReady(ActorRefs.Nobody, beat);

        Assert.Equal(["DEGRADED: loop took 612 ms; no watchdog heard"], reasons);
    }

    [Fact]
    [Trait("rule", "S11")]
    public void A_role_is_ready_only_while_it_is_heard()
    {
        var time = new HandClock();
        var board = new ReadinessBoard(time);
        Assert.False(board.Of(Role.PanicClose).Ready);
        board.Heard(Role.PanicClose, []);
        Assert.True(board.Of(Role.PanicClose).Ready);
        time.Elapse(ReadinessBoard.MaxAge + TimeSpan.FromMilliseconds(100));
        Assert.Equal(["the role has not beaten for 3.1 s"], board.Of(Role.PanicClose).Reasons);
        board.Heard(Role.PanicClose, ["Redis is away"]);
        Assert.Equal(["Redis is away"], board.Of(Role.PanicClose).Reasons);
        board.Heard(Role.PanicClose, []);
        board.Common("Redis refuses");
        Assert.Equal(["Redis refuses"], board.Of(Role.PanicClose).Reasons);
        board.Common(null);
        Assert.True(board.Of(Role.PanicClose).Ready);
        board.Fix(Role.PanicClose, ["no key"]);
        board.Stopping();
        Assert.Equal(["no key", "stopping"], board.Of(Role.PanicClose).Reasons);
    }

    /// <summary>An actor that answers nothing and stops itself when its name is called.</summary>
    private Props Mortal(string name)
    {
        var dying = _dying.Task;
        return Props.Create(() => new MortalActor(name, dying));
    }

    private sealed class MortalActor : UntypedActor
    {
        private readonly string _name;

        public MortalActor(string name, Task<string> dying)
        {
            _name = name;
            dying.PipeTo(Self);
        }

        protected override void OnReceive(object message)
        {
            if (message is string called && called == _name)
            {
                Context.Stop(Self);
            }
        }
    }

    private sealed class Listener(Inbox told) : UntypedActor
    {
        protected override void OnReceive(object message) => told.Put(message);
    }

    private Task<NodeHost> Start(Role role, string setting, string token, LineWriter lines)
    {
        var settings = Settings(setting);
        List<RoleModule> modules = [Wiring.Module(role)];
        return NodeHost.StartAsync(new NodeParts(
            settings with { StateDir = _scratch.File(role.Name()) }, modules,
            meter => Wiring.Gateways(
                settings with { StateDir = _scratch.File(role.Name()) }, modules, TimeProvider.System, meter),
            new Dictionary<string, string>(_environment) { [LinkToken.Variable] = token }, TimeProvider.System,
            new LineLogger(lines, TimeProvider.System), lines));
    }

    private static async Task<HttpStatusCode> PostPanic(HttpClient client, NodeHost node, string tokenFile)
    {
        var token = await File.ReadAllTextAsync(tokenFile);
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"http://127.0.0.1:{node.Ports[Role.PanicClose]}/panic-close"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        request.Content = new StringContent(
            $$"""{"event_id":"e-1","reason":"TEST","severity":"CRITICAL","issued_by":"ops","ts":{{now}}}""", Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> Datagram(Socket socket)
    {
        var buffer = new byte[256];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, SocketFlags.None, deadline.Token));
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private NodeSettings Settings(string more = "")
    {
        var overlay = _scratch.Write(
            "overlay.hocon",
            string.Join('\n', RoleNames.All.Select(r => $"trader.roles.{r.Name()}.port = {PeerLinkTests.FreePort()}")) + "\n" + more);
        var result = SettingsLoader.Load(
            new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), overlay, _environment));
        Assert.Empty(result.Violations);
        return result.Settings!;
    }

    private Task<int> Run(params string[] arguments) => NodeProgram.RunAsync(arguments, _environment, _output, _errors);

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Elapse(TimeSpan time) => _ticks += time.Ticks;
    }
}

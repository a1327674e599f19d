using Akka.Configuration;
using Trader.Hosting.Configuration;
using Trader.Hosting.Node;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment;

    public SettingsLoaderTests() => _environment = new() { ["QUANTUM_ETC_DIR"] = _scratch.Path };

    private static string Defaults => Path.Combine(AppContext.BaseDirectory, "akka.hocon");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_defaults_are_the_documented_figures()
    {
        var settings = Good();
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Watchdog.HeartbeatMissing);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.Watchdog.DegradedTooLong);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Watchdog.DecisionsStagnant);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.Watchdog.PositionsUnguarded);
        Assert.Equal(TimeSpan.FromSeconds(60), settings.PanicClose.TriggerMaxAge);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.PanicClose.TriggerMaxFuture);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.ExitBrain.LoopEvery);
        Assert.Equal(settings.ExitBrain.ServiceId, settings.Watchdog.ServiceId);
        Assert.Equal(
            (8045, 8046, 8047),
            (settings.Ports[Role.ExitBrain], settings.Ports[Role.Watchdog], settings.Ports[Role.PanicClose]));
        Assert.Equal("redis://127.0.0.1:6379/0", settings.Redis.ToString());
        Assert.Equal(VenueEnvironment.Testnet, settings.Exchange.Environment);
        Assert.Null(settings.Exchange.Key);
        Assert.Equal("INFO", settings.Engine.GetString("akka.loglevel"));
    }

    [Fact]
    public void Every_key_of_the_file_has_a_comment_above_its_block_of_keys()
    {
        var lines = File.ReadAllLines(Defaults);
        Assert.NotEmpty(lines);
        for (var i = 1; i < lines.Length; i++)
        {
            // A blank line ends what a comment speaks about.
            Assert.False(
                lines[i].Contains(" = ", StringComparison.Ordinal)
                    && !lines[i].TrimStart().StartsWith('#')
                    && lines[i - 1].Trim().Length == 0,
                $"line {i + 1} has no comment: {lines[i]}");
        }
    }

    [Fact]
    public void An_overlay_wins_over_the_defaults_and_the_environment_over_both()
    {
        _environment["TRADER_PORT_OFFSET"] = "300";
        var settings = Good("trader.port-offset = 200\ntrader.watchdog.judge-every = 20ms");
        Assert.Equal(8345, settings.Ports[Role.ExitBrain]);
        Assert.Equal(TimeSpan.FromMilliseconds(20), settings.Watchdog.JudgeEvery);
        Assert.Equal(new Uri("http://127.0.0.1:8347"), Assert.Single(settings.Link.PanicClose));
        Assert.Equal(8445, Good("", portOffset: "400").Ports[Role.ExitBrain]);
    }

    [Theory]
    [InlineData("trader.watchdog.heartbeat-missing = 5001ms")]
    [InlineData("trader.watchdog.degraded-too-long = 6s")]
    [InlineData("trader.watchdog.decisions-stagnant = 31s")]
    [InlineData("trader.watchdog.positions-unguarded = 4s")]
    [InlineData("trader.panic-close.trigger-max-age = 61s")]
    [InlineData("trader.panic-close.trigger-max-future = 6s")]
    [InlineData("trader.exit-brain.guard-silence = 6s")]
    [InlineData("trader.exit-brain.loop-every = 2s")]
    [Trait("rule", "S11")]
    [Trait("rule", "S9")]
    public void A_documented_limit_may_be_tightened_and_never_widened(string line)
    {
        var violation = Assert.Single(Load(line).Violations);
        Assert.Contains("above the limit", violation.What, StringComparison.Ordinal);
        Assert.Contains("overlay.hocon", violation.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trader.watchdog.heartbeat-missing = 2s")]
    [InlineData("trader.panic-close.trigger-max-age = 30s")]
    [InlineData("trader.exit-brain.exits.stop-loss-percent = off")]
    [InlineData("trader.exit-brain.exits.maximum-hold = off")]
    [InlineData("akka.loglevel = DEBUG")]
    [InlineData("akka.actor.ask-timeout = 3s")]
    public void A_value_in_range_is_taken(string line) => Good(line);

    [Theory]
    [InlineData(
        "trader.watchdog.judge-evry = 50ms", "trader.watchdog.judge-evry", "did you mean trader.watchdog.judge-every?")]
    [InlineData(
        "trader.watchdgo.max-events = 1", "trader.watchdgo.max-events", "did you mean trader.watchdog.max-events?")]
    [InlineData("akka.loglvel = DEBUG", "akka.loglvel", "")]
    [InlineData("redis.url = x", "redis.url", "did you mean trader.redis.url?")]
    [InlineData("trader.exchange.api-secret = abc", "trader.exchange.api-secret", "")]
    public void An_unknown_key_is_refused_by_name(string line, string path, string toDo)
    {
        var violation = Assert.Single(Load(line).Violations);
        Assert.Equal($"{path} (overlay.hocon)", violation.Where);
        Assert.Contains(toDo, violation.ToDo, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", violation.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trader.watchdog = 5", "trader.watchdog (")]
    [InlineData("trader.redis.url = null", "trader.redis.url (")]
    [InlineData("trader.link.panic-close = \"http://a:1\"", "trader.link.panic-close (")]
    [InlineData("trader.link.panic-close = [\"https://a:1\"]", "trader.link.panic-close (")]
    [InlineData("trader.http.bind = somewhere", "trader.http.bind (")]
    [InlineData("trader.exchange.venue = kraken", "trader.exchange.venue (")]
    [InlineData("trader.exchange.environment = live", "trader.exchange.environment (")]
    [InlineData("trader.exchange.base-url = \"http://fapi.example.com\"", "trader.exchange.base-url (")]
    [InlineData("trader.exchange.base-url = \"https://fapi.example.com/fapi\"", "trader.exchange.base-url (")]
    [InlineData("trader.watchdog.judge-every = 50", "trader.watchdog.judge-every (")]
    [InlineData("trader.watchdog.judge-every = fast", "trader.watchdog.judge-every (")]
    [InlineData("trader.watchdog.max-events = -1", "trader.watchdog.max-events (")]
    [InlineData("trader.port-offset = 58000", "trader.port-offset (")]
    [InlineData("trader.roles.watchdog.port = 8045", "trader.roles")]
    [InlineData("trader.redis.reconnect-first = 4s", "trader.redis.reconnect-first (")]
    [InlineData("trader.panic-close.claim-idle = 2s", "trader.panic-close.claim-idle (")]
    [InlineData("trader.exit-brain.exits.trailing-percent = off", "trader.exit-brain.exits.trailing-percent (")]
    [InlineData("trader.exit-brain.exits.stop-loss-percent = 0", "trader.exit-brain.exits.stop-loss-percent (")]
    [InlineData("trader.node-name = \"a b\"", "trader.node-name (")]
    public void A_wrong_value_is_one_line_that_names_key_and_file(string line, string where)
    {
        var violations = Load(line).Violations;
        Assert.Contains(violations, v => v.Where.StartsWith(where, StringComparison.Ordinal));
        Assert.All(violations, v => Assert.DoesNotContain('\n', v.ToString()));
    }

    [Fact]
    public void All_violations_are_listed_at_once()
    {
        _environment["BINANCE_TESTNET"] = "maybe";
        _scratch.Write("governor.env", "what is this\n");
        var result = Load("trader.watchdog.max-events = 9\ntrader.redis.url = nowhere\ntrader.frob = 1");
        Assert.Null(result.Settings);
        Assert.Equal(5, result.Violations.Count);
    }

    [Fact]
    public void A_file_that_is_missing_or_is_no_HOCON_is_one_line()
    {
        var missing = SettingsLoader.Load(new SettingsSources(Defaults, _scratch.File("none.hocon"), _environment));
        Assert.Contains("cannot be read", Assert.Single(missing.Violations).What, StringComparison.Ordinal);
        Assert.Contains(
            "is not HOCON", Assert.Single(Load("trader { watchdog {").Violations).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REDIS_URL=redis://:pw@r1:7000/3;REDIS_HOST=no", "redis://r1:7000/3")]
    [InlineData("REDIS_URL=rediss://u:pw@r1", "rediss://r1:6379/0")]
    [InlineData("QUANTUM_REDIS_HOST=q;REDIS_HOST=no;REDIS_PORT=1", "redis://q:6379/0")]
    [InlineData("REDIS_HOST=r;REDIS_PORT=7001;REDIS_DB=2", "redis://r:7001/2")]
    [InlineData("REDIS_PORT=7001", "redis://127.0.0.1:7001/0")]
    [InlineData("REDIS_HOST=::1", "redis://[::1]:6379/0")]
    [InlineData("REDIS_URL=;REDIS_HOST=r", "redis://r:6379/0")]
    public void Redis_variables_have_a_documented_order(string variables, string expected)
    {
        Set(variables);
        Assert.Equal(expected, Good().Redis.ToString());
    }

    [Fact]
    [Trait("rule", "S16")]
    public void A_secret_is_read_and_never_printed()
    {
        Set("REDIS_URL=redis://us%40er:p%3Aw@r1;BINANCE_API_KEY=thekey;BINANCE_API_SECRET=thesecret");
        var settings = Good();
        Assert.Equal(("us@er", "p:w"), (settings.Redis.Gateway.Endpoint.User, settings.Redis.Password?.Reveal()));
        Assert.Equal(("thekey", "thesecret"), (settings.Exchange.Key?.Reveal(), settings.Exchange.Secret?.Reveal()));
        var printed = settings.ToString();
        Assert.All(["p:w", "thekey", "thesecret"], s => Assert.DoesNotContain(s, printed, StringComparison.Ordinal));
    }

    [Fact]
    public void An_env_file_comes_last_and_says_what_it_replaces()
    {
        Set("REDIS_HOST=process");
        _scratch.Write("governor.env", "REDIS_HOST=first\r\nREDIS_HOST=\"second\"");
        var result = Load("");
        Assert.Equal("second", result.Settings?.Redis.Gateway.Endpoint.Host);
        Assert.Contains(result.Notices, n => n.StartsWith("REDIS_HOST: ", StringComparison.Ordinal) && n.Contains("line 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_keys_for_one_account_are_a_doubt_that_shows_neither()
    {
        Set("BINANCE_API_KEY=mine");
        _scratch.Write("apply-layer.env", "BINANCE_API_KEY=theirs\n");
        var doubt = Assert.Single(Good().Exchange.Doubts);
        Assert.DoesNotContain("mine", doubt, StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void An_env_file_that_contradicts_the_process_about_testnet_is_a_doubt()
    {
        Set("BINANCE_TESTNET=false");
        _scratch.Write("apply-layer.env", "BINANCE_TESTNET=true\n");
        var exchange = Good().Exchange;
        Assert.Equal(VenueEnvironment.Testnet, exchange.Environment);
        Assert.Single(exchange.Doubts);
    }

    [Theory]
    [InlineData("", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("BINANCE_TESTNET=true", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("BINANCE_TESTNET=TRUE", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("TESTNET=1", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("BINANCE_TESTNET=false", "", VenueEnvironment.Production, "fapi.binance.com", 0)]
    [InlineData("BINANCE_TESTNET=", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("BINANCE_TESTNET=false;TESTNET=true", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData("TESTNET=false", "", VenueEnvironment.Production, "fapi.binance.com", 0)]
    [InlineData("TESTNET=false;BINANCE_TESTNET=true", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("TESTNET=false;BINANCE_TESTNET_API_KEY=k;BINANCE_TESTNET_API_SECRET=s", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 0)]
    [InlineData("BINANCE_TESTNET=false;BINANCE_TESTNET_API_KEY=k", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData("TESTNET=false;BINANCE_BASE_URL=http://127.0.0.1:9100", "", VenueEnvironment.Paper, "127.0.0.1", 0)]
    [InlineData("TESTNET=false;BINANCE_API_KEY=k;BINANCE_TESTNET_API_KEY=t", "", VenueEnvironment.Production, "fapi.binance.com", 0)]
    [InlineData("", "production", VenueEnvironment.Production, "fapi.binance.com", 0)]
    [InlineData("", "demo", VenueEnvironment.Testnet, "demo-fapi.binance.com", 0)]
    [InlineData("BINANCE_TESTNET=true", "demo", VenueEnvironment.Testnet, "demo-fapi.binance.com", 0)]
    [InlineData("BINANCE_TESTNET=true", "production", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData("BINANCE_TESTNET=false", "testnet", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData("BINANCE_BASE_URL=http://127.0.0.1:9100", "", VenueEnvironment.Paper, "127.0.0.1", 0)]
    [InlineData("BINANCE_BASE_URL=http://[::1]:9100", "", VenueEnvironment.Paper, "[::1]", 0)]
    [InlineData(
        "BINANCE_BASE_URL=http://localhost:9100;BINANCE_TESTNET=false", "", VenueEnvironment.Paper, "localhost", 1)]
    [InlineData(
        "BINANCE_BASE_URL=https://demo-fapi.binance.com", "", VenueEnvironment.Testnet, "demo-fapi.binance.com", 0)]
    [InlineData(
        "BINANCE_BASE_URL=https://demo-fapi.binance.com", "production", VenueEnvironment.Testnet,
        "demo-fapi.binance.com", 1)]
    [InlineData(
        "BINANCE_BASE_URL=https://fapi.binance.com", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData(
        "BINANCE_BASE_URL=https://fapi.binance.com;BINANCE_TESTNET=true", "", VenueEnvironment.Testnet,
        "testnet.binancefuture.com", 1)]
    [InlineData(
        "BINANCE_BASE_URL=https://fapi.binance.com;BINANCE_TESTNET=false", "", VenueEnvironment.Production,
        "fapi.binance.com", 0)]
    [InlineData(
        "BINANCE_BASE_URL=https://proxy.example.com", "", VenueEnvironment.Testnet, "testnet.binancefuture.com", 1)]
    [InlineData(
        "BINANCE_BASE_URL=https://proxy.example.com", "production", VenueEnvironment.Production, "proxy.example.com",
        0)]
    [InlineData(
        "BINANCE_BASE_URL=https://demo-fapi.binance.com.example.com", "demo", VenueEnvironment.Testnet,
        "demo-fapi.binance.com", 1)]
    [Trait("rule", "S15")]
    public void The_account_is_production_only_when_nothing_contradicts_it(
        string variables, string environment, VenueEnvironment expected, string host, int doubts)
    {
        Set(variables);
        var result = Load($"trader.exchange.environment = \"{environment}\"");
        Assert.Equal((expected, host, doubts), (result.Settings!.Exchange.Environment, result.Settings.Exchange.BaseUrl.Host, result.Settings.Exchange.Doubts.Count));
        Assert.All(result.Settings.Exchange.Doubts, d => Assert.Contains(d, result.Notices));
    }

    [Fact]
    [Trait("covers", "A3,A4,A20,A37,A42,D5")]
    public void A42_the_gates_documented_file_is_accepted_as_it_stands()
    {
        _scratch.Write(
            "apply-layer.env",
            """
            # Hard Mode Switch
            TESTNET=true
            TESTNET=false
            APPLY_PERMIT_WAIT_MS=1200
            APPLY_PERMIT_STEP_MS=100
            APPLY_LOG_LEVEL=INFO
            QUANTUM_REDIS_HOST=localhost
            QUANTUM_REDIS_PORT=6379
            QUANTUM_REDIS_DB=0
            PROMETHEUS_PORT=8001
            BINANCE_TESTNET_API_KEY=<key>
            BINANCE_TESTNET_API_SECRET=<secret>
            APPLY_PERMIT_WAIT_MS=2000
            """);

        var settings = Good();

        Assert.False(settings.ApplyLayer.Bypass);
        Assert.True(settings.ApplyLayer.HasCredentials);
        Assert.Equal((2000, 100), (settings.ApplyLayer.PermitWait.TotalMilliseconds, settings.ApplyLayer.PermitStep.TotalMilliseconds));
        Assert.Equal(8001, settings.Ports[Role.ApplyLayer]);
        Assert.Equal(VenueEnvironment.Testnet, settings.Exchange.Environment);
        Assert.Empty(settings.Exchange.Doubts);
    }

    [Theory]
    [Trait("covers", "X19,X29")]
    [InlineData("APPLY_MODE=live", "trader.apply-layer.mode")]
    [InlineData("APPLY_PERMIT_WAIT_MS=soon", "trader.apply-layer.permit-wait")]
    [InlineData("APPLY_KILL_SWITCH=perhaps", "trader.apply-layer.kill-switch")]
    [InlineData("PROMETHEUS_PORT=0", "trader.roles.apply-layer.port")]
    [InlineData("APPLY_LOG_LEVEL=LOUD", "APPLY_LOG_LEVEL")]
    public void What_the_gate_cannot_be_told_stops_the_start(string variables, string where)
    {
        Set(variables);
        var result = Load("");
        Assert.Null(result.Settings);
        Assert.Contains(result.Violations, v => v.Where.StartsWith(where, StringComparison.Ordinal));
    }

    /// <summary>Brain, watchdog and worker guard the account whatever the gate was told (S11).</summary>
    [Theory]
    [Trait("rule", "S11")]
    [Trait("covers", "X29")]
    [InlineData("APPLY_MODE=production;TESTNET=true", "", Role.ApplyLayer, "trader.apply-layer.mode (APPLY_MODE, environment)")]
    [InlineData("APPLY_MODE=testnet;BINANCE_TESTNET=false", "", Role.ApplyLayer, "trader.apply-layer.mode (APPLY_MODE, environment)")]
    [InlineData("K_BLOCK_WARNING=0.9;K_BLOCK_CRITICAL=0.8", "", Role.ApplyLayer, "trader.apply-layer.kill-score-warning (K_BLOCK_WARNING, environment)")]
    [InlineData("", "trader.exchange.receive-window = 30s", Role.ApplyLayer, "trader.apply-layer.lookup-settled (akka.hocon)")]
    [InlineData("", "trader.ess.read-every = 31s", Role.ApplyLayer, "trader.ess.read-every (overlay.hocon)")]
    [InlineData("", "trader.ess.state-expiry = 1500ms", Role.ApplyLayer, "trader.ess.state-expiry (overlay.hocon)")]
    [InlineData("", "trader.position-state.stale-after = 1s", Role.PositionState, "trader.position-state.fresh-for (akka.hocon)")]
    [InlineData("BINANCE_TESTNET=true", "trader.flatten.cooldown = 30s", Role.Governor, "trader.flatten.cooldown (overlay.hocon)")]
    public void S11_what_contradicts_itself_stops_the_role_it_concerns_and_no_guard(string variables, string overlay, Role concerned, string where)
    {
        Set(variables);
        var settings = Good(overlay);

        foreach (var role in RoleNames.All)
        {
            var refused = Wiring.Module(role).Refuses(settings).Select(v => v.Where).ToList();
            if (role == concerned)
            {
                Assert.Contains(where, refused);
            }
            else
            {
                Assert.DoesNotContain(where, refused);
            }
        }

        Assert.All(
            [Role.ExitBrain, Role.Watchdog, Role.PanicClose], guard => Assert.Empty(Wiring.Module(guard).Refuses(settings)));
    }

    [Fact]
    [Trait("covers", "X19")]
    public void The_figures_port_cannot_be_switched_off()
    {
        Set("APPLY_METRICS_PORT=0;APPLY_LOG_LEVEL=warning;APPLY_ALLOWLIST=BTCUSDT, ETHUSDT;APPLY_DEDUPE_TTL_SEC=3600");
        var settings = Good();
        Assert.Equal(8000, settings.Ports[Role.ApplyLayer]);
        Assert.Equal("WARNING", settings.Engine.GetString("akka.loglevel"));
        Assert.Equal(2, settings.ApplyLayer.Allowlist.Count);
        Assert.Equal(TimeSpan.FromHours(1), settings.ApplyLayer.DedupeTtl);
    }

    [Fact]
    public void The_engine_accepts_the_file_as_its_configuration()
    {
        var engine = Good("akka.loglevel = DEBUG").Engine.WithFallback(ConfigurationFactory.Default());
        Assert.Equal("DEBUG", engine.GetString("akka.loglevel"));
        Assert.True(engine.HasPath("akka.actor.default-dispatcher.throughput"));
    }

    private void Set(string variables)
    {
        foreach (var pair in variables.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            _environment[parts[0]] = parts[1];
        }
    }

    private SettingsResult Load(string overlay, string? portOffset = null) => SettingsLoader.Load(
        new SettingsSources(Defaults, _scratch.Write("overlay.hocon", overlay), _environment, portOffset));

    private NodeSettings Good(string overlay = "", string? portOffset = null)
    {
        var result = Load(overlay, portOffset);
        Assert.Empty(result.Violations);
        Assert.NotNull(result.Settings);
        return result.Settings;
    }
}

using System.Globalization;
using System.Net;
using Akka.Configuration;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Watchdog;
using Trader.Exchange;
using Trader.Exchange.Binance;
using Trader.Messages;
using Trader.Redis;
using Trader.Redis.Gateway;

namespace Trader.Hosting.Configuration;

/// <summary>The written-out mapping of keys to settings, with the range of each (its meaning stands in
/// akka.hocon).</summary>
internal sealed partial class SettingsMapping(
    SettingsReader read, DocumentedVariables variables, Config engine, List<string> notices)
{
    private readonly List<RoleViolation> contradictions = [];

    public NodeSettings Map()
    {
        var node = read.Name("trader.node-name", whenEmpty: HostName(), 40);
        var ports = Ports();
        var brain = Brain();
        var watchdog = Guard(brain);
        var worker = Worker(node);
        var exchange = Exchange();
        var http = Http();
        return new NodeSettings(
            node, StateDir(), ports, Redis(worker.ClaimIdle), exchange, brain, watchdog, worker,
            Link(ports), http, Engine())
        {
            Flatten = Flatten(exchange, worker),
            EssLatch = EssLatch(),
            Governor = Governor(),
            Ess = Ess(),
            PositionState = PositionState(),
            ApplyLayer = ApplyLayer(exchange),
            Intents = Intents(http),
            // Filled by what stands above.
            Contradictions = contradictions,
        };
    }

    private static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);

    private static int InMs(TimeSpan value) => (int)value.TotalMilliseconds;

    private static TimeSpan S(int value) => TimeSpan.FromSeconds(value);

    // A host name may hold what a consumer name must not; the node's name is ours, so it is bent rather than refused.
    private static string HostName() =>
        new([.. Dns.GetHostName().Take(40).Select(
            c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]);

    private string StateDir()
    {
        var text = read.Text("trader.state-dir");
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            read.WrongAt("trader.state-dir", "is no path", "name a directory");
            return "/";
        }

        return Path.GetFullPath(text);
    }

    private Dictionary<Role, int> Ports()
    {
        var offset = read.Whole("trader.port-offset", 0, 50_000);
        var ports = new Dictionary<Role, int>
        {
            [Role.ExitBrain] = read.Whole("trader.roles.exit-brain.port", 1, 65535) + offset,
            [Role.Watchdog] = read.Whole("trader.roles.watchdog.port", 1, 65535) + offset,
            [Role.PanicClose] = read.Whole("trader.roles.panic-close.port", 1, 65535) + offset,
            [Role.Governor] = read.Whole("trader.roles.governor.port", 1, 65535) + offset,
            [Role.PositionState] = read.Whole("trader.roles.position-state.port", 1, 65535) + offset,
            [Role.ApplyLayer] = read.Whole("trader.roles.apply-layer.port", 1, 65535) + offset,
        };
        foreach (var (role, port) in ports.Where(p => p.Value > 65535))
        {
            read.WrongAt("trader.port-offset", $"moves {role.Name()} to port {port}", "choose a smaller offset");
        }

        if (ports.Values.Distinct().Count() < ports.Count)
        {
            read.Wrong("trader.roles", "two roles have the same port", "give each its own");
        }

        return ports;
    }

    private RedisSettings Redis(TimeSpan claimIdle)
    {
        const string path = "trader.redis.url";
        var text = read.Text(path);
        if (!RedisEndpoint.TryParse(text, out var endpoint, out var why))
        {
            read.WrongAt(path, why, "write redis://[user:password@]host[:port][/database]");
            endpoint = new RedisEndpoint("localhost");
        }

        var probe = read.Duration("trader.redis.probe-every", Ms(100), S(1));
        var silence = read.Duration("trader.redis.silence-limit", Ms(100), Ms(1500));
        NotAbove("trader.redis.silence-limit", silence, "2s less probe-every", S(2) - probe);
        var first = read.Duration("trader.redis.reconnect-first", Ms(10), S(5));
        var most = read.Duration("trader.redis.reconnect-most", Ms(10), S(5));
        NotAbove("trader.redis.reconnect-first", first, "trader.redis.reconnect-most", most);
        var options = new RedisOptions
        {
            ConnectTimeoutMs = InMs(read.Duration("trader.redis.connect-deadline", Ms(100), S(10))),
            PingIntervalMs = InMs(probe),
            PingDeadlineMs = InMs(silence),
            SilenceLimitMs = InMs(silence),
            BackOffFirstMs = InMs(first),
            BackOffCapMs = InMs(most),
            Tls = new RedisTls
            {
                CaFile = PemFile("trader.redis.ca-file"),
                CertificateFile = PemFile("trader.redis.certificate-file"),
                KeyFile = PemFile("trader.redis.key-file"),
            },
        };
        return new RedisSettings(
            new RedisGatewaySettings(
                endpoint, options, new StreamOptions { ClaimIdleMs = InMs(claimIdle) },
                read.Duration("trader.redis.command-deadline", Ms(50), S(5)),
                read.Whole("trader.redis.heartbeat-length", 100, 100_000),
                read.Whole("trader.redis.record-length", 100, 1_000_000),
                read.Duration("trader.redis.issued-memory", S(60), TimeSpan.FromHours(24))),
            PasswordIn(text));
    }

    /// <summary>The endpoint keeps its password to itself; the log needs it, to strike it out.</summary>
    private static Secret? PasswordIn(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Split(':', 2) is [_, { Length: > 0 } word]
            ? new Secret(Uri.UnescapeDataString(word))
            : null;

    private string PemFile(string path)
    {
        var file = read.Text(path);
        if (file.Length > 0 && !File.Exists(file))
        {
            read.WrongAt(path, "names no file", "name a PEM file, or leave it empty");
        }

        return file;
    }

    private ExchangeSettings Exchange()
    {
        if (read.Text("trader.exchange.venue") != "binance")
        {
            read.WrongAt("trader.exchange.venue", "is no venue", "write binance");
        }

        ExchangeChoice.Wanted? chosen = read.Text("trader.exchange.environment") switch
        {
            "testnet" => ExchangeChoice.Wanted.Testnet,
            "demo" => ExchangeChoice.Wanted.Demo,
            "production" => ExchangeChoice.Wanted.Production,
            _ => null,
        };
        if (chosen is null && read.Text("trader.exchange.environment").Length > 0)
        {
            read.WrongAt(
                "trader.exchange.environment", "is no environment",
                "write testnet, demo or production, or leave it empty");
        }

        List<ExchangeChoice.Wish> wishes = [.. variables.Wishes];
        if (chosen is { } wanted)
        {
            wishes.Add(
                new ExchangeChoice.Wish(wanted, $"exchange.environment ({read.Where("trader.exchange.environment")})"));
        }

        AddTestnetCredentials(wishes);
        var decision = ExchangeChoice.Decide(wishes, ExchangeAddress());
        notices.AddRange(decision.Notices);
        var connections = read.Whole("trader.exchange.max-connections", 1, 256);
        var options = new BinanceOptions
        {
            Environment = decision.Environment,
            RecvWindowMs = InMs(read.Duration("trader.exchange.receive-window", S(1), S(60))),
            ReadDeadline = read.Duration("trader.exchange.read-deadline", Ms(200), S(10)),
            OrderDeadline = read.Duration("trader.exchange.order-deadline", Ms(500), S(10)),
            MaxConnections = connections,
        };
        var gateway = new ExchangeGatewaySettings
        {
            WarmConnections = read.Whole("trader.exchange.warm-connections", 0, connections),
            KeepWarmInterval = read.Duration("trader.exchange.keep-warm-every", S(1), S(60)),
            ClockInterval = read.Duration("trader.exchange.clock-every", S(5), S(3600)),
            LotsInterval = read.Duration("trader.exchange.lots-every", S(60), TimeSpan.FromHours(24)),
            OrderReserve = read.Whole("trader.exchange.order-reserve", 0, 100),
            AccountDoubts = [.. decision.Doubts, .. variables.Doubts],
        };
        return new ExchangeSettings(
            options, gateway, SecretOf(DocumentedVariables.Key) ?? SecretOf(DocumentedVariables.TestnetKey),
            SecretOf(DocumentedVariables.SecretKey) ?? SecretOf(DocumentedVariables.TestnetSecret));
    }

    private Secret? SecretOf(string name) => variables.Find(name) is { } value ? new Secret(value) : null;

    private BinanceEnvironment? ExchangeAddress()
    {
        const string path = "trader.exchange.base-url";
        var text = read.Text(path);
        if (text.Length == 0)
        {
            return null;
        }

        if (!BinanceEnvironment.TryParse(text, out var environment, out var why))
        {
            read.WrongAt(path, why, "write https://host[:port]");
        }

        return environment;
    }

    private ExitBrainSettings Brain()
    {
        var every = read.Duration("trader.exit-brain.loop-every", Ms(100), S(1));
        var degraded = read.Duration("trader.exit-brain.loop-every-degraded", Ms(50), S(1));
        NotAbove("trader.exit-brain.loop-every-degraded", degraded, "trader.exit-brain.loop-every", every);
        var activate = read.PercentOrOff("trader.exit-brain.exits.trailing-activate-percent", 100);
        var trailing = read.PercentOrOff("trader.exit-brain.exits.trailing-percent", 100);
        if (activate is null != trailing is null)
        {
            read.WrongAt(
                "trader.exit-brain.exits.trailing-percent", "one of the two trailing keys is off",
                "set both or switch both off");
        }

        return new ExitBrainSettings(
            read.Name("trader.exit-brain.service-id", "", 64), every, degraded,
            read.Duration("trader.exit-brain.slow-loop", Ms(50), Ms(500)),
            read.Duration("trader.exit-brain.read-deadline", Ms(100), S(3)),
            read.Duration("trader.exit-brain.guard-silence", S(1), S(5)),
            new ExitRuleSettings(
                read.PercentOrOff("trader.exit-brain.exits.stop-loss-percent", 100),
                read.PercentOrOff("trader.exit-brain.exits.take-profit-percent", 1000),
                activate, trailing,
                read.DurationOrOff("trader.exit-brain.exits.maximum-hold", S(60), TimeSpan.FromHours(720)),
                read.PercentOrOff("trader.exit-brain.exits.liquidation-distance-percent", 100)),
            read.Duration("trader.exit-brain.exit-answer", S(2), S(60)),
            read.Duration("trader.exit-brain.exits-refused", S(5), S(300)));
    }

    private WatchdogSettings Guard(ExitBrainSettings brain)
    {
        var settings = new WatchdogSettings(
            brain.ServiceId,
            read.Duration("trader.watchdog.heartbeat-missing", Ms(1500), S(5)),
            read.Duration("trader.watchdog.degraded-too-long", Ms(500), S(5)),
            read.Duration("trader.watchdog.decisions-stagnant", S(5), S(30)),
            read.Duration("trader.watchdog.positions-unguarded", Ms(1500), S(3)),
            read.Duration("trader.watchdog.judge-every", Ms(10), Ms(250)),
            read.Duration("trader.watchdog.status-every", S(1), S(3600)),
            read.Duration("trader.watchdog.completion-deadline", S(10), S(60)),
            read.Whole("trader.watchdog.max-events", 1, 3),
            read.Duration("trader.watchdog.beat-every", Ms(100), S(2)),
            read.Duration("trader.watchdog.retry-every", Ms(50), S(2)));
        NotAbove(
            "trader.watchdog.beat-every", settings.BeatEvery * 2, "trader.exit-brain.guard-silence",
            brain.GuardSilence);
        return settings;
    }

    private PanicCloseSettings Worker(string node)
    {
        var keep = read.Duration("trader.panic-close.keep-every", Ms(100), S(2));
        return new PanicCloseSettings(
            "eew_" + node,
            read.Duration("trader.panic-close.trigger-max-age", S(10), S(60)),
            read.Duration("trader.panic-close.trigger-max-future", S(0), S(5)),
            read.Duration("trader.panic-close.read-deadline", S(1), S(10)),
            read.Duration("trader.panic-close.read-every", Ms(10), S(2)),
            read.Duration("trader.panic-close.halt-wait", S(0), S(1)),
            read.Duration("trader.panic-close.verify-deadline", S(1), S(30)),
            read.Duration("trader.panic-close.lookup-every", Ms(50), S(2)),
            read.Whole("trader.panic-close.max-rounds", 1, 10),
            keep,
            read.Duration("trader.panic-close.claim-idle", keep * 3, S(60)));
    }

    private LinkSettings Link(Dictionary<Role, int> ports)
    {
        Uri Own(Role role) => new($"http://127.0.0.1:{ports[role].ToString(CultureInfo.InvariantCulture)}");
        Uri? Peer(string path, string text)
        {
            if (text.Length > 0 && (!IsHttpAddress(text, out var url) || url.Scheme != "http"))
            {
                read.WrongAt(path, "is no link address", "write http://host:port without a path");
                return null;
            }

            return text.Length == 0 ? null : new Uri(text);
        }

        Uri One(Role role, string path) => Peer(path, read.Text(path)) ?? Own(role);
        List<Uri> workers = [.. read.Texts("trader.link.panic-close", 8)
            .Select(text => Peer("trader.link.panic-close", text)).OfType<Uri>()];
        if (workers.Count == 0)
        {
            workers.Add(Own(Role.PanicClose));
        }

        var first = read.Duration("trader.link.retry-first", Ms(10), S(5));
        var most = read.Duration("trader.link.retry-most", Ms(10), S(5));
        NotAbove("trader.link.retry-first", first, "trader.link.retry-most", most);
        return new LinkSettings(
            new Dictionary<LinkPeer, Uri>
            {
                [LinkPeer.ExitBrain] = One(Role.ExitBrain, "trader.link.exit-brain"),
                [LinkPeer.Watchdog] = One(Role.Watchdog, "trader.link.watchdog"),
                [LinkPeer.PanicClose] = workers[0],
            },
            workers,
            read.Duration("trader.link.answer-deadline", Ms(100), S(3)), first, most,
            read.Duration("trader.link.panic-deadline", Ms(200), S(5)),
            read.Whole("trader.link.reader-queue", 4, 1024));
    }

    private HttpSettings Http()
    {
        if (!IPAddress.TryParse(read.Text("trader.http.bind"), out var bind))
        {
            read.WrongAt("trader.http.bind", "is no IP address", "write one, e.g. 127.0.0.1, 0.0.0.0 or ::1");
            bind = IPAddress.Loopback;
        }

        return new HttpSettings(bind, read.Whole("trader.http.max-connections", 16, 10_000));
    }

    private bool Switch(string path)
    {
        var text = read.Text(path);
        if (text is not ("on" or "off"))
        {
            read.WrongAt(path, "is neither on nor off", "write on or off");
        }

        return text == "on";
    }

    private void Contradiction(Role role, string path, string what, string toDo) =>
        contradictions.Add(new RoleViolation(role, read.At(path, what, toDo)));

    private void NotAbove(Role role, string path, TimeSpan value, string limitPath, TimeSpan limit)
    {
        if (value > limit)
        {
            Contradiction(
                role, path, $"{SettingsReader.Shown(value)} is above {limitPath} = {SettingsReader.Shown(limit)}", "make it smaller");
        }
    }

    private void NotBelow(Role role, string path, TimeSpan value, string limitPath, TimeSpan limit)
    {
        if (value < limit)
        {
            Contradiction(
                role, path, $"{SettingsReader.Shown(value)} is below {limitPath} = {SettingsReader.Shown(limit)}", "make it longer");
        }
    }

    private void NotAbove(string path, TimeSpan value, string limitPath, TimeSpan limit)
    {
        if (value > limit)
        {
            read.WrongAt(
                path, $"{SettingsReader.Shown(value)} is above {limitPath} = {SettingsReader.Shown(limit)}",
                "make it smaller");
        }
    }

    private static bool IsHttpAddress(string text, out Uri url)
    {
        url = new Uri("http://localhost");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var read)
            || read.Scheme is not ("http" or "https") || read.Host.Length == 0
            || read.AbsolutePath != "/" || read.Query.Length > 0 || read.Fragment.Length > 0
            || read.UserInfo.Length > 0)
        {
            return false;
        }

        url = read;
        return true;
    }
}

using System.Globalization;
using System.Net;
using Akka.Configuration;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Watchdog;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>The written-out mapping of keys to settings, with the range of each (its meaning stands in akka.hocon).</summary>
internal sealed class SettingsMapping(SettingsReader read, DocumentedVariables variables, Config engine, List<string> notices)
{
    public NodeSettings Map()
    {
        var node = read.Name("trader.node-name", whenEmpty: HostName(), 40);
        var ports = Ports();
        var brain = Brain();
        var watchdog = Guard(brain);
        return new NodeSettings(
            node, StateDir(), ports, Redis(), Exchange(), brain, watchdog, Worker(node), Link(ports), Http(), Journal(), engine);
    }

    private static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);

    private static TimeSpan S(int value) => TimeSpan.FromSeconds(value);

    // A host name may hold what a consumer name must not; the node's name is ours, so it is bent rather than refused.
    private static string HostName() =>
        new([.. Dns.GetHostName().Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]);

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

    private RedisSettings Redis()
    {
        const string path = "trader.redis.url";
        var text = read.Text(path);
        string? user = null;
        Secret? password = null;
        var database = 0;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss") || url.Host.Length == 0
            || url.Query.Length > 0 || url.Fragment.Length > 0
            || (url.AbsolutePath.Trim('/') is { Length: > 0 } db
                && (!int.TryParse(db, NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > 65535)))
        {
            read.WrongAt(path, "is no Redis address", "write redis://[user:password@]host[:port][/database]");
            url = new Uri("redis://localhost");
        }

        if (url.UserInfo.Split(':', 2) is [var name, var word])
        {
            user = name.Length > 0 ? Uri.UnescapeDataString(name) : null;
            password = word.Length > 0 ? new Secret(Uri.UnescapeDataString(word)) : null;
        }
        else if (url.UserInfo.Length > 0)
        {
            read.WrongAt(path, "has a user without a password", "write user:password@ or :password@");
        }

        var settings = new RedisSettings(
            url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : 6379, database, user, password, url.Scheme == "rediss",
            read.Duration("trader.redis.connect-deadline", Ms(100), S(10)),
            read.Duration("trader.redis.command-deadline", Ms(50), S(5)),
            read.Duration("trader.redis.probe-every", Ms(100), S(1)),
            read.Duration("trader.redis.reconnect-first", Ms(10), S(5)),
            read.Duration("trader.redis.reconnect-most", Ms(10), S(5)));
        NotAbove("trader.redis.reconnect-first", settings.ReconnectFirst, "trader.redis.reconnect-most", settings.ReconnectMost);
        return settings;
    }

    private ExchangeSettings Exchange()
    {
        var venue = read.Text("trader.exchange.venue");
        if (venue != "binance")
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
            read.WrongAt("trader.exchange.environment", "is no environment", "write testnet, demo or production, or leave it empty");
        }

        List<ExchangeChoice.Wish> wishes = [.. variables.Wishes];
        if (chosen is { } wanted)
        {
            wishes.Add(new ExchangeChoice.Wish(wanted, $"exchange.environment ({read.Where("trader.exchange.environment")})"));
        }

        var decision = ExchangeChoice.Decide(wishes, ExchangeAddress());
        notices.AddRange(decision.Notices);
        var perTen = read.Whole("trader.exchange.orders-per-10-seconds", 1, 10_000);
        return new ExchangeSettings(
            venue, decision.Environment, decision.BaseUrl, SecretOf(DocumentedVariables.Key), SecretOf(DocumentedVariables.SecretKey),
            read.Duration("trader.exchange.connect-deadline", Ms(100), S(10)),
            read.Duration("trader.exchange.read-deadline", Ms(200), S(10)),
            read.Duration("trader.exchange.order-deadline", Ms(500), S(10)),
            read.Duration("trader.exchange.receive-window", S(1), S(60)),
            read.Duration("trader.exchange.clock-every", S(5), S(600)),
            read.Whole("trader.exchange.warm-connections", 1, 64),
            perTen,
            read.Whole("trader.exchange.orders-per-minute", 1, 60_000),
            read.Whole("trader.exchange.exit-reserve-per-10-seconds", 0, perTen),
            [.. decision.Doubts, .. variables.Doubts]);
    }

    private Secret? SecretOf(string name) => variables.Find(name) is { } value ? new Secret(value) : null;

    private Uri? ExchangeAddress()
    {
        const string path = "trader.exchange.base-url";
        var text = read.Text(path);
        if (text.Length == 0)
        {
            return null;
        }

        if (!IsHttpAddress(text, out var url))
        {
            read.WrongAt(path, "is no address", "write https://host[:port] without a path");
            return null;
        }

        if (url.Scheme == "http" && ExchangeChoice.Classify(url) != VenueEnvironment.Paper)
        {
            read.WrongAt(path, "would send the key in the clear", "use https; http is for loopback only");
        }

        return url;
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
            read.WrongAt("trader.exit-brain.exits.trailing-percent", "one of the two trailing keys is off", "set both or switch both off");
        }

        return new ExitBrainSettings(
            read.Name("trader.exit-brain.service-id", "", 64), every, degraded,
            read.Duration("trader.exit-brain.slow-loop", Ms(50), Ms(500)),
            read.Duration("trader.exit-brain.read-deadline", Ms(100), S(3)),
            read.Duration("trader.exit-brain.guard-silence", S(1), S(5)),
            new ExitRuleSettings(
                read.PercentOrOff("trader.exit-brain.exits.stop-loss-percent", 100), read.PercentOrOff("trader.exit-brain.exits.take-profit-percent", 1000),
                activate, trailing,
                read.DurationOrOff("trader.exit-brain.exits.maximum-hold", S(60), TimeSpan.FromHours(720)),
                read.PercentOrOff("trader.exit-brain.exits.liquidation-distance-percent", 100)));
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
        NotAbove("trader.watchdog.beat-every", settings.BeatEvery * 2, "trader.exit-brain.guard-silence", brain.GuardSilence);
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

    private JournalSettings Journal() => new(
        read.Whole("trader.journal.segment-mebibytes", 1, 1024) * 1024L * 1024L,
        read.Whole("trader.journal.record-kibibytes", 4, 1024) * 1024);

    private void NotAbove(string path, TimeSpan value, string limitPath, TimeSpan limit)
    {
        if (value > limit)
        {
            read.WrongAt(path, $"{SettingsReader.Shown(value)} is above {limitPath} = {SettingsReader.Shown(limit)}", "make it smaller");
        }
    }

    private static bool IsHttpAddress(string text, out Uri url)
    {
        url = new Uri("http://localhost");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var read) || read.Scheme is not ("http" or "https") || read.Host.Length == 0
            || read.AbsolutePath != "/" || read.Query.Length > 0 || read.Fragment.Length > 0 || read.UserInfo.Length > 0)
        {
            return false;
        }

        url = read;
        return true;
    }
}

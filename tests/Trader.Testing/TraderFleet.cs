using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trader.Hosting.Configuration;
using Trader.PaperExchange;
using Trader.PaperExchange.Engine;

namespace Trader.Testing;

/// <summary>What a <see cref="TraderFleet"/> is made of.</summary>
public sealed record FleetOptions
{
    public PaperOptions Paper { get; init; } = new() { Symbols = 40, Positions = 2, WarmUp = true };

    public RedisServerOptions Redis { get; init; } = new();

    /// <summary>HOCON laid over <c>akka.hocon</c> for every node (<c>--config</c>); empty for none.</summary>
    public string Settings { get; init; } = "";

    /// <summary>Laid over the environment of every node; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
}

/// <summary>
/// Real processes of the built Trader.Node around a private redis-server and a paper exchange in this process, on free
/// ports, in a state directory of their own. Whatever a test does, disposing ends all of it.
/// </summary>
public sealed class TraderFleet : IAsyncDisposable
{
    private const int TailLines = 60;

    private static readonly Dictionary<string, string?> NoVariables = [];

    private readonly FleetOptions _options;
    private readonly string _folder;
    private readonly string _executable;
    private readonly List<NodeProcess> _started = [];
    private readonly string? _settings;

    private TraderFleet(FleetOptions options, RedisServer redis, PaperExchangeServer exchange)
    {
        _options = options;
        Redis = redis;
        Exchange = exchange;
        Console = RedisConsole.Open(redis.Url);
        _folder = Directory.CreateTempSubdirectory("trader-fleet-").FullName;
        _executable = Built("hosts/Trader.Node");
        if (options.Settings.Length > 0)
        {
            _settings = Path.Combine(_folder, "overlay.hocon");
            File.WriteAllText(_settings, options.Settings);
        }

        (PortOffset, Ports) = FreePorts(Path.Combine(Path.GetDirectoryName(_executable)!, "akka.hocon"));
    }

    public RedisServer Redis { get; }

    public RedisConsole Console { get; }

    public PaperExchangeServer Exchange { get; }

    /// <summary>TRADER_PORT_OFFSET of every node, unless a node is given its own.</summary>
    public int PortOffset { get; }

    public IReadOnlyDictionary<Role, int> Ports { get; }

    public string StateDir => Path.Combine(_folder, "state");

    /// <summary>QUANTUM_RUN_DIR: where the emergency stop's latch stands.</summary>
    public string RunDir => Path.Combine(_folder, "run");

    /// <summary>Paths in the fleet's own directory, deleted at the end.</summary>
    public string Scratch(string name) => Path.Combine(_folder, name);

    /// <summary>A file of the sources.</summary>
    public static string InRepository(string path) => Path.Combine(FindRepository(), path);

    public static async Task<TraderFleet> Start(FleetOptions? options = null)
    {
        options ??= new FleetOptions();
        RedisServer redis = await RedisServer.Start(options.Redis).ConfigureAwait(false);
        try
        {
            // Dozens of closes a minute are no account's life; the limits that belong to one close stay as they are.
            PaperOptions paper = options.Paper with
            {
                Limits = options.Paper.Limits with { WeightPerMinute = 100_000 },
            };
            return new TraderFleet(options, redis, await PaperExchangeServer.StartAsync(paper).ConfigureAwait(false));
        }
        catch
        {
            await redis.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public NodeProcess StartBrain(string name = "br") =>
        StartNode(name, ["--roles", "exit-brain", "--as", "main_with_watchdog.py"]);

    public NodeProcess StartWatchdog(string name = "wd") => StartNode(name, ["--roles", "watchdog"]);

    public NodeProcess StartWorker(string name = "w1", int? portOffset = null) => StartNode(
        name, ["--roles", "panic-close", .. PortArguments(portOffset)]);

    /// <summary>Starts a process with this name and these arguments.</summary>
    public NodeProcess StartNode(
        string name, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        ProcessStartInfo start = Command(name, arguments);
        return Run(name, start, environment);
    }

    /// <summary>What <see cref="StartNode"/> starts, for a test that lets something else start it: program, arguments, environment.</summary>
    public ProcessStartInfo Command(string name, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(_executable, [.. arguments, "--node", name, .. ConfigArguments()])
        {
            WorkingDirectory = _folder,
        };
        Apply(start, NoVariables);
        return start;
    }

    /// <summary>Starts a process with exactly these arguments.</summary>
    public NodeProcess StartBare(string name, params string[] arguments) =>
        Run(name, new ProcessStartInfo(_executable, arguments) { WorkingDirectory = _folder }, null);

    /// <summary>Starts another program of the sources, such as a sample, with the fleet's environment and these variables.</summary>
    /// <param name="project">Its folder in the sources; the program has the folder's name.</param>
    public NodeProcess StartProgram(
        string project, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment) => Run(
            Path.GetFileName(project), new ProcessStartInfo(Built(project), arguments) { WorkingDirectory = _folder }, environment);

    /// <summary>An offset that leaves every role's port free, for a node beside the others.</summary>
    public int AnotherPortOffset() =>
        FreePorts(Path.Combine(Path.GetDirectoryName(_executable)!, "akka.hocon")).Offset;

    /// <summary>Waits for a condition; when it never comes the message holds the ends of all logs.</summary>
    public Task Until(string what, Func<bool> condition, TimeSpan? patience = null) =>
        Until(what, () => Task.FromResult(condition()), patience);

    /// <inheritdoc cref="Until(string, Func{bool}, TimeSpan?)"/>
    public Task Until(string what, Func<Task<bool>> condition, TimeSpan? patience = null) =>
        Come(what, async () => await condition().ConfigureAwait(false) ? what : null, patience);

    /// <summary>Waits for something to come; when it never comes the message holds the ends of all logs.</summary>
    public async Task<T> Come<T>(string what, Func<Task<T?>> look, TimeSpan? patience = null)
        where T : class
    {
        try
        {
            return await Eventually.Come(what, look, patience).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Tails()}", e);
        }
    }

    /// <summary>Waits for a line that contains the text, in the output since <paramref name="mark"/>.</summary>
    public Task Said(NodeProcess node, string text, int mark = 0, TimeSpan? patience = null) =>
        Until($"{node.Name} to say '{text}'", () => node.Said(text, mark), patience);

    /// <summary>The ends of all logs.</summary>
    public string Tails() => string.Join('\n', _started.Select(node => node.Tail(TailLines)));

    /// <summary>Positions that are open on the exchange.</summary>
    public IReadOnlyList<PositionRow> OpenPositions() =>
        Exchange.Engine.Positions(openOnly: true).Where(row => row.State.Amount != 0).ToList();

    /// <summary>Order requests in the exchange's ledger after a sequence number.</summary>
    public IReadOnlyList<LedgerEntry> Orders(long after = 0) =>
        Exchange.Ledger.Read(after).Where(entry => entry.Kind == LedgerKind.Order).ToList();

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess node in _started)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        await Console.DisposeAsync().ConfigureAwait(false);
        await Exchange.DisposeAsync().ConfigureAwait(false);
        await Redis.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private NodeProcess Run(string name, ProcessStartInfo start, IReadOnlyDictionary<string, string?>? environment)
    {
        Apply(start, environment ?? NoVariables);
        NodeProcess node = new(name, start);
        _started.Add(node);
        return node;
    }

    private void Apply(ProcessStartInfo start, IReadOnlyDictionary<string, string?> environment)
    {
        Dictionary<string, string?> all = new()
        {
            ["REDIS_URL"] = Redis.Url,
            ["BINANCE_BASE_URL"] = Exchange.BaseAddress.ToString().TrimEnd('/'),
            ["BINANCE_API_KEY"] = Exchange.Key,
            ["BINANCE_API_SECRET"] = Exchange.Secret,
            ["BINANCE_TESTNET"] = "true",
            ["TRADER_STATE_DIR"] = StateDir,
            ["TRADER_PORT_OFFSET"] = PortOffset.ToString(CultureInfo.InvariantCulture),
            // The machine's own /etc/quantum is none of a test's business.
            ["QUANTUM_ETC_DIR"] = Scratch("etc"),
            ["QUANTUM_RUN_DIR"] = RunDir,
        };
        foreach (var (key, value) in all.Concat(_options.Environment).Concat(environment))
        {
            start.Environment.Remove(key);
            if (value is not null)
            {
                start.Environment[key] = value;
            }
        }
    }

    private string[] ConfigArguments() => _settings is null ? [] : ["--config", _settings];

    private static string[] PortArguments(int? offset) =>
        offset is { } o ? ["--port-offset", o.ToString(CultureInfo.InvariantCulture)] : [];

    /// <summary>The build of this very configuration, beside the sources: <c>bin/Debug/net10.0</c> of a project.</summary>
    private static string Built(string project)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(FindRepository(), project, "bin", output.Parent!.Name, output.Name, Path.GetFileName(project));
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Trader.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"no Trader.sln above {AppContext.BaseDirectory}");
    }

    /// <summary>Below the ports that the system hands out by itself, so that nobody is given one meanwhile.</summary>
    private static (int Offset, IReadOnlyDictionary<Role, int> Ports) FreePorts(string defaults)
    {
        for (int tries = 0; tries < 100; tries++)
        {
            int offset = 1000 + (10 * Random.Shared.Next(2000));
            SettingsResult settings = SettingsLoader.Load(new SettingsSources(
                defaults, null, new Dictionary<string, string> { ["QUANTUM_ETC_DIR"] = "none" },
                offset.ToString(CultureInfo.InvariantCulture)));
            if (settings.Settings?.Ports is { } ports && ports.Values.All(IsFree))
            {
                return (offset, ports);
            }
        }

        throw new InvalidOperationException("no free range of ports found");
    }

    private static bool IsFree(int port)
    {
        using TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

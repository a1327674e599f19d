using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trader.Cli.CommandLine;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
using Trader.Redis;

namespace Trader.Cli.Stack;

/// <summary>
/// Everything one system needs, private to this program: a Redis, a paper exchange and the three roles, each a process of its own on
/// free loopback ports, with its files in one temporary directory. Disposing it leaves nothing behind.
/// </summary>
internal sealed class PrivateStack : IAsyncDisposable
{
    /// <summary>The command line of the exit brain must hold this, because the runbook kills it by this name.</summary>
    public const string BrainAlias = "main_with_watchdog.py";

    private const int PortTries = 20;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    // What would lead a private process to somebody else's Redis, exchange, state or ports.
    private static readonly string[] Foreign =
    [
        "REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "QUANTUM_REDIS_HOST", "QUANTUM_REDIS_PORT", "QUANTUM_REDIS_DB",
        "BINANCE_BASE_URL", "BINANCE_TESTNET", "TESTNET", "BINANCE_API_KEY", "BINANCE_API_SECRET", "TRADER_PORT_OFFSET", "TRADER_LINK_TOKEN",
        "TRADER_STATE_DIR", "QUANTUM_ETC_DIR", "QUANTUM_RUN_DIR", "TRADER_CONFIG_DIR", "GO_LIVE_FLAG", "NOTIFY_SOCKET", "WATCHDOG_USEC",
        "WATCHDOG_PID",
    ];

    private readonly Guard _guard;
    private readonly StackOptions _options;
    private readonly Dictionary<Role, ChildProcess> _roles = [];

    private PrivateStack(Guard guard, string folder, StackOptions options) => (_guard, Folder, _options) = (guard, folder, options);

    public string Folder { get; }

    public ChildProcess? Redis { get; private set; }

    public ChildProcess? Paper { get; private set; }

    public int RedisPort { get; private set; }

    public int PortOffset { get; private set; }

    public Uri PaperAddress { get; private set; } = new("http://127.0.0.1");

    /// <summary>What differs from our own environment: with it every verb and role works against this stack.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = new Dictionary<string, string>();

    public NodeSettings Settings { get; private set; } = null!;

    public RedisEndpoint RedisEndpoint => new("127.0.0.1", RedisPort);

    public ChildProcess Role(Role role) => _roles[role];

    /// <summary>The roles that have been started.</summary>
    public IReadOnlyCollection<Role> Roles => _roles.Keys;

    public IEnumerable<ChildProcess> Processes => new[] { Redis, Paper }.OfType<ChildProcess>().Concat(_roles.Values);

    /// <summary>Starts Redis and the exchange and settles the ports; the roles come one by one.</summary>
    /// <exception cref="Refusal">Something did not start; nothing is left running.</exception>
    public static async Task<PrivateStack> StartAsync(StackOptions options, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("trader-").FullName;
        var stack = new PrivateStack(Guard.Over(folder), folder, options);
        try
        {
            await Task.WhenAll(stack.StartRedisAsync(cancel), stack.StartPaperAsync(cancel));
            stack.Settle();
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public ChildProcess StartRole(Role role)
    {
        string[] alias = role == Trader.Hosting.Configuration.Role.ExitBrain ? ["--as", BrainAlias] : [];
        var process = ChildProcess.Start(
            role.Name(), Program("Trader.Node"),
            ["--roles", role.Name(), "--node", "private-" + role.Name(), "--port-offset", Number(PortOffset), .. alias],
            Clean(Variables), _guard, _options.Echo);
        _roles[role] = process;
        return process;
    }

    /// <summary>Runs a verb of ours against this stack, as an operator would.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> VerbAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        await using var verb = ChildProcess.Start("verb", Program("Trader.Cli"), arguments, Clean(Variables), _guard, _options.Echo);
        await verb.Exited.WaitAsync(cancel);
        return verb.ExitCode;
    }

    /// <summary>Forgets a role that has ended, so that its end is no failure of the stack any more.</summary>
    public void Forget(Role role) => _roles.Remove(role);

    /// <summary>The last lines of every process, for a person who must find out why.</summary>
    public string Tails(int lines) => string.Join('\n', Processes.SelectMany(p =>
        p.Tail(lines).Select(line => "  " + line).Prepend($"--- {p.Name} (pid {p.Pid}{(p.HasExited ? ", ended" : "")})")));

    public async ValueTask DisposeAsync()
    {
        // Watchers first: what ends while somebody still watches it would be reported as a failure.
        foreach (var role in new[] { Hosting.Configuration.Role.Watchdog, Hosting.Configuration.Role.PanicClose, Hosting.Configuration.Role.ExitBrain })
        {
            if (_roles.TryGetValue(role, out var process))
            {
                await process.StopAsync();
            }
        }

        foreach (var process in Processes)
        {
            await process.DisposeAsync();
        }

        await _guard.DisposeAsync();
    }

    private static string Program(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Clean(IReadOnlyDictionary<string, string> ours)
    {
        var environment = OperatorSettings.Environment().Where(e => !Foreign.Contains(e.Key)).ToDictionary(e => e.Key, e => e.Value);
        foreach (var (name, value) in ours)
        {
            environment[name] = value;
        }

        return environment;
    }

    private async Task StartRedisAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "redis")).FullName;
        for (var tries = 1; ; tries++)
        {
            RedisPort = FreePort();
            Redis = ChildProcess.Start(
                "redis", "redis-server",
                ["--port", Number(RedisPort), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"],
                null, _guard, _options.Echo);
            if (await Redis.LineAsync(l => l.Contains("Ready to accept connections", StringComparison.Ordinal), StartDeadline, cancel) is not null)
            {
                return;
            }

            // The port was free a moment ago and may have been taken since.
            if (tries == 5)
            {
                throw new Refusal(ExitCode.Unavailable, "the private redis-server does not start:\n" + string.Join('\n', Redis.Tail(5)));
            }

            await Redis.DisposeAsync();
        }
    }

    private async Task StartPaperAsync(CancellationToken cancel)
    {
        string[] mode = _options.Hedge ? ["--hedge"] : [];
        Paper = ChildProcess.Start(
            "paper", Program("Trader.PaperExchange"),
            [
                "--port", "0", "--symbols", Number(_options.Symbols), "--positions", Number(_options.Positions),
                "--latency-ms", Number(_options.LatencyMs), .. mode, .. _options.Paper, .. _options.Faults.SelectMany(fault => new[] { "--fault", fault }),
            ],
            null, _guard, _options.Echo);
        const string said = "listening on ";
        var line = await Paper.LineAsync(l => l.Contains(said, StringComparison.Ordinal), StartDeadline, cancel)
            ?? throw new Refusal(ExitCode.Unavailable, "the paper exchange does not start:\n" + string.Join('\n', Paper.Tail(5)));
        PaperAddress = new Uri(line[(line.IndexOf(said, StringComparison.Ordinal) + said.Length)..].Split(' ')[0]);
    }

    /// <summary>Finds an offset that leaves every role a free port, and checks the settings the roles will get.</summary>
    private void Settle()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["REDIS_URL"] = $"redis://127.0.0.1:{Number(RedisPort)}/0",
            ["BINANCE_BASE_URL"] = PaperAddress.GetLeftPart(UriPartial.Authority),
            ["BINANCE_TESTNET"] = "true",
            ["BINANCE_API_KEY"] = "paper",
            ["BINANCE_API_SECRET"] = "paper",
            ["TRADER_STATE_DIR"] = Path.Combine(Folder, "state"),
            ["QUANTUM_ETC_DIR"] = Path.Combine(Folder, "etc"),
            ["QUANTUM_RUN_DIR"] = Path.Combine(Folder, "run"),
            ["TRADER_CONFIG_DIR"] = Path.Combine(Folder, "config"),
        };
        foreach (var (name, value) in _options.Variables)
        {
            variables[name] = value;
        }

        for (var tries = 1; tries <= PortTries; tries++)
        {
            variables["TRADER_PORT_OFFSET"] = Number(Random.Shared.Next(10_000, 50_000));
            var settings = OperatorSettings.Load(null, variables);
            if (settings.Ports.Values.All(IsFree))
            {
                (Settings, Variables) = (settings, variables);
                PortOffset = int.Parse(variables["TRADER_PORT_OFFSET"], CultureInfo.InvariantCulture);
                return;
            }
        }

        throw new Refusal(ExitCode.Unavailable, $"no free ports for three roles after {PortTries} tries");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Trader.Cli.CommandLine;
using Trader.Cli.Stack;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Cli.Up;

/// <summary><c>up --paper</c>: a whole private system to try things on. Without <c>--paper</c>, <c>./trader</c> starts the node itself.</summary>
internal static class UpCommand
{
    private static readonly Option<bool> Paper = new("--paper")
    {
        Description = "a private Redis, a paper exchange and every role as a process of its own, until Ctrl-C",
    };

    private static readonly Option<int> Positions = CommonOptions.Ranged("--positions", 3, 0, 5000, "with --paper: positions open at the start");
    private static readonly Option<int> Symbols = CommonOptions.Ranged("--symbols", 674, 1, 5000, "with --paper: symbols the exchange lists");
    private static readonly Option<int> LatencyMs = CommonOptions.Ranged(
        "--latency-ms", 50, 0, 60_000, "with --paper: the exchange's time from request to answer");
    private static readonly Option<string?> NodeRoles = new("--roles")
    {
        Description = "without --paper: the roles to run, by comma; default: all",
        HelpName = "A,B",
    };

    private static readonly Option<FileInfo?> Config = CommonOptions.Config();
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "with --paper: show every line of every process" };

    public static Verb Create()
    {
        var command = new Command("up", "Runs roles in the foreground. SIGTERM and Ctrl-C finish what is in flight.")
        {
            Paper, Positions, Symbols, LatencyMs, NodeRoles, Config, Verbose,
        };
        return new Verb(command, "./trader up --paper\n./trader up --roles exit-brain --config production.hocon", RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancel)
    {
        if (!parsed.GetValue(Paper))
        {
            throw new Refusal(ExitCode.Usage, "start it with ./trader up");
        }

        if (parsed.GetValue(NodeRoles) is not null || parsed.GetValue(Config) is not null)
        {
            throw new Refusal(ExitCode.Usage, "--paper starts all roles with its own settings; leave out --roles and --config");
        }

        var options = new StackOptions
        {
            Positions = parsed.GetValue(Positions),
            Symbols = parsed.GetValue(Symbols),
            LatencyMs = parsed.GetValue(LatencyMs),
            Echo = parsed.GetValue(Verbose) ? terminal.Out.WriteLine : null,
        };
        await using var stack = await PrivateStack.StartAsync(options, cancel);
        await using (var heartbeats = new StreamWatch(RedisKeys.Heartbeat, stack.RedisEndpoint, TimeProvider.System))
        {
            await stack.BringUpAsync(heartbeats, options.Positions, TimeProvider.System, cancel);
        }

        foreach (var role in RoleNames.All.Except(stack.Roles).ToList())
        {
            stack.StartRole(role);
        }

        await stack.ReadyAsync(stack.Roles, cancel);

        await DescribeAsync(stack, terminal.Out, cancel);
        await StayAsync(stack, terminal.Out, cancel);
        terminal.Out.WriteLine("stopping");
        return ExitCode.Good;
    }

    private static async Task DescribeAsync(PrivateStack stack, TextWriter output, CancellationToken cancel)
    {
        var file = Path.Combine(stack.Folder, "env");
        var gate = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{stack.Settings.Ports[Role.ApplyLayer]}");
        await File.WriteAllLinesAsync(
            file, stack.Variables.Append(KeyValuePair.Create(LinkAccess.GateVariable, gate)).Select(v => $"export {v.Key}='{v.Value}'"), cancel);
        var redis = string.Create(CultureInfo.InvariantCulture, $"redis-cli -p {stack.RedisPort}");
        output.WriteLine($"""

            guarded: redis {stack.RedisEndpoint}, paper exchange {stack.PaperAddress}
            {string.Join('\n', stack.Processes.Select(p => $"  {p.Name,-14} pid {p.Pid}"))}

            in another terminal:
              source {file}
              ./trader status                        everything on one screen
              ./trader positions                     what the exchange shows
              {redis} XREVRANGE {RedisKeys.Heartbeat} + - COUNT 5
              touch {Path.Combine(stack.Variables["QUANTUM_RUN_DIR"], "ESS_ON")}; ./trader ess status
              ./trader kill-switch on --reason trying; ./trader kill-switch off --yes
              dotnet run --project samples/DipBuyer  a strategy of forty lines trades through the gate ({gate})
              kill -9 {stack.Role(Role.ExitBrain).Pid}                          and see:
              {redis} XREVRANGE {RedisKeys.PanicClose} + - COUNT 1
              {redis} XREVRANGE {RedisKeys.PanicCompleted} + - COUNT 1
              {redis} HGETALL {RedisKeys.TradingState}
            recovery:
              {redis} DEL {RedisKeys.TradingState}
              ./trader up --roles {Role.ExitBrain.Name()} --node private-{Role.ExitBrain.Name()}
            Ctrl-C here ends everything and removes {stack.Folder}

            """);
    }

    /// <summary>Says which process ended; a killed brain is the point of the exercise and no reason to stop.</summary>
    private static async Task StayAsync(PrivateStack stack, TextWriter output, CancellationToken cancel)
    {
        var alive = stack.Processes.ToList();
        while (alive.Count > 0)
        {
            try
            {
                await Task.WhenAny(alive.Select(p => p.Exited)).WaitAsync(cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            foreach (var ended in alive.Where(p => p.HasExited).ToList())
            {
                alive.Remove(ended);
                output.WriteLine($"{ended.Name} (pid {ended.Pid}) has ended; the rest goes on");
            }
        }
    }
}

using System.CommandLine;
using Trader.Cli.Bench.Gate;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Bench;

/// <summary><c>bench</c>: speed and size beside their bounds.</summary>
internal static class BenchCommand
{
    private const string All = "all";
    private const string Flatten = "flatten";
    private const string OrderGate = "gate";

    private static readonly Option<int> Runs = CommonOptions.Ranged("--runs", 20, 1, 1000, "drills of the main series; the slower ones get fewer");
    private static readonly Option<int> Seconds = CommonOptions.Ranged("--seconds", 60, 1, 3600, "how long the order gate is under load");
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "also write the figures to this file", HelpName = "FILE" };

    private static readonly Argument<string> Series = new("series")
    {
        Description = "all, flatten: the testnet flatten alone, or gate: the order gate alone",
        HelpName = "all|flatten|gate",
        DefaultValueFactory = _ => All,
    };

    // ./trader builds the benchmark and names it here.
    private static readonly Option<string?> Engine = new("--engine") { Description = "the engine benchmark's program", Hidden = true };

    public static Verb Create()
    {
        Series.AcceptOnlyFromAmong(All, Flatten, OrderGate);
        var command = new Command(
            "bench",
            "Measures the actor engine, the speed of panic, close, testnet flatten and order gate, memory and idle CPU, and prints every figure "
            + "beside its bound. Takes eleven minutes; leave the machine alone meanwhile. Exit code 1 when a figure is outside.")
        {
            Series, Runs, Seconds, Json, Engine,
        };
        const string examples =
            "./trader bench --runs 3\n./trader bench flatten\n./trader bench gate --seconds 10\n./trader bench --json bench.json";
        return new Verb(command, examples, RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancel)
    {
        var rows = new List<BenchRow>();
        if (parsed.GetValue(Engine) is { } engine)
        {
            terminal.Say("the engine (about a minute)");
            rows.AddRange(await EngineBench.RunAsync(engine, cancel));
        }

        var series = parsed.GetValue(Series);
        if (series == All)
        {
            terminal.Say("memory and idle CPU (about two minutes)");
            rows.AddRange(await IdleBench.RunAsync(cancel));
            rows.AddRange(await SpeedSeries.RunAsync(parsed.GetValue(Runs), terminal, cancel));
        }

        if (series is All or Flatten)
        {
            // A run is ten seconds of starting for half a second of flatten.
            terminal.Say("the testnet flatten");
            rows.AddRange(await FlattenBench.RunAsync(Math.Max(1, parsed.GetValue(Runs) / 2), terminal, cancel));
        }

        if (series is All or OrderGate)
        {
            terminal.Say("the order gate (about two minutes)");
            rows.AddRange(await GateBench.RunAsync(parsed.GetValue(Seconds), terminal, cancel));
        }

        BenchRow.Write(terminal.Out, rows);
        await CommonOptions.WriteAsync(parsed.GetValue(Json), System.Text.Encoding.UTF8.GetBytes(BenchRow.Json(rows)), cancel);
        return rows.TrueForAll(r => r.Within) ? ExitCode.Good : ExitCode.Bad;
    }
}

using System.CommandLine;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Bench;

/// <summary><c>bench</c>: speed and size beside their bounds.</summary>
internal static class BenchCommand
{
    private static readonly Option<int> Runs = CommonOptions.Ranged("--runs", 20, 1, 1000, "drills of the main series; the slower ones get fewer");
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "also write the figures to this file", HelpName = "FILE" };

    // ./trader builds the benchmark and names it here.
    private static readonly Option<string?> Engine = new("--engine") { Description = "the engine benchmark's program", Hidden = true };

    public static Verb Create()
    {
        var command = new Command(
            "bench",
            "Measures the actor engine, the speed of panic and close, memory and idle CPU, and prints every figure beside its bound. Takes "
            + "six minutes; leave the machine alone meanwhile. Exit code 1 when a figure is outside.")
        {
            Runs, Json, Engine,
        };
        return new Verb(command, "./trader bench --runs 3\n./trader bench --json bench.json", RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancel)
    {
        var rows = new List<BenchRow>();
        if (parsed.GetValue(Engine) is { } engine)
        {
            terminal.Say("the engine (about a minute)");
            rows.AddRange(await EngineBench.RunAsync(engine, cancel));
        }

        terminal.Say("memory and idle CPU (about two minutes)");
        rows.AddRange(await IdleBench.RunAsync(cancel));
        rows.AddRange(await SpeedSeries.RunAsync(parsed.GetValue(Runs), terminal, cancel));
        BenchRow.Write(terminal.Out, rows);
        await CommonOptions.WriteAsync(parsed.GetValue(Json), System.Text.Encoding.UTF8.GetBytes(BenchRow.Json(rows)), cancel);
        return rows.TrueForAll(r => r.Within) ? ExitCode.Good : ExitCode.Bad;
    }
}

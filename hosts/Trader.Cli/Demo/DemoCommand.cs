using System.CommandLine;
using System.Globalization;
using Trader.Cli.CommandLine;
using Trader.Cli.Stack;

namespace Trader.Cli.Demo;

/// <summary><c>demo</c>: the main job, self-contained.</summary>
internal static class DemoCommand
{
    private const string NoFault = "none";

    private static readonly Option<int> Positions = CommonOptions.Ranged("--positions", 44, 0, 5000, "positions open at the start");
    private static readonly Option<int> Symbols = CommonOptions.Ranged("--symbols", 674, 1, 5000, "symbols the paper exchange lists");
    private static readonly Option<int> LatencyMs = CommonOptions.Ranged("--latency-ms", 50, 0, 60_000, "the exchange's time from request to answer");
    private static readonly Option<int> Runs = CommonOptions.Ranged(
        "--runs", 1, 1, 1000, "how often, each with fresh processes; then medians and worst are shown");
    private static readonly Option<string[]> Fault = new("--fault")
    {
        Description = "a fault of the exchange, as ./trader paper --help lists them; may be given often; 'none' for none",
        DefaultValueFactory = static _ => [NoFault],
    };

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "also write the figures to this file", HelpName = "FILE" };
    private static readonly Option<bool> Freeze = new("--freeze") { Description = "SIGSTOP instead of SIGKILL: the brain is alive and does nothing" };
    private static readonly Option<bool> Hedge = new("--hedge") { Description = "an account in hedge mode" };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "show every line of every process" };

    public static Verb Create()
    {
        var command = new Command(
            "demo",
            "Kills the exit brain and proves that the account ends flat and halted: a private Redis, a paper exchange with open positions, "
            + "brain, watchdog and worker as separate processes. Exit code 0 only when every limit of the runbook is kept. Nothing is left running.")
        {
            Positions, Symbols, LatencyMs, Runs, Fault, Json, Freeze, Hedge, Verbose,
        };
        return new Verb(command, "./trader demo\n./trader demo --positions 200 --runs 20 --json demo.json", RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancel)
    {
        var stack = new StackOptions
        {
            Positions = parsed.GetValue(Positions),
            Symbols = parsed.GetValue(Symbols),
            LatencyMs = parsed.GetValue(LatencyMs),
            Faults = [.. (parsed.GetValue(Fault) ?? []).Where(f => f != NoFault)],
            Hedge = parsed.GetValue(Hedge),
            Echo = parsed.GetValue(Verbose) ? terminal.Say : null,
        };
        if (stack.Positions > stack.Symbols)
        {
            throw new Refusal(ExitCode.Usage, $"--positions {stack.Positions} must not exceed --symbols {stack.Symbols}");
        }

        var freeze = parsed.GetValue(Freeze);
        var runs = new List<(DrillFacts Facts, DrillVerdict Verdict)>();
        for (var run = 1; run <= parsed.GetValue(Runs); run++)
        {
            terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run} of {parsed.GetValue(Runs)}: {stack.Positions} positions of {stack.Symbols} symbols, {stack.LatencyMs} ms to the exchange"));
            // A different moment between two heartbeats every time, and the same ones in every series.
            var plan = new DrillPlan(stack, freeze, PhaseMs: run * 377 % 1000);
            var result = await Drill.RunAsync(plan, TimeProvider.System, terminal.Say, cancel);
            DemoReport.Timeline(terminal.Out, result.Facts);
            DemoReport.Checks(terminal.Out, result.Verdict);
            runs.Add(result);
        }

        if (runs.Count > 1)
        {
            DemoReport.Series(terminal.Out, runs);
        }

        await CommonOptions.WriteAsync(parsed.GetValue(Json), DemoJson.Write(runs), cancel);
        var passed = runs.Count(r => r.Verdict.Pass);
        terminal.Out.WriteLine(passed == runs.Count ? "PASS" : $"FAIL ({runs.Count - passed} of {runs.Count} runs)");
        return passed == runs.Count ? ExitCode.Good : ExitCode.Bad;
    }
}

using System.Globalization;
using Trader.Cli.CommandLine;
using Trader.Cli.Demo;
using Trader.Cli.Stack;

namespace Trader.Cli.Bench;

/// <summary>The drills whose speed is bounded, each repeated with fresh processes.</summary>
internal static class SpeedSeries
{
    /// <param name="Name">Prefix of the rows.</param>
    /// <param name="Rows">From the runs to figures.</param>
    private sealed record Series(
        string Name, int Positions, int Runs, bool Freeze, Func<string, IReadOnlyList<DrillVerdict>, IEnumerable<BenchRow>> Rows);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(int runs, Terminal terminal, CancellationToken cancel)
    {
        // The big account takes half a minute a run: what it shows, the order budget, does not vary.
        Series[] all =
        [
            new("kill.44", 44, runs, false, (name, v) =>
            [
                Median(name + ".toPanic", v.Select(x => x.KillToPanicMs), 100), Worst(name + ".toPanic", v.Select(x => x.KillToPanicMs), 300),
                Median(name + ".panicToFlat", v.Select(x => x.PanicToFlatMs), 300),
            ]),
            new("kill.200", 200, Math.Max(1, runs / 2), false, (name, v) => [Median(name + ".panicToFlat", v.Select(x => x.PanicToFlatMs), 500)]),
            new("kill.674", 674, Math.Max(1, runs / 10), false, (name, v) =>
                [Worst(name + ".panicToFlat", v.Select(x => x.PanicToFlatMs), DrillVerdict.CloseLimit(674))]),
            new("freeze.44", 44, Math.Max(1, runs / 4), true, (name, v) => Frozen(name, v, 3000, 3300)),
            new("freeze.0", 0, Math.Max(1, runs / 4), true, (name, v) => Frozen(name, v, 5000, 5300)),
        ];
        var rows = new List<BenchRow>();
        foreach (var series in all)
        {
            rows.AddRange(series.Rows(series.Name, await RunAsync(series, terminal, cancel)));
        }

        return rows;
    }

    private static async Task<IReadOnlyList<DrillVerdict>> RunAsync(Series series, Terminal terminal, CancellationToken cancel)
    {
        var verdicts = new List<DrillVerdict>();
        for (var run = 1; run <= series.Runs; run++)
        {
            var plan = new DrillPlan(new StackOptions { Positions = series.Positions }, series.Freeze, PhaseMs: run * 377 % 1000);
            var (_, verdict) = await Drill.RunAsync(plan, TimeProvider.System, terminal.Say, cancel);
            terminal.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{series.Name} {run}/{series.Runs}: {(verdict.Pass ? "pass" : "FAIL")}, ")
                + $"panic {verdict.KillToPanicMs} ms after, flat {verdict.KillToFlatMs} ms after");
            if (!verdict.Pass)
            {
                throw new Refusal(ExitCode.Bad, $"{series.Name}: a drill that fails is no measurement; ./trader demo --positions {series.Positions} shows it");
            }

            verdicts.Add(verdict);
        }

        return verdicts;
    }

    private static BenchRow Median(string name, IEnumerable<long?> values, double most) =>
        new(name + ".median", Figures.Of(values)?.Median, "ms", null, most);

    private static BenchRow Worst(string name, IEnumerable<long?> values, double most) =>
        new(name + ".worst", Figures.Of(values)?.Worst, "ms", null, most);

    private static IEnumerable<BenchRow> Frozen(string name, IReadOnlyList<DrillVerdict> verdicts, double least, double most) =>
    [
        new(name + ".heartbeatToPanic.shortest", verdicts.Min(v => v.HeartbeatToPanicMs), "ms", least, most),
        new(name + ".heartbeatToPanic.longest", verdicts.Max(v => v.HeartbeatToPanicMs), "ms", least, most),
    ];
}

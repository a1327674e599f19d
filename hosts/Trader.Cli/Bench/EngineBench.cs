using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Stack;

namespace Trader.Cli.Bench;

/// <summary>Runs the actor engine's own benchmark as a process of its own and holds it against the bounds.</summary>
internal static class EngineBench
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    /// <param name="program">The benchmark's executable.</param>
    public static async Task<IReadOnlyList<BenchRow>> RunAsync(string program, CancellationToken cancel)
    {
        await using var guard = Guard.Over(Directory.CreateTempSubdirectory("trader-").FullName);
        await using var process = ChildProcess.Start("engine bench", program, ["--json"], null, guard, null);
        var line = await process.LineAsync(l => l.StartsWith('{'), Deadline, cancel)
            ?? throw new Refusal(ExitCode.Bad, $"{program} gave no figures:\n" + string.Join('\n', process.Tail(5)));
        try
        {
            return Rows(JsonSerializer.Deserialize<Dictionary<string, double>>(line) ?? []);
        }
        catch (JsonException e)
        {
            throw new Refusal(ExitCode.Bad, $"{program} gave no figures but: {line}", e);
        }
    }

    private static IReadOnlyList<BenchRow> Rows(Dictionary<string, double> figures)
    {
        BenchRow Row(string name, string unit, double? least, double? most) =>
            new("engine." + name, figures.TryGetValue(name, out var value) ? value : null, unit, least, most);
        return
        [
            Row("pingPongMessagesPerSecond", "msg/s", 5_000_000, null),
            Row("tellMessagesPerSecond", "msg/s", 10_000_000, null),
            Row("askP50Us", "us", null, 1),
            Row("spawnPerSecond", "/s", 80_000, null),
            Row("bytesPerIdleActor", "B", null, 1536),
            Row("deathWatchP50Us", "us", null, 4),
        ];
    }
}

using System.Diagnostics;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Stack;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>Real processes: the drill works, and whatever ends it nothing is left behind.</summary>
public sealed class StackTests
{
    private static readonly StackOptions Small = new() { Positions = 3, Symbols = 20, LatencyMs = 5 };

    [Fact]
    public async Task A_stack_leaves_no_process_and_no_file()
    {
        string folder;
        int[] pids;
        await using (var stack = await PrivateStack.StartAsync(Small, CancellationToken.None))
        {
            folder = stack.Folder;
            pids = [.. stack.Processes.Select(p => p.Pid)];
            Assert.Equal(2, pids.Length);
            Assert.All(pids, pid => Assert.True(Processes.Runs(pid)));
            using var exchange = new PaperControl(stack.PaperAddress);
            Assert.Equal(3, (await exchange.SummaryAsync(CancellationToken.None)).OpenPositions);
        }

        Assert.All(pids, pid => Assert.False(Processes.Runs(pid)));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_stack_that_cannot_start_says_why()
    {
        var refusal = await Assert.ThrowsAsync<Refusal>(
            () => PrivateStack.StartAsync(Small with { Faults = ["no such fault"] }, CancellationToken.None));

        Assert.Equal(ExitCode.Unavailable, refusal.ExitCode);
        Assert.Contains("paper exchange does not start", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no such fault", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S4_S3_a_killed_brain_ends_flat_and_halted_and_nothing_is_left_running()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var output = new StringWriter();
            var error = new StringWriter();
            var code = await Entry.RunAsync(
                ["demo", "--positions", "3", "--symbols", "20", "--latency-ms", "5", "--json", file], Verbs.All(),
                new Terminal(output, error, null), CancellationToken.None);

            Assert.True(code == ExitCode.Good, output.ToString() + error);
            using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            var run = Assert.Single(json.RootElement.GetProperty("runs").EnumerateArray());
            Assert.True(run.GetProperty("pass").GetBoolean());
            Assert.True(run.GetProperty("verifiedFlat").GetBoolean());
            Assert.True(run.GetProperty("halted").GetBoolean());
            Assert.Equal(3, run.GetProperty("positionsClosed").GetInt32());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(9)] // nobody can clean up after itself then: the guard does
    [InlineData(15)]
    [InlineData(2)]
    public async Task Whatever_ends_the_command_line_ends_its_processes(int signal)
    {
        using var cli = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Trader.Cli"), ["up", "--paper", "--positions", "2", "--symbols", "20", "--verbose"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("Trader.Cli did not start");
        var guarded = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        cli.OutputDataReceived += (_, line) =>
        {
            lock (said)
            {
                said.Add(line.Data ?? "");
            }

            if (line.Data?.Contains("source ", StringComparison.Ordinal) == true)
            {
                guarded.TrySetResult(line.Data.Split("source ")[1]);
            }
        };
        cli.BeginOutputReadLine();
        var ended = cli.WaitForExitAsync();
        await Task.WhenAny(guarded.Task, ended, Task.Delay(TimeSpan.FromSeconds(90)));
        Assert.True(guarded.Task.IsCompleted, string.Join('\n', said.TakeLast(30)));
        var folder = Path.GetDirectoryName(await guarded.Task)!;
        var children = Children(cli.Id);
        Assert.True(children.Count >= 6, $"redis, exchange, three roles and the guard; there are {children.Count}");

        Assert.True(Signals.Send(cli.Id, signal));
        await ended.WaitAsync(TimeSpan.FromSeconds(60));

        await Processes.UntilAsync("every process has ended", () => !children.Any(Processes.Runs));
        await Processes.UntilAsync("the directory is gone", () => !Directory.Exists(folder));
    }

    private static IReadOnlyList<int> Children(int pid) =>
        [.. Directory.EnumerateDirectories($"/proc/{pid}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];
}

using Trader.Cli.CommandLine;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>The command line: one clear line for what is wrong, an example for every verb.</summary>
public sealed class EntryTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("demo", "--nonsense")]
    [InlineData("demo", "--positions", "many")]
    [InlineData("demo", "--positions", "-1")]
    [InlineData("demo", "--runs", "0")]
    [InlineData("demo", "--positions", "5", "--symbols", "4")]
    [InlineData("panic")]
    [InlineData("panic", "--reason", "x", "--timeout", "0", "--yes")]
    [InlineData("panic", "--reason", "  ", "--yes")]
    [InlineData("panic", "--reason", "x")] // nobody to ask
    [InlineData("status", "extra")]
    [InlineData("up", "--paper", "--roles", "watchdog")]
    public async Task A_wrong_command_line_is_one_line_and_64(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("trader", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    public static TheoryData<string> Names => [.. Verbs.All().Select(v => v.Command.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_verb_has_help_with_an_example_that_parses(string verb)
    {
        var (code, output, error) = await RunAsync(verb, "--help");

        Assert.Equal(ExitCode.Good, code);
        Assert.Empty(error);
        Assert.Contains("Example:", output, StringComparison.Ordinal);
        Assert.Contains("./trader " + verb, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad verdict", ExitCode.Bad)]
    [InlineData("not there", ExitCode.Unavailable)]
    public async Task A_refusal_is_its_line_and_its_code(string line, int expected)
    {
        var verb = new Verb(new System.CommandLine.Command("try", "t"), "./trader try", (_, _, _) => throw new Refusal(expected, line));
        var error = new StringWriter();

        Assert.Equal(expected, await Entry.RunAsync(["try"], [verb], new Terminal(TextWriter.Null, error, null), CancellationToken.None));
        Assert.Equal($"trader try: {line}\n", error.ToString());
    }

    [Fact]
    public async Task An_interrupt_is_130_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        var verb = new Verb(new System.CommandLine.Command("try", "t"), "./trader try", async (_, _, cancel) =>
        {
            await stop.CancelAsync();
            cancel.ThrowIfCancellationRequested();
            return 0;
        });
        var error = new StringWriter();

        Assert.Equal(ExitCode.Interrupted, await Entry.RunAsync(["try"], [verb], new Terminal(TextWriter.Null, error, null), stop.Token));
        Assert.Contains("interrupted", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await Entry.RunAsync(arguments, Verbs.All(), new Terminal(output, error, null), CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}

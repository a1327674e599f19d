using System.Text;
using System.Text.Json;
using Trader.Cli.Demo;
using Xunit;

namespace Trader.Cli.Tests;

public sealed class DemoOutputTests
{
    [Fact]
    public void The_json_has_the_documented_shape()
    {
        var text = Encoding.UTF8.GetString(DemoJson.Write([(Facts.Good, DrillVerdict.Judge(Facts.Good))]));

        Assert.Equal(
            """{"runs":[{"killToPanicMs":30,"panicToFlatMs":220,"killToFlatMs":250,"positionsTotal":44,"positionsClosed":44,"positionsFailed":0,"halted":true,"verifiedFlat":true,"pass":true}]}""",
            Compact(text));
    }

    [Fact]
    public void What_never_came_is_null_and_not_zero()
    {
        var facts = Facts.Good with { PanicMs = null, Completion = null, CompletionMs = null, Halted = "" };
        var text = Encoding.UTF8.GetString(DemoJson.Write([(facts, DrillVerdict.Judge(facts))]));

        Assert.Equal(
            """{"runs":[{"killToPanicMs":null,"panicToFlatMs":null,"killToFlatMs":null,"positionsTotal":null,"positionsClosed":null,"positionsFailed":null,"halted":false,"verifiedFlat":false,"pass":false}]}""",
            Compact(text));
    }

    [Fact]
    public void The_timeline_is_in_order_and_counts_from_the_kill()
    {
        var output = new StringWriter();
        DemoReport.Timeline(output, Facts.Good);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            ["-400 ms", "0 ms", "+30 ms", "+90 ms", "+200 ms", "+250 ms"],
            lines.Select(l => l[16..27].Trim()));
        Assert.Contains("SIGKILL", lines[1], StringComparison.Ordinal);
        Assert.Contains("EXIT_BRAIN_PROCESS_DEAD", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 5 }, 5, 5)]
    [InlineData(new long[] { 3, 1, 2 }, 2, 3)]
    [InlineData(new long[] { 4, 1, 3, 2 }, 3, 4)] // the upper middle: a median never flatters
    public void Figures_are_median_and_worst(long[] values, long median, long worst) =>
        Assert.Equal(new Figures(median, worst, values.Length), Figures.Of(values.Select(v => (long?)v)));

    [Fact]
    public void Nothing_measured_has_no_figures_and_a_missing_run_is_not_counted()
    {
        Assert.Null(Figures.Of([null, null]));
        Assert.Equal(new Figures(7, 7, 1), Figures.Of([null, 7]));
    }

    private static string Compact(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));
}

using Trader.Cli.Bench;
using Xunit;

namespace Trader.Cli.Tests;

public sealed class BenchRowTests
{
    [Theory]
    [InlineData(3000.0, true)]
    [InlineData(3300.0, true)]
    [InlineData(2999.0, false)]
    [InlineData(3301.0, false)]
    [InlineData(null, false)] // not measured is not met
    public void A_figure_is_held_against_both_bounds(double? value, bool within) =>
        Assert.Equal(within, new BenchRow("x", value, "ms", 3000, 3300).Within);

    [Fact]
    public void A_row_shows_figure_bound_and_verdict()
    {
        var output = new StringWriter();
        BenchRow.Write(output, [new("a", 1234, "ms", null, 1000), new("b", null, "us", 1, null)]);

        Assert.Contains("1,234 ms", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("<= 1,000 ms", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("OUTSIDE", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("not measured", output.ToString(), StringComparison.Ordinal);
    }
}

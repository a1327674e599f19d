using Trader.Hosting.Configuration;
using Xunit;

namespace Trader.Hosting.Tests;

public sealed class EnvFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A=1\nA=2", "2")]
    [InlineData("A=1\r\nA=2\r\n", "2")]
    [InlineData("export A=1", "1")]
    [InlineData("  A = 1  ", "1")]
    [InlineData("A='a b'", "a b")]
    [InlineData("A=\"a \\\"b\\\" \\\\ c\"", "a \"b\" \\ c")]
    [InlineData("A='a\\'", "a\\")]
    [InlineData("A=a=b", "a=b")]
    [InlineData("A=a # no comment here", "a # no comment here")]
    [InlineData("A=", "")]
    [InlineData("\uFEFFA=1", "1")]
    [InlineData("# A=0\n; A=0\n\nA=1", "1")]
    public void Reads_what_systemd_reads(string text, string expected)
    {
        var entries = EnvFile.Parse(text, (line, what) => Assert.Fail($"{line}: {what}"));
        Assert.Equal(expected, entries["A"].Value);
    }

    [Theory]
    [InlineData("A=1\nnonsense", 2)]
    [InlineData("A=\"open", 1)]
    [InlineData("A='x' y", 1)]
    [InlineData("\n1A=2", 2)]
    [InlineData("=x", 1)]
    public void Names_the_line_that_is_wrong(string text, int line)
    {
        var wrong = new List<int>();
        EnvFile.Parse(text, (number, _) => wrong.Add(number));
        Assert.Equal([line], wrong);
    }

    [Fact]
    public void The_last_duplicate_is_the_one_whose_line_is_named()
    {
        var entries = EnvFile.Parse("A=1\nB=x\nA=2", (_, _) => Assert.Fail("nothing is wrong"));
        Assert.Equal(new EnvFile.Entry("2", 3), entries["A"]);
    }
}

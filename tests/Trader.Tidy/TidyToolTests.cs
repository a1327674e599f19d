using Xunit;

namespace Trader.Tidy;

/// <summary>The tidy tests are only as good as what reads the sources for them.</summary>
public sealed class TidyToolTests
{
    [Fact]
    public void Comments_and_literals_are_blanked_offset_for_offset()
    {
        const string text = "a(\"x//y\"); // c\n/* d */ e('\"', @\"q\"\"r\", \"\"\"raw \"z\" {\"\"\");";
        var source = SourceText.Parse(text);

        Assert.Equal(text.Length, source.Code.Length);
        Assert.Equal(["x//y", "q\"\"r", "raw \"z\" {"], source.Literals.Select(l => l.Content));
        Assert.DoesNotContain("c", source.Code, StringComparison.Ordinal);
        Assert.DoesNotContain("{", source.Code, StringComparison.Ordinal);
        Assert.Contains("e(", source.Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_are_found_with_their_bodies()
    {
        const string code = "namespace N;\nclass C\n{\n    int P { get; }\n    void M(int a)\n    {\n        if (a > 0)\n        {\n        }\n    }\n}\n";

        var method = Assert.Single(Member.Find(code), m => m.IsMethod);
        Assert.Equal("M", method.Name);
        Assert.Equal('}', code[method.End]);
    }

    [Theory]
    [InlineData("class A { async Task M() { await X(); Sender.Tell(1); } }", 1)]
    [InlineData("class A { void M() { X().ContinueWith(t => Self.Tell(t)); } }", 1)]
    [InlineData("class A { void M() { X().PipeTo(Self, Sender, success: r => Sender.Path); } }", 1)]
    [InlineData("class A { void M() { X().PipeTo(Self, Sender); } }", 0)]
    [InlineData("class A { void M() { X().PipeTo(Self, success: r => new R(r)); } }", 0)]
    [InlineData("class A { async Task M() { var s = Sender; await X(); s.Tell(1); } }", 0)]
    public void A_late_Sender_is_found(string code, int findings) =>
        Assert.Equal(findings, Actors.LateSenders(code).Count());
}

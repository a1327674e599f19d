using Xunit;

namespace Trader.Tidy;

internal static class Findings
{
    private const int Shown = 40;

    /// <summary>Fails with every finding on a line of its own: xunit's own message would cut them off.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{all.Count} findings:\n{string.Join('\n', all.Take(Shown))}");
    }
}

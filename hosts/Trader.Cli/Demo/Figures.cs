namespace Trader.Cli.Demo;

/// <summary>A series of measurements. The median of an even count is the upper middle: never flattering.</summary>
internal sealed record Figures(long Median, long Worst, int Count)
{
    /// <summary>Null when nothing was measured; a run without a figure is not counted, so compare <see cref="Count"/>.</summary>
    public static Figures? Of(IEnumerable<long?> values)
    {
        var sorted = values.OfType<long>().Order().ToArray();
        return sorted.Length == 0 ? null : new Figures(sorted[sorted.Length / 2], sorted[^1], sorted.Length);
    }
}

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

    /// <summary>The smallest value that is not below this share of all; null when nothing was measured.</summary>
    public static double? Share(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

using System.Globalization;
using System.Text;

namespace Trader.Hosting.Metrics;

/// <summary>One metric with all its label sets. Guarded by the registry's lock.</summary>
internal sealed class MetricFamily(MetricDefinition definition)
{
    private readonly SortedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    public MetricDefinition Definition { get; } = definition;

    /// <summary>The series of these labels; null when a label is no label or there are too many series.</summary>
    public MetricSeries? Find(ReadOnlySpan<(string Name, string Value)> labels, int maxSeries)
    {
        var key = Key(labels);
        if (key is null)
        {
            return null;
        }

        if (!_series.TryGetValue(key, out var series) && _series.Count < maxSeries)
        {
            series = new MetricSeries(Definition.Buckets.Count);
            _series.Add(key, series);
        }

        return series;
    }

    public void Write(StringBuilder text)
    {
        if (_series.Count == 0)
        {
            return;
        }

        var (name, kind) = (Definition.Name, Definition.Kind);
        text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(Definition.Help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            MetricKind.Histogram => "histogram",
        }).Append('\n');
        foreach (var (labels, series) in _series)
        {
            if (kind == MetricKind.Histogram)
            {
                WriteHistogram(text, labels, series);
            }
            else
            {
                Sample(text, name, labels, MetricRegistry.Number(series.Value));
            }
        }
    }

    public static bool IsName(string name, bool colons) =>
        name.Length is > 0 and <= 200 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (colons && c == ':'));

    private void WriteHistogram(StringBuilder text, string labels, MetricSeries series)
    {
        var separator = labels.Length == 0 ? "" : ",";
        long below = 0;
        for (var i = 0; i < Definition.Buckets.Count; i++)
        {
            below += series.Buckets[i];
            var bound = MetricRegistry.Number(Definition.Buckets[i]);
            Sample(
                text, Definition.Name + "_bucket", $"{labels}{separator}le=\"{bound}\"",
                below.ToString(CultureInfo.InvariantCulture));
        }

        var count = series.Count.ToString(CultureInfo.InvariantCulture);
        Sample(text, Definition.Name + "_bucket", $"{labels}{separator}le=\"+Inf\"", count);
        Sample(text, Definition.Name + "_sum", labels, MetricRegistry.Number(series.Value));
        Sample(text, Definition.Name + "_count", labels, count);
    }

    private static void Sample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string? Key(ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (labels.Length == 0)
        {
            return "";
        }

        var sorted = labels.ToArray();
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var key = new StringBuilder();
        for (var i = 0; i < sorted.Length; i++)
        {
            var (name, value) = sorted[i];
            // "le" is the histogram's own, and names with two underscores are the scraper's.
            if (name is null || value is null || !IsName(name, colons: false) || name == "le"
                || name.StartsWith("__", StringComparison.Ordinal) || (i > 0 && sorted[i - 1].Name == name))
            {
                return null;
            }

            key.Append(i == 0 ? "" : ",").Append(name).Append("=\"").Append(EscapeValue(value)).Append('"');
        }

        return key.ToString();
    }

    private static string EscapeValue(string value)
    {
        var cut = value.Length <= 120 ? value : value[..120];
        return EscapeHelp(cut).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    private static string EscapeHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>The figures of one label set.</summary>
internal sealed class MetricSeries(int buckets)
{
    /// <summary>The counter's or gauge's value; a histogram's sum.</summary>
    public double Value { get; set; }

    public long Count { get; private set; }

    public long[] Buckets { get; } = new long[buckets];

    public void Observe(double seconds, IReadOnlyList<double> bounds)
    {
        Value += seconds;
        Count++;
        for (var i = 0; i < bounds.Count; i++)
        {
            if (seconds <= bounds[i])
            {
                Buckets[i]++;
                return;
            }
        }
    }
}

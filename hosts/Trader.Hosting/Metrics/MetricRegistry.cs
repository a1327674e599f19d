using System.Globalization;
using System.Text;
using Trader.Actors.Ports;

namespace Trader.Hosting.Metrics;

/// <summary>
/// All measurements of one node, and their text in the Prometheus exposition format 0.0.4. One per node, passed in:
/// two nodes in one process (and two tests) never share a figure. Never throws towards an actor: a measurement that
/// does not fit is dropped and counted in <c>trader_metrics_dropped_total</c>.
/// </summary>
public sealed class MetricRegistry : IMeter
{
    public const string DroppedName = "trader_metrics_dropped_total";

    /// <summary>Label sets per metric. A label whose values grow without bound would fill memory and the scraper's
    /// disk.</summary>
    public const int MaxSeries = 1000;

    public const int MaxFamilies = 500;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly List<Action> _collectors = [];

    /// <param name="definitions">
    /// Two roles may define one figure: the documents give gate and P3.3 counters of the same name, each on its own port. In one process they are one
    /// figure with both label sets, under the first help text.
    /// </param>
    /// <exception cref="ArgumentException">One name is of two kinds, or a gauge is to stand at zero.</exception>
    public MetricRegistry(IEnumerable<MetricDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var dropped = new MetricDefinition(DroppedName, MetricKind.Counter, "Measurements that were dropped because they did not fit.", [])
        {
            AtZero = true,
        };
        foreach (var definition in definitions.Append(dropped))
        {
            if (definition is { AtZero: true, Kind: MetricKind.Gauge })
            {
                throw new ArgumentException($"{definition.Name} is a gauge, and its zero would be a claim", nameof(definitions));
            }

            if (!_families.TryAdd(definition.Name, new MetricFamily(definition))
                && _families[definition.Name].Definition.Kind != definition.Kind)
            {
                throw new ArgumentException(
                    $"{definition.Name} is defined as {_families[definition.Name].Definition.Kind} and as {definition.Kind}", nameof(definitions));
            }

            if (definition.AtZero)
            {
                _families[definition.Name].Find([], MaxSeries);
            }
        }
    }

    /// <summary>Something that refreshes gauges just before each scrape.</summary>
    public void Collect(Action collector)
    {
        lock (_lock)
        {
            _collectors.Add(collector);
        }
    }

    public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Add(name, by, labels);

    /// <summary>Adds to a counter; negative and non-finite amounts are dropped, because a counter never
    /// falls.</summary>
    public void Add(string name, double amount, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        lock (_lock)
        {
            if (amount >= 0 && double.IsFinite(amount) && Series(name, MetricKind.Counter, labels) is { } series)
            {
                series.Value += amount;
            }
            else
            {
                _families[DroppedName].Find([], 1)!.Value++;
            }
        }
    }

    public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        lock (_lock)
        {
            if (Series(name, MetricKind.Gauge, labels) is { } series)
            {
                series.Value = value;
            }
            else
            {
                _families[DroppedName].Find([], 1)!.Value++;
            }
        }
    }

    public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        lock (_lock)
        {
            if (double.IsFinite(seconds) && Series(name, MetricKind.Histogram, labels) is { } series)
            {
                series.Observe(seconds, _families[name].Definition.Buckets);
            }
            else
            {
                _families[DroppedName].Find([], 1)!.Value++;
            }
        }
    }

    /// <summary>The text of <c>/metrics</c>; content type <c>text/plain; version=0.0.4; charset=utf-8</c>.</summary>
    public string Text()
    {
        Action[] collectors;
        lock (_lock)
        {
            collectors = [.. _collectors];
        }

        foreach (var collect in collectors)
        {
            collect();
        }

        var text = new StringBuilder(4096);
        lock (_lock)
        {
            foreach (var family in _families.Values)
            {
                family.Write(text);
            }
        }

        return text.ToString();
    }

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private MetricSeries? Series(string name, MetricKind kind, ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            if (_families.Count >= MaxFamilies || !MetricFamily.IsName(name, colons: true) || name == DroppedName)
            {
                return null;
            }

            IReadOnlyList<double> buckets = kind == MetricKind.Histogram ? MetricDefinition.DefaultBuckets : [];
            var help = char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ') + ".";
            family = new MetricFamily(new MetricDefinition(name, kind, help, buckets));
            _families.Add(name, family);
        }

        return family.Definition.Kind == kind ? family.Find(labels, MaxSeries) : null;
    }
}

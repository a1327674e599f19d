using System.Diagnostics;
using Trader.Actors.ApplyLayer;
using Trader.Actors.Flatten;
using Trader.Hosting.Configuration;
using Trader.Hosting.Logging;
using Trader.Hosting.Metrics;
using Trader.Hosting.Node;
using Xunit;

namespace Trader.Hosting.Tests;

public sealed class MetricsTests
{
    private readonly MetricRegistry _metrics = new(
    [
        new("a_total", MetricKind.Counter, "Counts a\\b\nc.", []),
        new("wait_seconds", MetricKind.Histogram, "Waits.", [0.1, 1]),
    ]);

    [Fact]
    public void The_text_is_the_golden_one()
    {
        _metrics.Count("a_total", 1, ("why", "x\"y\\z\n"), ("by", "ops"));
        _metrics.Count("a_total", 1, ("by", "ops"), ("why", "x\"y\\z\n"));
        _metrics.Gauge("level", -1.5);
        _metrics.Observe("wait_seconds", 0.1, ("role", "r"));
        _metrics.Observe("wait_seconds", 0.5, ("role", "r"));
        _metrics.Observe("wait_seconds", 7, ("role", "r"));
        Assert.Equal(
            """
            # HELP a_total Counts a\\b\nc.
            # TYPE a_total counter
            a_total{by="ops",why="x\"y\\z\n"} 2
            # HELP level Level.
            # TYPE level gauge
            level -1.5
            # HELP trader_metrics_dropped_total Measurements that were dropped because they did not fit.
            # TYPE trader_metrics_dropped_total counter
            trader_metrics_dropped_total 0
            # HELP wait_seconds Waits.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{role="r",le="0.1"} 1
            wait_seconds_bucket{role="r",le="1"} 2
            wait_seconds_bucket{role="r",le="+Inf"} 3
            wait_seconds_sum{role="r"} 7.6
            wait_seconds_count{role="r"} 3

            """.ReplaceLineEndings("\n"), _metrics.Text());
        Assert.Equal(2, PrometheusText.Read(_metrics.Text())["a_total{by=\"ops\",why=\"x\\\"y\\\\z\\n\"}"]);
    }

    [Fact]
    public void What_is_defined_at_zero_stands_there_from_the_start_and_a_gauge_claims_nothing()
    {
        var metrics = new MetricRegistry(
        [
            new("a_total", MetricKind.Counter, "A.", []) { AtZero = true }, new("b_total", MetricKind.Counter, "B.", []),
            new("level", MetricKind.Gauge, "L.", []), new("wait_seconds", MetricKind.Histogram, "W.", [1]) { AtZero = true },
        ]);

        Assert.Equal(
            ["a_total", MetricRegistry.DroppedName, "wait_seconds_bucket{le=\"+Inf\"}", "wait_seconds_bucket{le=\"1\"}", "wait_seconds_count", "wait_seconds_sum"],
            PrometheusText.Read(metrics.Text()).Keys.Order(StringComparer.Ordinal));
        Assert.All(PrometheusText.Read(metrics.Text()).Values, value => Assert.Equal(0, value));
        Assert.Throws<ArgumentException>(() => new MetricRegistry([new("level", MetricKind.Gauge, "L.", []) { AtZero = true }]));
    }

    [Fact]
    public void A_fresh_roles_unlabelled_counters_are_there()
    {
        var samples = PrometheusText.Read(new MetricRegistry([.. RoleNames.All.SelectMany(role => Wiring.Module(role).Metrics)]).Text());

        foreach (var name in new[]
        {
            GateMetrics.Allowed, GateMetrics.Duplicates, GateMetrics.DecisionSeconds + "_count", FlattenMeter.Attempts,
            "trader_watchdog_malformed_heartbeats_total", "trader_exit_brain_heartbeats_total",
        })
        {
            Assert.Equal(0, samples[name]);
        }
    }

    [Fact]
    public void What_does_not_fit_is_dropped_and_counted_and_never_thrown()
    {
        _metrics.Gauge("a_total", 1);
        _metrics.Count("not a name_total", 1);
        _metrics.Count("a_total", 1, ("le", "1"));
        _metrics.Count("a_total", 1, ("__x", "1"));
        _metrics.Count("a_total", 1, ("x", "1"), ("x", "2"));
        _metrics.Add("a_total", -1);
        _metrics.Observe("wait_seconds", double.NaN);
        _metrics.Count(MetricRegistry.DroppedName, 1, ("x", "1"));
        var samples = PrometheusText.Read(_metrics.Text());
        Assert.Equal(7, samples[MetricRegistry.DroppedName]);
    }

    [Fact]
    public void Labels_that_grow_without_bound_are_cut_off()
    {
        for (var i = 0; i < MetricRegistry.MaxSeries + 3; i++)
        {
            _metrics.Count("a_total", 1, ("id", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        var samples = PrometheusText.Read(_metrics.Text());
        Assert.Equal(
            MetricRegistry.MaxSeries, samples.Keys.Count(k => k.StartsWith("a_total", StringComparison.Ordinal)));
        Assert.Equal(3, samples[MetricRegistry.DroppedName]);
    }

    [Fact]
    public async Task Many_threads_lose_no_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                _metrics.Count("a_total", 1);
            }
        })));
        Assert.Equal(40_000, PrometheusText.Read(_metrics.Text())["a_total"]);
    }

    [Fact]
    public void Two_roles_may_define_one_figure_and_not_two_kinds_of_it()
    {
        var metrics = new MetricRegistry([new("a_total", MetricKind.Counter, "First.", []), new("a_total", MetricKind.Counter, "Second.", [])]);
        metrics.Count("a_total", 1, ("reason", "x"));
        metrics.Count("a_total", 2, ("reason", "x"), ("symbol", "y"));

        var samples = PrometheusText.Read(metrics.Text());
        Assert.Equal([1, 2], samples.Where(s => s.Key.StartsWith("a_total", StringComparison.Ordinal)).Select(s => s.Value).Order());
        Assert.Throws<ArgumentException>(() => new MetricRegistry([new("a", MetricKind.Counter, "A.", []), new("a", MetricKind.Gauge, "A.", [])]));
    }

    [Fact]
    public async Task A_node_s_own_figures_satisfy_the_strict_reader_and_promtool_where_it_is_installed()
    {
        var metrics = new MetricRegistry(NodeMetrics.Definitions);
        await using var lines = new LineWriter(Stream.Null);
        NodeMetrics.Attach(metrics, lines);
        metrics.Observe("trader_wait_seconds", 0.2, ("step", "a"));
        var text = metrics.Text();
        var samples = PrometheusText.Read(text);
        Assert.True(samples["process_resident_memory_bytes"] > 1_000_000);
        Assert.Equal(0, samples["trader_log_lines_dropped_total"]);
        if (Promtool() is { } promtool)
        {
            using var check = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }) ?? throw new InvalidOperationException("promtool did not start");
            await check.StandardInput.WriteAsync(text);
            check.StandardInput.Close();
            var said = await check.StandardOutput.ReadToEndAsync() + await check.StandardError.ReadToEndAsync();
            await check.WaitForExitAsync();
            Assert.True(check.ExitCode == 0, said);
        }
    }

    private static string? Promtool() => (Environment.GetEnvironmentVariables()["PATH"] as string ?? "").Split(':')
        .Select(dir => Path.Combine(dir, "promtool")).FirstOrDefault(File.Exists);
}

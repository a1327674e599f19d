using System.Diagnostics;
using Trader.Hosting.Logging;

namespace Trader.Hosting.Metrics;

/// <summary>The figures every node has, whatever its roles.</summary>
public static class NodeMetrics
{
    public static IReadOnlyList<MetricDefinition> Definitions { get; } =
    [
        new("trader_build_info", MetricKind.Gauge, "Always 1; the labels say what runs.", []),
        new("trader_role_ready", MetricKind.Gauge, "1 while the role can do its duty, else 0.", []),
        new("trader_role_answer_age_seconds", MetricKind.Gauge, "Time since the role last answered its process.", []),
        new("trader_alarms_total", MetricKind.Counter, "Alarms raised on this node, by code.", []),
        new("trader_log_lines_dropped_total", MetricKind.Counter, "Log lines that never reached standard output.", []),
        new("trader_dead_letters_total", MetricKind.Counter, "Messages to actors that were gone.", []),
        new("trader_unhandled_messages_total", MetricKind.Counter, "Messages that no handler took.", []),
        new("trader_link_readers", MetricKind.Gauge, "Open event-stream connections per role.", []),
        new(
            "trader_link_readers_dropped_total", MetricKind.Counter, "Event-stream readers dropped for being too slow.",
            []),
        new("trader_link_up", MetricKind.Gauge, "1 while the direct link to the peer is open.", []),
        new("trader_link_lost_total", MetricKind.Counter, "Ends of a direct link.", []),
        new(
            "trader_link_panic_workers_reached", MetricKind.Gauge, "Configured panic-close workers that would take a panic of this node.",
            []),
        new(
            "trader_link_panic_workers_refusing", MetricKind.Gauge, "Configured panic-close workers that refuse this node's link token.",
            []),
        new("trader_panic_posts_total", MetricKind.Counter, "Requests to POST /panic-close by their status.", []),
        new("process_resident_memory_bytes", MetricKind.Gauge, "Resident memory size in bytes.", []),
        new(
            "process_start_time_seconds", MetricKind.Gauge, "Start time of the process since unix epoch in seconds.",
            []),
        new("process_cpu_seconds_total", MetricKind.Counter, "Total user and system CPU time spent in seconds.", []),
    ];

    /// <summary>Registers the collectors of the process's own figures.</summary>
    public static void Attach(MetricRegistry metrics, LineWriter lines)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(lines);
        using var self = Process.GetCurrentProcess();
        metrics.Gauge(
            "process_start_time_seconds", new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        double cpu = 0;
        long dropped = 0;
        metrics.Add("trader_log_lines_dropped_total", 0);
        metrics.Collect(() =>
        {
            using var now = Process.GetCurrentProcess();
            var (used, lost) = (now.TotalProcessorTime.TotalSeconds, lines.Dropped);
            metrics.Gauge("process_resident_memory_bytes", now.WorkingSet64);
            metrics.Add("process_cpu_seconds_total", Math.Max(0, used - cpu));
            metrics.Add("trader_log_lines_dropped_total", Math.Max(0, lost - dropped));
            (cpu, dropped) = (Math.Max(cpu, used), Math.Max(dropped, lost));
        });
    }
}

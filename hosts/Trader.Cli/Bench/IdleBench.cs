using System.Diagnostics;
using Trader.Cli.Stack;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Cli.Bench;

/// <summary>What the roles cost while nothing happens.</summary>
internal static class IdleBench
{
    private const double MiB = 1024 * 1024;

    // In its first three quarters of a minute a process recompiles what it finds hot (measured: 3 to 5 % of a core, 1 to 2 % afterwards).
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancel)
    {
        var options = new StackOptions();
        await using var stack = await PrivateStack.StartAsync(options, cancel);
        long firstBeat;
        await using (var heartbeats = new StreamWatch(RedisKeys.Heartbeat, stack.RedisEndpoint, TimeProvider.System))
        {
            firstBeat = await stack.BringUpAsync(heartbeats, options.Positions, TimeProvider.System, cancel);
        }

        await Task.Delay(Settle, cancel);
        var before = stack.Roles.ToDictionary(role => role, role => Used(stack.Role(role)));
        var began = TimeProvider.System.GetTimestamp();
        await Task.Delay(Watched, cancel);
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        var rows = new List<BenchRow> { new("start.firstHeartbeat", firstBeat, "ms", null, 1500) };
        foreach (var role in stack.Roles)
        {
            var after = Used(stack.Role(role));
            rows.Add(new($"idle.{role.Name()}.resident", after.Resident / MiB, "MiB", null, 120));
            rows.Add(new($"idle.{role.Name()}.cpu", 100 * (after.Cpu - before[role].Cpu) / elapsed, "%", null, 2));
        }

        return rows;
    }

    private static (TimeSpan Cpu, long Resident) Used(ChildProcess child)
    {
        using var process = Process.GetProcessById(child.Pid);
        return (process.TotalProcessorTime, process.WorkingSet64);
    }
}

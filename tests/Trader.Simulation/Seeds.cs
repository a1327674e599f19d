using System.Collections.Concurrent;
using Xunit;

namespace Trader.Simulation.Tests;

/// <summary>Runs many seeds of one world and explains the shortest failure.</summary>
internal static class Seeds
{
    /// <param name="leastEvents">A world in which nothing ever happens would pass as well.</param>
    public static void Hold(SimulatedWorld world, int first, int count, int leastEvents)
    {
        var broken = new ConcurrentBag<SimulationReport>();
        var events = 0;
        // Two worlds at a time: they share nothing.
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var report = SimulationRunner.Run(world, seed);
            Interlocked.Add(ref events, report.Events);
            if (report.Broken is not null)
            {
                broken.Add(report);
            }
        });
        Assert.True(broken.IsEmpty, Explain(broken, count));
        Assert.True(events > leastEvents, $"only {events} events in {count} seeds");
    }

    public static void Repeats(SimulatedWorld world, int seed)
    {
        var once = SimulationRunner.Run(world, seed, traceLines: 500);
        var again = SimulationRunner.Run(world, seed, traceLines: 500);
        Assert.Equal(once.Trace, again.Trace);
        Assert.Equal((once.Steps, once.VirtualMs, once.Broken), (again.Steps, again.VirtualMs, again.Broken));
    }

    private static string Explain(ConcurrentBag<SimulationReport> broken, int count)
    {
        if (broken.MinBy(report => report.Steps) is not { } shortest)
        {
            return "";
        }

        var shown = SimulationRunner.Run(shortest.World, shortest.Seed, SimulationRunner.TraceLines);
        var others = string.Join('\n', broken.OrderBy(r => r.Seed).Take(20).Select(r => $"{r.Broken!.Rule}: {r.Broken.What}; {r.Replay}"));
        return $"{broken.Count} of {count} seeds failed:\n{others}\n\n{shortest.Replay}\n{string.Join('\n', shown.Trace)}";
    }
}

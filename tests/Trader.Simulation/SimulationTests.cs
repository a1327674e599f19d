using System.Collections.Concurrent;
using Xunit;

namespace Trader.Simulation.Tests;

/// <summary>Every seed is a schedule of crashes, freezes, lost and late messages, outages and refusals; none may break a rule.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 1_000;

    [Theory]
    [InlineData(1)]
    [Trait("rule", "S1")]
    [Trait("rule", "S2")]
    [Trait("rule", "S3")]
    [Trait("rule", "S4")]
    [Trait("rule", "S5")]
    [Trait("rule", "S7")]
    [Trait("rule", "S8")]
    [Trait("rule", "S9")]
    [Trait("rule", "S10")]
    [Trait("rule", "S11")]
    [Trait("rule", "S12")]
    public void No_schedule_breaks_a_safety_rule_and_a_dead_brain_ends_flat_and_halted(int first)
    {
        var broken = new ConcurrentBag<SimulationReport>();
        var panics = 0;
        // Two worlds at a time: they share nothing.
        Parallel.For(first, first + Seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var report = SimulationRunner.Run(seed);
            Interlocked.Add(ref panics, report.Panics);
            if (report.Broken is not null)
            {
                broken.Add(report);
            }
        });
        Assert.True(broken.IsEmpty, Explain(broken));
        // A world in which nothing ever happens would pass as well.
        Assert.True(panics > Seeds / 2, $"only {panics} panics in {Seeds} seeds");
    }

    /// <summary>Beyond the thousand: what other seeds have found. Each was red before its fix.</summary>
    [Theory]
    [InlineData(8706)]
    [InlineData(9453)]
    [Trait("rule", "S11")]
    public void S11_A_watchdog_that_was_away_when_its_outage_ended_guards_again(int seed) =>
        Assert.Null(SimulationRunner.Run(seed).Broken);

    [Fact]
    [Trait("rule", "S3")]
    public void S3_Positions_are_read_after_the_books_of_resting_orders() => Assert.Null(SimulationRunner.Run(6059).Broken);

    [Theory]
    [InlineData(7)]
    [InlineData(25)]
    public void A_seed_gives_the_same_run_every_time(int seed)
    {
        var once = SimulationRunner.Run(seed, traceLines: 500);
        var again = SimulationRunner.Run(seed, traceLines: 500);
        Assert.Equal(once.Trace, again.Trace);
        Assert.Equal((once.Steps, once.VirtualMs, once.Broken), (again.Steps, again.VirtualMs, again.Broken));
    }

    private static string Explain(ConcurrentBag<SimulationReport> broken)
    {
        if (broken.MinBy(report => report.Steps) is not { } shortest)
        {
            return "";
        }

        var shown = SimulationRunner.Run(shortest.Seed, SimulationRunner.TraceLines);
        var others = string.Join('\n', broken.OrderBy(r => r.Seed).Take(20).Select(r => $"{r.Broken!.Rule}: {r.Broken.What}; {r.Replay}"));
        return $"{broken.Count} of {Seeds} seeds failed:\n{others}\n\n{shortest.Replay}\n{string.Join('\n', shown.Trace)}";
    }
}

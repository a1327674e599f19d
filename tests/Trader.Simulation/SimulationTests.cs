using Xunit;

namespace Trader.Simulation.Tests;

/// <summary>Every seed is a schedule of crashes, freezes, lost and late messages, outages and refusals; none may break a rule.</summary>
public sealed class SimulationTests
{
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
    public void No_schedule_breaks_a_safety_rule_and_a_dead_brain_ends_flat_and_halted(int first) =>
        Seeds.Hold(SimulatedWorld.Panic, first, count: 1_000, leastEvents: 500);

    /// <summary>Beyond the thousand: what other seeds have found. Each was red before its fix.</summary>
    [Theory]
    [InlineData(8706)]
    [InlineData(9453)]
    [Trait("rule", "S11")]
    public void S11_A_watchdog_that_was_away_when_its_outage_ended_guards_again(int seed) =>
        Assert.Null(SimulationRunner.Run(seed).Broken);

    [Theory]
    [InlineData(6059)]
    [InlineData(8938)]
    [InlineData(12721)]
    [Trait("rule", "S3")]
    public void S3_Flat_is_read_after_the_books_and_under_the_halt(int seed) => Assert.Null(SimulationRunner.Run(seed).Broken);

    [Fact]
    [Trait("rule", "S8")]
    public void S8_What_a_life_sent_without_a_plan_on_disk_is_looked_up_by_the_next() =>
        Assert.Null(SimulationRunner.Run(6692).Broken);

    [Theory]
    [InlineData(7)]
    [InlineData(25)]
    public void A_seed_gives_the_same_run_every_time(int seed) => Seeds.Repeats(SimulatedWorld.Panic, seed);
}

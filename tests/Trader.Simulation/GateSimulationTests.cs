using Xunit;

namespace Trader.Simulation.Tests;

/// <summary>
/// The order gate, one or two of it, and P3.3: every seed is a schedule of crashes between any two messages, stalls, outages, lost and late
/// answers, forged permits, switches turned at the worst moment, and an exchange that does what exchanges do.
/// </summary>
public sealed class GateSimulationTests
{
    [Theory]
    [InlineData(1)]
    [Trait("rule", "S1")]
    [Trait("rule", "S5")]
    [Trait("rule", "S6")]
    [Trait("rule", "S8")]
    [Trait("rule", "S10")]
    [Trait("rule", "S12")]
    [Trait("rule", "S14")]
    [Trait("covers", "A14,A15,X5,X15,X16,X20")]
    public void No_schedule_breaks_a_rule_of_the_order_gate(int first) =>
        Seeds.Hold(SimulatedWorld.Gate, first, count: 1_000, leastEvents: 2_000);

    /// <summary>Beyond the thousand: what other seeds have found. Each is red when its mending is taken back (decision 0037).</summary>
    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_gate_that_was_cut_off_does_not_speak_for_the_one_that_took_the_plan() =>
        Assert.Null(SimulationRunner.Run(SimulatedWorld.Gate, 1543).Broken);

    [Theory]
    [InlineData(6509)]
    [InlineData(10019)]
    [InlineData(9867)]
    [Trait("rule", "S1")]
    public void S1_a_process_that_stood_still_sends_nothing_on_what_it_read_before(int seed) =>
        Assert.Null(SimulationRunner.Run(SimulatedWorld.Gate, seed).Broken);

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_is_not_given_up_by_an_answer_from_before_it_arrived() =>
        Assert.Null(SimulationRunner.Run(SimulatedWorld.Gate, 6763).Broken);

    [Theory]
    [InlineData(3511)]
    [InlineData(4008)]
    [InlineData(1210)]
    [InlineData(10467)]
    [Trait("covers", "X16,X22")]
    public void No_ledger_begins_before_an_execution_that_it_lacks(int seed) =>
        Assert.Null(SimulationRunner.Run(SimulatedWorld.Gate, seed).Broken);

    [Theory]
    [InlineData(7)]
    [InlineData(25)]
    public void A_seed_gives_the_same_run_every_time(int seed) => Seeds.Repeats(SimulatedWorld.Gate, seed);
}

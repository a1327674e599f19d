using Trader.Actors.Governor;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Governor.Desk;

namespace Trader.Actors.Tests.Governor;

/// <summary>P2.9: the documented lines, and what they stop (F30, D-G1).</summary>
public sealed class AllocationTests
{
    private static readonly Desk Production = new Desk().In(GovernorMode.Production);

    private static readonly Desk Testnet = new() { Settings = new Desk().Settings with { TestnetAllocation = true } };

    [Fact]
    [Trait("covers", "F30")]
    public void F30_a_flat_symbol_says_position_zero() => Assert.Contains(
        "BTCUSDT: P2.9 allocation check passed - position=$0.00 <= target=$1820.00 (mode=enforce, conf=0.800)",
        Lines(Testnet.Allocated("1820"), Close()));

    [Fact]
    [Trait("covers", "D-G1,F30")]
    public void An_over_allocated_position_may_be_closed_and_not_added_to()
    {
        var day = Production.Allocated("1820") with { Positions = [Long("BTCUSDT", 0.546m, 50_000)] };

        Assert.Equal("permit", day.Verdict(Close()));
        Assert.Equal("p29_allocation_cap", day.Verdict(Open()));
        Assert.Contains(
            "BTCUSDT: P2.9 ALLOCATION CAP - position=$27300.00 > target=$1820.00 (mode=enforce, conf=0.800)", Lines(day, Close()));
    }

    [Fact]
    public void In_testnet_mode_the_cap_is_said_and_stops_nothing()
    {
        var day = Testnet.Allocated("50") with { Positions = [Long("BTCUSDT", 0.01m, 50_000)] };

        Assert.Equal("permit", day.Verdict(Open()));
        Assert.Equal(
            [
                "BTCUSDT: Testnet P2.9 gate enabled - checking allocation target",
                "BTCUSDT: P2.9 ALLOCATION CAP - position=$500.00 > target=$50.00 (mode=enforce, conf=0.800)",
                "BTCUSDT: P2.9 allocation violation: p29_allocation_cap (testnet mode - NOT blocking)",
            ],
            Lines(day, Open()).Skip(1));
    }

    [Theory]
    [InlineData(1820, AllocationFinding.Within)]
    [InlineData(3423, AllocationFinding.Within)]
    [InlineData(3640, AllocationFinding.Within)]
    [InlineData(3641, AllocationFinding.Exceeded)]
    public void Twice_the_target_is_the_burst_cap(int position, object expected)
    {
        var day = Production.Allocated("1820") with { Positions = [Long("BTCUSDT", 1, position)] };

        Assert.Equal(expected, day.Judge(Close()).Allocation.Finding);
    }

    [Fact]
    public void The_burst_cap_can_be_the_target_itself()
    {
        var strict = Production with { Settings = Production.Settings with { AllocationBurst = 1 } };
        var day = strict.Allocated("1820") with { Positions = [Long("BTCUSDT", 1, 1821)] };

        Assert.Equal("p29_allocation_cap", day.Verdict(Open()));
    }

    [Fact]
    public void Without_a_target_with_an_old_one_and_in_shadow_mode_nothing_is_stopped()
    {
        var over = Production with { Positions = [Long("BTCUSDT", 0.03m, 50_000)] };

        Assert.Contains("BTCUSDT: No P2.9 allocation target found - fail-open (allow)", Lines(over, Open()));
        Assert.Contains(
            "BTCUSDT: P2.9 allocation target stale (301s) - fail-open (allow)", Lines(over.Allocated("1", ageMs: 301_000), Open()));
        Assert.Equal("permit", over.Verdict(Open()));
        Assert.Equal("permit", over.Allocated("1", ageMs: 301_000).Verdict(Open()));
        Assert.Equal("permit", over.Allocated("1", mode: "shadow").Verdict(Open()));
        Assert.Equal("p29_allocation_cap", over.Allocated("1", ageMs: 300_000).Verdict(Open()));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void A_target_or_a_position_that_nobody_can_read_opens_nothing_in_production()
    {
        var unread = Production.Allocated("1820") with { PositionsKnown = false };

        Assert.Equal("position_fetch_failed", unread.Verdict(Open()));
        Assert.Equal("position_fetch_failed", Production.Allocated("lots").Verdict(Open()));
        Assert.Equal("permit", unread.Verdict(Close()));
    }

    [Fact]
    public void A_publisher_cannot_write_log_lines_of_its_own() =>
        Assert.DoesNotContain(Lines(Production.Allocated("1820", mode: "x\nforged"), Close()), line => line.Contains("forged", StringComparison.Ordinal));

    [Theory]
    [InlineData(null, null, 0, "missing_eff", "1.0000", "0")]
    [InlineData("0.9", "0.8", 0, "ok", "1.0000", "0")]
    [InlineData("0.225", "0.8", 0, "ok", "0.5000", "93")]
    [InlineData("0.01", "0.8", 0, "ok", "0.2500", "119")]
    [InlineData("0.2", "0.6", 0, "low_conf", "1.0000", "0")]
    [InlineData("0.2", "0.8", 601, "stale_eff", "1.0000", "0")]
    public void The_efficiency_is_a_hint_in_the_permit(
        string? score, string? confidence, int ageSeconds, string reason, string factor, string cooldown)
    {
        static StoredText Of(string? text) => text is null ? StoredText.Absent : StoredText.Of(text);
        var facts = Symbols with
        {
            Efficiency = Of(score),
            EfficiencyConfidence = Of(confidence),
            EfficiencyAt = Seconds(NowMs - (ageSeconds * 1000L)),
        };

        var hint = EfficiencyRules.Judge(new Desk().Settings.Efficiency, facts, NowMs / 1000m);
        var json = new GovernorPermit(Btc, 0, 0, 1795250725.3565712, hint).Write();

        Assert.Contains($"\"eff_factor\": \"{factor}\"", json, StringComparison.Ordinal);
        Assert.EndsWith($"\"downsize_factor\": \"{factor}\", \"extra_cooldown_sec\": \"{cooldown}\"}}", json, StringComparison.Ordinal);
        Assert.Contains($"\"eff_reason\": \"{reason}\"", json, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(Desk day, RedisProtocol.PlanEntry entry) => day.Judge(entry).Notes.Select(note => note.Text);
}

using Trader.Cli.Demo;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>The runbook's pass/fail table. Every line must be able to fail the drill alone.</summary>
public sealed class DrillVerdictTests
{
    [Fact]
    public void A_good_drill_passes_with_its_figures()
    {
        var verdict = DrillVerdict.Judge(Facts.Good);

        Assert.True(verdict.Pass);
        Assert.True(verdict.VerifiedFlat);
        Assert.Equal(430, verdict.HeartbeatToPanicMs);
        Assert.Equal(30, verdict.KillToPanicMs);
        Assert.Equal(220, verdict.PanicToFlatMs);
        Assert.Equal(250, verdict.KillToFlatMs);
    }

    [Theory]
    [InlineData(5_099, 100, true)]
    [InlineData(5_100, 100, false)] // last heartbeat 400 ms before the kill: 5.5 s is not below 5.5 s
    [InlineData(30, 9_999, true)]
    [InlineData(30, 10_000, false)]
    [InlineData(5_050, 9_949, true)]
    [InlineData(5_050, 9_950, false)] // each part in time, the whole not
    public void Limits_are_to_be_fallen_below(int panicMs, int flatMs, bool pass) =>
        Assert.Equal(pass, DrillVerdict.Judge(Facts.After(panicMs, flatMs)).Pass);

    public static TheoryData<string> Spoiled => [.. Spoilers.Keys];

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void S3_anything_but_proven_flat_and_halted_fails(string how)
    {
        var verdict = DrillVerdict.Judge(Spoilers[how](Facts.Good));

        Assert.False(verdict.Pass);
        Assert.Single(verdict.Checks.Where(c => !c.Pass), c => c.What.Length > 0 && how.Contains(c.What, StringComparison.Ordinal));
    }

    [Fact]
    public void S3_a_position_on_the_exchange_outweighs_a_completion_that_says_flat()
    {
        var verdict = DrillVerdict.Judge(Facts.Good with { Exchange = Facts.Good.Exchange with { OpenPositions = 1 } });

        Assert.False(verdict.VerifiedFlat);
        Assert.Null(verdict.PanicToFlatMs);
        Assert.Null(verdict.KillToFlatMs);
        Assert.False(verdict.Pass);
    }

    [Fact]
    public void A_drill_without_a_panic_or_a_completion_fails_and_has_no_figures()
    {
        var verdict = DrillVerdict.Judge(Facts.Good with
        {
            PanicMs = null,
            PanicEvents = 0,
            Completion = null,
            CompletionMs = null,
            Halted = "",
        });

        Assert.False(verdict.Pass);
        Assert.False(verdict.VerifiedFlat);
        Assert.Null(verdict.KillToPanicMs);
        Assert.Null(verdict.KillToFlatMs);
    }

    [Theory]
    [InlineData(0, 10_000)]
    [InlineData(300, 10_000)]
    [InlineData(301, 12_000)]
    [InlineData(600, 12_000)]
    [InlineData(674, 24_000)]
    public void Beyond_one_window_of_the_order_budget_the_limit_is_the_budget_and_a_fifth(int positions, int limitMs) =>
        Assert.Equal(limitMs, DrillVerdict.CloseLimit(positions));

    private static Dictionary<string, Func<DrillFacts, DrillFacts>> Spoilers { get; } = new()
    {
        ["trading halted: not set"] = f => f with { Halted = "" },
        ["trading halted: false"] = f => f with { Halted = "false" },
        ["positions_total too small"] = f => f with { Completion = Facts.Completion(43, 43) },
        ["fills that added or turned: added"] = f => f with { Exchange = f.Exchange with { IncreasingFills = 1 } },
        ["fills that added or turned: turned"] = f => f with { Exchange = f.Exchange with { Flips = 1 } },
        ["panic events: a storm"] = f => f with { PanicEvents = 2 },
    };
}

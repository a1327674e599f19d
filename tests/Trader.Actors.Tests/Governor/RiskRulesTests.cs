using Trader.Actors.Governor;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Governor.Desk;

namespace Trader.Actors.Tests.Governor;

/// <summary>The risk guard: opens only, and what is missing forbids (D-G13).</summary>
public sealed class RiskRulesTests
{
    private static readonly Desk Guarded = new() { Settings = new Desk().Settings with { Risk = new Desk().Settings.Risk with { Use = RiskGuardUse.On } } };

    public static TheoryData<string, string> Breaches => new()
    {
        { "equity missing", "risk_guard_EQUITY_STALE:equity_missing" },
        { "equity zero", "risk_guard_EQUITY_STALE:equity_missing" },
        { "equity old", "risk_guard_EQUITY_STALE:equity_stale(age=301s)" },
        { "loss", "risk_guard_DAILY_LOSS:daily_loss=2.51%>2.50%" },
        { "loss unreadable", "risk_guard_DAILY_LOSS:daily_pnl_unreadable" },
        { "drawdown", "risk_guard_DRAWDOWN:drawdown=8.01%>8.00%" },
        { "emergency", "risk_guard_EMERGENCY_FLATTEN:drawdown=10.01%>10.00%" },
        { "losses", "risk_guard_CONSEC_LOSS:consec_losses=3>=3" },
        { "spread", "risk_guard_SPREAD_SPIKE:spread=51bps>50bps" },
        { "spread missing", "risk_guard_SPREAD_SPIKE:spread_unknown" },
        { "atr", "risk_guard_ATR_SPIKE:atr=5.10%>5.00%" },
        { "atr missing", "risk_guard_ATR_SPIKE:atr_unknown" },
        { "active", "risk_guard_DRAWDOWN:guard_active" },
        { "active of wrong type", "risk_guard_DRAWDOWN:guard_active" },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    [Trait("rule", "S1")]
    [Trait("covers", "D-G13")]
    public void A_breach_or_a_gap_stops_opens_and_no_close(string what, string expected)
    {
        Assert.Equal(expected, Because(what).Verdict(Open()));
        Assert.Equal("permit", Because(what).Verdict(Close()));
    }

    [Theory]
    [InlineData("9750", "-243.75")]
    [InlineData("9200", "500")]
    public void At_the_limit_is_within_it(string equity, string profit)
    {
        var day = Risk(risk => risk with { Equity = StoredText.Of(equity), DailyProfit = StoredText.Of(profit) });

        Assert.Equal("permit", day.Verdict(Open()));
    }

    [Fact]
    public void The_label_carries_no_numbers()
    {
        var refusal = Assert.IsType<GovernorVerdict.Refuse>(Because("loss").Judge(Open()).Verdict);

        Assert.Equal("risk_guard_DAILY_LOSS", refusal.Reason);
    }

    [Theory]
    [InlineData("loss", 86_400)]
    [InlineData("drawdown", 3600)]
    [InlineData("emergency", 14_400)]
    [InlineData("losses", 3600)]
    [InlineData("spread", null)]
    [InlineData("active", null)]
    public void What_a_breach_locks_stays_locked_so_long(string what, int? seconds) =>
        Assert.Equal(seconds, (int?)Because(what).Judge(Open()).Guard!.For?.TotalSeconds);

    [Theory]
    [InlineData(RiskGuardUse.Off, GovernorMode.Production, "permit")]
    [InlineData(RiskGuardUse.Production, GovernorMode.Testnet, "permit")]
    [InlineData(RiskGuardUse.Production, GovernorMode.Production, "risk_guard_EQUITY_STALE:equity_missing")]
    [InlineData(RiskGuardUse.On, GovernorMode.Testnet, "risk_guard_EQUITY_STALE:equity_missing")]
    public void It_decides_where_it_is_told_to(RiskGuardUse use, GovernorMode mode, string expected)
    {
        var day = Because("equity missing").In(mode);

        Assert.Equal(expected, (day with { Settings = day.Settings with { Risk = day.Settings.Risk with { Use = use } } }).Verdict(Open()));
    }

    private static Desk Risk(Func<GovernorRiskFacts, GovernorRiskFacts> change) =>
        Guarded.With(facts => facts with { Risk = change(facts.Risk) });

    private static Desk Because(string what) => what switch
    {
        "equity missing" => Risk(risk => risk with { Equity = StoredText.Absent }),
        "equity zero" => Risk(risk => risk with { Equity = StoredText.Of("0") }),
        "equity old" => Risk(risk => risk with { EquityAt = Seconds(NowMs - 301_000) }),
        "loss" => Risk(risk => risk with { DailyProfit = StoredText.Of("-251") }),
        "loss unreadable" => Risk(risk => risk with { DailyProfit = StoredText.Unreadable }),
        "drawdown" => Risk(risk => risk with { Equity = StoredText.Of("9199") }),
        "emergency" => Risk(risk => risk with { Equity = StoredText.Of("8999") }),
        "losses" => Risk(risk => risk with { ConsecutiveLosses = StoredText.Of("3") }),
        "spread" => Guarded.WithOpening(opening => opening with { SpreadBps = StoredText.Of("51") }),
        "spread missing" => Guarded.WithOpening(opening => opening with { SpreadBps = StoredText.Absent }),
        "atr" => Guarded.WithOpening(opening => opening with { AtrFraction = StoredText.Of("0.051") }),
        "atr missing" => Guarded.WithOpening(opening => opening with { AtrFraction = StoredText.Absent }),
        "active" => Guard(StoredText.Of("{}")),
        "active of wrong type" => Guard(StoredText.Unreadable),
        _ => throw new ArgumentException(what),
    };

    private static Desk Guard(StoredText value) =>
        Risk(risk => risk with { Guards = new Dictionary<string, StoredText> { ["DRAWDOWN"] = value } });
}

using Trader.Actors.Ess;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Ess;

/// <summary>The documented triggers: limits, order, words, and what a person's release means for them.</summary>
public sealed class EssRulesTests
{
    [Theory]
    [InlineData("4.99", "0", 0, null)]
    [InlineData("5", "0", 0, "Daily drawdown 5.00% >= 5.00%")]
    [InlineData("6", "0", 0, "Daily drawdown 6.00% >= 5.00%")]
    [InlineData("5.009", "0", 0, "Daily drawdown 5.00% >= 5.00%")]
    [InlineData("0", "9.999", 0, null)]
    [InlineData("0", "10", 0, "Open loss 10.00% >= 10.00%")]
    [InlineData("0", "0", 4, null)]
    [InlineData("0", "0", 5, "Execution errors 5 >= 5")]
    [InlineData("7", "12", 9, "Daily drawdown 7.00% >= 5.00%")]
    [InlineData("1", "12", 9, "Open loss 12.00% >= 10.00%")]
    public void At_or_above_a_limit_it_trips_in_the_documented_order(string drawdown, string openLoss, int errors, string? reason)
    {
        var trip = EssRules.Trip(EssWorld.Settings, EssState.Empty, Number(drawdown), Number(openLoss), errors);
        Assert.Equal(reason, trip?.Reason);
    }

    [Fact]
    public void Figures_that_are_not_known_trip_nothing() =>
        Assert.Null(EssRules.Trip(EssWorld.Settings, EssState.Empty, null, null, null));

    [Theory]
    [InlineData("1000", "940", "6")]
    [InlineData("1000", "1100", "0")]
    [InlineData("1000", "-50", "105")]
    [InlineData("0", "10", null)]
    public void S13_drawdown_is_an_exact_part_of_the_days_first_equity(string start, string now, string? percent) =>
        Assert.Equal(percent is null ? null : Number(percent), EssRules.Drawdown(Number(start), Number(now)));

    [Theory]
    [InlineData("1000", "-100", "10")]
    [InlineData("1000", "5", "0")]
    [InlineData("0", "-1", "100")]
    public void S13_open_loss_is_a_part_of_the_wallet(string wallet, string unrealized, string percent) =>
        Assert.Equal(Number(percent), EssRules.OpenLoss(Number(wallet), Number(unrealized)));

    [Fact]
    [Trait("covers", "D-E14")]
    public void What_a_person_accepted_trips_again_only_when_it_grew_or_had_gone()
    {
        var world = EssWorld.Clear();
        world.Account(1000);
        world.Account(940);
        world.Deactivate();
        world.Account(940);
        world.Account(931);
        Assert.False(world.Control.Active);
        world.Account(930);
        Assert.Equal("Daily drawdown 7.00% >= 5.00%", world.Control.Reason);

        world.Deactivate();
        world.Account(960);
        Assert.False(world.Control.Active);
        world.Account(950);
        Assert.Equal("Daily drawdown 5.00% >= 5.00%", world.Control.Reason);
    }

    [Fact]
    [Trait("covers", "D-E14")]
    public void A_release_just_after_a_restart_accepts_what_the_stop_was_made_for()
    {
        var world = EssWorld.Clear();
        world.Account(1000);
        world.Account(940);
        world.NewLife(reboot: true);
        world.Deactivate();
        world.Account(940);
        Assert.False(world.Control.Active);
        world.Account(929);
        Assert.True(world.Control.Active);
    }

    [Fact]
    [Trait("covers", "D-E14")]
    public void A_recovery_ends_no_stop()
    {
        var world = EssWorld.Clear();
        world.Account(1000);
        world.Account(940);
        world.Account(2000);
        world.Seconds(3600);
        Assert.True(world.Control.Active);
    }

    [Fact]
    public void The_day_begins_at_midnight_utc_and_survives_a_restart()
    {
        var world = EssWorld.Clear();
        world.Account(1000);
        world.NewLife(reboot: false);
        world.Account(960);
        Assert.Equal(4m, world.Control.Status().Figures.DailyDrawdownPercent);
        world.ClockSteps(TimeSpan.FromHours(24));
        world.Account(960);
        Assert.Equal(0m, world.Control.Status().Figures.DailyDrawdownPercent);
        world.ClockSteps(TimeSpan.FromHours(-24));
        world.Account(930);
        Assert.Equal(3.125m, world.Control.Status().Figures.DailyDrawdownPercent);
    }

    [Fact]
    public void Old_figures_are_shown_as_stale_and_alarmed_once()
    {
        var world = EssWorld.Clear();
        world.Account(1000);
        world.Seconds(29);
        Assert.False(world.Control.Status().Figures.Stale);
        world.Seconds(30);
        Assert.True(world.Control.Status().Figures.Stale);
        Assert.Single(world.Alarms, "ESS_FIGURES_STALE");
        Assert.False(world.Control.Active);
    }

    [Theory]
    [InlineData("""[{"step":"CLOSE","status":"error"}]""", true)]
    [InlineData("""[{"step":"A","status":"success"},{"step":"B","status":"ERROR"}]""", true)]
    [InlineData("""[{"step":"PERMIT_WAIT","status":"denied"}]""", false)]
    [InlineData("""[{"step":"CLOSE","status":"success"}]""", false)]
    [InlineData("[]", false)]
    [InlineData("not json", false)]
    [InlineData("[1,{\"status\":5}]", false)]
    public void Only_what_failed_at_the_exchange_is_an_execution_error(string steps, bool failed) =>
        Assert.Equal(failed, EssRules.FailedAtExchange([new("plan_id", "x"), new("steps_results", steps)]));

    [Fact]
    public void Errors_count_for_the_window_and_only_since_the_last_release()
    {
        var window = new EssErrorWindow(TimeSpan.FromMinutes(15));
        Assert.Null(window.Count);
        window.Read(Results(1_000_000, 1_000_000 - 1000, 1_000_000 - 800_000, 1_000_000 - 900_000), null);
        Assert.Equal(2, window.Count);
        window.Read(Results(1_050_000), 60_000);
        Assert.Equal(1, window.Count);
        window.Read(Results(1_950_000), null);
        Assert.Equal(0, window.Count);
    }

    [Fact]
    public void Five_errors_in_the_window_stop()
    {
        var world = EssWorld.Clear();
        world.Play(world.Control.Results(Results(5000, 1000, 1001, 1002, 1003), world.Now));
        Assert.False(world.Control.Active);
        world.Play(world.Control.Results(Results(5001, 5000), world.Now));
        Assert.Equal("Execution errors 5 >= 5", world.Control.Reason);
        world.Deactivate();
        world.Seconds(1);
        world.Play(world.Control.Results(Results(6000), world.Now));
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void Every_event_reads_back_as_it_was_written()
    {
        EssEvent[] events =
        [
            new EssStopped(1, new EssStop(EssVia.OpenLoss, "Open loss 12.00% >= 10.00%", "trader", 77), true, null, 12.5m),
            new EssReleased(2, 78, EssVia.Cli, "ann", "seen", 6.25m, null),
            new EssDayBegan(3, 79, new DateOnly(2026, 11, 21), 1234.56789m),
            new EssRearmed(4, 80, EssVia.Drawdown),
        ];
        Assert.Equal(events, events.Select(e => EssRecords.Read(EssRecords.Write(e))));
        Assert.Null(EssRecords.Read(new JournalRecord("ess.stopped", 1, [new("number", "1"), new("via", "magic")])));
    }

    private static RedisProtocol.ResultsRead Results(long now, params long[] failedAt) => new(
        new RedisProtocol.ReadResults("", 900_000, 100), now,
        [.. failedAt.Order().Select(at => new RedisProtocol.ResultEntry(
            $"{at}-0", at, [new("steps_results", """[{"step":"CLOSE","status":"error"}]""")]))]);

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

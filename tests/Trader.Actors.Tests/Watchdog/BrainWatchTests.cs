using Trader.Actors.Watchdog;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Watchdog;

/// <summary>R1 to R4 and what may count as a heartbeat (S11; E8, E12, E25, E30-E35; X3, X4, X8-X8g).</summary>
[Trait("rule", "S11")]
public sealed class BrainWatchTests
{
    private const long T0 = 1_700_000_000_000;

    private readonly BrainWatch watch = new(Documented.Watchdog, TimeSpan.Zero);

    [Theory]
    [InlineData(5.0, false)]
    [InlineData(5.001, true)]
    public void R1_silence_fails_only_beyond_five_seconds(double at, bool fails)
    {
        watch.Observe(Beat(T0), byLink: true, TimeSpan.Zero);

        Assert.Equal(fails, watch.Judge(Seconds(at)) is { Rule: WatchdogRule.HeartbeatMissing });
    }

    [Fact]
    public void A_watchdog_that_was_stopped_does_not_count_that_time_as_silence()
    {
        watch.Observe(Beat(T0, positions: 2), byLink: true, TimeSpan.Zero);

        watch.StoodStill(Seconds(20));

        Assert.Null(watch.Judge(Seconds(22.9)));
        Assert.NotNull(watch.Judge(Seconds(23.1)));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(-30_000, false)]
    [InlineData(-30_001, true)]
    [InlineData(1, true)]
    public void What_Redis_says_late_is_old_news_and_a_clock_that_was_set_back_is_not(long offsetMs, bool counts)
    {
        watch.Observe(Beat(T0), byLink: true, TimeSpan.Zero);

        Assert.Equal(counts, watch.Observe(Beat(T0 + offsetMs), byLink: false, Seconds(4)));

        Assert.Equal(!counts, watch.Judge(Seconds(5.1)) is { Rule: WatchdogRule.HeartbeatMissing });
    }

    [Theory]
    [InlineData(-2_000)]
    [InlineData(-6_000)]
    [InlineData(-29_000)]
    public void A_clock_that_is_set_back_while_only_Redis_carries_the_heartbeats_changes_nothing(long stepMs)
    {
        HearBoth(seconds: 3);

        for (var s = 3; s < 20; s++)
        {
            // Half a second off, so that no time is said twice.
            Assert.True(watch.Observe(Beat(T0 + (s * 1000) + stepMs + 500), byLink: false, Seconds(s)));
            Assert.Null(watch.Judge(Seconds(s + 0.9)));
        }
    }

    [Fact]
    public void A_clock_that_is_set_back_changes_nothing_when_the_links_last_heartbeat_never_reached_Redis()
    {
        HearBoth(seconds: 3);
        watch.Observe(Beat(T0 + 3000), byLink: true, Seconds(3));

        Assert.True(watch.Observe(Beat(T0 - 6500), byLink: false, Seconds(4)));
        Assert.True(watch.Observe(Beat(T0 - 5500), byLink: false, Seconds(5)));
    }

    [Fact]
    public void A_clock_that_is_set_back_changes_nothing_after_a_re_arm()
    {
        HearBoth(seconds: 3);

        var armed = watch.StartedOver(Seconds(3));

        Assert.Equal(Seconds(1), armed.Age(Seconds(3)));
        Assert.True(armed.Observe(Beat(T0 - 6500), byLink: false, Seconds(4)));
    }

    [Fact]
    public void What_Redis_held_up_is_old_news_until_the_stream_has_passed_what_the_link_brought()
    {
        watch.Observe(Beat(T0 - 3000), byLink: false, TimeSpan.Zero);
        watch.Observe(Beat(T0), byLink: true, Seconds(3));

        Assert.False(watch.Observe(Beat(T0 - 2000), byLink: false, Seconds(6)));
        Assert.False(watch.Observe(Beat(T0 - 1000), byLink: false, Seconds(6)));
        Assert.False(watch.Observe(Beat(T0), byLink: false, Seconds(6)));
        Assert.True(watch.Observe(Beat(T0 - 500), byLink: false, Seconds(6)));
    }

    private void HearBoth(int seconds)
    {
        for (var s = 0; s < seconds; s++)
        {
            watch.Observe(Beat(T0 + (s * 1000)), byLink: true, Seconds(s));
            watch.Observe(Beat(T0 + (s * 1000)), byLink: false, Seconds(s));
        }
    }

    [Fact]
    public void R1_speaks_the_runbooks_words()
    {
        watch.Observe(Beat(T0), byLink: true, TimeSpan.Zero);

        var failure = watch.Judge(Seconds(5.02))!;

        Assert.Equal("Heartbeat missing (5.1s > 5.0s)", failure.Text);
        Assert.Equal("EXIT_BRAIN_HEARTBEAT_MISSING_(5.1S_>_5.0S)", failure.Reason);
    }

    [Theory]
    [InlineData(3.0, false)]
    [InlineData(3.001, true)]
    public void R4_open_positions_are_unguarded_beyond_three_seconds(double at, bool fails)
    {
        watch.Observe(Beat(T0, positions: 2), byLink: true, TimeSpan.Zero);

        Assert.Equal(fails, watch.Judge(Seconds(at)) is { Rule: WatchdogRule.PositionsUnguarded });
    }

    [Fact]
    public void R4_names_positions_and_age()
    {
        watch.Observe(Beat(T0, positions: 2), byLink: true, TimeSpan.Zero);

        Assert.Equal("EXIT_BRAIN_POSITIONS_UNGUARDED_(2_POS,_HEARTBEAT_3.3S_OLD)", watch.Judge(Seconds(3.3))!.Reason);
    }

    [Fact]
    public void A_brain_that_never_appears_fails_after_five_seconds_not_at_once()
    {
        Assert.Null(watch.Judge(Seconds(0.1)));
        Assert.Null(watch.Judge(Seconds(5.0)));
        Assert.Equal(WatchdogRule.HeartbeatMissing, watch.Judge(Seconds(5.05))!.Rule);
    }

    [Fact]
    public void An_old_entry_in_the_stream_shortens_the_wait_but_is_no_sign_of_life()
    {
        watch.ObserveBacklog(Beat(T0, positions: 3));

        Assert.False(watch.HeardSinceStart);
        Assert.Null(watch.Judge(Seconds(3.0)));
        Assert.Equal(WatchdogRule.PositionsUnguarded, watch.Judge(Seconds(3.05))!.Rule);
    }

    [Theory]
    [InlineData(-3_600_000)]
    [InlineData(3_600_000)]
    public void The_publishers_clock_changes_nothing(long skewMs)
    {
        for (var s = 0; s < 10; s++)
        {
            watch.Observe(Beat(T0 + (s * 1000) + skewMs, 1, decided: T0 + (s * 1000) + skewMs), byLink: false, Seconds(s));
            Assert.Null(watch.Judge(Seconds(s)));
        }

        Assert.Null(watch.Judge(Seconds(12)));
        Assert.Equal(WatchdogRule.PositionsUnguarded, watch.Judge(Seconds(12.1))!.Rule);
    }

    [Fact]
    public void A_step_of_the_publishers_clock_between_decision_and_heartbeat_is_not_stagnation()
    {
        watch.Observe(Beat(T0 + 3_600_000, 2, decided: T0), byLink: false, TimeSpan.Zero);
        Assert.Null(watch.Judge(Seconds(0.9)));

        watch.Observe(Beat(T0 + 3_601_000, 2, decided: T0 + 3_600_900), byLink: false, Seconds(1));
        Assert.Null(watch.Judge(Seconds(3.5)));
    }

    [Fact]
    public void Another_services_heartbeat_does_not_mask_the_brains_death()
    {
        watch.Observe(Beat(T0), byLink: false, TimeSpan.Zero);
        for (var s = 1; s <= 6; s++)
        {
            Assert.False(watch.Observe(Beat(T0 + s, service: "leftover_mock"), byLink: false, Seconds(s)));
            Assert.False(watch.Observe(Beat(T0 + s, service: null), byLink: false, Seconds(s)));
        }

        Assert.Equal(WatchdogRule.HeartbeatMissing, watch.Judge(Seconds(6))!.Rule);
    }

    [Fact]
    public void Heartbeats_without_a_service_count_until_the_brain_names_itself()
    {
        Assert.True(watch.Observe(Beat(T0, service: null), byLink: false, Seconds(4)));
        Assert.Null(watch.Judge(Seconds(8)));
    }

    [Fact]
    public void The_copy_on_the_stream_of_a_heartbeat_heard_by_link_is_not_heard_again()
    {
        watch.Observe(Beat(T0, 2), byLink: true, TimeSpan.Zero);

        Assert.False(watch.Observe(Beat(T0, 2), byLink: false, Seconds(2.9)));
        Assert.Equal(WatchdogRule.PositionsUnguarded, watch.Judge(Seconds(3.1))!.Rule);
    }

    [Theory]
    [InlineData(5.0, false)]
    [InlineData(5.01, true)]
    public void R2_degraded_beyond_five_seconds(double seconds, bool fails)
    {
        Feed(BrainStatus.Degraded, 0, seconds);

        Assert.Equal(fails, watch.Judge(Seconds(seconds)) is { Rule: WatchdogRule.DegradedTooLong });
    }

    [Fact]
    public void R2_flapping_adds_up()
    {
        var now = 0.0;
        BrainFailure? failure = null;
        for (var cycle = 0; cycle < 4 && failure is null; cycle++)
        {
            Feed(BrainStatus.Degraded, now, now + 4);
            Feed(BrainStatus.Alive, now + 4, now + 5);
            now += 5;
            failure = watch.Judge(Seconds(now));
        }

        Assert.Equal(WatchdogRule.DegradedTooLong, failure?.Rule);
        Assert.True(now <= 15, $"found after {now} s");
    }

    [Fact]
    public void R2_an_old_lapse_fades()
    {
        Feed(BrainStatus.Degraded, 0, 4);
        Feed(BrainStatus.Alive, 4, 9);
        Feed(BrainStatus.Degraded, 9, 13);

        Assert.Null(watch.Judge(Seconds(13)));
    }

    [Fact]
    public void R3_a_stuck_decision_loop_shows_although_heartbeats_flow()
    {
        for (var s = 0; s <= 30; s++)
        {
            watch.Observe(Beat(T0 + (s * 1000), 2, decided: T0), byLink: true, Seconds(s));
            Assert.Null(watch.Judge(Seconds(s)));
        }

        watch.Observe(Beat(T0 + 31_000, 2, decided: T0), byLink: true, Seconds(31));
        Assert.StartsWith("Decisions stagnant (31.0s) with 2 positions", watch.Judge(Seconds(31))!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void R3_stagnation_that_began_before_this_watchdog_is_seen_at_once()
    {
        for (var s = 0; s <= 2; s++)
        {
            watch.Observe(Beat(T0 + 61_000 + (s * 1000), 2, decided: T0), byLink: false, Seconds(s));
        }

        Assert.Equal(WatchdogRule.DecisionsStagnant, watch.Judge(Seconds(2))!.Rule);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void R3_needs_positions_and_a_stated_decision_time(int positions, bool stated)
    {
        for (var s = 0; s <= 40; s++)
        {
            watch.Observe(Beat(T0 + (s * 1000), positions, decided: stated ? T0 - 60_000 : null), byLink: true, Seconds(s));
            Assert.Null(watch.Judge(Seconds(s)));
        }
    }

    [Fact]
    public void The_status_line_is_the_documented_one()
    {
        Assert.Equal("Status: heartbeat=NEVER, status=NEVER, positions=0, last_decision=NEVER", watch.Status(Seconds(1)));

        watch.Observe(Beat(T0, 2, decided: T0), byLink: true, Seconds(10));

        Assert.Equal("Status: heartbeat=0.8s ago, status=ALIVE, positions=2, last_decision=0.8s ago", watch.Status(Seconds(10.8)));
    }

    private void Feed(BrainStatus status, double from, double to)
    {
        for (var s = from; s <= to; s += 0.5)
        {
            watch.Observe(Beat(T0 + (long)(s * 1000), 0, status), byLink: true, Seconds(s));
        }
    }
}

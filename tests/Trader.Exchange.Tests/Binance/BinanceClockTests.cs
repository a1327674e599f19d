using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests.Binance;

public sealed class BinanceClockTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Half_the_round_trip_is_added_to_the_exchanges_time()
    {
        var clock = new BinanceClock(_time);
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(80));
        clock.Measure(1_000_000, sent, _time.GetTimestamp());
        Assert.Equal(1_000_040, clock.NowMs);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1_010_040, clock.NowMs);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.Age);
    }

    [Fact]
    public void A_step_of_the_local_wall_clock_changes_nothing()
    {
        var clock = new BinanceClock(_time);
        var unmeasured = clock.NowMs;
        _time.StepWallClock(TimeSpan.FromSeconds(-20));
        Assert.Equal(unmeasured, clock.NowMs);
        clock.Measure(5_000_000, _time.GetTimestamp(), _time.GetTimestamp());
        _time.StepWallClock(TimeSpan.FromHours(3));
        Assert.Equal(5_000_000, clock.NowMs);
        Assert.True(clock.IsMeasured);
    }

    [Fact]
    public void On_a_slow_line_it_runs_behind_rather_than_ahead()
    {
        // Both ways are possible: all of the 3 s before the exchange looked at its clock, or all of them after.
        var clock = new BinanceClock(_time);
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(3));
        clock.Measure(1_000_000, sent, _time.GetTimestamp());
        Assert.InRange(clock.NowMs, 1_000_000 + 3000 - 5000 + 1, 1_000_000 + 999);
    }

    [Fact]
    public void Starts_from_the_local_wall_clock()
    {
        var clock = new BinanceClock(_time);
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), clock.NowMs);
        Assert.False(clock.IsMeasured);
    }
}

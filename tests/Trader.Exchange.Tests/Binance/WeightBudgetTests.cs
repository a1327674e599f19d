using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

public sealed class WeightBudgetTests
{
    private readonly ManualTime _time = new();
    private readonly WeightBudget _budget;

    public WeightBudgetTests() => _budget = new WeightBudget(_time);

    [Fact]
    public void Background_reads_stop_at_two_thirds_and_panic_reads_never()
    {
        _budget.Observe(1600);
        Assert.Equal(FaultKind.RateLimited, _budget.Refuse(ReadPriority.Background, 1)?.Kind);
        Assert.Null(_budget.Refuse(ReadPriority.Panic, 40));
        Assert.Equal(1640, _budget.Used);
        _budget.Observe(2400);
        Assert.Null(_budget.Refuse(ReadPriority.Panic, 40));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _budget.Used);
        Assert.Null(_budget.Refuse(ReadPriority.Background, 1));
    }

    [Fact]
    public void Own_reads_count_between_headers()
    {
        for (var i = 0; i < 160; i++)
        {
            Assert.Null(_budget.Refuse(ReadPriority.Background, 10));
        }

        Assert.NotNull(_budget.Refuse(ReadPriority.Background, 10));
    }

    [Fact]
    public void The_limit_as_read_counts()
    {
        _budget.SetLimit(6000);
        _budget.Observe(3999);
        Assert.Null(_budget.Refuse(ReadPriority.Background, 1));
        Assert.NotNull(_budget.Refuse(ReadPriority.Background, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void The_empty_header_of_order_answers_says_nothing(int header)
    {
        _budget.Observe(1700);
        _budget.Observe(header);
        Assert.Equal(1700, _budget.Used);
    }

    [Fact]
    public void A_ban_ends_when_it_said_and_the_longest_one_holds()
    {
        _budget.Limited(TimeSpan.FromSeconds(30), null);
        _budget.Limited(TimeSpan.FromSeconds(5), null);
        Assert.Equal(TimeSpan.FromSeconds(30), _budget.Pause);
        Assert.NotNull(_budget.Refuse(ReadPriority.Background, 1));
        Assert.Null(_budget.Refuse(ReadPriority.Panic, 1));
        _budget.Limited(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.FromMinutes(5), _budget.Pause);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, _budget.Pause);
        Assert.Null(_budget.Refuse(ReadPriority.Background, 1));
    }

    [Fact]
    public void A_ban_without_an_end_is_two_minutes_and_none_is_longer_than_three_days()
    {
        _budget.Limited(null, null);
        Assert.Equal(TimeSpan.FromMinutes(2), _budget.Pause);
        _budget.Limited(TimeSpan.FromDays(300), null);
        Assert.Equal(TimeSpan.FromDays(3), _budget.Pause);
    }
}

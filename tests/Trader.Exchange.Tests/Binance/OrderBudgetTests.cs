using FsCheck;
using FsCheck.Fluent;
using Trader.Exchange.Binance;

namespace Trader.Exchange.Tests.Binance;

public sealed class OrderBudgetTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Three_hundred_go_at_once_and_the_rest_a_window_after_their_answers()
    {
        var budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 0);
        Assert.Equal(60, budget.Free(OrderLane.Exit, OrderCost.Batch));
        for (var i = 0; i < 60; i++)
        {
            Assert.True(budget.TryTake(OrderLane.Exit, OrderCost.Batch));
        }

        Assert.False(budget.TryTake(OrderLane.Exit, OrderCost.Single));
        // Nothing answered yet: no passage of time alone frees anything.
        Assert.Null(budget.UntilFree(OrderLane.Exit, OrderCost.Single));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(budget.UntilFree(OrderLane.Exit, OrderCost.Single));
        budget.Answered(OrderCost.Batch);
        var wait = budget.UntilFree(OrderLane.Exit, OrderCost.Batch);
        Assert.NotNull(wait);
        Assert.InRange(wait.Value, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.1));
        _time.Advance(wait.Value - TimeSpan.FromTicks(1));
        Assert.False(budget.TryTake(OrderLane.Exit, OrderCost.Batch));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(TimeSpan.Zero, budget.UntilFree(OrderLane.Exit, OrderCost.Batch));
        Assert.True(budget.TryTake(OrderLane.Exit, OrderCost.Batch));
        Assert.False(budget.TryTake(OrderLane.Exit, OrderCost.Batch));
    }

    [Fact]
    public void Entries_stop_at_a_third_and_exits_go_on()
    {
        var budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 10);
        Assert.Equal(100, Drain(budget, OrderLane.Entry));
        Assert.Equal(190, Drain(budget, OrderLane.Exit));
        Assert.Equal(0, budget.Free(OrderLane.Entry, OrderCost.Single));
    }

    [Fact]
    public void Exits_alone_leave_the_reserve()
    {
        Assert.Equal(290, Drain(new OrderBudget(_time, OrderLimits.Documented, reserve: 10), OrderLane.Exit));
        Assert.Equal(5, Drain(new OrderBudget(_time, new OrderLimits(10, 10), reserve: 1000), OrderLane.Exit));
    }

    [Fact]
    public void Headers_are_followed_upward_only()
    {
        var budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 0);
        Assert.True(budget.TryTake(OrderLane.Exit, OrderCost.Single));
        budget.Answered(OrderCost.Single);
        budget.Observe(251, null);
        Assert.Equal(49, budget.Free(OrderLane.Exit, OrderCost.Single));
        budget.Observe(3, 1);
        Assert.Equal(49, budget.Free(OrderLane.Exit, OrderCost.Single));
        budget.Observe(1000, 1200);
        Assert.Equal(0, budget.Free(OrderLane.Exit, OrderCost.Single));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, budget.Free(OrderLane.Exit, OrderCost.Single));
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(300, budget.Free(OrderLane.Exit, OrderCost.Single));
    }

    [Fact]
    public void A_limit_that_was_reached_unseen_is_believed_for_its_window()
    {
        var budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 0);
        budget.Exhausted(minuteLimit: false);
        Assert.Equal(0, budget.Free(OrderLane.Exit, OrderCost.Single));
        _time.Advance(TimeSpan.FromSeconds(10.1));
        Assert.Equal(300, budget.Free(OrderLane.Exit, OrderCost.Single));
        budget.Exhausted(minuteLimit: true);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, budget.Free(OrderLane.Exit, OrderCost.Single));
    }

    [Fact]
    public void Limits_as_read_replace_the_documented_ones()
    {
        var budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 0);
        budget.SetLimits(new OrderLimits(10_000, 20_000));
        Assert.Equal(10_000, Drain(budget, OrderLane.Exit));
    }

    /// <summary>
    /// Any mixture of orders, latencies and arrival moments: the exchange never counts more than its limit in any ten
    /// seconds or any minute, whichever kind of window it has.
    /// </summary>
    [Fact]
    public void No_window_of_any_kind_ever_holds_more_than_the_limit() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                var arrivals = Run(seed, new OrderLimits(30, 60));
                return Worst(arrivals, TimeSpan.FromSeconds(10), c => c.TenSeconds) <= 30
                    && Worst(arrivals, TimeSpan.FromMinutes(1), c => c.Minute) <= 60
                    && arrivals.Count > 50;
            }).QuickCheckThrowOnFailure();

    private static int Drain(OrderBudget budget, OrderLane lane)
    {
        var taken = 0;
        while (budget.TryTake(lane, OrderCost.Single))
        {
            taken++;
        }

        return taken;
    }

    private static List<(long At, OrderCost Cost)> Run(int seed, OrderLimits limits)
    {
        var random = new Random(seed);
        var time = new ManualTime();
        var budget = new OrderBudget(time, limits, reserve: 0);
        var arrivals = new List<(long At, OrderCost Cost)>();
        var open = new PriorityQueue<OrderCost, long>();
        var end = time.GetTimestamp() + TimeSpan.FromMinutes(4).Ticks;
        while (time.GetTimestamp() < end)
        {
            while (open.TryPeek(out var cost, out var answerAt) && answerAt <= time.GetTimestamp())
            {
                open.Dequeue();
                budget.Answered(cost);
                budget.Observe(random.Next(4) == 0 ? random.Next(limits.PerTenSeconds) : null, null);
            }

            var want = random.Next(2) == 0 ? OrderCost.Single : OrderCost.Batch;
            if (random.Next(5) > 0 && budget.TryTake(OrderLane.Exit, want))
            {
                var latency = random.Next(0, 5_000) * TimeSpan.TicksPerMillisecond;
                arrivals.Add((time.GetTimestamp() + (long)(latency * random.NextDouble()), want));
                open.Enqueue(want, time.GetTimestamp() + latency);
            }
            else
            {
                time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 700)));
            }
        }

        return arrivals;
    }

    /// <summary>The fullest sliding window; every fixed window is one of the sliding ones.</summary>
    private static int Worst(List<(long At, OrderCost Cost)> arrivals, TimeSpan length, Func<OrderCost, int> cost) =>
        arrivals.Max(last => arrivals
            .Where(a => a.At <= last.At && a.At > last.At - length.Ticks)
            .Sum(a => cost(a.Cost)));
}

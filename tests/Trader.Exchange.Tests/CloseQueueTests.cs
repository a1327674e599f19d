using FsCheck;
using FsCheck.Fluent;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests;

public sealed class CloseQueueTests
{
    private readonly ManualTime _time = new();
    private readonly OrderBudget _budget;
    private readonly CloseQueue<string> _queue;

    public CloseQueueTests()
    {
        _budget = new OrderBudget(_time, OrderLimits.Documented, reserve: 0);
        _queue = new CloseQueue<string>(_budget, _time, maxRequests: 64);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(4, new[] { 1, 1, 1, 1 })]
    [InlineData(5, new[] { 5 })]
    [InlineData(12, new[] { 5, 5, 1, 1 })]
    public void Full_batches_first_and_the_rest_as_single_orders(int count, int[] sizes)
    {
        var orders = Venue.Closes(count);
        Assert.Empty(_queue.Add(orders, "worker"));
        var waves = _queue.Take();
        Assert.Equal(sizes, waves.Select(w => w.Orders.Count));
        Assert.Equal(orders, waves.SelectMany(w => w.Orders));
        Assert.Empty(_queue.Take());
    }

    [Fact]
    public void What_the_budget_does_not_allow_waits_for_it()
    {
        _queue.Add(Venue.Closes(302), "worker");
        var first = _queue.Take();
        Assert.Equal(300, first.Sum(w => w.Orders.Count));
        Assert.Null(_queue.NextIn());
        foreach (var wave in first)
        {
            _queue.Drop(wave.Id, "lost");
        }

        Assert.Empty(_queue.Take());
        var wait = _queue.NextIn();
        Assert.NotNull(wait);
        Assert.InRange(wait.Value, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.1));
        _time.Advance(wait.Value);
        Assert.Equal([1, 1], _queue.Take().Select(w => w.Orders.Count));
    }

    [Fact]
    public void No_more_requests_at_once_than_connections()
    {
        var queue = new CloseQueue<string>(_budget, _time, maxRequests: 3);
        queue.Add(Venue.Closes(20), "worker");
        var waves = queue.Take();
        Assert.Equal(3, waves.Count);
        queue.Drop(waves[0].Id, "lost");
        Assert.Single(queue.Take());
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_id_never_goes_out_twice()
    {
        var orders = Venue.Closes(2);
        Assert.Empty(_queue.Add(orders, "first"));
        Assert.Equal(2, _queue.Take().Count);
        var replies = _queue.Add(orders, "second");
        Assert.All(replies, r => Assert.Equal(("second", CloseState.Unknown), (r.Owner, r.Answer.State)));
        Assert.Equal(orders.Select(o => o.Id), replies.Select(r => r.Answer.Id));
        Assert.Empty(_queue.Take());
    }

    [Fact]
    public void Each_answer_goes_to_whoever_asked_even_inside_one_batch()
    {
        var orders = Venue.Closes(5);
        _queue.Add([orders[0], orders[1]], "a");
        _queue.Add([orders[2], orders[3], orders[4]], "b");
        var wave = Assert.Single(_queue.Take());
        var replies = _queue.Answer(wave.Id, Filled(wave.Orders));
        Assert.Equal(["a", "a", "b", "b", "b"], replies.Select(r => r.Owner));
        Assert.Equal(orders.Select(o => o.Id), replies.Select(r => r.Answer.Id));
        Assert.False(_queue.IsBusy);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_that_its_answer_leaves_out_is_unknown()
    {
        _queue.Add(Venue.Closes(5), "a");
        var wave = Assert.Single(_queue.Take());
        var replies = _queue.Answer(wave.Id, Filled([.. wave.Orders.Take(4)]));
        Assert.Equal(5, replies.Count);
        Assert.Equal(CloseState.Unknown, replies[4].Answer.State);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_wave_whose_task_is_lost_is_answered_unknown_and_a_late_answer_is_not_a_second_one()
    {
        _queue.Add(Venue.Closes(1), "a");
        var wave = Assert.Single(_queue.Take());
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_queue.DropOverdue(TimeSpan.FromSeconds(10)));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(CloseState.Unknown, Assert.Single(_queue.DropOverdue(TimeSpan.FromSeconds(10))).Answer.State);
        Assert.Empty(_queue.Answer(wave.Id, Filled(wave.Orders)));
        Assert.False(_queue.IsBusy);
    }

    [Fact]
    public void What_remains_at_the_end_is_unknown_or_never_sent()
    {
        var queue = new CloseQueue<string>(_budget, _time, maxRequests: 1);
        queue.Add(Venue.Closes(6), "a");
        Assert.Single(queue.Take());
        var replies = queue.Abandon();
        Assert.Equal(5, replies.Count(r => r.Answer.State == CloseState.Unknown));
        Assert.Equal(FaultKind.Unreachable, Assert.Single(replies, r => r.Answer.State == CloseState.Refused).Answer.Fault?.Kind);
        Assert.False(queue.IsBusy);
    }

    [Theory]
    [InlineData("Too many new orders; current limit is 300 orders per TEN_SECONDS.", 10)]
    [InlineData("Too many new orders; current limit is 1200 orders per MINUTE.", 60)]
    public void The_exchanges_word_that_the_limit_is_reached_is_believed(string words, int seconds)
    {
        _queue.Add(Venue.Closes(1), "a");
        var wave = Assert.Single(_queue.Take());
        var fault = BinanceErrors.Judge(429, BinanceErrors.TooManyOrders, words);
        _queue.Answer(wave.Id, new ClosesAnswered([BinanceClient.NotAccepted(wave.Orders[0], fault)], default));
        _queue.Add([Venue.Close("XUSDT")], "a");
        Assert.Empty(_queue.Take());
        _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.Empty(_queue.Take());
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Single(_queue.Take());
    }

    [Fact]
    public void A_queue_has_an_end()
    {
        var replies = _queue.Add(Venue.Closes(CloseQueue<string>.MaxQueued + 1), "a");
        Assert.Equal(FaultKind.RateLimited, Assert.Single(replies).Answer.Fault?.Kind);
    }

    /// <summary>Any mixture of orders, answers, losses and the end: each order is answered exactly once and sent at
    /// most once.</summary>
    [Fact]
    [Trait("rule", "S8")]
    public void S8_every_order_gets_exactly_one_answer() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Orders, byte Action)[]>(),
            steps =>
            {
                var time = new ManualTime();
                var budget = new OrderBudget(time, new OrderLimits(12, 100), 0);
                var queue = new CloseQueue<int>(budget, time, 4);
                var replies = new List<CloseQueue<int>.Reply>();
                var waves = new List<CloseWave>();
                var added = 0;
                foreach (var (count, action) in steps)
                {
                    var orders = Enumerable.Range(added, count % 13).Select(i => Venue.Close($"S{i}USDT")).ToArray();
                    added += orders.Length;
                    replies.AddRange(queue.Add(orders, 1));
                    waves.AddRange(queue.Take());
                    var wave = waves.Count == 0 ? new CloseWave(-1, []) : waves[action % waves.Count];
                    replies.AddRange((action % 5) switch
                    {
                        0 => queue.Answer(wave.Id, Filled(wave.Orders)),
                        1 => queue.Drop(wave.Id, "lost"),
                        2 => queue.Answer(wave.Id, new ClosesAnswered([], default)),
                        3 => queue.DropOverdue(TimeSpan.FromSeconds(20)),
                        _ => [],
                    });
                    time.Advance(TimeSpan.FromSeconds(action % 4));
                }

                replies.AddRange(queue.Abandon());
                var sent = waves.SelectMany(w => w.Orders).Select(o => o.Id).ToArray();
                return replies.Count == added && replies.DistinctBy(r => r.Answer.Id).Count() == added
                    && sent.Distinct().Count() == sent.Length;
            }).QuickCheckThrowOnFailure();

    private static ClosesAnswered Filled(IReadOnlyList<CloseOrder> orders) => new(
        [.. orders.Select(o => new ExchangeProtocol.CloseAnswered(o.Id, CloseState.Filled, "1", o.Quantity, null))], default);
}

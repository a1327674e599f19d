using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Messages;
using Trader.PaperExchange.Engine;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>
/// The exchange refuses, lies, stumbles and falls silent while a worker closes. Whatever it does: what the completion says
/// is what the exchange shows, no position gets a second order that is executed, and trading is halted (S3, S7, S8).
/// </summary>
[Trait("rule", "S3")]
public sealed partial class ExchangeScenarios(WorkerAlone alone) : IClassFixture<WorkerAlone>
{
    private const string First = "BTCUSDT";

    private TraderFleet Fleet => alone.Fleet;

    private PaperEngine Engine => alone.Fleet.Exchange.Engine;

    [Theory]
    [InlineData("order:BTCUSDT:-1007-executed:count=1", 3)]
    [InlineData("order:BTCUSDT:503-unknown-executed:count=1", 3)]
    [InlineData("order:BTCUSDT:503-unknown-late:count=1:ms=700", 3)]
    [InlineData("order:BTCUSDT:-1007-late:count=1:ms=700", 3)]
    [InlineData("order:BTCUSDT:-1007:count=1", 2)]
    [InlineData("order:BTCUSDT:503-unknown:count=1", 2)]
    [InlineData("order:BTCUSDT:503-unavailable:count=1", 2)]
    [InlineData("order:BTCUSDT:503-internal:count=1", 2)]
    [InlineData("order:BTCUSDT:-2022:count=1", 2)]
    [InlineData("order:BTCUSDT:-4118:count=1", 2)]
    [InlineData("order:BTCUSDT:-2019:count=1", 2)]
    [InlineData("order:BTCUSDT:partial:count=1", 2)]
    [InlineData("order:BTCUSDT:half-expired:count=1", 2)]
    [InlineData("order:BTCUSDT:unfilled:count=1", 2)]
    [Trait("covers", "E24,E26,E39,E49,X14,X23")]
    [Trait("rule", "S8")]
    public async Task E24_one_order_goes_wrong_the_others_close_and_it_is_not_tried_again(string fault, int closed)
    {
        var marks = await Stand(3);
        Fleet.Exchange.Faults.Add(fault);
        var completion = await Close(marks);
        Assert.Equal(closed, completion.Count("positions_closed"));
        Assert.Equal(closed == 3 ? "[]" : "[\"BTCUSDT\"]", completion["failed_symbols"]);
        Assert.Single(marks.Orders(), order => order.Symbol == First);
    }

    [Theory]
    [InlineData("batch:*:reset-executed:count=1", 5)]
    [InlineData("batch:*:bad-json:count=1", 5)]
    [InlineData("batch:*:503-unknown-executed:count=1", 5)]
    [InlineData("batch:*:html-403:count=1", 0)]
    [InlineData("batch:*:reset:count=1", 0)]
    [Trait("covers", "E39,E49,X14,X23")]
    [Trait("rule", "S8")]
    public async Task X23_a_batch_without_a_clear_answer_is_looked_up_never_sent_again(string fault, int closed)
    {
        var marks = await Stand(5);
        var rule = Fleet.Exchange.Faults.Add(fault);
        var completion = await Close(marks);
        Assert.Equal(1, rule.Hits);
        Assert.Equal(closed, completion.Count("positions_closed"));
    }

    [Theory]
    [InlineData("positionRisk:*:503-internal:count=3")]
    [InlineData("positionRisk:*:429:count=1")]
    [InlineData("positionRisk:*:418:count=1:ms=1500")]
    [InlineData("positionRisk:*:bad-json:count=2")]
    [InlineData("positionRisk:*:reset:count=2")]
    [InlineData("positionRisk:*:empty:count=1")]
    [InlineData("positionRisk:ETHUSDT:missing-row:count=1")]
    [InlineData("premiumIndex:*:503-internal")]
    [Trait("covers", "E37,X10")]
    public async Task X10_reads_that_fail_at_first_are_repeated_and_everything_closes(string fault)
    {
        var marks = await Stand(3);
        Fleet.Exchange.Faults.Add(fault);
        var completion = await Close(marks);
        Assert.Equal(0, completion.Count("positions_failed"));
        Assert.Equal(3, completion.Count("positions_closed"));
    }

    [Theory]
    [InlineData("positionRisk:*:503-internal", "")]
    [InlineData("positionRisk:*:-2015", "")]
    [Trait("covers", "E37,X10,X29")]
    public async Task X10_positions_that_cannot_be_read_are_a_failure_and_never_no_positions(string fault, string said)
    {
        var marks = await Stand(3);
        Fleet.Exchange.Faults.Add(fault);
        var from = alone.Worker.Mark;
        var id = await Fleet.OrderPanic();
        await Fleet.Said(alone.Worker, "Failed to fetch positions: " + said, from);
        await Fleet.Until("the halt", () => Fleet.IsHalted());
        var completion = await marks.CompletionOf(id);
        Assert.True(completion.Count("positions_failed") > 0, "reads as success");
        Assert.NotEqual("[]", completion["failed_symbols"]);
        Assert.True(await Fleet.IsHalted());
        await Fleet.Until("the alarm", () => marks.Alarmed("PANIC_CLOSE_INCOMPLETE"));
        Assert.False(alone.Worker.Said("SYSTEM HALTED 🔒", from));
        Assert.False(alone.Worker.Said("No open positions", from));
        Assert.True(alone.Worker.Said("| CRITICAL | [EEW] Failed to fetch positions", from));
        Assert.True(alone.Worker.Said("| CRITICAL | [EEW] Failed symbols: [POSITIONS_UNREADABLE", from));

        // The worker does not try again by itself (S8); a fresh event does, and succeeds.
        Fleet.Exchange.Faults.Clear();
        var fresh = await Fleet.OrderPanic();
        Assert.Equal(3, (await marks.CompletionOf(fresh)).Count("positions_closed"));
    }

    [Theory]
    [InlineData("bad-amount", "[\"BTCUSDT\"]")]
    // Without its notional a row still says what is held, and that is closed.
    [InlineData("bad-row", "[]")]
    [Trait("covers", "E38,X10b")]
    [Trait("rule", "S7")]
    public async Task X10b_one_bad_row_among_674_hides_no_other(string damage, string failed)
    {
        var marks = await Stand(20);
        Fleet.Exchange.Faults.Add($"positionRisk:{First}:{damage}");
        var id = await Fleet.OrderPanic();
        var completion = await marks.CompletionOf(id);
        Assert.All(Fleet.OpenPositions(), row => Assert.Equal(First, row.Spec.Name));
        Assert.Equal(20, completion.Count("positions_total"));
        Assert.Equal(failed, completion["failed_symbols"]);
        Assert.True(await Fleet.IsHalted());
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(-20_000)]
    [Trait("covers", "E37,X10")]
    public async Task X10_a_clock_that_is_20_s_off_costs_a_correction_and_not_the_close(int skewMs)
    {
        var marks = await Stand(3);
        Fleet.Exchange.Clock.Set(skewMs, 0);
        var completion = await Close(marks);
        Fleet.Exchange.Clock.Set(0, 0);
        Assert.Equal(3, completion.Count("positions_closed"));
    }

    [Fact]
    [Trait("covers", "E46,X15")]
    [Trait("rule", "S5")]
    public async Task X15_a_hedge_mode_account_ends_flat_on_both_sides()
    {
        Engine.ForceMode(hedge: true);
        try
        {
            var marks = await Stand(4);
            Assert.True(Engine.SetPosition(First, Side.Short, -0.005m));
            var stood = Fleet.OpenPositions();
            var completion = await Close(marks);
            Assert.Equal(5, completion.Count("positions_closed"));
            FleetSteps.OneReducingOrderEach(marks.Orders(), stood);
        }
        finally
        {
            Engine.ForceMode(hedge: false);
        }
    }

    [Fact]
    [Trait("covers", "E47,X21")]
    [Trait("rule", "S13")]
    public async Task X21_quantities_go_out_as_decimals_and_what_is_above_the_market_maximum_is_split()
    {
        var marks = await Stand(0);
        Assert.True(Engine.SetPosition(First, Side.Both, 300.001m));
        Assert.True(Engine.SetPosition("BTTCUSDT", Side.Both, -1_000_000m));
        Assert.True(Engine.SetPosition("XRPUSDT", Side.Both, 0.3m));
        var completion = await Close(marks);
        Assert.Equal(3, completion.Count("positions_closed"));
        var orders = marks.Orders();
        Assert.All(orders, order => Assert.Matches(PlainDecimal(), order.Request!.Quantity));
        var slices = orders.Where(order => order.Symbol == First).ToList();
        Assert.Equal(3, slices.Count);
        Assert.All(slices, slice => Assert.True(slice.Quantity <= 120m));
        Assert.Equal(300.001m, slices.Sum(slice => slice.Quantity));
        Assert.Equal(slices.Count, slices.Select(slice => slice.ClientOrderId).Distinct().Count());
        Assert.Equal("0.3", Assert.Single(orders, order => order.Symbol == "XRPUSDT").Request!.Quantity);
        Assert.Equal("1000000", Assert.Single(orders, order => order.Symbol == "BTTCUSDT").Request!.Quantity);
    }

    [Fact]
    [Trait("covers", "E48,X22")]
    public async Task X22_resting_orders_are_cancelled_whether_they_would_open_or_block_the_close()
    {
        await Stand(2);
        await Rest("ETHUSDT", "BUY", 2900m, 0.1m, reduceOnly: true);
        await Rest(First, "SELL", 61000m, 0.003m, reduceOnly: true);
        await Rest("SOLUSDT", "BUY", 149m, 1m, reduceOnly: false);
        Assert.Equal(3, Engine.OpenOrders().Count);
        var marks = await Marks.Take(Fleet);
        var completion = await Close(marks);
        Assert.Equal(2, completion.Count("positions_closed"));
        Assert.Empty(Engine.OpenOrders());
    }

    [Fact]
    [Trait("covers", "E48,X22")]
    public async Task X22_resting_orders_that_cannot_be_read_are_asked_for_sparingly_and_then_an_alarm()
    {
        var marks = await Stand(2);
        var rule = Fleet.Exchange.Faults.Add("openOrders:*:503-internal");
        var completion = await Close(marks, "RESTING_ORDERS_UNKNOWN");
        Assert.Equal(2, completion.Count("positions_closed"));
        await Fleet.Until("the alarm", () => marks.Alarmed("RESTING_ORDERS_UNKNOWN"));
        // A read of both books costs 80 of 2400 a minute: asked with every read of positions they would use it up.
        Assert.InRange(rule.Hits, 2, 8);
    }

    [Fact]
    [Trait("covers", "E16,X20")]
    public async Task X20_many_positions_are_closed_at_once_not_one_after_the_other()
    {
        var marks = await Stand(44);
        Fleet.Exchange.LatencyMs = 250;
        var completion = await Close(marks);
        Fleet.Exchange.LatencyMs = 0;
        Assert.Equal(44, completion.Count("positions_closed"));
        // One after the other this is 11 s; the runbook allows 10.
        Assert.True(completion.Count("execution_time_ms") < 10_000);
    }

    [Fact]
    [Trait("covers", "X20")]
    [Trait("rule", "S7")]
    public async Task X20_an_order_that_hangs_holds_up_no_other()
    {
        var marks = await Stand(12);
        Fleet.Exchange.Faults.Add("batch:*:hang-executed:count=1");
        var completion = await Close(marks);
        Assert.Equal(12, completion.Count("positions_closed"));
    }

    /// <summary>A fresh start: nothing halted, no faults, this many positions.</summary>
    private async Task<Marks> Stand(int positions)
    {
        Fleet.Exchange.Faults.Clear();
        foreach (var order in Engine.OpenOrders())
        {
            Assert.True(Engine.FillResting(order.Spec.Name, order.OrderId, null, null));
        }

        Fleet.Hold(positions);
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        return await Marks.Take(Fleet);
    }

    /// <summary>Orders a panic and holds its completion against the exchange.</summary>
    /// <param name="trouble">What must stand among the failed symbols besides positions that are still open.</param>
    private async Task<StreamRow> Close(Marks marks, params string[] trouble)
    {
        var before = Fleet.Exchange.Ledger.Totals;
        var id = await Fleet.OrderPanic();
        var completion = await marks.CompletionOf(id);
        await Fleet.NothingPending();
        var left = Fleet.OpenPositions().Select(row => row.Spec.Name).Distinct().Concat(trouble)
            .Order(StringComparer.Ordinal).ToList();
        Assert.Equal(left.Count, completion.Count("positions_failed"));
        Assert.All(left, symbol => Assert.Contains($"\"{symbol}\"", completion["failed_symbols"], StringComparison.Ordinal));
        Assert.Equal(completion.Count("positions_total"), completion.Count("positions_closed") + left.Count);
        Assert.True(await Fleet.IsHalted());
        Assert.Equal(before.Flips, Fleet.Exchange.Ledger.Totals.Flips);
        Assert.Equal(before.IncreasingFills, Fleet.Exchange.Ledger.Totals.IncreasingFills);
        Assert.Equal(marks.Orders().Count, marks.Orders().Select(order => order.Request!.ClientOrderId).Distinct().Count());
        return completion;
    }

    private async Task Rest(string symbol, string side, decimal price, decimal quantity, bool reduceOnly)
    {
        using var http = new HttpClient { BaseAddress = Fleet.Exchange.BaseAddress };
        var query = string.Create(CultureInfo.InvariantCulture,
            $"symbol={symbol}&side={side}&type=LIMIT&timeInForce=GTC&quantity={quantity}&price={price}&reduceOnly={(reduceOnly ? "true" : "false")}");
        using var answer = await http.PostAsync(new Uri("paper/orders?" + query, UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex(@"^\d+(\.\d+)?$")]
    private static partial Regex PlainDecimal();
}

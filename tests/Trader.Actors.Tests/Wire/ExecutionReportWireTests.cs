using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Wire;

/// <summary>What results mean for the ledger (apply-layer contract 1.7, 3.6; X15, X16, X34).</summary>
public sealed class ExecutionReportWireTests
{
    private const string Sold = """[{"step":"CLOSE_FULL","status":"success","order_id":"77","side":"SELL","quantity":0.002,"executed_qty":0.002,"reduce_only":true}]""";

    [Theory]
    [InlineData("True")]
    [InlineData("true")]
    [InlineData("TRUE")]
    [InlineData("False")]
    public void The_steps_count_and_not_the_word(string executed)
    {
        var report = Read(executed, Sold)!;

        Assert.Equal(new ExecutionFill("77", OrderSide.Sell, 0.002m, true), Assert.Single(report.Fills));
        Assert.Equal("", report.Unknown);
    }

    [Theory]
    [InlineData("True", """[{"step":"UPDATE_SL","status":"not_implemented"}]""")]
    [InlineData("True", """[{"step":"CLOSE_FULL","status":"error","details":"rejected"}]""")]
    [InlineData("False", """[{"step":"CLOSE_FULL","status":"would_execute","executed_qty":5,"order_id":"1"}]""")]
    [InlineData("False", "[]")]
    [InlineData("False", "")]
    [InlineData("False", "garbage")]
    [Trait("covers", "X15")]
    public void What_executed_nothing_changes_nothing(string executed, string steps) => Assert.True(Read(executed, steps)!.ChangesNothing);

    [Theory]
    [InlineData("True", "", "")]
    [InlineData("True", "garbage", "")]
    [InlineData("True", "{}", "")]
    [InlineData("True", "[]", "")]
    [InlineData("True", """[{"status":"success","order_id":"1","executed_qty":0}]""", "")]
    [InlineData("False", """[{"status":"unknown","order_id":"1"}]""", "")]
    [InlineData("False", "", "outcome_unknown: timeout")]
    [InlineData("unknown", "", "")]
    [Trait("rule", "S8")]
    public void What_was_executed_without_saying_how_much_is_unknown(string executed, string steps, string error)
    {
        var report = Read(executed, steps, error)!;

        Assert.NotEqual("", report.Unknown);
        Assert.Empty(report.Fills);
    }

    [Fact]
    public void An_order_of_which_a_part_is_known_has_both()
    {
        var report = Read("False", """[{"status":"unknown","order_id":"1","side":"BUY","executed_qty":"0.5"}]""")!;

        Assert.Equal(0.5m, Assert.Single(report.Fills).Quantity);
        Assert.NotEqual("", report.Unknown);
    }

    [Theory]
    [InlineData("plan_id", "")]
    [InlineData("symbol", "")]
    public void Without_plan_or_symbol_it_belongs_to_no_ledger(string name, string value)
    {
        List<KeyValuePair<string, string>> fields = [new("plan_id", "p"), new("symbol", "BTCUSDT"), new("executed", "True"), new(name, value)];

        Assert.False(ExecutionReportWire.TryRead(fields, out _));
    }

    [Theory]
    [InlineData(OrderSide.Buy, "0.010", "0.012")]
    [InlineData(OrderSide.Sell, "0.010", "0.008")]
    [InlineData(OrderSide.Sell, "0", "-0.002")]
    [InlineData(OrderSide.Buy, "-0.010", "-0.008")]
    [InlineData(null, "0.010", "0.008")]
    [InlineData(null, "-0.010", "-0.008")]
    [InlineData(null, "0.001", "0")]
    [Trait("rule", "S13")]
    public void A_fill_moves_the_ledger_by_its_side_and_without_one_towards_zero(OrderSide? side, string before, string after) =>
        Assert.Equal(Number(after), new ExecutionFill("1", side, 0.002m, true).Apply(Number(before)));

    [Fact]
    public void A_fill_without_side_or_reduce_only_cannot_be_entered() =>
        Assert.Null(new ExecutionFill("1", null, 0.002m, false).Apply(1m));

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static ExecutionReport? Read(string executed, string steps, string error = "") => ExecutionReportWire.TryRead(
        [
            new("plan_id", "97367696615fa75a"), new("symbol", "BTCUSDT"), new("decision", "EXECUTE"), new("executed", executed),
            new("steps_results", steps), new("error", error),
        ], out var report) ? report : null;
}

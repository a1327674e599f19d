using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Tests;

public sealed class OrderRulesTests
{
    [Theory]
    // One-way without the flag: no reducing rule applies, flips included.
    [InlineData(OrderSide.Sell, false, 5, 3, 0, 0, 5, false)]
    [InlineData(OrderSide.Buy, false, 5, 3, 0, 0, 5, false)]
    // Nothing there, or the increasing side.
    [InlineData(OrderSide.Sell, true, 5, 0, 0, -2022, 0, true)]
    [InlineData(OrderSide.Buy, true, 5, 0, 0, -2022, 0, true)]
    [InlineData(OrderSide.Buy, true, 5, 3, 0, -2022, 0, true)]
    [InlineData(OrderSide.Sell, true, 5, -3, 0, -2022, 0, true)]
    // Within the position.
    [InlineData(OrderSide.Sell, true, 2, 3, 0, 0, 2, true)]
    [InlineData(OrderSide.Sell, true, 3, 3, 0, 0, 3, true)]
    [InlineData(OrderSide.Buy, true, 3, -3, 0, 0, 3, true)]
    // Larger: cut.
    [InlineData(OrderSide.Sell, true, 5, 3, 0, 0, 3, true)]
    [InlineData(OrderSide.Buy, true, 5, -3, 0, 0, 3, true)]
    // Resting reduce-only orders take their part, or all of it.
    [InlineData(OrderSide.Sell, true, 3, 3, 1, 0, 2, true)]
    [InlineData(OrderSide.Sell, true, 2, 3, 1, 0, 2, true)]
    [InlineData(OrderSide.Sell, true, 1, 3, 3, -4118, 0, true)]
    [InlineData(OrderSide.Buy, true, 1, -3, 4, -4118, 0, true)]
    public void One_way_reduce_only(
        OrderSide side, bool reduceOnly, int quantity, int position, int resting, int refusal, int left, bool reduces)
    {
        var decision = OrderRules.DecideReduce(new ReduceFacts(
            false, PositionSide.Both, side, reduceOnly, quantity, position, resting, OversizePolicy.Trim));
        Assert.Equal(new ReduceDecision(refusal, left, left, reduces), decision);
    }

    [Theory]
    [InlineData(PositionSide.Long, OrderSide.Buy, 5, 3, 0, 0, false)]
    [InlineData(PositionSide.Short, OrderSide.Sell, 5, -3, 0, 0, false)]
    [InlineData(PositionSide.Long, OrderSide.Sell, 1, 0, 0, -2022, true)]
    [InlineData(PositionSide.Short, OrderSide.Buy, 1, 0, 0, -2022, true)]
    [InlineData(PositionSide.Long, OrderSide.Sell, 3, 3, 0, 0, true)]
    [InlineData(PositionSide.Short, OrderSide.Buy, 3, -3, 0, 0, true)]
    // Never cut: larger than the position is refused.
    [InlineData(PositionSide.Long, OrderSide.Sell, 4, 3, 0, -2022, true)]
    [InlineData(PositionSide.Short, OrderSide.Buy, 4, -3, 0, -2022, true)]
    [InlineData(PositionSide.Long, OrderSide.Sell, 3, 3, 1, -4118, true)]
    [InlineData(PositionSide.Long, OrderSide.Sell, 2, 3, 1, 0, true)]
    [InlineData(PositionSide.Short, OrderSide.Buy, 1, -3, 3, -4118, true)]
    public void Hedge_closing_is_reduce_only_by_its_sides(
        PositionSide positionSide, OrderSide side, int quantity, int position, int resting, int refusal, bool reduces)
    {
        var decision = OrderRules.DecideReduce(new ReduceFacts(
            true, positionSide, side, false, quantity, position, resting, OversizePolicy.Trim));
        Assert.Equal(new ReduceDecision(refusal, refusal == 0 ? quantity : 0, refusal == 0 ? quantity : 0, reduces),
            decision);
    }

    [Theory]
    [InlineData(OversizePolicy.Trim, 0, 3, 3)]
    [InlineData(OversizePolicy.ExpireRest, 0, 5, 3)]
    [InlineData(OversizePolicy.Reject, -2022, 0, 0)]
    public void What_an_oversized_order_gets_is_a_switch(OversizePolicy policy, int refusal, int quantity,
        int fillable) =>
        Assert.Equal(
            new ReduceDecision(refusal, quantity, fillable, true),
            OrderRules.DecideReduce(new ReduceFacts(false, PositionSide.Both, OrderSide.Sell, true, 5, 3, 0, policy)));

    [Theory]
    [InlineData(false, null, null, 0)]
    [InlineData(false, PositionSide.Both, true, 0)]
    [InlineData(false, PositionSide.Long, null, -4061)]
    [InlineData(false, PositionSide.Short, true, -4061)]
    [InlineData(true, null, null, -4061)]
    [InlineData(true, PositionSide.Both, null, -4061)]
    [InlineData(true, PositionSide.Long, null, 0)]
    [InlineData(true, PositionSide.Short, null, 0)]
    [InlineData(true, PositionSide.Long, true, -1106)]
    [InlineData(true, PositionSide.Short, false, -1106)]
    public void Mode_and_position_side_must_agree(bool hedge, PositionSide? side, bool? reduceOnly, int code) =>
        Assert.Equal(code, OrderRules.CheckMode(hedge, side, reduceOnly)?.Code ?? 0);

    [Theory]
    [InlineData(null, OrderSide.Buy, null, false)]
    [InlineData(null, OrderSide.Buy, true, true)]
    [InlineData(PositionSide.Both, OrderSide.Sell, false, false)]
    [InlineData(PositionSide.Both, OrderSide.Sell, true, true)]
    [InlineData(PositionSide.Long, OrderSide.Sell, null, true)]
    [InlineData(PositionSide.Long, OrderSide.Buy, null, false)]
    [InlineData(PositionSide.Short, OrderSide.Buy, null, true)]
    [InlineData(PositionSide.Short, OrderSide.Sell, null, false)]
    public void The_form_of_an_order_says_whether_it_reduces(PositionSide? positionSide, OrderSide side, bool? flag,
        bool reduces) =>
        Assert.Equal(reduces, OrderRules.IsReducingForm(side, positionSide, flag));

    [Theory]
    [InlineData("1", 0)]
    [InlineData("1.500", 1)]
    [InlineData("0.00000001", 8)]
    [InlineData("60000000000.0", 0)]
    [InlineData("0", 0)]
    public void Decimals_count_only_what_carries_value(string text, int decimals) =>
        Assert.Equal(decimals,
            OrderRules.Decimals(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));
}

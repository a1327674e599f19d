using FsCheck;
using FsCheck.Fluent;
using Trader.Messages;

namespace Trader.Exchange.Tests;

[Trait("rule", "S5")]
public sealed class CloseOrderTests
{
    private static readonly Gen<decimal> Steps = Gen.Elements(0.00000001m, 0.001m, 0.1m, 1m, 10m, 1000m);

    private static readonly Gen<(Position Position, MarketLot Lot)> Cases =
        from step in Steps
        from minSteps in Gen.Choose(1, 5)
        from maxSteps in Gen.Choose(5, 100_000)
        from amount in Gen.Choose(1, int.MaxValue)
        from fraction in Gen.Choose(0, 9)
        from shortSide in Gen.Elements(true, false)
        from hedge in Gen.Elements(true, false)
        let quantity = (amount * step / 7m) + (step * fraction / 10m)
        let side = !hedge ? PositionSide.Both : shortSide ? PositionSide.Short : PositionSide.Long
        where quantity > 0
        select (Venue.Position("BTCUSDT", shortSide ? -quantity : quantity, side),
            new MarketLot(minSteps * step, maxSteps * step, step));

    [Fact]
    public void S5_slices_never_exceed_the_position_and_fit_the_filters() =>
        Prop.ForAll(
            Cases.ToArbitrary(),
            c =>
            {
                var slices = CloseOrder.Cut(c.Position, c.Lot, Venue.Event, 0);
                var sum = slices.Sum(s => s.Quantity);
                return sum <= c.Position.Quantity
                    && slices.All(s => s.Quantity % c.Lot.StepSize == 0)
                    && slices.All(s => s.Quantity <= c.Lot.MaxQuantity && s.Quantity > 0)
                    && slices.All(s => s.Side == (c.Position.IsLong ? OrderSide.Sell : OrderSide.Buy))
                    && slices.All(s => s.ReduceOnly == (c.Position.Key.Side == PositionSide.Both))
                    && slices.Select(s => s.Id).Distinct().Count() == slices.Count
                    && slices.Count <= CloseOrder.MaxSlices;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void S5_what_can_be_closed_is_cut_whole() =>
        Prop.ForAll(
            Cases.ToArbitrary(),
            c =>
            {
                var slices = CloseOrder.Cut(c.Position, c.Lot, Venue.Event, 0);
                var rest = c.Position.Quantity - slices.Sum(s => s.Quantity);
                return rest < c.Lot.StepSize || slices.Count == CloseOrder.MaxSlices
                    || (slices.Count == 0 && c.Position.Quantity < c.Lot.MinQuantity + c.Lot.StepSize);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void S5_every_slice_reaches_the_minimum() =>
        Prop.ForAll(
            Cases.ToArbitrary(),
            c => CloseOrder.Cut(c.Position, c.Lot, Venue.Event, 0).All(s => s.Quantity >= c.Lot.MinQuantity))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void S5_sixty_billion_coins_with_a_maximum_of_six_are_ten_equal_slices()
    {
        var slices = CloseOrder.Cut(
            Venue.Position("1000SATSUSDT", 60_000_000_000m), new MarketLot(1, 6_000_000_000m, 1), Venue.Event, 0);
        Assert.Equal(Enumerable.Repeat(6_000_000_000m, 10), slices.Select(s => s.Quantity));
    }

    [Fact]
    public void S5_without_limits_one_order_of_exactly_the_position_goes_out()
    {
        var order = Assert.Single(CloseOrder.Cut(Venue.Position("BTCUSDT", -0.1m - 0.2m), null, Venue.Event, 0));
        Assert.Equal(0.3m, order.Quantity);
        Assert.Equal(OrderSide.Buy, order.Side);
    }
}

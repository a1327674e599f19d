using System.Reflection;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests;

public sealed class ApprovedOrderTests
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Gen<(decimal Held, decimal? Limit, MarketLot Lot, string Action)> Cases =
        from step in Gen.Elements(0.00000001m, 0.001m, 0.1m, 1m, 10m)
        from most in Gen.Choose(5, 100_000)
        from held in Gen.Choose(1, 1_000_000)
        from limit in Gen.Choose(0, 1_500_000)
        from limited in Gen.Elements(true, false)
        from shortSide in Gen.Elements(true, false)
        from action in Gen.Elements("FULL_CLOSE_PROPOSED", "PARTIAL_75", "PARTIAL_50", "PARTIAL_25")
        let quantity = held * step / 7m
        select (shortSide ? -quantity : quantity, limited ? limit * step / 7m : (decimal?)null,
            new MarketLot(step, most * step, step), action);

    [Fact]
    [Trait("rule", "S6")]
    public void S6_an_order_sender_takes_an_approved_order_and_only_a_pass_makes_one()
    {
        var order = typeof(ApprovedOrder);
        var pass = typeof(GatePass);

        Assert.True(order.IsSealed && pass.IsSealed);
        Assert.All(order.GetConstructors(Everything), c => Assert.True(c.IsPrivate));
        Assert.All(pass.GetConstructors(Everything), c => Assert.True(c.IsAssembly));
        Assert.Null(order.GetMethod("<Clone>$", Everything));
        Assert.Null(pass.GetMethod("<Clone>$", Everything));
        Assert.DoesNotContain(order.GetProperties(Everything), p => p.CanWrite);
        Assert.DoesNotContain(pass.GetProperties(Everything), p => p.CanWrite);
        var makers = order.Assembly.GetTypes().SelectMany(t => t.GetMethods(Everything))
            .Where(m => m.ReturnType == order && m.DeclaringType?.IsDefined(typeof(CompilerGeneratedAttribute)) == false
                && m.Name != "get_Order" && m.Name != "<Clone>$");
        Assert.Equal([nameof(ApprovedOrder.From)], makers.Select(m => m.Name));
        Assert.Equal([pass], order.GetMethod(nameof(ApprovedOrder.From))!.GetParameters().Select(p => p.ParameterType));
    }

    [Fact]
    [Trait("rule", "S6")]
    public void S6_nobody_but_the_Redis_gateway_and_tests_sees_how_a_pass_is_made()
    {
        var friends = typeof(GatePass).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(a => a.AssemblyName);

        Assert.Equal(["Trader.Redis", "Trader.Simulation.World"], friends.Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("rule", "S6")]
    public void S6_the_exchange_client_sends_nothing_but_closes_and_approved_orders()
    {
        var senders = typeof(BinanceClient).GetMethods(Everything).Where(m => m.Name.StartsWith("Send", StringComparison.Ordinal))
            .Select(m => m.GetParameters()[0].ParameterType);

        Assert.Equal(
            new[] { typeof(ApprovedOrder), typeof(IReadOnlyList<CloseOrder>) }.Select(t => t.Name).Order(),
            senders.Select(t => t.Name).Order());
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_pass_is_good_for_one_order()
    {
        var draft = OrderDraft.Close(Approved.Plan(), [Venue.Position("BTCUSDT", 1m)], null, Approved.Lot, out _)!;
        var pass = new GatePass(draft, bypass: false);

        Assert.Equal(1m, ApprovedOrder.From(pass).Quantity);
        Assert.Throws<InvalidOperationException>(() => ApprovedOrder.From(pass));
    }

    [Fact]
    public void The_order_id_comes_from_the_plan_id_and_from_nothing_else()
    {
        Assert.Equal(Approved.Reduce(1m, "a").Id, Approved.Reduce(-3m, "a").Id);
        Assert.NotEqual(Approved.Reduce(1m, "a").Id, Approved.Reduce(1m, "b").Id);
        Assert.Equal(ClientOrderId.ForPlan(PlanId.Parse("a")), Approved.Reduce(1m, "a").Id);
        Assert.True(Approved.Reduce(1m).Id.Value.Length <= ClientOrderId.MaxLength);
    }

    [Fact]
    [Trait("rule", "S5")]
    public void S5_a_close_never_exceeds_position_share_or_permit_and_fits_the_filters() =>
        Prop.ForAll(
            Cases.ToArbitrary(),
            c =>
            {
                var plan = Approved.Plan(action: c.Action);
                var position = Venue.Position("BTCUSDT", c.Held);
                var draft = OrderDraft.Close(plan, [position], c.Limit, c.Lot, out var fault);
                return draft is null
                    ? fault == DraftFault.BelowMinimum
                    : draft.Quantity <= position.Quantity && draft.Quantity <= plan.WantedClose(position.Quantity)
                        && draft.Quantity <= (c.Limit ?? draft.Quantity) && draft.Quantity % c.Lot.StepSize == 0
                        && draft.Quantity >= c.Lot.MinQuantity && draft.Quantity <= c.Lot.MaxQuantity
                        && draft.Side == position.ClosingSide && draft.ReduceOnly && !draft.Opens;
            }).QuickCheckThrowOnFailure();

    [Theory]
    [Trait("covers", "X9,X26")]
    [Trait("rule", "S13")]
    [InlineData("0.3", "0.1", "FULL_CLOSE_PROPOSED", "0.3")]
    [InlineData("0.6", "0.1", "FULL_CLOSE_PROPOSED", "0.6")]
    [InlineData("0.57", "0.01", "FULL_CLOSE_PROPOSED", "0.57")]
    [InlineData("0.7", "0.1", "FULL_CLOSE_PROPOSED", "0.7")]
    [InlineData("0.010", "0.001", "PARTIAL_75", "0.007")]
    [InlineData("0.003", "0.001", "PARTIAL_50", "0.001")]
    [InlineData("0.010", "0.001", "PARTIAL_25", "0.002")]
    public void S13_quantities_are_cut_downward_in_decimal(string held, string step, string action, string expected)
    {
        var lot = new MarketLot(decimal.Parse(step, null), 1000m, decimal.Parse(step, null));

        var draft = OrderDraft.Close(Approved.Plan(action: action), [Venue.Position("BTCUSDT", decimal.Parse(held, null))], null, lot, out _);

        Assert.Equal(decimal.Parse(expected, null), draft?.Quantity);
    }

    [Fact]
    [Trait("covers", "X8")]
    public void A_permit_for_five_closes_the_hundredth_that_is_there()
    {
        var draft = OrderDraft.Close(Approved.Plan(), [Venue.Position("BTCUSDT", 0.010m)], 5.0m, Approved.Lot, out _);

        Assert.Equal(0.010m, draft?.Quantity);
    }

    [Theory]
    [Trait("rule", "S5")]
    [InlineData("BUY", 1, null, DraftFault.WrongDirection)]
    [InlineData("SELL", 1, "0.5", DraftFault.NoPosition)]
    [InlineData("SELL", 0, null, DraftFault.NoPosition)]
    public void S5_a_close_by_direction_reduces_or_is_none(string side, int held, string? quantity, DraftFault otherwise)
    {
        var plan = Approved.Plan("p", side, ("qty", "0.5"), ("reduceOnly", "true"));
        var draft = OrderDraft.Close(
            plan, held == 0 ? [] : [Venue.Position("BTCUSDT", held)], null, Approved.Lot, out var fault);

        Assert.Equal(quantity is null ? null : decimal.Parse(quantity, null), draft?.Quantity);
        Assert.True(draft is not null || fault == otherwise, fault.ToString());
    }

    [Fact]
    public void Two_legs_need_a_plan_that_names_one()
    {
        Position[] legs = [Venue.Position("BTCUSDT", 2m, PositionSide.Long), Venue.Position("BTCUSDT", -3m, PositionSide.Short)];

        Assert.Null(OrderDraft.Close(Approved.Plan(), legs, null, Approved.Lot, out var fault));
        Assert.Equal(DraftFault.AmbiguousPosition, fault);
        var named = OrderDraft.Close(Approved.Plan("p", "FULL_CLOSE_PROPOSED", (OrderDraft.LegField, "SHORT")), legs, null, Approved.Lot, out _)!;
        Assert.Equal((PositionSide.Short, OrderSide.Buy, 3m, false), (named.Key.Side, named.Side, named.Quantity, named.ReduceOnly));
    }

    [Theory]
    [Trait("rule", "S5")]
    [InlineData("BUY", "0.0129", "0.012", DraftFault.BelowMinimum)]
    [InlineData("BUY", "0.0009", null, DraftFault.BelowMinimum)]
    [InlineData("BUY", "0.001", null, DraftFault.BelowNotional)]
    [InlineData("", "0.1", null, DraftFault.NoDirection)]
    [InlineData("BUY", "0", null, DraftFault.NoQuantity)]
    public void S5_an_open_is_cut_to_the_filters_or_is_none(string side, string wanted, string? expected, DraftFault otherwise)
    {
        var plan = Approved.Plan("p", "OPEN", ("side", side), ("qty", wanted), ("price", "1000"));
        var draft = OrderDraft.Open(plan, hedge: false, [], [], Approved.Lot, out var fault);

        Assert.Equal(expected is null ? null : decimal.Parse(expected, null), draft?.Quantity);
        Assert.True(draft is not null || fault == otherwise, fault.ToString());
    }

    [Fact]
    [Trait("rule", "S5")]
    public void S5_an_open_against_a_position_is_refused_in_one_way_mode_and_has_a_leg_of_its_own_in_hedge_mode()
    {
        var plan = Approved.Plan("p", "OPEN_SHORT", ("qty", "1"));

        Assert.Null(OrderDraft.Open(plan, hedge: false, [Venue.Position("BTCUSDT", 2m)], [], Approved.Lot, out var fault));
        Assert.Equal(DraftFault.OppositePosition, fault);
        var hedged = OrderDraft.Open(plan, hedge: true, [Venue.Position("BTCUSDT", 2m, PositionSide.Long)], [0.5m], Approved.Lot, out _)!;
        Assert.Equal((PositionSide.Short, OrderSide.Sell, 0.5m, true), (hedged.Key.Side, hedged.Side, hedged.Quantity, hedged.Opens));
    }

    [Fact]
    public void Without_limits_only_a_whole_position_can_be_closed()
    {
        Assert.Equal(2m, OrderDraft.Close(Approved.Plan(), [Venue.Position("BTCUSDT", 2m)], 2m, null, out _)?.Quantity);
        Assert.Null(OrderDraft.Close(Approved.Plan(action: "PARTIAL_50"), [Venue.Position("BTCUSDT", 2m)], null, null, out var fault));
        Assert.Equal(DraftFault.LotUnknown, fault);
    }
}

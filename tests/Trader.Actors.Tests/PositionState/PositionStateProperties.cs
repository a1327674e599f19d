using FsCheck;
using FsCheck.Fluent;
using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>What holds for every position, ledger, step and plan (S5, S13; X8, X9).</summary>
public sealed class PositionStateProperties
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Arbitrary<(decimal Amount, decimal Ledger, MarketLot Lot, Plan Plan)> Cases = (
        from decimals in Gen.Choose(0, 8)
        from amount in Gen.Choose(-2_000_000, 2_000_000)
        from drift in Gen.Choose(-30_000, 30_000)
        from stepDecimals in Gen.Choose(0, 5)
        from steps in Gen.Elements(1, 2, 5, 25)
        from action in Gen.Elements("FULL_CLOSE_PROPOSED", "PARTIAL_75", "PARTIAL_50", "PARTIAL_25", "SELL", "BUY", "OPEN", "WHATEVER")
        from quantity in Gen.Choose(0, 3_000_000)
        let step = steps * new decimal(1, 0, 0, false, (byte)stepDecimals)
        let scale = new decimal(1, 0, 0, false, (byte)decimals)
        select (
            amount * scale, (amount + drift) * scale, new MarketLot(step, 1_000_000m, step),
            Plan(action, ("qty", LedgerFacts.Plain(quantity * scale)), ("reduceOnly", action is "OPEN" ? "false" : "true"),
                ("side", action is "OPEN" ? "BUY" : ""), ("kill_score", "0.1"), ("price", "0.01")))).ToArbitrary();

    [Fact]
    [Trait("rule", "S5")]
    public void A_close_never_exceeds_the_position_nor_the_share_asked_for_and_lies_on_the_step() =>
        Prop.ForAll(Cases, c =>
        {
            if (Judge(c.Plan, Facts(View(c.Amount), Ledger(c.Ledger), c.Lot)) is not PermitVerdict.Granted granted || granted.Opens)
            {
                return;
            }

            Assert.True(granted.SafeQuantity > 0);
            Assert.True(granted.SafeQuantity <= Math.Abs(c.Amount));
            Assert.True(granted.SafeQuantity <= c.Plan.WantedClose(Math.Abs(c.Amount)));
            Assert.Equal(0m, granted.SafeQuantity % c.Lot.StepSize);
        }).Check(Config);

    [Fact]
    [Trait("rule", "S5")]
    public void An_open_permit_never_exceeds_its_plan_and_a_close_plan_never_gets_one() =>
        Prop.ForAll(Cases, c =>
        {
            if (Judge(c.Plan, Facts(View(c.Amount), Ledger(c.Ledger), c.Lot)) is PermitVerdict.Granted granted)
            {
                Assert.Equal(c.Plan.Effect == PlanEffect.Opens, granted.Opens);
                Assert.True(!granted.Opens || (granted.SafeQuantity <= c.Plan.Quantity && granted.SafeQuantity % c.Lot.StepSize == 0));
            }
        }).Check(Config);

    [Fact]
    [Trait("rule", "S1")]
    public void What_is_allowed_was_within_the_tolerance_of_the_ledger() =>
        Prop.ForAll(Cases, c =>
        {
            if (Judge(c.Plan, Facts(View(c.Amount), Ledger(c.Ledger), c.Lot)) is PermitVerdict.Granted)
            {
                Assert.True(Math.Abs(Math.Abs(c.Amount) - Math.Abs(c.Ledger)) <= PositionStateRules.Tolerance(c.Amount, Settings));
                Assert.True(c.Amount * c.Ledger >= 0);
            }
        }).Check(Config);
}

using Trader.Actors.ExitBrain;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.ExitBrain;

/// <summary>The exit rules' truth tables, and the brain's memory of positions.</summary>
public sealed class ExitRulesTests
{
    private static readonly ExitRuleSettings All = new(2m, 5m, 3m, 1m, TimeSpan.FromHours(1), 4m);

    [Theory]
    [InlineData(10, 98.01, null)]
    [InlineData(10, 98.00, ExitRule.StopLoss)]
    [InlineData(-10, 101.99, null)]
    [InlineData(-10, 102.00, ExitRule.StopLoss)]
    [InlineData(10, 104.99, null)]
    [InlineData(10, 105.00, ExitRule.TakeProfit)]
    [InlineData(-10, 95.00, ExitRule.TakeProfit)]
    public void Loss_and_gain_are_judged_for_both_sides_with_equality_closing(decimal amount, decimal mark, ExitRule? expected) =>
        Assert.Equal(expected, Decide(Pos("A", amount, mark), mark, TimeSpan.Zero));

    [Theory]
    [InlineData(10, 103, 101.97, ExitRule.TrailingStop)]
    [InlineData(10, 103, 101.98, null)]
    [InlineData(10, 102.9, 101.0, null)]
    [InlineData(-10, 97, 97.97, ExitRule.TrailingStop)]
    public void The_trailing_stop_arms_on_gain_and_closes_on_the_fall_from_the_best(
        decimal amount, decimal best, decimal mark, ExitRule? expected) =>
        Assert.Equal(expected, Decide(Pos("A", amount, mark), best, TimeSpan.Zero));

    [Theory]
    [InlineData(96.0, ExitRule.LiquidationDistance)]
    [InlineData(95.9, null)]
    [InlineData(0.0, null)]
    public void Nearness_of_liquidation_closes_before_any_loss_does(decimal liquidation, ExitRule? expected) =>
        Assert.Equal(expected, Decide(Pos("A", 10, 100, 100, liquidation), 100, TimeSpan.Zero));

    [Theory]
    [InlineData(3599, null)]
    [InlineData(3600, ExitRule.MaximumHold)]
    public void A_position_is_held_no_longer_than_allowed(int seconds, ExitRule? expected) =>
        Assert.Equal(expected, Decide(Pos("A", 10), 100, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Rules_that_are_off_never_fire() =>
        Assert.Null(ExitRules.Decide(Pos("A", 10, 1, 100, 0.99m), new PositionMemory(TimeSpan.Zero, 200), TimeSpan.FromDays(9), NoExits));

    [Fact]
    public void A_position_without_prices_cannot_be_judged_and_is_unguarded()
    {
        var turn = new PositionBook(All).Judge(Read(Pos("A", 1, mark: 0)), TimeSpan.Zero);

        Assert.Equal(["A"], turn.Unguarded);
    }

    [Fact]
    public void An_intent_is_recorded_once_and_its_end_is_seen()
    {
        var book = new PositionBook(All);
        Assert.Single(book.Judge(Read(Pos("A", 1, 90)), Seconds(0)).NewExits);
        Assert.Empty(book.Judge(Read(Pos("A", 1, 90)), Seconds(1)).NewExits);
        Assert.Equal(1, book.PendingExits);

        var gone = book.Judge(Read(), Seconds(2));

        Assert.Equal("A", Assert.Single(gone.SeenClosed).ToString());
        Assert.Equal((0, 0), (book.PendingExits, book.OpenPositions));
    }

    [Fact]
    public void An_exit_whose_reason_has_gone_is_pending_no_more()
    {
        var book = new PositionBook(All);
        book.Judge(Read(Pos("A", 1, 90)), Seconds(0));
        book.Judge(Read(Pos("A", 1, 100)), Seconds(1));

        Assert.Equal(0, book.PendingExits);
        Assert.Empty(book.OverdueExits(Seconds(60)));
    }

    [Fact]
    public void An_exit_that_nobody_executes_becomes_overdue()
    {
        var book = new PositionBook(All);
        book.Judge(Read(Pos("A", 1, 90)), Seconds(0));
        book.Judge(Read(Pos("A", 1, 90)), Seconds(10));
        Assert.Empty(book.OverdueExits(Seconds(10)));

        Assert.Equal("A", Assert.Single(book.OverdueExits(Seconds(10.1))).ToString());
    }

    [Fact]
    [Trait("rule", "S3")]
    public void An_unreadable_row_is_an_open_position_that_nobody_guards()
    {
        var book = new PositionBook(All);
        var turn = book.Judge(new ExchangeProtocol.PositionsRead(1, [], [new UnreadableRow("BAD", "x")]), TimeSpan.Zero);

        Assert.Equal(1, book.OpenPositions);
        Assert.Equal(["BAD"], turn.Unguarded);
    }

    [Fact]
    [Trait("rule", "S1")]
    public void Guards_that_were_never_heard_are_never_taken_for_present()
    {
        var guards = new GuardPresence(Seconds(5));
        Assert.False(guards.AllHeard(TimeSpan.Zero));
        guards.Heard(Roles.Watchdog, Seconds(1));
        Assert.False(guards.AllHeard(Seconds(1)));
        guards.Heard(Roles.PanicClose, Seconds(1));
        Assert.True(guards.AllHeard(Seconds(6)));
        Assert.False(guards.AllHeard(Seconds(6.1)));
    }

    private static ExitRule? Decide(Position position, decimal best, TimeSpan held) =>
        ExitRules.Decide(position, new PositionMemory(TimeSpan.Zero, best), held, All)?.Rule;
}

using Trader.Actors.ExitBrain;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.ExitBrain;

/// <summary>The brain's exits on their way through the gate: how often it asks, and when it gives up hope.</summary>
public sealed class ExitDeskTests
{
    private static readonly ExitDecision A = Exit("AUSDT");
    private static readonly ExitDecision B = Exit("BUSDT");

    private readonly ExitDesk desk = new(Seconds(1), Seconds(10), Seconds(20));
    private int plans;

    [Fact]
    public void One_plan_at_a_time_and_position_until_there_is_an_answer_or_none_in_time()
    {
        Assert.Equal([A, B], desk.Due([A, B], Seconds(0)));
        Ask(A, 0);
        Assert.Equal([B], desk.Due([A, B], Seconds(1)));
        Assert.Empty(desk.Due([A], Seconds(9)));
        Assert.Equal([A], desk.Due([A], Seconds(10)));
    }

    [Fact]
    public void A_refused_exit_is_asked_for_again_ever_more_rarely()
    {
        var at = 0;
        foreach (var pause in (int[])[1, 2, 4, 8, 8])
        {
            var plan = Ask(A, at);
            Assert.False(desk.Answered(plan.Value, false, "permit_timeout_or_missing:missing_p33", Seconds(at)));
            Assert.Empty(desk.Due([A], Seconds(at + pause - 1)));
            at += pause;
            Assert.Equal([A], desk.Due([A], Seconds(at)));
        }
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_outcome_that_is_unknown_is_waited_for_and_not_asked_for_again()
    {
        var plan = Ask(A, 0);
        desk.Answered(plan.Value, false, PlanResultWords.OutcomeUnknown, Seconds(1));

        Assert.Empty(desk.Due([A], Seconds(9)));
        Assert.True(desk.Answered(plan.Value, true, "", Seconds(9)));
        Assert.Empty(desk.Due([A], Seconds(10)));
        Assert.Equal([A], desk.Due([A], Seconds(11)));
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_refused_on_end_is_trouble_and_one_success_ends_it()
    {
        for (var s = 0; s <= 20; s += 10)
        {
            desk.Answered(Ask(A, s).Value, false, "p33_permit_denied", Seconds(s));
            Assert.Equal(s >= 20, desk.RefusedTooLong(Seconds(s)).Count > 0);
        }

        Assert.Equal(["AUSDT p33_permit_denied"], desk.RefusedTooLong(Seconds(20)));
        desk.Answered(Ask(A, 30).Value, true, "", Seconds(31));
        Assert.Empty(desk.RefusedTooLong(Seconds(100)));
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_a_gate_that_never_answers_is_trouble_like_one_that_refuses()
    {
        Ask(A, 0);
        Ask(A, 10);
        Assert.Empty(desk.RefusedTooLong(Seconds(19)));
        Assert.Equal(["AUSDT no_answer"], desk.RefusedTooLong(Seconds(20)));

        var last = Ask(A, 20);
        desk.Answered(last.Value, false, "no_position", Seconds(21));
        Assert.NotEmpty(desk.RefusedTooLong(Seconds(22)));
        desk.Answered(Ask(A, 30).Value, true, "", Seconds(31));
        Assert.Empty(desk.RefusedTooLong(Seconds(100)));
    }

    [Theory]
    [InlineData(PlanResultWords.KillSwitchActive)]
    [InlineData(PlanResultWords.KillSwitchUnavailable)]
    [Trait("rule", "S11")]
    public void S11_silence_ends_with_a_persons_switch(string error)
    {
        Ask(A, 0);
        desk.Answered(Ask(A, 10).Value, false, error, Seconds(11));

        Assert.Empty(desk.RefusedTooLong(Seconds(100)));
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_what_never_reached_the_gate_is_not_its_silence_and_ends_none()
    {
        desk.NotAsked(Ask(A, 0), Seconds(0));
        Ask(A, 30);
        Assert.Empty(desk.RefusedTooLong(Seconds(39)));

        desk.NotAsked(Ask(A, 40), Seconds(40));
        Assert.Equal(["AUSDT no_answer"], desk.RefusedTooLong(Seconds(50)));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_outcome_that_stays_unknown_is_trouble_too()
    {
        desk.Answered(Ask(A, 0).Value, false, PlanResultWords.OutcomeUnknown, Seconds(1));
        Ask(A, 10);

        Assert.Equal(["AUSDT outcome_unknown"], desk.RefusedTooLong(Seconds(20)));
    }

    [Theory]
    [InlineData(PlanResultWords.KillSwitchActive)]
    [InlineData(PlanResultWords.KillSwitchUnavailable)]
    [InlineData("no_position")]
    public void A_persons_switch_is_no_refusal(string error)
    {
        desk.Answered(Ask(A, 0).Value, false, error, Seconds(0));
        desk.Answered(Ask(A, 30).Value, false, error, Seconds(30));

        Assert.Empty(desk.RefusedTooLong(Seconds(60)));
    }

    [Fact]
    public void What_is_no_longer_wanted_is_forgotten_and_strangers_are_nobodys()
    {
        var plan = Ask(A, 0);
        desk.Answered(plan.Value, false, "x", Seconds(0));
        Assert.Empty(desk.Due([], Seconds(1)));

        Assert.Empty(desk.RefusedTooLong(Seconds(100)));
        Assert.Null(desk.Answered(plan.Value, true, "", Seconds(2)));
        Assert.Null(desk.Answered("not a plan id!", true, "", Seconds(2)));
    }

    [Theory]
    [Trait("rule", "S5")]
    [InlineData(PositionSide.Both, null)]
    [InlineData(PositionSide.Short, "SHORT")]
    public void S5_the_plan_closes_the_whole_position_and_can_only_reduce(PositionSide side, string? leg)
    {
        var exit = Exit("AUSDT", side);
        Assert.True(PlanWire.TryRead(ExitDesk.Plan(exit, PlanId.Parse("p1"), 1_770_000_000_000), out var plan, out _));

        Assert.Equal((PlanDecision.Execute, PlanEffect.Closes, "exit_brain"), (plan.Decision, plan.Effect, plan.Source));
        Assert.Equal(5m, plan.WantedClose(5m));
        Assert.Equal(leg, PanicWire.Find(plan.Fields, OrderDraft.LegField));
        var draft = OrderDraft.Close(plan, [exit.Position], null, null, out _)!;
        Assert.Equal((false, exit.Position.Quantity), (draft.Opens, draft.Quantity));
    }

    private static ExitDecision Exit(string symbol, PositionSide side = PositionSide.Both) => new(
        new Position(new PositionKey(Symbol.Parse(symbol), side), side == PositionSide.Short ? -2m : 2m, 100m, 90m, 0, 0), ExitRule.StopLoss, "");

    private PlanId Ask(ExitDecision exit, int at)
    {
        var plan = PlanId.Parse($"p{++plans}");
        desk.Asked(exit.Position.Key, plan, Seconds(at));
        return plan;
    }
}

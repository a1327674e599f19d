using Akka.Actor;
using Trader.Actors.IntentDesk;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.IntentDesk;

/// <summary>One intent is one plan, and its caller is told what is known and nothing else.</summary>
public sealed class IntentDeskTests : DeskBench
{
    [Fact]
    [Trait("rule", "S6")]
    public void S6_an_intent_becomes_a_plan_in_the_stream_and_the_gates_result_is_the_verdict()
    {
        Start();
        var told = Submit(Buy("1"));

        var publish = Assert.Single(All<RedisProtocol.PublishIntent>());
        Assert.True(PlanWire.TryRead(publish.Fields, out var plan, out _));
        Assert.Equal((PlanOf("1"), PlanOf("1"), 21_600), (publish.Id, plan.Id, publish.TtlSeconds));
        Assert.Equal(PlanRecordText.DigestOf(plan), publish.Digest);
        Published("1");
        Assert.Empty(told);
        Ended("2", executed: true);
        Assert.Empty(told);
        Ended("1", executed: true);

        var verdict = Assert.IsType<GateVerdict.Decided>(Assert.Single(told));
        Assert.Equal((PlanOf("1"), true, true), (verdict.Plan, verdict.Executed, verdict.IsFinal));
        // It asks nobody but Redis, and of Redis only what concerns the plan.
        Assert.All(Asked, asked => Assert.True(asked is RedisProtocol.WatchPlanEnds or RedisProtocol.PublishIntent));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_the_same_intent_again_is_the_same_plan_and_the_same_verdict()
    {
        Start();
        var (first, second) = (Submit(Buy("1")), Submit(Buy("1", 1.00m)));
        Published("1");
        Ended("1", executed: false, "kill_switch_active");
        var third = Submit(Buy("1"));

        Assert.Single(All<RedisProtocol.PublishIntent>());
        Assert.Equal("kill_switch_active", Assert.Single(first).Error);
        Assert.Equal(first, second);
        Assert.Equal(first, third);
        Assert.Equal(first, Verdict("1", 0));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_the_same_id_with_another_content_goes_nowhere()
    {
        Start();
        var first = Submit(Buy("1"));

        var other = Submit(Buy("1", 2m));

        Assert.IsType<GateVerdict.ContentChanged>(Assert.Single(other));
        Assert.Single(All<RedisProtocol.PublishIntent>());
        Assert.Empty(first);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_id_that_another_life_or_node_used_for_something_else_is_refused_even_if_its_result_comes_first()
    {
        Start();
        var told = Submit(Buy("1"));
        Ended("1", executed: true);
        Assert.Empty(told);

        Desk.Tell(new RedisProtocol.IntentIsOther(PlanOf("1")));

        Assert.IsType<GateVerdict.ContentChanged>(Assert.Single(told));
    }

    [Fact]
    public void A_result_that_overtakes_Redis_answer_counts_when_that_has_come()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 0);
        Ended("1", executed: true);
        Assert.Empty(told);
        Published("1");

        Assert.True(Assert.Single(told).Executed);
    }

    [Theory]
    [Trait("rule", "S1")]
    [InlineData(RedisDoubt.NotConnected, NotSubmittedReason.RedisUnavailable)]
    [InlineData(RedisDoubt.Refused, NotSubmittedReason.RedisRefused)]
    public void S1_what_is_certainly_not_in_the_stream_may_be_handed_in_again(RedisDoubt doubt, NotSubmittedReason reason)
    {
        Start();
        var told = Submit(Buy("1"));
        NotDone<RedisProtocol.PublishIntent>(doubt);

        Assert.Equal(reason, Assert.IsType<GateVerdict.NotSubmitted>(Assert.Single(told)).Reason);
        var again = Submit(Buy("1"));
        Assert.Equal(2, All<RedisProtocol.PublishIntent>().Select(publish => publish.Attempt).Distinct().Count());
        Published("1");
        Ended("1", executed: true);
        Assert.True(Assert.Single(again).Executed);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_lost_answer_is_settled_and_never_published_again()
    {
        Start();
        var told = Submit(Buy("1"));
        NotDone<RedisProtocol.PublishIntent>(RedisDoubt.Unknown);

        var withdraw = Assert.Single(All<RedisProtocol.WithdrawIntent>());
        Assert.Equal(All<RedisProtocol.PublishIntent>()[0].Attempt, withdraw.Attempt);
        NotDone<RedisProtocol.WithdrawIntent>(RedisDoubt.NotConnected);
        Pass(260);
        Assert.Equal(2, All<RedisProtocol.WithdrawIntent>().Count);
        Assert.Empty(told);
        Desk.Tell(new RedisProtocol.IntentWithdrawn(PlanOf("1"), withdraw.Attempt));

        Assert.Equal(NotSubmittedReason.Withdrawn, Assert.IsType<GateVerdict.NotSubmitted>(Assert.Single(told)).Reason);
        Assert.Single(All<RedisProtocol.PublishIntent>());
        _ = Submit(Buy("1"));
        // A late answer to the first life's settling is nothing to the second.
        Desk.Tell(new RedisProtocol.IntentWithdrawn(PlanOf("1"), withdraw.Attempt));
        var second = Submit(Buy("1"));
        Assert.Equal(2, All<RedisProtocol.PublishIntent>().Count);
        Published("1");
        Ended("1", executed: true);
        Assert.True(Assert.Single(second).Executed);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_lost_answer_of_a_plan_that_is_in_the_stream_ends_in_its_verdict()
    {
        Start();
        var told = Submit(Buy("1"));
        NotDone<RedisProtocol.PublishIntent>(RedisDoubt.Unknown);
        Published("1", added: false);

        // Its result may have come before the reader began: the stream itself is read, from the plan's own moment on.
        Assert.Equal("1001", Assert.Single(All<RedisProtocol.ReadPlanResults>()).From[^4..]);
        Desk.Tell(new RedisProtocol.PlanResultsRead([Result("7", true), Result("1", true)], Next: null));

        Assert.True(Assert.Single(told).Executed);
    }

    [Fact]
    [Trait("rule", "S1")]
    public void S1_while_nobody_knows_the_answer_is_pending_and_never_not_submitted()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 500);
        NotDone<RedisProtocol.PublishIntent>(RedisDoubt.Unknown);
        Pass(400);
        Assert.Empty(told);
        Pass(140);

        Assert.IsType<GateVerdict.Pending>(Assert.Single(told));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void S1_without_a_result_by_the_deadline_it_is_pending_and_the_result_is_told_to_who_asks_later()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 1000);
        Published("1");
        Pass(990);
        Assert.Empty(told);
        Pass(40);
        Assert.IsType<GateVerdict.Pending>(Assert.Single(told));

        var later = Verdict("1", 5000);
        Ended("1", executed: false, "permit_timeout_or_missing:missing_both");
        Assert.Equal("permit_timeout_or_missing:missing_both", Assert.Single(later).Error);
    }

    [Fact]
    public void Without_a_wait_it_is_answered_when_the_plan_is_in_the_stream_and_not_before()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 0);
        Pass(900);
        Assert.Empty(told);
        Published("1");

        Assert.IsType<GateVerdict.Pending>(Assert.Single(told));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_unknown_outcome_is_said_at_the_deadline_and_corrected_afterwards()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 1000);
        Published("1");
        Ended("1", executed: false, "outcome_unknown");
        Assert.Empty(told);
        Pass(1040);

        var unknown = Assert.IsType<GateVerdict.Decided>(Assert.Single(told));
        Assert.Equal((false, false, "outcome_unknown"), (unknown.IsFinal, unknown.Executed, unknown.Error));
        var asked = Verdict("1");
        Ended("1", executed: true);
        Assert.Equal((true, true), (Assert.Single(asked).Executed, asked[0].IsFinal));
    }

    [Fact]
    [Trait("rule", "S10")]
    public void S10_a_result_that_was_missed_is_found_in_the_stream()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 9000);
        Published("1");
        Pass(2040);

        Assert.Equal("1001", Assert.Single(All<RedisProtocol.ReadPlanResults>()).From);
        Desk.Tell(new RedisProtocol.PlanResultsRead([Result("7", true)], Next: "(1500-0"));
        Assert.Equal("(1500-0", All<RedisProtocol.ReadPlanResults>()[^1].From);
        NotDone<RedisProtocol.ReadPlanResults>(RedisDoubt.Unknown);
        Pass(1900);
        Assert.Equal(2, All<RedisProtocol.ReadPlanResults>().Count);
        Pass(140);
        Assert.Equal(3, All<RedisProtocol.ReadPlanResults>().Count);
        Desk.Tell(new RedisProtocol.PlanResultsRead([Result("1", false, "trading_halted")], Next: null));

        Assert.Equal("trading_halted", Assert.Single(told).Error);
    }

    [Fact]
    [Trait("rule", "S10")]
    public void S10_a_new_life_tells_what_became_of_the_plans_of_the_last()
    {
        Start();
        var told = Verdict("1", waitMs: 0);
        Assert.Equal(PlanOf("1"), Assert.Single(All<RedisProtocol.FindIntent>()).Id);
        Desk.Tell(new RedisProtocol.IntentSought(PlanOf("1"), "5000-3", "00000000deadbeef"));
        Pass(100);
        Assert.Empty(told);
        Assert.Equal("5000", Assert.Single(All<RedisProtocol.ReadPlanResults>()).From);
        Desk.Tell(new RedisProtocol.PlanResultsRead([Result("1", true)], Next: null));

        Assert.True(Assert.Single(told).Executed);
        // The content is known from Redis, so another one under the same id is refused.
        Assert.IsType<GateVerdict.ContentChanged>(Assert.Single(Submit(Buy("1"))));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void S1_a_plan_nobody_remembers_is_not_known_and_a_Redis_that_cannot_be_asked_is_no_answer()
    {
        Start();
        var (one, two) = (Verdict("1"), Verdict("1"));
        Assert.Single(All<RedisProtocol.FindIntent>());
        Desk.Tell(new RedisProtocol.IntentSought(PlanOf("1"), null, ""));
        Assert.IsType<GateVerdict.NotKnown>(Assert.Single(one));
        Assert.IsType<GateVerdict.NotKnown>(Assert.Single(two));

        var three = Verdict("1");
        NotDone<RedisProtocol.FindIntent>(RedisDoubt.NotConnected);
        Assert.IsType<GateVerdict.Pending>(Assert.Single(three));
    }

    [Fact]
    public void What_is_in_hand_is_bounded_and_a_verdict_makes_room()
    {
        Start(Usual with { MaxInHand = 2 });
        _ = (Submit(Buy("1")), Submit(Buy("2")));
        var told = Submit(Buy("3"));
        Assert.Equal(NotSubmittedReason.Full, Assert.IsType<GateVerdict.NotSubmitted>(Assert.Single(told)).Reason);
        // What is in hand already may still be asked for.
        Assert.Empty(Submit(Buy("1")));
        Published("1");
        Ended("1", executed: true);

        Assert.Empty(Submit(Buy("3")));
        Assert.Equal(3, All<RedisProtocol.PublishIntent>().Count);
    }

    [Fact]
    public void Waiting_is_bounded_too()
    {
        Start(Usual with { MaxWaiting = 4 });
        List<GateVerdict>[] all = [.. Enumerable.Range(0, 5).Select(_ => Submit(Buy("1")))];

        Assert.IsType<GateVerdict.Pending>(Assert.Single(all[4]));
        Assert.All(all[..4], Assert.Empty);
        Assert.IsType<GateVerdict.Pending>(Assert.Single(Verdict("2")));
        Assert.Empty(All<RedisProtocol.FindIntent>());
    }

    [Fact]
    public void Nobody_waits_for_ever_for_an_answer_that_never_comes()
    {
        Start();
        var (submitted, asked) = (Submit(Buy("1"), waitMs: 100), Verdict("2", waitMs: 100));
        Pass(4000);
        Assert.Empty(submitted.Concat(asked));
        Pass(140);

        Assert.IsType<GateVerdict.Pending>(Assert.Single(submitted));
        Assert.IsType<GateVerdict.Pending>(Assert.Single(asked));
        _ = Verdict("2");
        Assert.Equal(2, All<RedisProtocol.FindIntent>().Count);
    }

    [Fact]
    public void Deadlines_pass_under_a_flood_of_questions()
    {
        Start();
        var told = Submit(Buy("1"), waitMs: 300);
        Published("1");
        for (var i = 0; i < 70; i++)
        {
            Pass(5);
            _ = Verdict("1", waitMs: 0);
        }

        Assert.IsType<GateVerdict.Pending>(Assert.Single(told));
    }

    [Fact]
    public void A_plan_without_a_result_is_let_go_of_in_time_and_found_again_in_Redis()
    {
        Start(Usual with { Remember = TimeSpan.FromMinutes(1), MaxInHand = 1 });
        _ = Submit(Buy("1"), waitMs: 0);
        Published("1");
        Pass(61_000);

        Assert.Empty(Submit(Buy("2")));
        _ = Verdict("1");
        Assert.Equal(PlanOf("1"), Assert.Single(All<RedisProtocol.FindIntent>()).Id);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(false, "outcome_unknown", true, "", true)]
    [InlineData(false, "outcome_unknown", false, "order_not_found", true)]
    [InlineData(false, "outcome_unknown", false, "outcome_unknown", false)]
    [InlineData(false, "outcome_unknown", false, "duplicate_plan", false)]
    [InlineData(false, "duplicate_plan", true, "", true)]
    [InlineData(false, "duplicate_plan", false, "outcome_unknown", true)]
    [InlineData(false, "duplicate_plan", false, "duplicate_plan", false)]
    [InlineData(false, "kill_switch_active", true, "", true)]
    [InlineData(false, "kill_switch_active", false, "duplicate_plan", false)]
    [InlineData(true, "", false, "duplicate_plan", false)]
    [InlineData(true, "", false, "outcome_unknown", false)]
    [InlineData(true, "", false, "kill_switch_active", false)]
    public void S8_of_two_results_the_one_that_knows_more_stands(bool executed, string error, bool nextExecuted, string nextError, bool stands) =>
        Assert.Equal(stands, IntentBook.Supersedes(Result("1", executed, error), Result("1", nextExecuted, nextError)));

    [Fact]
    public void Verdicts_are_kept_in_bounded_number()
    {
        var book = new IntentBook(Usual with { MaxInHand = 2 });
        for (var i = 0; i < 100; i++)
        {
            var name = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(IntentAdmission.New, book.Admit(PlanOf(name), "d", Guid.NewGuid(), TimeSpan.Zero, out var made));
            book.Found(made!, "1-1");
            Assert.True(book.Take(made!, Result(name, true)));
            book.Tidy(TimeSpan.Zero);
        }

        Assert.Equal((0, 20), (book.InHand, Enumerable.Range(0, 100).Count(i => book.Of(PlanOf($"{i}")) is not null)));
        Assert.NotNull(book.Of(PlanOf("99")));
    }
}

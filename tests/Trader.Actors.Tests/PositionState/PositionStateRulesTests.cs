using System.Globalization;
using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>The checks and quantities of apply-layer contract 3.2-3.4 (A35, A38; X8, X9, X10, X21-X23, X26, X37).</summary>
public sealed class PositionStateRulesTests
{
    /// <summary>The contract's worked examples of the quantity check, and both sides of its boundary.</summary>
    [Theory]
    [InlineData("0.062", "0.002", "reconcile_required_qty_mismatch")]
    [InlineData("1.0", "0.991", null)]
    [InlineData("1.0", "0.99", null)]
    [InlineData("1.0", "0.989", "reconcile_required_qty_mismatch")]
    [InlineData("0.010", "0.009", null)]
    [InlineData("0.010", "0.0089", "reconcile_required_qty_mismatch")]
    [InlineData("0.001", "0", null)]
    [InlineData("0.062", "0.062", null)]
    [InlineData("0.062", "-0.062", "reconcile_required_side_mismatch")]
    [InlineData("-0.062", "-0.062", null)]
    [InlineData("-0.062", "-0.002", "reconcile_required_qty_mismatch")]
    [Trait("covers", "A38,X10")]
    public void A_difference_beyond_the_tolerance_is_denied_and_the_boundary_allows(string exchange, string ledger, string? reason)
    {
        var verdict = Judge(Plan(), Facts(View(Dec(exchange)), Ledger(Dec(ledger))));

        if (reason is null)
        {
            Assert.Equal(Math.Abs(Dec(exchange)), Granted(verdict).SafeQuantity);
        }
        else
        {
            Assert.Equal(reason, Denied(verdict));
        }
    }

    [Fact]
    public void A_quantity_mismatch_names_the_numbers_that_decided()
    {
        var verdict = Judge(Plan(), Facts(View(0.062m), Ledger(0.002m)));

        Assert.Equal((0.062m, 0.002m, 0.060m, 0.001m),
            (Number(verdict, "exchange_amt"), Number(verdict, "ledger_amt"), Number(verdict, "diff"), Number(verdict, "tolerance")));
    }

    /// <summary>Contract 3.3's table of what the earlier system got wrong, with what is right.</summary>
    [Theory]
    [InlineData("FULL_CLOSE_PROPOSED", "0.062", "0.062")]
    [InlineData("PARTIAL_75", "0.010", "0.007")]
    [InlineData("PARTIAL_50", "0.003", "0.001")]
    [InlineData("PARTIAL_25", "0.040", "0.01")]
    [InlineData("PARTIAL_25", "-0.040", "0.01")]
    [InlineData("FULL_CLOSE_PROPOSED", "0.0015", "0.001")]
    [InlineData("PARTIAL_75", "0.7", "0.525")]
    [InlineData("PARTIAL_50", "0.6", "0.3")]
    [Trait("rule", "S5")]
    [Trait("covers", "X9,X26")]
    public void A_close_is_the_share_asked_for_cut_down_to_the_step(string action, string exchange, string safe) =>
        Assert.Equal(Dec(safe), Granted(Judge(Plan(action), Facts(View(Dec(exchange)), Ledger(Dec(exchange))))).SafeQuantity);

    [Theory]
    [InlineData("0.3", "0.1", "0.3")]
    [InlineData("0.6", "0.1", "0.6")]
    [InlineData("0.57", "0.01", "0.57")]
    [InlineData("0.7", "0.1", "0.7")]
    [InlineData("12345", "1", "12345")]
    [Trait("rule", "S13")]
    [Trait("covers", "X26")]
    public void Steps_are_counted_in_decimals_by_each_symbols_own_step(string amount, string step, string safe)
    {
        var lot = new MarketLot(Dec(step), 1_000_000m, Dec(step));

        Assert.Equal(Dec(safe), Granted(Judge(Plan(), Facts(View(Dec(amount)), Ledger(Dec(amount)), lot))).SafeQuantity);
    }

    [Theory]
    [InlineData("0.0005", "0.001", "0.001", "quantity_below_step")]
    [InlineData("0.0025", "0.005", "0.001", "quantity_below_minimum")]
    [Trait("covers", "X9")]
    public void What_is_left_of_too_small_a_quantity_is_denied_by_its_own_name(
        string amount, string minimum, string step, string reason)
    {
        var lot = new MarketLot(Dec(minimum), 100m, Dec(step));

        Assert.Equal(reason, Denied(Judge(Plan(), Facts(View(Dec(amount)), Ledger(Dec(amount)), lot))));
    }

    [Theory]
    [InlineData("CLOSE_EVERYTHING", "unknown_action")]
    [InlineData("partial_50", "unknown_action")]
    [InlineData("", "unknown_action")]
    [InlineData("UPDATE_SL", "action_without_quantity")]
    [InlineData("HOLD", "action_without_quantity")]
    [Trait("covers", "X9")]
    public void An_action_that_closes_nothing_gets_no_quantity(string action, string reason) =>
        Assert.Equal(reason, Denied(Judge(Plan(action), Facts(View(1m), Ledger(1m)))));

    [Fact]
    [Trait("rule", "S3")]
    [Trait("covers", "X21")]
    public void An_account_that_was_never_read_allows_nothing() =>
        Assert.Equal("no_exchange_snapshot", Denied(Judge(Plan(), Facts(null, Ledger(1m)))));

    [Theory]
    [InlineData(10, null)]
    [InlineData(10.001, "stale_exchange_state")]
    [InlineData(11, "stale_exchange_state")]
    [Trait("rule", "S1")]
    public void A_snapshot_allows_up_to_its_limit_and_not_beyond(double age, string? reason)
    {
        var verdict = Judge(Plan(), Facts(View(1m, age), Ledger(1m)));

        Assert.Equal(reason is null, verdict is PermitVerdict.Granted);
        Assert.True(reason is null || Denied(verdict) == reason);
    }

    [Theory]
    [InlineData("0.00009", "no_position")]
    [InlineData("0", "no_position")]
    [InlineData("-0.00005", "no_position")]
    public void Less_than_the_least_position_is_none(string amount, string reason) =>
        Assert.Equal(reason, Denied(Judge(Plan(), Facts(View(Dec(amount)), Ledger(Dec(amount))))));

    [Fact]
    [Trait("covers", "X26")]
    public void Where_the_exchange_deals_in_smaller_steps_a_smaller_position_is_one()
    {
        var lot = new MarketLot(0.00001m, 100m, 0.00001m);

        Assert.Equal(0.00005m, Granted(Judge(Plan(), Facts(View(0.00005m), Ledger(0.00005m), lot))).SafeQuantity);
    }

    [Theory]
    [InlineData(14_999, "cooldown_in_flight")]
    [InlineData(15_000, null)]
    [InlineData(-59_000, "cooldown_in_flight")]
    [InlineData(-61_000, null)]
    [Trait("covers", "X23")]
    public void After_an_execution_there_is_a_pause(long sinceMs, string? reason)
    {
        var verdict = Judge(Plan(), Facts(View(1m, 0), Ledger(1m) with { LastExecutionMs = NowMs - sinceMs }));

        Assert.Equal(reason is null, verdict is PermitVerdict.Granted);
        Assert.True(reason is null || Denied(verdict) == reason);
    }

    [Fact]
    public void A_hold_is_honoured_for_closes_and_opens()
    {
        Assert.Equal("reconcile_hold_active", Denied(Judge(Plan(), Facts(View(1m), Ledger(1m) with { Held = true }))));
        Assert.Equal("reconcile_hold_active", Denied(Judge(Open(0.01m), Facts(View(0), Ledger(0) with { Held = true }))));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void Nothing_is_allowed_while_nobody_knows_what_was_executed()
    {
        var ledger = Ledger(1m) with { OutcomeUnknown = "p1@1" };

        Assert.Equal("outcome_unknown", Denied(Judge(Plan(), Facts(View(1m), ledger))));
        Assert.Equal("outcome_unknown", Denied(Judge(Open(0.01m), Facts(View(1m), ledger))));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1e3")]
    [InlineData("0,062")]
    [InlineData("")]
    [InlineData("100000000000001")]
    [InlineData("-100000000000001")]
    [InlineData("79228162514264337593543950335")]
    [Trait("rule", "S1")]
    public void A_ledger_that_is_no_number_denies(string text) =>
        Assert.Equal("ledger_unreadable", Denied(Judge(Plan(), Facts(View(1m), LedgerFacts.None with { Text = text }))));

    [Fact]
    [Trait("rule", "S1")]
    public void S1_amounts_of_any_size_are_judged_and_never_thrown_over()
    {
        var huge = Ledger(-100_000_000_000_000m);

        Assert.Equal("reconcile_required_side_mismatch", Denied(Judge(Plan(), Facts(View(10_000_000_000_000_000m), huge))));
    }

    [Theory]
    [InlineData("FULL_CLOSE_PROPOSED", "LONG", "0.062")]
    [InlineData("FULL_CLOSE_PROPOSED", "SHORT", "0.05")]
    [InlineData("PARTIAL_50", "SHORT", "0.025")]
    [Trait("rule", "S5")]
    public void S5_a_close_that_names_its_leg_of_a_hedged_symbol_gets_that_legs_amount(string action, string leg, string safe)
    {
        var plan = Plan(action, (OrderDraft.LegField, leg));

        var granted = Granted(Judge(plan, Facts(Hedged(0.062m, -0.05m), Ledger(0.012m))));

        Assert.Equal((false, Dec(safe), 0.012m), (granted.Opens, granted.SafeQuantity, granted.LedgerAmount));
        Assert.Equal(0.012m, Granted(Judge(plan, Facts(Hedged(0.062m, -0.05m)))).Begin);
    }

    /// <summary>Legs that cancel out are two positions and not none.</summary>
    [Fact]
    public void Legs_of_one_size_can_both_be_closed() =>
        Assert.Equal(1m, Granted(Judge(Plan("FULL_CLOSE_PROPOSED", (OrderDraft.LegField, "SHORT")), Facts(Hedged(1m, -1m), Ledger(0)))).SafeQuantity);

    [Fact]
    [Trait("rule", "S3")]
    public void S3_of_a_hedged_symbol_nothing_else_is_allowed()
    {
        var both = Facts(Hedged(0.062m, -0.05m), Ledger(0.012m));

        Assert.Equal("hedge_legs_ambiguous", Denied(Judge(Plan(), both)));
        Assert.Equal("hedge_legs_ambiguous", Denied(Judge(Plan("FULL_CLOSE_PROPOSED", (OrderDraft.LegField, "BOTH")), both)));
        Assert.Equal("hedge_legs_ambiguous", Denied(Judge(Open(0.01m), both)));
        var named = Plan("FULL_CLOSE_PROPOSED", (OrderDraft.LegField, "LONG"));
        Assert.Equal("reconcile_required_qty_mismatch", Denied(Judge(named, both with { Ledger = Ledger(0.062m) })));
        Assert.Equal("close_adds_to_position", Denied(Judge(
            Plan("BUY", ("qty", "0.01"), ("reduceOnly", "true"), (OrderDraft.LegField, "LONG")), both)));
    }

    [Theory]
    [InlineData(" 0.062 ")]
    [InlineData("+0.062")]
    [InlineData(".062")]
    [InlineData("0.0620000")]
    public void What_a_person_types_is_understood(string text) =>
        Assert.Equal(0.062m, Granted(Judge(Plan(), Facts(View(0.062m), LedgerFacts.None with { Text = text }))).LedgerAmount);

    [Fact]
    [Trait("covers", "X22")]
    public void Without_a_ledger_a_close_is_what_the_exchange_shows_and_the_ledger_begins_with_it()
    {
        var granted = Granted(Judge(Plan("PARTIAL_50"), Facts(View(0.062m))));

        Assert.Equal((0.031m, 0.062m, 0.062m), (granted.SafeQuantity, granted.LedgerAmount, granted.Begin!.Value));
    }

    [Fact]
    [Trait("covers", "X22")]
    public void A_ledger_that_stands_only_in_the_copy_counts_and_becomes_the_ledger()
    {
        var copy = LedgerFacts.None with { CopyText = "0.062" };

        Assert.Equal(0.062m, Granted(Judge(Plan(), Facts(View(0.062m), copy))).Begin);
        Assert.Equal("reconcile_required_qty_mismatch", Denied(Judge(Plan(), Facts(View(0.1m), copy))));
    }

    [Fact]
    [Trait("covers", "X22")]
    public void An_open_with_a_position_gets_an_open_permit_for_its_own_quantity_never_a_close()
    {
        var granted = Granted(Judge(Open(0.0105m), Facts(View(0.05m), Ledger(0.05m))));

        Assert.True(granted.Opens);
        Assert.Equal(0.010m, granted.SafeQuantity);
    }

    [Fact]
    public void An_open_in_a_flat_symbol_begins_its_ledger_at_zero() =>
        Assert.Equal(0m, Granted(Judge(Open(0.01m), Facts(View(0)))).Begin);

    [Theory]
    [InlineData("SELL", "0.05", "open_against_position")]
    [InlineData("BUY", "-0.05", "open_against_position")]
    [InlineData("", "0", "side_missing")]
    [Trait("rule", "S5")]
    public void An_open_that_would_turn_a_position_is_denied(string side, string amount, string reason) =>
        Assert.Equal(reason, Denied(Judge(Open(0.01m, side), Facts(View(Dec(amount)), Ledger(Dec(amount))))));

    [Theory]
    [InlineData("0.79", null)]
    [InlineData("0.80", "kill_score_too_high")]
    [InlineData("", "kill_score_missing")]
    [Trait("covers", "A35,X37")]
    public void The_kill_score_stops_opens_and_never_an_exit(string score, string? reason)
    {
        var verdict = Judge(Open(0.01m, killScore: score), Facts(View(0), Ledger(0)));

        Assert.Equal(reason is null, verdict is PermitVerdict.Granted);
        Assert.True(reason is null || Denied(verdict) == reason);
        Assert.IsType<PermitVerdict.Granted>(Judge(Plan("FULL_CLOSE_PROPOSED", ("kill_score", "0.99")), Facts(View(1m), Ledger(1m))));
    }

    [Theory]
    [InlineData("0.1", "0", "50000", null)]
    [InlineData("0.101", "0", "50000", "position_size_exceeds_limit")]
    [InlineData("0.02", "0.09", "50000", "position_size_exceeds_limit")]
    [InlineData("0.02", "0.09", "1", "position_size_exceeds_limit")]
    [InlineData("0.02", "0", "", "price_unknown")]
    [Trait("covers", "A35")]
    public void An_open_may_not_take_a_position_beyond_the_limit(string quantity, string amount, string price, string? reason)
    {
        var view = View(Dec(amount), mark: Dec(amount) == 0 ? 0 : 50_000m);
        var verdict = Judge(Open(Dec(quantity), price: price), Facts(view, Ledger(Dec(amount))));

        Assert.Equal(reason is null, verdict is PermitVerdict.Granted);
        Assert.True(reason is null || Denied(verdict) == reason);
    }

    [Fact]
    public void A_close_of_a_position_beyond_the_limit_is_allowed() =>
        Assert.Equal(10m, Granted(Judge(Plan(), Facts(View(10m), Ledger(10m)))).SafeQuantity);

    [Theory]
    [InlineData("SELL", "0.010", "0.01", null)]
    [InlineData("SELL", "5", "0.062", null)]
    [InlineData("BUY", "0.010", null, "close_adds_to_position")]
    [InlineData("SELL", "0", null, "quantity_missing")]
    [Trait("rule", "S5")]
    public void A_reduce_only_order_closes_its_quantity_and_never_more_than_there_is(string word, string quantity, string? safe, string? reason)
    {
        var verdict = Judge(Plan(word, ("qty", quantity), ("reduceOnly", "true")), Facts(View(0.062m), Ledger(0.062m)));

        Assert.True(reason is null ? Granted(verdict).SafeQuantity == Dec(safe!) : Denied(verdict) == reason);
    }

    [Fact]
    public void A_symbol_outside_the_allowlist_is_denied_by_name_and_an_unknown_step_denies()
    {
        var facts = Facts(View(1m), Ledger(1m));

        Assert.Equal("symbol_not_allowed", Denied(Judge(Plan(), facts with { Allowed = false })));
        Assert.Equal("lot_size_unknown", Denied(Judge(Plan(), facts with { Lot = null })));
        Assert.Equal("lot_size_unknown", Denied(Judge(Plan(), facts with { Allowed = null })));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void Doubt_about_the_symbols_row_denies()
    {
        Assert.Equal("position_unreadable", Denied(Judge(Plan(), Facts(View(0, unreadable: "no readable positionAmt"), Ledger(0)))));
        Assert.Equal("hedge_legs_ambiguous", Denied(Judge(Plan(), Facts(View(0, legs: 2), Ledger(0)))));
    }

    [Theory]
    [InlineData(60_000, null)]
    [InlineData(60_001, "plan_too_old")]
    [Trait("covers", "X18")]
    public void A_plan_nobody_waits_for_any_more_is_denied(long ageMs, string? reason)
    {
        var verdict = Judge(Plan(), Facts(View(1m), Ledger(1m)) with { EntryMs = NowMs - ageMs });

        Assert.Equal(reason is null, verdict is PermitVerdict.Granted);
        Assert.True(reason is null || Denied(verdict) == reason);
    }

    [Fact]
    public void A_decision_nobody_knows_is_denied_and_trades_nothing() =>
        Assert.Equal("unknown_decision", Denied(Judge(Plan("FULL_CLOSE_PROPOSED", ("decision", "RECONCILE_CLOSE")), Facts(View(1m), Ledger(1m)))));

    [Theory]
    [InlineData("0.062", "0.062", true)]
    [InlineData("0", "0.062", true)]
    [InlineData("0.062", "0.031", false)]
    public void A_difference_seen_before_the_last_execution_is_looked_at_again_once(string exchange, string ledger, bool old)
    {
        // The exchange was asked 500 ms ago; the execution is 100 ms old, or 900 ms.
        var facts = Facts(View(Dec(exchange)), Ledger(Dec(ledger) / 2) with { LastExecutionMs = NowMs - (old ? 100 : 900) });

        Assert.Equal(old, Judge(Plan(), facts) is PermitVerdict.ReadAgain);
        Assert.IsType<PermitVerdict.Denied>(Judge(Plan(), facts with { WasReadAgain = true }));
    }

    [Theory]
    [Trait("covers", "X16,X22")]
    [InlineData(100, false)]
    [InlineData(900, true)]
    public void A_ledger_does_not_begin_with_what_was_seen_before_the_last_execution(int executedMsAgo, bool begins)
    {
        // The exchange was asked 500 ms ago.
        var facts = Facts(View(1m), LedgerFacts.None with { LastExecutionMs = NowMs - executedMsAgo });
        var settings = Settings with { Cooldown = TimeSpan.Zero };

        Assert.Equal((begins, !begins), (Judge(Plan(), facts, settings) is PermitVerdict.Granted, Judge(Plan(), facts, settings) is PermitVerdict.ReadAgain));
        if (!begins)
        {
            Assert.Equal("stale_exchange_state", Denied(Judge(Plan(), facts with { WasReadAgain = true }, settings)));
        }
    }

    [Fact]
    public void Checks_come_in_the_documented_order()
    {
        var worst = Ledger(-1m) with { Held = true, LastExecutionMs = NowMs - 1000 };
        var facts = Facts(View(1m, 0.1), worst);

        Assert.Equal("stale_exchange_state", Denied(Judge(Plan(), facts with { Exchange = View(0, 11) })));
        Assert.Equal("no_position", Denied(Judge(Plan(), facts with { Exchange = View(0, 0.1) })));
        Assert.Equal("reconcile_required_side_mismatch", Denied(Judge(Plan(), facts)));
        Assert.Equal("reconcile_required_qty_mismatch", Denied(Judge(Plan(), facts with { Ledger = worst with { Text = "0.5" } })));
        Assert.Equal("cooldown_in_flight", Denied(Judge(Plan(), facts with { Ledger = worst with { Text = "1" } })));
        Assert.Equal("reconcile_hold_active", Denied(Judge(Plan(), facts with { Ledger = worst with { Text = "1", LastExecutionMs = null } })));
    }

    private static ExchangeView Hedged(decimal buy, decimal sell)
    {
        var book = new AccountBook();
        Position Leg(PositionSide side, decimal amount) => new(new PositionKey(Btc, side), amount, 50000m, 50000m, 0, 0);
        book.Take(new ExchangeProtocol.PositionsRead(1, [Leg(PositionSide.Long, buy), Leg(PositionSide.Short, sell)], []), TimeSpan.Zero, NowMs);
        return book.View(Btc, TimeSpan.Zero)!;
    }

    private static decimal Dec(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

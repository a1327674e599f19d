using System.Text.RegularExpressions;
using Akka.Actor;
using Trader.Actors.ApplyLayer;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.ApplyLayer;

/// <summary>The gate as a whole, one plan at a time (apply-layer contract 2.4 to 2.7).</summary>
public sealed class GateActorTests : GateBench
{
    [Theory]
    [Trait("rule", "S6")]
    [Trait("covers", "A2,A36,A44")]
    [InlineData(true, true, 1, "", "")]
    [InlineData(true, false, 0, "BLOCKED", "permit_timeout_or_missing:missing_p33")]
    [InlineData(false, true, 0, "BLOCKED", "permit_timeout_or_missing:missing_governor")]
    [InlineData(false, false, 0, "BLOCKED", "permit_timeout_or_missing:missing_both")]
    public void S6_only_both_permits_make_an_order(bool governor, bool p33, int orders, string decision, string error)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        _ = governor || Redis.Governor.Remove("p1");
        _ = p33 || Redis.P33.Remove("p1");
        Start();

        Publish(Plan("p1"));
        Pass(orders == 1 ? 20 : 1300);

        Assert.Equal(orders, Exchange.Orders.Count);
        Assert.Equal(
            (orders == 1 ? "EXECUTE" : decision, orders == 1, error), (Result("p1").Decision, Result("p1").Executed, Result("p1").Error));
        Assert.Equal((governor && orders == 0, p33 && orders == 0), (Redis.Governor.ContainsKey("p1"), Redis.P33.ContainsKey("p1")));
        if (orders == 0)
        {
            var line = Assert.Single(Said("[PERMIT_WAIT] BLOCK"));
            Assert.InRange(int.Parse(Regex.Match(line, @"wait_ms=(\d+)").Groups[1].Value, null), 1200, 1350);
            Assert.InRange(Meter["permit_wait_ms"], 1200, 1350);
        }
    }

    [Fact]
    [Trait("covers", "A1,A24,X3,A34")]
    public void TESTNET_true_needs_no_permits_on_a_testnet()
    {
        Exchange.Hold(0.5m);
        Start(Live with { Bypass = true });

        Publish(Plan("p1", "PARTIAL_50"));
        Pass(20);

        Assert.Equal(0.25m, Assert.Single(Exchange.Orders).Quantity);
        Assert.Equal((1, 0), (Meter["apply_executed_total{status=testnet_bypass}"], Meter["apply_executed_total{status=success}"]));
        Assert.Single(Said("[TESTNET_BYPASS] Skipping permits for p1"));
        Assert.Equal(0, Meter["permit_wait_ms"]);
    }

    [Fact]
    [Trait("rule", "S15")]
    public void S15_TESTNET_true_is_worth_nothing_on_a_production_account()
    {
        Exchange.Environment = VenueEnvironment.Production;
        Exchange.Hold(0.5m);
        Start(Live with { Bypass = true });

        Publish(Plan("p1"));
        Pass(1300);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("permit_timeout_or_missing:missing_both", Result("p1").Error);
    }

    [Theory]
    [Trait("covers", "A7,A8,A9,A18,X1,X17")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_switch_stops_everything_and_leaves_plan_and_permits_as_they_were(bool bypass)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.KillSwitch = "true";
        Start(Live with { Bypass = bypass });

        Publish(Plan("p1"));
        Pass(20);

        var result = Result("p1");
        Assert.Empty(Exchange.Orders);
        Assert.Equal(("EXECUTE", false, true, "kill_switch_active"), (result.Decision, result.Executed, result.WouldExecute, result.Error));
        Assert.Equal(1, Meter["apply_executed_total{status=kill_switch}"]);
        Assert.Contains(Lines, l => l.EndsWith("CRITICAL: [KILL_SWITCH] Execution halted - kill switch is ACTIVE", StringComparison.Ordinal));
        Assert.True(Redis.Governor.ContainsKey("p1") && Redis.P33.ContainsKey("p1") && Redis.Records.Count == 0);

        Redis.KillSwitch = "false";
        Redis.Results.Clear();
        Pass(60);
        Publish(Plan("p1"));
        Pass(20);
        Assert.True(Result("p1").Executed);
        Assert.Single(Exchange.Orders);
    }

    [Fact]
    [Trait("covers", "A14,X4")]
    public void A_switch_set_during_the_wait_stops_the_plan_before_its_permits_come()
    {
        Exchange.Hold(0.5m);
        Start();
        Publish(Plan("p1"));
        Pass(200);
        Redis.KillSwitch = "true";
        Pass(300);
        Redis.Permit("p1");
        Pass(800);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("kill_switch_active", Result("p1").Error);
        Assert.True(Redis.Governor.ContainsKey("p1"));
    }

    [Fact]
    [Trait("covers", "A14,X4")]
    public void A_switch_set_after_the_permits_were_taken_still_stops_the_order()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.KillSwitchAfterTake = "1";
        Start();

        Publish(Plan("p1"));
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("kill_switch_active", Result("p1").Error);
        Assert.Contains("both permits were consumed", Result("p1").Steps[0].Details, StringComparison.Ordinal);
        Assert.False(Redis.Governor.ContainsKey("p1"));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A14")]
    public void S1_an_order_says_how_long_its_last_reading_is_good_for()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();

        Publish(Plan("p1"));
        Pass(20);

        Assert.Single(Exchange.Orders);
        Assert.InRange(Exchange.NotAfter[0] - Redis.Now(), Ms(5 - 20).Ticks, Ms(5).Ticks);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(4900, true)]
    [InlineData(5100, false)]
    public void S8_a_close_is_not_sent_once_another_gate_may_have_given_it_up(int stoodMs, bool sent)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        RedisProtocol.TakePlan? take = null;
        Redis.Silent = message => message is RedisProtocol.TakePlan asked && (take = asked) is not null;
        Start();
        Publish(Plan("p1"));
        Pass(stoodMs);

        Gate.Tell(new RedisProtocol.PlanTaken(new GatePass(take!.Draft, bypass: false)));
        Pass(20);

        Assert.Equal((sent, sent ? "" : "close_too_late"), (Exchange.Orders.Count == 1, Result("p1").Error));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_only_the_gate_that_took_a_plan_speaks_of_its_taking()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("taken");
        Redis.Permit("unknown");
        Redis.Permit("denied", p33: """{"allow":false,"reason":"x"}""");
        Redis.Doubts = message => message is RedisProtocol.TakePlan { Draft.Plan.Value: "unknown" } ? RedisDoubt.Unknown : null;
        Start();

        foreach (var id in new[] { "taken", "unknown", "denied" })
        {
            Publish(Plan(id));
            Pass(600);
        }

        Assert.Equal(
            [("taken", true), ("unknown", true), ("denied", false)], Redis.Results.Select(o => (o.Result.PlanId, o.Taken)));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A15,X2,X28")]
    public void S1_a_last_reading_that_fails_or_hangs_is_a_switch_that_is_on()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.Doubts = m => m is RedisProtocol.ReadKillSwitch ? RedisDoubt.Unknown : null;
        Start();

        Publish(Plan("p1"));
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("kill_switch_unavailable", Result("p1").Error);
        Assert.NotEmpty(Said("ErrorLevel [KILL_SWITCH] Error checking kill switch"));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A15,X2")]
    public void S1_with_Redis_away_during_the_wait_nothing_is_sent_and_the_result_comes_when_it_is_back()
    {
        Exchange.Hold(0.5m);
        Start();
        Publish(Plan("p1"));
        Pass(100);
        Redis.Away = true;
        Gate.Tell(new RedisProtocol.Disconnected("gone"));
        Pass(1300);

        Assert.Empty(Redis.Results);
        Assert.Contains(Disk.Journal, r => r.Kind == "apply.result" && r.Fields.Any(f => f.Value == "kill_switch_unavailable"));
        Assert.Equal(1, Meter["quantum_global_kill_switch"]);
        Redis.Away = false;
        Gate.Tell(new RedisProtocol.Connected());
        Pass(60);
        Assert.Equal("kill_switch_unavailable", Result("p1").Error);
        Assert.Empty(Exchange.Orders);
    }

    [Fact]
    [Trait("covers", "A11,A17,A48,A19")]
    public void Every_turn_of_the_switch_is_said_within_half_a_second_on_an_idle_system()
    {
        Start();
        Assert.Equal(0, Meter["quantum_global_kill_switch"]);
        Lines.Clear();
        Redis.KillSwitch = "true";
        Pass(100);
        Assert.Equal(2, Said("[KILL_SWITCH]").Count());
        Assert.Equal(1, Meter["quantum_global_kill_switch"]);
        Redis.KillSwitch = "false";
        Pass(100);
        Assert.Single(Said("[KILL_SWITCH] Check: false"));
        Assert.Equal(0, Meter["quantum_global_kill_switch"]);
        Pass(2000);
        Assert.Equal(3, Lines.Count);
    }

    [Theory]
    [Trait("covers", "X6,X7,X8,X12,X14,A21,A33")]
    [InlineData("garbage", null, "invalid_governor_permit_format", null)]
    [InlineData("""{"granted":false}""", null, "governor_permit_not_granted", null)]
    [InlineData("""{"granted":"true"}""", null, "governor_permit_not_granted", null)]
    [InlineData("""{"granted":1}""", null, "governor_permit_not_granted", null)]
    [InlineData("""{"granted":true,"symbol":"ETHUSDT"}""", null, "governor_permit_mismatch", null)]
    [InlineData("""{"granted":true,"created_at":1}""", null, "governor_permit_expired", null)]
    [InlineData("""{"granted":true,"consumed":true}""", null, "governor_permit_not_granted", null)]
    [InlineData("<hash>", null, "wrong_type_governor_permit", null)]
    [InlineData(null, "garbage", "p33_permit_denied", "unknown")]
    [InlineData(null, "[]", "invalid_p33_permit_format", null)]
    [InlineData(null, "<hash>", "wrong_type_p33_permit", null)]
    [InlineData(null, """{"allow":false,"reason":"reconcile_required_qty_mismatch"}""", "p33_permit_denied", "reconcile_required_qty_mismatch")]
    [InlineData(null, """{"allow":false,"reason":"two words"}""", "p33_permit_denied", "two_words")]
    [InlineData(null, """{"allow":"false","safe_close_qty":1}""", "invalid_p33_permit_format", null)]
    [InlineData(null, """{"allow":"true","safe_close_qty":1}""", "invalid_p33_permit_format", null)]
    [InlineData(null, """{"safe_close_qty":1}""", "p33_permit_denied", "unknown")]
    [InlineData(null, """{"allow":true,"symbol":"ETHUSDT","safe_close_qty":5.0}""", "p33_permit_mismatch", null)]
    [InlineData(null, """{"allow":true,"plan_id":"p2","safe_close_qty":5.0}""", "p33_permit_mismatch", null)]
    [InlineData(null, """{"allow":true,"reduce_only":false,"safe_close_qty":5.0}""", "p33_permit_mismatch", null)]
    [InlineData(null, """{"allow":true}""", "invalid_safe_close_qty", null)]
    [InlineData(null, """{"allow":true,"safe_close_qty":0.0}""", "invalid_safe_close_qty", null)]
    [InlineData(null, """{"allow":true,"safe_close_qty":-1}""", "invalid_safe_close_qty", null)]
    [InlineData(null, """{"allow":true,"safe_close_qty":"1"}""", "invalid_safe_close_qty", null)]
    public void A_permit_that_does_not_exactly_allow_the_plan_allows_nothing(string? governor, string? p33, string error, string? denied)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1", governor ?? """{"granted":true}""", p33 ?? """{"allow":true,"safe_close_qty":1}""");
        Start();

        Publish(Plan("p1"));
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Equal(("BLOCKED", false, error), (Result("p1").Decision, Result("p1").Executed, Result("p1").Error));
        Assert.Equal((1, 1), (Redis.Governor.Count, Redis.P33.Count));
        Assert.Equal(denied is null ? 0 : 1, Said("p33_denied").Count());
        if (denied is not null)
        {
            Assert.Single(Said($"[PERMIT_WAIT] BLOCK p33_denied plan=p1 symbol=BTCUSDT reason={denied}"));
            Assert.Equal(1, Meter[$"p33_permit_deny_total{{reason={denied}}}"]);
        }
    }

    [Theory]
    [Trait("covers", "X8,X9,X14,A22,A34")]
    [InlineData("FULL_CLOSE_PROPOSED", """{"allow":true,"symbol":"BTCUSDT","safe_close_qty":5.0}""", "0.010")]
    [InlineData("FULL_CLOSE_PROPOSED", """{"allow":true,"safe_qty":0.004}""", "0.004")]
    [InlineData("PARTIAL_75", """{"allow":true,"safe_close_qty":0.010}""", "0.007")]
    [InlineData("PARTIAL_25", """{"allow":true,"safe_close_qty":0.010}""", "0.002")]
    public void An_order_is_never_larger_than_position_share_or_permit(string action, string p33, string expected)
    {
        Exchange.Hold(0.010m);
        Redis.Permit("p1", p33: p33);
        Start();

        Publish(Plan("p1", action));
        Pass(20);

        Assert.Equal(decimal.Parse(expected, null), Assert.Single(Exchange.Orders).Quantity);
        Assert.True(Exchange.Orders[0].ReduceOnly);
        Assert.Equal(1, Meter["p33_permit_allow_total"]);
        Assert.Single(Lines, l => Regex.IsMatch(l, "PERMIT_WAIT.*OK"));
        Assert.Single(Said("[PERMIT_WAIT] OK plan=p1 symbol=BTCUSDT wait_ms="));
        Assert.InRange(Meter["permit_wait_ms"], 0, 2);
    }

    [Fact]
    [Trait("covers", "X27,A26,A37")]
    public void A_last_look_is_made_at_the_deadline_and_a_permit_is_found_within_a_step()
    {
        Exchange.Hold(0.5m);
        Start(Live with { PermitWait = Ms(600), PermitStep = Ms(50) });
        Publish(Plan("p1"), Plan("p2", "FULL_CLOSE_PROPOSED"));
        Pass(300);
        Redis.Permit("p1");
        Pass(51);
        Assert.True(Result("p1").Executed);
        Assert.InRange(Meter["permit_wait_ms"], 300, 350);
        Pass(600 - 351 - 1);
        Redis.Permit("p2");
        Pass(20);

        Assert.True(Result("p2").Executed);
        Assert.All(Redis.LookedAt.Zip(Redis.LookedAt.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, 0, 55));
    }

    [Fact]
    [Trait("covers", "X27")]
    public void Without_a_wait_there_is_still_one_look()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start(Live with { PermitWait = TimeSpan.Zero, PositionMaxAge = Ms(1000) });
        Publish(Plan("p1"));
        Pass(20);

        Assert.True(Result("p1").Executed);
    }

    [Fact]
    [Trait("rule", "S8")]
    [Trait("covers", "A45,X13")]
    public void S8_a_plan_that_was_taken_is_not_taken_again_and_another_under_its_id_is_refused()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Publish(Plan("p1"));
        Pass(20);
        Redis.Results.Clear();
        Redis.Permit("p1");
        Pass(600);
        Publish(Plan("p1"));
        Pass(20);
        Assert.Equal(("SKIP", "duplicate_plan"), (Result("p1").Decision, Result("p1").Error));
        Redis.Results.Clear();
        Publish(Plan("p1", "PARTIAL_50"));
        Pass(20);

        Assert.Equal(("BLOCKED", "plan_content_changed"), (Result("p1").Decision, Result("p1").Error));
        Assert.Single(Exchange.Orders);
        Assert.Equal((1, 1), (Redis.Governor.Count, Redis.P33.Count));
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(CloseState.Filled, "0.5", true, "")]
    [InlineData(CloseState.Ended, "0", false, "order_not_filled")]
    [InlineData(null, "0", false, "order_not_found")]
    public void S8_an_unknown_order_freezes_its_symbol_until_it_is_found_and_the_result_is_corrected(
        CloseState? found, string executed, bool expected, string error)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.Permit("p2");
        Exchange.Execute = o => new(o.Id, CloseState.Unknown, "", 0, new ExchangeFault(FaultKind.UnknownOutcome, -1007, "Timeout"));
        Start();
        Publish(Plan("p1"));
        Pass(20);
        var first = Result("p1");
        Assert.Equal((false, "outcome_unknown", "unknown"), (first.Executed, first.Error, first.Steps[0].Status));
        Assert.Null(Redis.Results[0].StreamId);
        Publish(Plan("p2"));
        Pass(1300);
        Assert.Equal("symbol_outcome_unknown", Result("p2").Error);
        Exchange.Find = () => found is { } state ? (state, decimal.Parse(executed, null)) : null;
        Pass(11_000);

        Assert.Equal((expected, error), (Redis.Results[^1].Result.Executed, Redis.Results[^1].Result.Error));
        Assert.NotNull(Redis.Results[^1].StreamId);
        Assert.Single(Exchange.Orders);
        Assert.Equal(0, Redis.Reports[^1]);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_that_stays_unknown_is_looked_up_ever_more_rarely_and_never_at_a_panics_expense()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = o => new(o.Id, CloseState.Unknown, "", 0, new ExchangeFault(FaultKind.UnknownOutcome, -1007, "Timeout"));
        Exchange.Find = () => (CloseState.Working, 0);
        Start();
        Publish(Plan("p1"));
        Pass(11_000);
        var early = Exchange.LookUps.Count;
        Pass(11_000);

        Assert.All(Exchange.LookUps, find => Assert.True(find.Routine));
        Assert.InRange(early, 3, 15);
        Assert.InRange(Exchange.LookUps.Count - early, 2, early - 1);
    }

    [Fact]
    [Trait("rule", "S8")]
    [Trait("rule", "S10")]
    public void S10_a_plan_that_an_earlier_life_took_is_looked_for_and_never_sent()
    {
        Exchange.Hold(0.5m);
        var plan = Plan("p1");
        Redis.Records["p1"] = new PlanRecordText(PlanRecordText.DigestOf(plan), "9-0", "gate-0", new PlanRecordOrder(OrderSide.Sell, 0.5m, false));
        Redis.KillSwitch = "true";
        Exchange.Find = () => (CloseState.Filled, 0.5m);
        Start();
        Again("9-0", plan);
        Pass(50);

        Assert.Empty(Exchange.Orders);
        var order = Assert.Single(Result("p1").Steps).Order!;
        Assert.Equal((true, OrderSide.Sell, 0.5m), (Result("p1").Executed, order.Side, order.Executed));
    }

    /// <summary>A repetition of the plan came first; the entry behind it is the one whose order may be out.</summary>
    [Fact]
    [Trait("rule", "S8")]
    [Trait("rule", "S10")]
    public void S10_a_taken_plans_own_entry_is_looked_into_although_a_repetition_is_in_hand()
    {
        Exchange.Hold(0.5m);
        var plan = Plan("p1");
        Redis.Records["p1"] = new PlanRecordText(PlanRecordText.DigestOf(plan), "9-0", "gate-0", new PlanRecordOrder(OrderSide.Sell, 0.5m, false));
        Exchange.Find = () => (CloseState.Filled, 0.5m);
        Redis.Silent = m => m is RedisProtocol.LookAtGate;
        Start();
        Publish(plan);
        Again("9-0", plan);
        Again("9-0", plan);
        Pass(2000);
        Assert.Empty(Redis.Results);
        Assert.Contains("9-0", Redis.Kept);

        Redis.Silent = _ => false;
        foreach (var look in new[] { 1, 2, 3, 4 })
        {
            Gate.Tell(new RedisProtocol.NotDone(new RedisProtocol.LookAtGate(look, null, []), RedisDoubt.Unknown, "no answer"));
        }

        Pass(100);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("duplicate_plan", Redis.Results.Single(r => r.StreamId == "1-0").Result.Error);
        Assert.True(Redis.Results.Single(r => r.StreamId == "9-0").Result.Executed);
        Assert.Equal(2, Redis.Results.Count);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData("FULL_CLOSE_PROPOSED", "duplicate_plan")]
    [InlineData("PARTIAL_50", "plan_content_changed")]
    public void S8_a_redelivered_repetition_of_what_is_in_hand_sends_no_second_order(string action, string error)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = _ => null;
        Start();
        Publish(Plan("p1"));
        Pass(20);
        Again("9-0", Plan("p1", action));
        Pass(20);
        var order = Assert.Single(Exchange.Orders);
        Assert.Empty(Redis.Results);

        Gate.Tell(GateExchange.Fill(order));
        Redis.Permit("p1");
        Pass(1500);

        Assert.Single(Exchange.Orders);
        Assert.True(Redis.Results.Single(r => r.StreamId == "1-0").Result.Executed);
        Assert.Equal(error, Redis.Results.Single(r => r.StreamId == "9-0").Result.Error);
    }

    [Theory]
    [InlineData(true, "success")]
    [InlineData(false, "error")]
    public void The_older_figures_per_symbol_say_only_what_happened(bool fills, string status)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = o => fills ? GateExchange.Fill(o) : new(o.Id, CloseState.Refused, "", 0, new ExchangeFault(FaultKind.Refused, -2022, "no"));
        Start();
        Publish(Plan("p1"), Plan("p2", "HOLD"));
        Pass(20);

        Assert.Equal(1, Meter["quantum_apply_plan_total{symbol=BTCUSDT,decision=EXECUTE}"]);
        Assert.Equal(1, Meter["quantum_apply_plan_total{symbol=BTCUSDT,decision=HOLD}"]);
        Assert.Equal(1, Meter[$"quantum_apply_execute_total{{symbol=BTCUSDT,step=CLOSE_FULL,status={status}}}"]);
        Assert.Equal(fills, Meter["quantum_apply_last_success_epoch{symbol=BTCUSDT}"] >= 0);
    }

    [Theory]
    [Trait("covers", "X15,A24,A47")]
    [InlineData(-2019)]
    [InlineData(-2022)]
    public void A_rejected_order_is_said_to_be_one(int code)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = o => new(o.Id, CloseState.Refused, "", 0, new ExchangeFault(FaultKind.Refused, code, "no"));
        Start();
        Publish(Plan("p1"));
        Pass(20);

        Assert.Equal(("ERROR", false, $"order_rejected:{code}"), (Result("p1").Decision, Result("p1").Executed, Result("p1").Error));
        Assert.Equal((0, 1), (Meter["apply_executed_total{status=success}"], Meter["apply_executed_total{status=rejected}"]));
        Assert.NotEmpty(Said("ErrorLevel BTCUSDT: Step CLOSE_FULL failed"));
    }

    [Theory]
    [Trait("covers", "X15,A25,X20")]
    [InlineData("EXECUTE", "HOLD", "SKIP", "action_hold", "HOLD")]
    [InlineData("EXECUTE", "UPDATE_SL", "ERROR", "missing_new_sl", "EXECUTE")]
    [InlineData("EXECUTE", "BUY_THE_DIP", "ERROR", "unknown_action_BUY_THE_DIP", "EXECUTE")]
    [InlineData("SKIP", "PARTIAL_75", "SKIP", "", "SKIP")]
    [InlineData("HOLD", "HOLD", "HOLD", "", "HOLD")]
    [InlineData("REDUCE", "PARTIAL_75", "ERROR", "unknown_decision_REDUCE", "REDUCE")]
    [InlineData("execute", "FULL_CLOSE_PROPOSED", "ERROR", "unknown_decision_execute", "ERROR")]
    public void What_is_no_order_is_answered_and_consumes_nothing(string decision, string action, string expected, string error, string kind)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Publish(Plan("p1", action, ("decision", decision)));
        Pass(20);

        Assert.Equal((expected, false, error), (Result("p1").Decision, Result("p1").Executed, Result("p1").Error));
        Assert.Empty(Exchange.Orders);
        Assert.Equal((1, 1), (Redis.Governor.Count, Redis.P33.Count));
        Assert.Equal(1, Meter[$"apply_plan_processed_total{{decision={kind}}}"]);
    }

    [Fact]
    public void An_update_of_a_stop_is_honestly_not_done()
    {
        Start();
        Publish(Plan("p1", "UPDATE_SL", ("new_sl_proposed", "100.0")));
        Pass(20);

        Assert.Equal((false, "not_implemented", "not_implemented"), (Result("p1").Executed, Result("p1").Error, Result("p1").Steps[0].Status));
    }

    [Fact]
    public void A_flat_position_is_skipped_and_its_permits_stay()
    {
        Redis.Permit("p1");
        Start();
        Publish(Plan("p1"));
        Pass(20);

        Assert.Equal(("SKIP", "no_position"), (Result("p1").Decision, Result("p1").Error));
        Assert.Equal((1, 1), (Redis.Governor.Count, Redis.P33.Count));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void S3_positions_that_cannot_be_read_are_not_flat()
    {
        Redis.Permit("p1");
        Exchange.ReadFault = new ExchangeFault(FaultKind.Unreadable, 0, "no");
        Start();
        Publish(Plan("p1"));
        Pass(1300);

        Assert.Equal(("ERROR", "positions_unreadable"), (Result("p1").Decision, Result("p1").Error));
        Assert.Equal((1, 1), (Redis.Governor.Count, Redis.P33.Count));
    }

    [Fact]
    public void An_account_in_doubt_executes_nothing()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.AccountFault = new ExchangeFault(FaultKind.Credentials, 0, "which account?");
        Start();
        Publish(Plan("p1"));
        Pass(1300);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("account_not_usable", Result("p1").Error);
    }

    [Fact]
    public void A_dry_run_reads_the_switch_and_sends_nothing()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start(Live with { Mode = GateMode.DryRun });
        Publish(Plan("p1"));
        Pass(20);
        Assert.Equal((false, true, ""), (Result("p1").Executed, Result("p1").WouldExecute, Result("p1").Error));
        Redis.KillSwitch = "yes";
        Pass(60);
        Publish(Plan("p2"));
        Pass(20);

        Assert.Equal("kill_switch_active", Result("p2").Error);
        Assert.Empty(Exchange.Orders);
        Assert.Single(Redis.Governor);
    }

    [Fact]
    [Trait("covers", "A25")]
    public void A_process_that_is_switched_off_executes_nothing()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start(Live with { StaticKillSwitch = true });
        Publish(Plan("p1"));
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Equal("kill_switch_active", Result("p1").Error);
    }

    [Theory]
    [Trait("covers", "A5,A6,X31")]
    [InlineData(false, "✅ PRODUCTION MODE - Both permits required (Governor + P3.3)", "TESTNET")]
    [InlineData(true, "TESTNET MODE ENABLED", "PRODUCTION")]
    public void The_mode_is_the_last_line_of_a_start_and_names_no_other(bool bypass, string expected, string never)
    {
        Start(Live with { Bypass = bypass });

        Assert.Contains(expected, Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(never, Lines[^1], StringComparison.Ordinal);
        Pass(3000);
        Assert.Contains(expected, Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "A34")]
    public void A_name_with_OK_in_it_is_no_success()
    {
        Start();
        Exchange.Hold(1m, "TOKENUSDT");
        KeyValuePair<string, string>[] fields =
            [new("plan_id", "p1"), new("symbol", "TOKENUSDT"), new("decision", "EXECUTE"), new("action", "FULL_CLOSE_PROPOSED")];
        Assert.True(PlanWire.TryRead(fields, out var plan, out _));
        Publish(plan);
        Pass(1300);

        Assert.DoesNotContain(Lines, l => Regex.IsMatch(l, "PERMIT_WAIT.*OK"));
        Assert.Single(Said("[PERMIT_WAIT] BLOCK"));
    }

    [Fact]
    public void A_full_hand_takes_no_more_and_goes_on_when_there_is_room()
    {
        Exchange.Hold(0.5m);
        Start(Live with { MaxWaiting = 500 });
        Publish([.. Enumerable.Range(0, 250).Select(i => Plan($"a{i}"))]);
        Assert.Equal(1, Redis.Batches);
        Publish([.. Enumerable.Range(0, 250).Select(i => Plan($"b{i}"))]);
        Assert.Equal(1, Redis.Batches);
        Pass(1400);

        Assert.Equal(2, Redis.Batches);
        Assert.Equal(500, Redis.Results.Count);
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_no_result_is_published_before_it_is_on_disk()
    {
        Start(Live with { JournalWait = Ms(5000) });
        Disk.Holds = record => record.Kind == "apply.result";
        Publish(Plan("p1", "HOLD"));
        Pass(4900);
        Assert.Empty(Redis.Results);
        Assert.Contains("1-0", Redis.Kept);

        Disk.LetGo();
        Pass(1);

        Assert.Equal("action_hold", Result("p1").Error);
    }

    /// <summary>A disk that neither answers nor refuses must not keep the brain from hearing that its exits were executed.</summary>
    [Fact]
    [Trait("rule", "S2")]
    public void S2_a_result_does_not_wait_for_a_silent_disk_for_ever_and_is_published_once()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Disk.Holds = record => record.Kind == "apply.result";
        Publish(Plan("p1"), Plan("p2", "HOLD"));
        Pass(480);
        Assert.Empty(Redis.Results);

        Pass(100);
        Assert.True(Result("p1").Executed);
        Assert.Equal("action_hold", Result("p2").Error);
        foreach (var plan in new[] { "p1", "p2" })
        {
            Assert.Single(Said($"Result of plan {plan} is published without its journal record: the disk did not answer within 500 ms"));
        }

        Assert.Single(Redis.Alarms, alarm => alarm.Code == "JOURNAL_WRITE_FAILED");

        Disk.LetGo();
        Pass(600);
        Assert.Equal(2, Redis.Results.Count);

        // It has answered, so the next silence is another one.
        Publish(Plan("p3", "HOLD"));
        Pass(600);
        Assert.Equal(2, Redis.Alarms.Count(alarm => alarm.Code == "JOURNAL_WRITE_FAILED"));
    }

    [Fact]
    public void What_P33_says_of_ledgers_that_differ_stands_in_the_figures()
    {
        Start();

        Assert.Equal(7.5, Meter["position_mismatch_seconds"]);
    }
}

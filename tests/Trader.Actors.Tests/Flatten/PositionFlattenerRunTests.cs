using Trader.Actors.Flatten;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Flatten;

/// <summary>What a flatten does once its checks have passed (flatten contract 2.3 rows 9 to 21, 2.4; F12-F15, F23-F28, F33-F35, F38).</summary>
public sealed class PositionFlattenerRunTests : FlattenBench
{
    [Fact]
    [Trait("covers", "F12,F14,F22,F27,D-F2,D-F8")]
    public void The_documented_lines_come_in_the_documented_order()
    {
        Exchange.Hold(Pos("BTCUSDT", 0.0020m, mark: 30_000), Pos("DUSTUSDT", 0.00001m, mark: 0.5m));
        Start();
        Lines.Clear();
        Arm();

        var run = Redis.Published.OfType<FlattenEvent.Completed>().Single();
        Assert.Equal(
        [
            "[INFO] Testnet flatten arm key detected - attempting flatten",
            "[WARNING] Testnet flatten: ALL SAFETY CHECKS PASSED - executing flatten",
            "[INFO] Testnet flatten: Skipping DUSTUSDT dust ($0.00 < $1.0)",
            "[WARNING] Testnet flatten: Found 1 positions to close (seen=674 nonzero=2)",
            "[WARNING] Testnet flatten: Placing reduceOnly MARKET close orders...",
            "[INFO] Testnet flatten: Closing BTCUSDT SELL qty=0.002",
            "[INFO] Testnet flatten: BTCUSDT close order placed: 7770",
            "[WARNING] TESTNET_FLATTEN done symbols=1 orders=1 errors=0 symbols_seen=674 nonzero=2 above_notional=1 "
                + $"orders_sent=1 orders_ok=1 errors=0 residual=1 status=partial skipped=DUSTUSDT run={run.Run} took_ms=0",
        ], Lines);
        Assert.Equal((1, 0, 1, 0), (Figures[FlattenMeter.Attempts], Figures[FlattenMeter.NoOps], Figures[FlattenMeter.Orders], Figures[FlattenMeter.Errors]));
    }

    [Fact]
    [Trait("covers", "F14,F27,F34")]
    public void Forty_four_of_674_reproduce_the_reported_figures()
    {
        Exchange.Hold([.. Enumerable.Range(0, 44).Select(i => Pos($"S{i:00}USDT", i % 2 == 0 ? 1 + i : -1 - i))]);
        Start();
        Arm();

        var line = Assert.Single(Said("TESTNET_FLATTEN done"));
        Assert.Contains("TESTNET_FLATTEN done symbols=44 orders=44 errors=0 symbols_seen=674 nonzero=44 above_notional=44 "
            + "orders_sent=44 orders_ok=44 errors=0 residual=0 status=flat skipped=- ", line, StringComparison.Ordinal);
        Assert.Equal(44, Figures[FlattenMeter.Orders]);
        Assert.All(Exchange.Orders, order => Assert.True(order.ReduceOnly));
        Assert.Empty(Redis.Alarms);
    }

    [Fact]
    [Trait("covers", "D-F26,F27")]
    public void A_flat_account_completes_too()
    {
        Start();
        Arm();

        Assert.Contains("[INFO] Testnet flatten: No positions to close (seen=674 nonzero=0 above_notional=0)", Lines);
        Assert.Contains("done symbols=0 orders=0 errors=0 symbols_seen=674 nonzero=0 above_notional=0 orders_sent=0 orders_ok=0 errors=0 "
            + "residual=0 status=flat", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Empty(Exchange.Orders);
    }

    [Fact]
    [Trait("covers", "F15,F33,D-F3")]
    [Trait("rule", "S3")]
    public void S3_a_read_that_fails_is_an_error_and_never_no_positions()
    {
        Exchange.ReadFault = new ExchangeFault(FaultKind.Overloaded, 0, "HTTP 500");
        Start();
        Arm();
        Pass(Seconds(2));

        Assert.Contains("[ERROR] Testnet flatten: Error fetching positions: Overloaded: HTTP 500", Lines);
        Assert.Empty(Said("No positions"));
        Assert.Empty(Said("TESTNET_FLATTEN done"));
        Assert.Equal((1, 0), (Figures[FlattenMeter.Errors], Figures[FlattenMeter.NoOps]));
        Assert.IsType<FlattenEvent.Aborted>(Redis.Published[^1]);
        Assert.Contains("FLATTEN_INCOMPLETE", Redis.Alarms);
    }

    [Fact]
    [Trait("covers", "F33,D-F3")]
    [Trait("rule", "S3")]
    public void S3_a_list_of_every_symbol_without_a_row_is_no_flat_account()
    {
        Exchange.Rows = 0;
        Start();
        Arm();
        Pass(Seconds(2));

        Assert.Contains("[ERROR] Testnet flatten: Error fetching positions: the exchange listed no symbol at all", Lines);
        Assert.Empty(Said("status=flat"));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void S3_a_read_that_fails_once_is_repeated()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Exchange.ReadFault = new ExchangeFault(FaultKind.Unreachable, 0, "reset");
        Start();
        Arm();
        Exchange.ReadFault = null;
        Pass(Ms(200));

        Assert.Contains("status=flat", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Equal(0, Figures[FlattenMeter.Errors]);
    }

    [Fact]
    [Trait("covers", "F33,F34")]
    [Trait("rule", "S3")]
    public void S3_an_account_that_cannot_be_read_back_has_nothing_closed()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Exchange.Execute = order =>
        {
            Exchange.ReadFault = new ExchangeFault(FaultKind.Overloaded, 0, "HTTP 503");
            return FakeExchange.Fill(order);
        };
        Start();
        Arm();
        Pass(Seconds(6));

        Assert.Contains("residual=1 status=failed", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Contains("[ERROR] Testnet flatten: the account could not be read back; nothing counts as closed", Lines);
    }

    [Fact]
    [Trait("covers", "F33,D-F21")]
    [Trait("rule", "S7")]
    public void S7_a_row_that_cannot_be_read_is_an_error_and_the_rest_close()
    {
        Exchange.Hold(Pos("BTCUSDT", 1), Pos("ETHUSDT", -2));
        Exchange.Unreadable.Add(new UnreadableRow("BADUSDT", "no readable positionAmt"));
        Start();
        Arm();
        Pass(Seconds(1));

        Assert.Contains("[ERROR] Testnet flatten: BADUSDT position row unreadable: no readable positionAmt", Lines);
        Assert.Contains("symbols=2 orders=2 errors=1 symbols_seen=674 nonzero=2 above_notional=2 orders_sent=2 orders_ok=2 errors=0 "
            + "residual=1 status=partial", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Equal(1, Figures[FlattenMeter.Errors]);
    }

    [Fact]
    [Trait("covers", "F13,F15,F27,D-F8,D-F15")]
    [Trait("rule", "S7")]
    public void S7_k_of_n_refused_orders_are_k_errors_and_stop_nothing()
    {
        Exchange.Hold([.. Enumerable.Range(0, 10).Select(i => Pos($"S{i}USDT", 1))]);
        Exchange.Execute = order => order.Symbol.Value is "S3USDT" or "S7USDT" or "S9USDT" ? FakeExchange.Refuse(order) : FakeExchange.Fill(order);
        Start();
        Arm();
        Pass(Seconds(2));

        Assert.Contains("symbols=10 orders=7 errors=3 symbols_seen=674 nonzero=10 above_notional=10 orders_sent=10 orders_ok=7 errors=3 "
            + "residual=3 status=partial", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Contains("[ERROR] Testnet flatten: S3USDT close order failed (Refused -2022: ReduceOnly Order is rejected.)", Lines);
        Assert.Equal((7, 3), (Figures[FlattenMeter.Orders], Figures[FlattenMeter.Errors]));
    }

    [Fact]
    [Trait("covers", "D-F8,F34")]
    public void All_refused_is_failed()
    {
        Exchange.Hold(Pos("AUSDT", 1), Pos("BUSDT", 1), Pos("CUSDT", 1), Pos("DUSDT", 1));
        Exchange.Execute = FakeExchange.Refuse;
        Start();
        Arm();
        Pass(Seconds(2));

        Assert.Contains("orders_sent=4 orders_ok=0 errors=4 residual=4 status=failed", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Equal(4, Exchange.Orders.Count);
    }

    [Theory]
    [InlineData(200, 0, 200)]
    [InlineData(201, 0, 0)]
    [InlineData(150, 51, 0)]
    [Trait("covers", "F25,D-F22")]
    public void The_cap_counts_dust_too_and_exactly_the_cap_runs(int worthy, int dust, int orders)
    {
        Exchange.Hold([
            .. Enumerable.Range(0, worthy).Select(i => Pos($"S{i}USDT", 1)),
            .. Enumerable.Range(0, dust).Select(i => Pos($"D{i}USDT", 1, mark: 0.001m))]);
        Start();
        Arm();

        Assert.Equal(orders, Exchange.Orders.Count);
        if (orders == 0)
        {
            Assert.Contains("[ERROR] Testnet flatten: SAFETY CAP TRIGGERED - found 201 positions (max 200)", Lines);
            Assert.Contains("[ERROR] Testnet flatten: This may indicate API glitch or universe expansion - ABORTING", Lines);
            Assert.Equal((1, 0), (Figures[FlattenMeter.Errors], Figures[FlattenMeter.NoOps]));
            Assert.Empty(Said("TESTNET_FLATTEN done"));
        }
    }

    [Fact]
    [Trait("covers", "F26,D-F2,D-F23")]
    public void Without_a_price_a_position_is_closed_and_without_any_price_that_is_said()
    {
        Exchange.Hold(Pos("AUSDT", 1, mark: 0), Pos("BUSDT", 0.001m, mark: 0));
        Start();
        Arm();

        Assert.Equal(2, Exchange.Orders.Count);
        Assert.Contains(Lines, l => l.StartsWith("[WARNING] Testnet flatten: Could not fetch mark prices: ", StringComparison.Ordinal)
            && l.EndsWith("(will include all positions)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.00000001", 0)]
    [InlineData("0.000000011", 1)]
    [Trait("covers", "F24")]
    public void The_smallest_amount_that_is_a_position(string amount, int orders)
    {
        Exchange.Hold(Pos("BTCUSDT", decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), mark: 900_000_000));
        Start();
        Arm();

        Assert.Equal(orders, Exchange.Orders.Count);
        Assert.Contains("status=flat", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "F35,D-F11,D-F12")]
    [Trait("rule", "S5")]
    public void S5_filters_and_hedge_mode_are_the_panic_paths()
    {
        Exchange.Lots[Symbol.Parse("BIGUSDT")] = new MarketLot(0.001m, 120, 0.001m);
        Exchange.Hold(
            Pos("BIGUSDT", 500, side: PositionSide.Long), Pos("BIGUSDT", -0.3m, side: PositionSide.Short),
            Pos("TINYUSDT", 0.4m, mark: 100));
        Exchange.Lots[Symbol.Parse("TINYUSDT")] = new MarketLot(1, 100, 1);
        Start();
        Arm();
        Pass(Seconds(1));

        Assert.Equal(6, Exchange.Orders.Count);
        Assert.All(Exchange.Orders, order => Assert.InRange(order.Quantity, 0.001m, 120));
        Assert.All(Exchange.Orders, order => Assert.False(order.ReduceOnly));
        Assert.Contains("[ERROR] Testnet flatten: TINYUSDT close order error: below the exchange's smallest quantity", Lines);
        Assert.Contains("symbols=3 orders=6 errors=1 ", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "F16,D-F18")]
    public void A_latch_removed_in_the_middle_stops_the_rest_and_the_record_says_so()
    {
        Exchange.Hold([.. Enumerable.Range(0, 44).Select(i => Pos($"S{i:00}USDT", 1))]);
        Exchange.Execute = _ => null;
        Start();
        Arm();
        var sent = Exchange.Orders.ToList();
        Assert.Equal(FlattenRun.MaxUnanswered, sent.Count);

        Disk.Latch = Disk.Latch with { Present = false };
        Exchange.AnswerAll(sent);
        Pass(Seconds(1));

        Assert.Equal(sent.Count, Exchange.Orders.Count);
        Assert.Contains("[WARNING] Testnet flatten: ESS latch file /var/run/quantum/ESS_ON not found any more - STOPPED, 29 positions not attempted", Lines);
        var line = Assert.Single(Said("TESTNET_FLATTEN done"));
        Assert.Contains("orders_sent=15 orders_ok=15 errors=0 residual=29 status=partial skipped=- stopped=\"ESS latch file", line, StringComparison.Ordinal);
        var completed = Redis.Published.OfType<FlattenEvent.Completed>().Single();
        Assert.Contains("not found", completed.Figures.Stopped, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "F16,D-F18")]
    public void The_latch_is_looked_at_before_every_wave()
    {
        Exchange.Hold([.. Enumerable.Range(0, 44).Select(i => Pos($"S{i:00}USDT", 1))]);
        Disk.BeforeLook = look => Assert.Equal(Math.Max(0, look - 2) * FlattenRun.WaveOrders, Exchange.Orders.Count);
        Start();
        Arm();

        // One for the checks and one for each of nine waves.
        Assert.Equal(10, Disk.Looks);
        Assert.Equal(44, Exchange.Orders.Count);
    }

    [Fact]
    [Trait("covers", "D-F13")]
    [Trait("rule", "S8")]
    public void S8_an_unknown_outcome_is_looked_up_and_never_sent_again()
    {
        Exchange.Hold(Pos("AUSDT", 1), Pos("BUSDT", 1));
        Exchange.Execute = order => order.Symbol.Value == "BUSDT" ? FakeExchange.Fill(order)
            : new ExchangeProtocol.CloseAnswered(order.Id, CloseState.Unknown, "", 0, new ExchangeFault(FaultKind.UnknownOutcome, -1007, "timeout"));
        Exchange.Find = _ => CloseState.Filled;
        Start();
        Arm();
        Exchange.Hold();
        Pass(Seconds(1));

        Assert.Equal(2, Exchange.Orders.Count);
        Assert.Contains("[INFO] Testnet flatten: AUSDT close order placed: 888", Lines);
        Assert.Contains("orders_sent=2 orders_ok=2 errors=0 residual=0 status=flat", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F13")]
    [Trait("rule", "S8")]
    public void S8_an_order_the_exchange_never_got_is_an_error()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Exchange.Execute = order =>
            new ExchangeProtocol.CloseAnswered(order.Id, CloseState.Unknown, "", 0, new ExchangeFault(FaultKind.UnknownOutcome, 0, "timeout"));
        Start();
        Arm();
        Pass(Seconds(4));

        Assert.Single(Exchange.Orders);
        Assert.Contains("[ERROR] Testnet flatten: AUSDT close order failed (the exchange never received the order)", Lines);
        Assert.Contains("orders_sent=1 orders_ok=0 errors=1 residual=1 status=failed", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F9,F34")]
    [Trait("rule", "S3")]
    public void S3_an_accepted_order_does_not_close_what_is_still_shown()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Exchange.Execute = order => new ExchangeProtocol.CloseAnswered(order.Id, CloseState.Ended, "5", 0.3m, null);
        Start();
        Arm();
        Pass(Seconds(1));

        Assert.Contains("orders_sent=1 orders_ok=0 errors=1 residual=1 status=failed", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Contains("[ERROR] Testnet flatten: AUSDT close order failed (ended without being wholly filled)", Lines);
    }

    [Fact]
    public void A_position_that_appears_meanwhile_is_counted_and_not_closed()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Exchange.Execute = order =>
        {
            Exchange.Positions.Add(Pos("NEWUSDT", 1));
            return FakeExchange.Fill(order);
        };
        Start();
        Arm();
        Pass(Seconds(1));

        Assert.Single(Exchange.Orders);
        Assert.Contains("residual=1 status=partial", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Contains(Lines, l => l.StartsWith("[ERROR] Testnet flatten: NEWUSDT still open: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    [Trait("covers", "D-F17")]
    public void Resting_orders_stay_unless_a_setting_says_otherwise(bool cancel, int cancelled)
    {
        Exchange.Resting.UnionWith([Symbol.Parse("AUSDT"), Symbol.Parse("ELSEUSDT")]);
        Exchange.Hold(Pos("AUSDT", 1), Pos("BUSDT", 1));
        Start(Ready with { CancelResting = cancel });
        Arm();

        Assert.Equal(cancelled, Exchange.Cancelled.Count);
        Assert.Equal(2, Exchange.Orders.Count);
        Assert.Contains("status=flat", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F17")]
    [Trait("rule", "S3")]
    public void S3_flat_is_read_only_after_every_cancel_was_answered()
    {
        Exchange.Resting.Add(Symbol.Parse("ELSEUSDT"));
        Exchange.HoldsCancels = true;
        Exchange.Hold(Pos("AUSDT", 1));
        Start(Ready with { CancelResting = true });
        Arm();
        Assert.Single(Exchange.Orders);
        Assert.Empty(Said("TESTNET_FLATTEN done"));

        // It was filled before the cancel reached it.
        Exchange.Positions.Add(Pos("ELSEUSDT", 1));
        Exchange.LetCancels();
        Pass(Seconds(1));

        Assert.Contains("residual=1 status=partial", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F17")]
    [Trait("rule", "S3")]
    public void S3_an_account_without_positions_is_read_again_when_orders_were_cancelled()
    {
        Exchange.Resting.Add(Symbol.Parse("ELSEUSDT"));
        Exchange.BeforeCancel = symbol => Exchange.Positions.Add(Pos(symbol.Value, 1));
        Start(Ready with { CancelResting = true });
        Arm();
        Pass(Seconds(6));

        Assert.Contains("residual=1 status=failed", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F17")]
    public void A_cancel_that_is_never_answered_holds_the_end_up_for_a_second_and_is_an_error()
    {
        Exchange.Resting.Add(Symbol.Parse("ELSEUSDT"));
        Exchange.HoldsCancels = true;
        Start(Ready with { CancelResting = true });
        Arm();
        Pass(Ms(900));
        Assert.Empty(Said("TESTNET_FLATTEN done"));

        Pass(Ms(200));

        Assert.Contains("errors=1", Assert.Single(Said("TESTNET_FLATTEN done")), StringComparison.Ordinal);
        Assert.Single(Said("resting orders of ELSEUSDT: no answer to the cancel"));
    }

    [Fact]
    [Trait("covers", "D-F20,F28")]
    [Trait("rule", "S12")]
    public void S12_start_plan_orders_and_end_are_on_disk_and_no_order_leaves_before_the_plan_is()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Disk.Holds = record => record.Kind == "flatten.planned";
        Start();
        Arm();
        Assert.Empty(Exchange.Orders);
        Disk.Let();

        Assert.Equal(["flatten.armed", "flatten.started", "flatten.planned", "flatten.order", "flatten.completed"], Disk.Kinds);
        Assert.Equal(
            ["Armed", "Started", "Planned", "Completed"], Redis.Published.Select(e => e.GetType().Name));
        Assert.All(Disk.Journal, record => Assert.Contains(record.Fields, f => f.Key == "run"));
        Assert.Single(Exchange.Orders);
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_a_plan_that_cannot_be_recorded_is_not_executed()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Disk.Refuses = record => record.Kind == "flatten.planned";
        Start();
        Arm();

        Assert.Empty(Exchange.Orders);
        Assert.Contains(Lines, l => l.StartsWith("[ERROR] TESTNET_FLATTEN aborted: its record cannot be written (disk full)", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("covers", "F38,D-F19,D-F20")]
    public void F38_a_run_that_was_cut_off_is_shown_as_interrupted_and_not_resumed()
    {
        Exchange.Hold(Pos("AUSDT", 1), Pos("BUSDT", 1));
        Exchange.Execute = _ => null;
        Start();
        Arm();
        Assert.Equal(1, Redis.Claims);
        Kill();
        Start();
        Pass(Seconds(5));

        Assert.Empty(Exchange.Orders);
        Assert.Single(Redis.Published.OfType<FlattenEvent.Interrupted>());
        Assert.Contains("FLATTEN_INTERRUPTED", Redis.Alarms);
        Assert.Contains(Lines, l => l.StartsWith("[ERROR] Testnet flatten: run ", StringComparison.Ordinal)
            && l.Contains("interrupted", StringComparison.Ordinal) && l.Contains("2 orders planned", StringComparison.Ordinal));
        Kill();
        Lines.Clear();
        Start();
        Assert.Empty(Said("interrupted"));
    }

    [Fact]
    [Trait("covers", "F4")]
    public void An_arm_during_a_run_is_an_attempt_of_its_own_and_a_no_op()
    {
        Exchange.Hold(Pos("AUSDT", 1));
        Exchange.Execute = _ => null;
        Start();
        Arm();
        Arm();

        Assert.Equal((2, 1), (Figures[FlattenMeter.Attempts], Figures[FlattenMeter.NoOps]));
        Assert.Single(Exchange.Orders);
    }
}

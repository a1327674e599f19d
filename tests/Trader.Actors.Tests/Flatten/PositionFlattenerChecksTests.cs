using Trader.Actors.Flatten;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Flatten;

/// <summary>Every row of the documented order of checks, with its line, its level and its counters (flatten contract 2.1 to 2.3).</summary>
public sealed class PositionFlattenerChecksTests : FlattenBench
{
    private const string Latch = "/var/run/quantum/ESS_ON";

    public static TheoryData<string, string, string> WrongFlags => new()
    {
        { "", "FLATTEN_NOW", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP" },
        { "false", "FLATTEN_NOW", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP" },
        { "1", "FLATTEN_NOW", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP" },
        { "yes", "FLATTEN_NOW", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP" },
        { "true", "", "CONFIRM not 'FLATTEN_NOW' (got '') - NO-OP" },
        { "true", "flatten_now", "CONFIRM not 'FLATTEN_NOW' (got 'flatten_now') - NO-OP" },
        { "true", "FLATTEN_NOW ", "CONFIRM not 'FLATTEN_NOW' (got 'FLATTEN_NOW ') - NO-OP" },
        { "TRUE", "x\ny\u001b", "CONFIRM not 'FLATTEN_NOW' (got 'x\\u000ay\\u001b') - NO-OP" },
        { "true", "a-secret-key-in-the-wrong-line", "CONFIRM not 'FLATTEN_NOW' (got '30 characters, not shown') - NO-OP" },
    };

    [Theory]
    [MemberData(nameof(WrongFlags))]
    [Trait("covers", "F1,F3,F6,F11,D-F25")]
    [Trait("rule", "S16")]
    public void Rows_5_and_6_flags_that_are_not_both_right_are_a_no_op(string force, string confirm, string line)
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start(Ready with { Flags = new FlattenFlags(force, confirm, null) });
        Assert.Equal(["[INFO] Testnet flatten disabled"], Lines);

        Arm();

        Assert.Contains("[WARNING] Testnet flatten: " + line, Lines);
        NothingHappened();
        Assert.Equal(0, Figures[FlattenMeter.Enabled]);
        Assert.DoesNotContain("a-secret", string.Join('\n', Disk.Journal.SelectMany(r => r.Fields)), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "F2,D-F1")]
    public void Both_flags_right_on_a_testnet_is_armed_with_its_documented_lines()
    {
        Start(Ready with { Flags = new FlattenFlags("True", "FLATTEN_NOW", null) });

        Assert.Equal(
        [
            "[WARNING] Testnet flatten ARMED (GOV_TESTNET_FORCE_FLATTEN=true + CONFIRM=FLATTEN_NOW)",
            "[WARNING] Testnet flatten guards: MAX_SYMBOLS=200 MIN_NOTIONAL=$1.0",
            "[WARNING] Testnet flatten requires ESS active + Redis arm key",
        ], Lines);
        Assert.Equal(1, Figures[FlattenMeter.Enabled]);
        Assert.Equal(0, Figures[FlattenMeter.Attempts]);
        Assert.Equal(0, Figures[FlattenMeter.NoOps]);
        Assert.Equal(0, Figures[FlattenMeter.Orders]);
        Assert.Equal(0, Figures[FlattenMeter.Errors]);
    }

    [Theory]
    [InlineData(VenueEnvironment.Testnet, true)]
    [InlineData(VenueEnvironment.Paper, true)]
    [InlineData(VenueEnvironment.Production, false)]
    [InlineData(null, false)]
    [Trait("covers", "F17,D-F6")]
    [Trait("rule", "S15")]
    public void S15_only_an_account_that_is_a_testnet_by_its_address_is_flattened(VenueEnvironment? environment, bool flattens)
    {
        Exchange.Environment = environment;
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Arm();
        Pass(Seconds(10));

        Assert.Equal(flattens ? 1 : 0, Exchange.Orders.Count);
        Assert.Equal(flattens ? 1 : 0, Figures[FlattenMeter.Enabled]);
        Assert.Equal(flattens ? 0 : 1, Figures[FlattenMeter.NoOps]);
        if (!flattens)
        {
            NothingHappened();
            Assert.Contains(Lines, line => line.StartsWith("[WARNING] Testnet flatten: ", StringComparison.Ordinal)
                && line.EndsWith(" - NO-OP", StringComparison.Ordinal));
        }
    }

    [Fact]
    [Trait("covers", "F5")]
    public void An_arm_key_that_is_set_while_it_starts_is_taken_once_the_account_is_known()
    {
        Exchange.Environment = null;
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Arm();
        Pass(Seconds(3));
        Assert.Equal("1", Redis.ArmKey);
        Exchange.Environment = VenueEnvironment.Testnet;
        Pass(Seconds(3));

        Assert.Single(Exchange.Orders);
        Assert.Equal(0, Figures[FlattenMeter.NoOps]);
    }

    [Fact]
    [Trait("covers", "F17,D-F6")]
    [Trait("rule", "S15")]
    public void S15_a_production_mode_anywhere_is_a_no_op_with_a_line_and_a_gauge_of_its_own()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start(Ready with { Flags = Ready.Flags with { ProductionMode = "APPLY_MODE=production (environment)" } });

        Assert.Contains("[WARNING] Testnet flatten: the flags are set, and it stays disabled: "
            + "APPLY_MODE=production (environment) is neither testnet nor dry_run", Lines);
        Assert.Contains("[INFO] Testnet flatten disabled", Lines);
        Arm();

        Assert.Contains("[WARNING] Testnet flatten: APPLY_MODE=production (environment) is neither testnet nor dry_run - NO-OP", Lines);
        Assert.Equal(0, Figures[FlattenMeter.Enabled]);
        NothingHappened();
    }

    [Fact]
    [Trait("rule", "S15")]
    public void S15_settings_that_contradict_each_other_about_the_account_are_a_no_op()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start(Ready with { AccountDoubts = ["BINANCE_API_KEY differs"] });
        Arm();

        Assert.Contains("[WARNING] Testnet flatten: the account is in doubt (BINANCE_API_KEY differs) - NO-OP", Lines);
        NothingHappened();
    }

    [Theory]
    [InlineData(false, "", "ESS latch file /var/run/quantum/ESS_ON not found - NO-OP")]
    [InlineData(false, "permission denied", "ESS latch file /var/run/quantum/ESS_ON cannot be looked at (permission denied) - NO-OP")]
    [InlineData(true, "stale", "ESS latch file /var/run/quantum/ESS_ON cannot be looked at (stale) - NO-OP")]
    [Trait("covers", "F4,F11")]
    public void Row_7_without_a_latch_that_is_seen_standing_it_is_a_no_op(bool present, string doubt, string line)
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Disk.Latch = new EssLatch(Latch, present, doubt);
        Start();
        Arm();

        Assert.Contains("[WARNING] Testnet flatten: " + line, Lines);
        NothingHappened();
        Assert.Equal(0, Redis.Claims);
    }

    [Theory]
    [InlineData(FlattenCooldown.Active, "1769571479", 3000, "Cooldown active (3.0s < 60s) - NO-OP")]
    [InlineData(FlattenCooldown.Future, "1869571479", -100_000_500, "Cooldown active (last_ts 1869571479 lies 100000.5s in the future; ")]
    [InlineData(FlattenCooldown.Unreadable, "nan", 0, "Cooldown active (last_ts 'nan' is no time in Unix seconds; ")]
    [Trait("covers", "F9,F10,F11,D-F19")]
    public void Row_8_a_cooldown_in_Redis_is_a_no_op_whatever_stands_there(FlattenCooldown cooldown, string found, long ageMs, string line)
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        (Redis.Cooldown, Redis.Found, Redis.AgeMs) = (cooldown, found, ageMs);
        Start();
        Arm();

        Assert.Contains(Lines, said => said.StartsWith("[WARNING] Testnet flatten: " + line, StringComparison.Ordinal)
            && said.EndsWith(" - NO-OP", StringComparison.Ordinal));
        NothingHappened();
    }

    [Fact]
    [Trait("covers", "F9,D-F19")]
    public void Row_8_a_second_arm_within_the_cooldown_is_a_no_op_even_when_Redis_has_forgotten_the_first()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Arm();
        Exchange.Hold(Pos("BTCUSDT", 1));
        Pass(Seconds(59.5));
        Arm();

        Assert.Single(Exchange.Orders);
        Assert.Contains(Lines, said => said.StartsWith("[WARNING] Testnet flatten: Cooldown active (59.", StringComparison.Ordinal)
            && said.EndsWith("s < 60s) - NO-OP", StringComparison.Ordinal));
        Pass(Seconds(1));
        Arm();
        Assert.Equal(2, Exchange.Orders.Count);
    }

    [Fact]
    [Trait("covers", "F9,F38,D-F19")]
    public void Row_8_a_restart_does_not_forget_the_cooldown()
    {
        Start();
        Arm();
        Kill();
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Pass(Seconds(10));
        Arm();

        Assert.Empty(Exchange.Orders);
        Assert.Contains(Lines, said => said.Contains("Cooldown active (1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_recorded_start_that_lies_in_the_future_holds_for_one_cooldown_and_not_for_ever()
    {
        Remember(FlattenStore.Write(new FlattenEvent.Started(Event("e1"), Clock.GetUtcNow().AddYears(5).ToUnixTimeMilliseconds())));
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Arm();
        Assert.Empty(Exchange.Orders);
        Pass(Seconds(61));
        Arm();

        Assert.Single(Exchange.Orders);
    }

    [Fact]
    [Trait("covers", "F11")]
    public void A_Redis_that_dies_between_the_arm_and_the_cooldown_leaves_everything_untouched()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Redis.DiesAfterArm = true;
        Start();
        Arm();

        Assert.Contains("[WARNING] Testnet flatten: Redis did not take the cooldown (no connection) - NO-OP", Lines);
        NothingHappened();
    }

    [Fact]
    public void Checks_that_get_no_answer_are_a_no_op_and_a_late_answer_starts_nothing()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Redis.SilentClaim = true;
        Start();
        Arm();
        Assert.Empty(Said("NO-OP"));
        Pass(Seconds(2));

        Assert.Contains("[WARNING] Testnet flatten: Redis did not take the cooldown within 2 s - NO-OP", Lines);
        NothingHappened();
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_what_cannot_be_recorded_is_not_done()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Disk.Refuses = record => record.Kind == "flatten.armed";
        Start();
        Arm();

        Assert.Contains("[WARNING] Testnet flatten: its own record cannot be written (disk full) - NO-OP", Lines);
        NothingHappened();
        Assert.Equal(0, Redis.Claims);
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_while_its_record_cannot_be_read_it_refuses()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Remember(new FlattenStored("flatten.unheard-of", 17, []));
        Start();
        Arm();

        Assert.Contains(
            "[WARNING] Testnet flatten: its own record cannot be used (a stored flatten.unheard-of of 17 cannot be understood) - NO-OP", Lines);
        NothingHappened();
        Assert.Contains("FLATTEN_RECORD_UNREADABLE", Redis.Alarms);

        // It is tried again and again, and said once: no line, and no stack trace, for every try.
        Pass(Seconds(20));
        Assert.Single(Said("its record cannot be read, so nothing will be flattened"));
        Assert.DoesNotContain(Lines, line => line.Contains("replaying event", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("covers", "F6,F7")]
    public void One_arm_is_one_attempt_and_a_hundred_looks_make_no_second()
    {
        Start();
        Arm();
        Pass(Seconds(5));

        Assert.Equal(1, Figures[FlattenMeter.Attempts]);
        Assert.Single(Said("arm key detected"));
    }

    [Theory]
    [InlineData("2", "[WARNING] Testnet flatten arm key holds '2' instead of '1'; ignored")]
    [InlineData("1 ", "[WARNING] Testnet flatten arm key holds '1 ' instead of '1'; ignored")]
    [InlineData("<list>", "[ERROR] Error checking flatten arm key: it is a list, not a string; ignored")]
    [Trait("covers", "F8")]
    public void Row_1_another_value_or_type_is_left_and_said_once(string value, string line)
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start();
        Redis.ArmKey = value;
        Pass(Seconds(3));

        Assert.Single(Lines, line);
        Assert.Equal(value, Redis.ArmKey);
        Assert.Equal(0, Figures[FlattenMeter.Attempts]);
        Redis.ArmKey = "other";
        Pass(Seconds(1));
        Assert.Contains("[WARNING] Testnet flatten arm key holds 'other' instead of '1'; ignored", Lines);
        Arm();
        Assert.Single(Exchange.Orders);
    }

    [Fact]
    public void A_Redis_that_is_away_is_said_once_and_not_at_every_start()
    {
        Redis.Away = true;
        Start();
        Pass(Ms(900));
        Assert.Empty(Said("Error checking"));
        Pass(Seconds(5));

        Assert.Single(Lines, "[ERROR] Error checking flatten arm key: no connection");
        Redis.Away = false;
        Arm();
        Assert.Equal(1, Figures[FlattenMeter.Attempts]);
    }

    [Fact]
    public void Row_10_without_a_key_there_is_no_client_and_that_is_an_error()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Start(Ready with { HasCredentials = false });
        Arm();

        Assert.Contains("[ERROR] Testnet flatten: No Binance client available", Lines);
        Assert.Equal(1, Figures[FlattenMeter.Errors]);
        Assert.Empty(Exchange.Asked);
        Assert.IsType<FlattenEvent.Aborted>(Redis.Published[^1]);
    }

    [Fact]
    [Trait("covers", "D-F20,D-F25")]
    public void Who_armed_and_why_stand_in_the_record_of_a_refusal()
    {
        Disk.Latch = new EssLatch(Latch, false, "");
        Redis.Note = new FlattenArmNote("ana", "reset", "r-1");
        Start();
        Arm();

        var refused = Assert.IsType<FlattenEvent.Refused>(Assert.Single(Redis.Published));
        Assert.Equal((FlattenRefusal.LatchAbsent, Redis.Note), (refused.Reason, refused.Note));
        Assert.Equal(["flatten.armed", "flatten.refused"], Disk.Kinds);
    }

    [Fact]
    [Trait("covers", "D-F27")]
    public async Task A_clean_stop_waits_for_the_run_and_takes_no_further_arm()
    {
        Exchange.Hold(Pos("BTCUSDT", 1));
        Exchange.Execute = _ => null;
        Start();
        Arm();
        var idle = Akka.Actor.Futures.Ask<FlattenProtocol.Idle>(Flattener, new FlattenProtocol.StandDown(), Seconds(20));
        Assert.False(idle.IsCompleted);

        Exchange.AnswerAll(Exchange.Orders.ToList());
        await idle;

        Redis.ArmKey = "1";
        Pass(Seconds(1));
        Assert.Equal("1", Redis.ArmKey);
    }

    /// <summary>F11: a no-op asks the exchange nothing, and counts itself.</summary>
    private void NothingHappened()
    {
        Assert.Empty(Exchange.Asked);
        Assert.Equal((1, 1), (Figures[FlattenMeter.Attempts], Figures[FlattenMeter.NoOps]));
        Assert.Equal((0, 0), (Figures[FlattenMeter.Orders], Figures[FlattenMeter.Errors]));
        Assert.Null(Redis.ArmKey);
    }
}

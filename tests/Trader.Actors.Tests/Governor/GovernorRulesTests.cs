using System.Globalization;
using Trader.Actors.Governor;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Governor.Desk;

namespace Trader.Actors.Tests.Governor;

/// <summary>The gates between a plan and its permit, one fact at a time (governor contract 3).</summary>
public sealed class GovernorRulesTests
{
    private static readonly Desk Day = new();

    [Theory]
    [InlineData(GovernorMode.Testnet)]
    [InlineData(GovernorMode.DryRun)]
    [InlineData(GovernorMode.Production)]
    public void On_a_good_day_both_directions_get_their_permit(GovernorMode mode)
    {
        Assert.Equal("permit", Day.In(mode).Verdict(Open()));
        Assert.Equal("permit", Day.In(mode).Verdict(Open(("action", "OPEN_SHORT"))));
        Assert.Equal("permit", Day.In(mode).Verdict(Close()));
    }

    public static TheoryData<string, string> Shut => new()
    {
        { "latch", "ess_active" }, { "latch in doubt", "ess_active" }, { "latch not seen", "ess_unknown" }, { "marker", "ess_active" },
        { "state active", "ess_active" }, { "no state", "ess_unknown" }, { "state garbage", "ess_unknown" }, { "halted", "trading_halted" },
        { "halt hash without field", "trading_halted" }, { "halt of wrong type", "trading_halted" }, { "gate closed", "entries_closed" },
        { "no gate", "entries_closed" }, { "disarmed", "auto_disarmed" }, { "disarm of wrong type", "auto_disarmed" },
    };

    [Theory]
    [MemberData(nameof(Shut))]
    [Trait("rule", "S1")]
    [Trait("rule", "S4")]
    [Trait("covers", "F21")]
    public void F21_what_stops_entries_stops_every_open_in_every_mode_and_no_close(string what, string expected)
    {
        foreach (var mode in Enum.GetValues<GovernorMode>())
        {
            var day = Because(what).In(mode);

            Assert.Equal(expected, day.Verdict(Open()));
            Assert.Equal("permit", day.Verdict(Close()));
        }
    }

    [Theory]
    [InlineData("false", "permit")]
    [InlineData("0", "permit")]
    [InlineData("true", "trading_halted")]
    [InlineData("maybe", "trading_halted")]
    [Trait("rule", "S14")]
    public void A_halt_that_a_person_cleared_is_over(string field, string expected) =>
        Assert.Equal(expected, Day.With(facts => facts with { Halted = StoredText.Of(field) }).Verdict(Open()));

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("ON", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    [Trait("covers", "D-G15")]
    public void The_kill_key_stops_everything_in_every_mode(string value, bool stops)
    {
        foreach (var mode in Enum.GetValues<GovernorMode>())
        {
            var day = Day.In(mode).With(facts => facts with { Kill = StoredText.Of(value) });

            Assert.Equal(stops ? "kill_switch_active" : "permit", day.Verdict(Open()));
            Assert.Equal(stops ? "kill_switch_active" : "permit", day.Verdict(Close()));
        }

        Assert.Equal("kill_switch_active", Day.With(facts => facts with { Kill = StoredText.Unreadable }).Verdict(Close()));
    }

    [Theory]
    [InlineData("SKIP")]
    [InlineData("BLOCKED")]
    [InlineData("HALT")]
    [InlineData("execute")]
    [InlineData("")]
    public void Only_EXECUTE_is_looked_at(string decision) =>
        Assert.Equal("pass", Day.Verdict(Open(("decision", decision))));

    [Theory]
    [InlineData("HOLD")]
    [InlineData("UPDATE_SL")]
    [InlineData("WHATEVER")]
    public void An_action_that_orders_nothing_gets_no_permit(string action) =>
        Assert.Equal("action_not_supported", Day.Verdict(Entry(("action", action))));

    [Fact]
    public void An_entry_that_is_no_plan_is_recorded_under_its_id_and_passed_over_without()
    {
        var id = PlanId.Parse("97367696615fa75a");

        Assert.Equal("plan_malformed:quantity_invalid", Day.Verdict(new RedisProtocol.PlanMalformed("1-0", PlanFault.QuantityInvalid, id, Btc, false)));
        Assert.Equal("pass", Day.Verdict(new RedisProtocol.PlanMalformed("1-0", PlanFault.PlanIdMissing, null, Btc, false)));
    }

    [Theory]
    [InlineData(5_000, "permit")]
    [InlineData(60_000, "permit")]
    [InlineData(60_100, "plan_too_old:60.1s")]
    public void An_open_ages_in_the_stream_and_from_its_intent(long ageMs, string expected)
    {
        Assert.Equal(expected, Day.Verdict(Open() with { StreamId = $"{NowMs - ageMs}-0" }));
        Assert.Equal(expected, Day.Verdict(Open(("intent_created_at", Python(NowMs - ageMs)))));
        Assert.Equal("permit", Day.Verdict(Close() with { StreamId = $"{NowMs - ageMs}-0" }));
    }

    [Fact]
    public void A_close_is_old_history_only_after_minutes()
    {
        Assert.Equal("permit", Day.Verdict(Close() with { StreamId = $"{NowMs - 600_000}-0" }));
        Assert.Equal("plan_too_old:600.1s", Day.Verdict(Close() with { StreamId = $"{NowMs - 600_100}-0" }));
    }

    [Fact]
    public void An_intent_beyond_thirty_seconds_is_said_and_permitted()
    {
        var judged = Day.Judge(Open(("intent_created_at", Python(NowMs - 31_000))));

        Assert.IsType<GovernorVerdict.Permit>(judged.Verdict);
        Assert.Contains(judged.Notes, note => note.Text == "BTCUSDT: intent of plan 97367696 is 31.0s old");
    }

    [Theory]
    [InlineData("2", "permit")]
    [InlineData("3", "state_drift_position_count:3→0")]
    public void A_producer_that_saw_another_account_opens_nothing(string snapshot, string expected)
    {
        Assert.Equal(expected, Day.Verdict(Open(("snapshot_position_count", snapshot))));
        Assert.Equal("permit", Day.Verdict(Close(("snapshot_position_count", snapshot))));
    }

    [Fact]
    public void Exposure_that_moved_since_the_snapshot_opens_nothing()
    {
        Assert.Equal("state_drift_exposure:0.200→0.000", Day.Verdict(Open(("snapshot_exposure_pct", "0.2"))));
        Assert.Equal("permit", Day.Verdict(Open(("snapshot_exposure_pct", "0.1"))));
        Assert.Equal(
            "permit", Day.With(facts => facts with { Exposure = StoredText.Of("0.3") }).Verdict(Open(("snapshot_exposure_pct", "0.2"))));
    }

    [Theory]
    [InlineData(59_999, "symbol_cooldown")]
    [InlineData(60_000, "permit")]
    [InlineData(-600_000, "symbol_cooldown")]
    public void A_symbol_cools_down_for_a_minute_and_a_stamp_from_the_future_is_no_way_around(long ageMs, string expected)
    {
        var day = Day.WithOpening(opening => opening with { LastExecution = Seconds(NowMs - ageMs) });

        Assert.Equal(expected, day.Verdict(Open()));
        Assert.Equal("permit", day.Verdict(Close()));
    }

    [Theory]
    [InlineData("OPEN_LONG")]
    [InlineData("OPEN_SHORT")]
    [InlineData("SELL")]
    [Trait("covers", "D-G4")]
    public void The_cap_on_positions_holds_for_both_directions(string action)
    {
        var nine = Day with { Positions = [.. Enumerable.Range(0, 9).Select(i => Long($"S{i}USDT", i % 2 == 0 ? 1 : -1, 10))] };
        var ten = nine with { Positions = [.. nine.Positions, Long("S9USDT", 1, 10)] };

        Assert.Equal("permit", nine.Verdict(Open(("action", action))));
        Assert.Equal("max_positions_reached", ten.Verdict(Open(("action", action))));
        Assert.Equal("permit", ten.Verdict(Close()));
    }

    [Theory]
    [InlineData("0.004", "permit")]
    [InlineData("0.00400001", "notional_per_trade_exceeded")]
    [InlineData("1e14", "notional_per_trade_exceeded")]
    [InlineData("0", "limit_computation_error:no_quantity")]
    public void A_trade_has_its_cap(string quantity, string expected) =>
        Assert.Equal(expected, Day.Verdict(Open(("qty", quantity))));

    [Theory]
    [InlineData(1800, "permit")]
    [InlineData(1801, "total_notional_exceeded")]
    [InlineData(5000, "total_notional_exceeded")]
    public void All_positions_together_have_their_cap_with_the_new_one_in_it(int open, string expected) =>
        Assert.Equal(expected, (Day with { Positions = [Long("ETHUSDT", -1, open)] }).Verdict(Open(("qty", "0.004"))));

    [Fact]
    [Trait("rule", "S3")]
    [Trait("covers", "D-G3")]
    public void S3_caps_refuse_when_positions_or_prices_are_unknown_and_closes_go_on()
    {
        foreach (var mode in new[] { GovernorMode.Testnet, GovernorMode.Production })
        {
            var day = Day.In(mode);
            Assert.Equal("position_fetch_failed", (day with { PositionsKnown = false }).Verdict(Open()));
            Assert.Equal("position_fetch_failed", (day with { RowsReadable = false }).Verdict(Open()));
            Assert.Equal("position_fetch_failed", day.With(facts => facts with { Reserved = null }).Verdict(Open()));
            Assert.Equal("position_fetch_failed", day.With(facts => facts with { Reserved = ["garbage"] }).Verdict(Open()));
            Assert.Equal("position_fetch_failed", (day with { Positions = [Long("XUSDT", 1, 0)] }).Verdict(Open()));
            Assert.Equal("limit_computation_error:no_price", (day with { Prices = new Dictionary<Symbol, decimal>() }).Verdict(Open()));
            Assert.Equal("permit", (day with { PositionsKnown = false }).Verdict(Close()));
        }
    }

    [Fact]
    public void A_permitted_open_counts_until_the_exchange_shows_it_and_not_twice()
    {
        Assert.Equal("max_positions_reached", Day.With(facts => facts with
        {
            Reserved = [.. Enumerable.Range(0, 10).Select(i => $"p{i} S{i}USDT 100 0")],
        }).Verdict(Open()));

        // 1850 permitted on top of nothing, 1850 of it there already: counted once, and 150 more fit.
        var filled = Day.With(facts => facts with { Reserved = ["p ETHUSDT 1850 0"] }) with { Positions = [Long("ETHUSDT", 1, 1850)] };
        Assert.Equal("permit", filled.Verdict(Open(("qty", "0.003"))));
        Assert.Equal("total_notional_exceeded", filled.Verdict(Open(("qty", "0.0031"))));
        Assert.Equal("total_notional_exceeded", (filled with { Positions = [] }).Verdict(Open(("qty", "0.0031"))));
    }

    [Fact]
    public void The_second_open_of_a_batch_is_judged_with_the_first_in_force()
    {
        var day = Day.In(GovernorMode.Testnet);
        var book = day.Book();
        var first = GovernorRules.Judge(day.Settings, Open(), book);
        book.Record(Open().Plan, Assert.IsType<GovernorVerdict.Permit>(first.Verdict));

        var second = Assert.IsType<GovernorVerdict.Refuse>(GovernorRules.Judge(day.Settings, Open(), book).Verdict);

        Assert.Equal("symbol_cooldown", second.Text);
        Assert.Equal((1, 199.95m), (book.Exposure.Positions, book.Exposure.Total));
    }

    [Theory]
    [InlineData("0.79", "", "", "permit")]
    [InlineData("0.8", "", "", "kill_score_critical_open:k=0.800")]
    [InlineData("", "", "", "kill_score_critical_open:k=unknown")]
    [InlineData("0.74", "0.5", "0.5", "permit")]
    [InlineData("0.78", "0.5", "0.5", "kill_score_open_blocked:k=0.780:t=0.775")]
    [InlineData("0.78", "0.5", "1", "permit")]
    [Trait("covers", "D-G2")]
    public void A_high_kill_score_stops_opens_in_production_and_never_a_close(
        string score, string flip, string confidence, string expected)
    {
        var day = Day.In(GovernorMode.Production);
        (string, string)[] figures = [("kill_score", score), ("k_regime_flip", flip), ("confidence", confidence)];

        Assert.Equal(expected, day.Verdict(Open(figures)));
        Assert.Equal("permit", day.Verdict(Close(figures)));
        Assert.Equal("permit", Day.Verdict(Open(figures)));
    }

    [Fact]
    public void Hours_and_bursts_limit_opens_in_production()
    {
        Desk Executed(params int[] secondsAgo) => Day.In(GovernorMode.Production).WithOpening(opening => opening with
        {
            Executions = [.. secondsAgo.Select(ago => Seconds(NowMs - (ago * 1000L)).Text)],
        });

        Assert.Equal("permit", Executed(400, 3599, 3600, 7200).Verdict(Open()));
        Assert.Equal("hourly_limit_exceeded", Executed(400, 500, 3599).Verdict(Open()));
        Assert.Equal("burst_limit_exceeded", Executed(100, 299).Verdict(Open()));
        Assert.Equal("permit", Executed(100, 300).Verdict(Open()));
        Assert.Equal("permit", Executed(1, 2, 3, 4).Verdict(Close()));
        Assert.Equal(
            "limit_computation_error:executions_unreadable",
            Day.In(GovernorMode.Production).WithOpening(opening => opening with { Executions = null }).Verdict(Open()));
    }

    [Theory]
    [InlineData("4800.05", "", true, "permit")]
    [InlineData("4800.06", "", true, "daily_limit_exceeded")]
    [InlineData("nan", "", true, "limit_computation_error:daily_unreadable")]
    [InlineData("9999", "0.016001", false, "permit")]
    [InlineData("0", "0.016002", false, "daily_limit_exceeded")]
    [Trait("covers", "D-G7")]
    public void Money_and_quantity_of_a_day_are_two_counters(string money, string quantity, bool byMoney, string expected)
    {
        var day = Day.In(GovernorMode.Production).WithOpening(opening => opening with
        {
            DailyNotional = StoredText.Of(money),
            DailyQuantity = quantity.Length == 0 ? StoredText.Absent : StoredText.Of(quantity),
        });
        var rates = day.Settings.Rates with { DailyNotional = byMoney ? 5000 : null };

        Assert.Equal(expected, (day with { Settings = day.Settings with { Rates = rates } }).Verdict(Open()));
        Assert.Equal("permit", day.Verdict(Close()));
    }

    [Theory]
    [InlineData("FULL_CLOSE_PROPOSED", "0.2", "10000")]
    [InlineData("PARTIAL_75", "0.15", "7500")]
    [InlineData("PARTIAL_50", "0.1", "5000")]
    [InlineData("PARTIAL_25", "0.05", "2500")]
    [Trait("covers", "D-G6")]
    public void Production_permits_carry_the_real_figures_of_a_close(string action, string quantity, string notional)
    {
        var day = Day.In(GovernorMode.Production) with { Positions = [Long("BTCUSDT", -0.2m, 50_000)] };

        var permit = Assert.IsType<GovernorVerdict.Permit>(day.Judge(Close(("action", action))).Verdict);

        Assert.Equal((Number(quantity), Number(notional), null), (permit.Quantity, permit.Notional, permit.Opening));
    }

    [Fact]
    public void Production_permits_carry_the_real_figures_of_an_open_and_testnet_ones_carry_none()
    {
        var real = Assert.IsType<GovernorVerdict.Permit>(Day.In(GovernorMode.Production).Judge(Open()).Verdict);
        var test = Assert.IsType<GovernorVerdict.Permit>(Day.Judge(Open()).Verdict);

        Assert.Equal((0.003999m, 199.95m), (real.Quantity, real.Notional));
        Assert.Equal((0m, 0m), (test.Quantity, test.Notional));
        Assert.Equal(new Opening(199.95m, 0), test.Opening);
    }

    [Fact]
    public void Dry_run_has_the_stops_and_not_the_limits()
    {
        var day = Day.In(GovernorMode.DryRun) with { PositionsKnown = false };

        Assert.Equal("permit", day.Verdict(Open(("qty", "1000"))));
        Assert.Equal("ess_active", (day with { Latch = NoLatch with { Present = true } }).Verdict(Open()));
    }

    private static Desk Because(string what) => what switch
    {
        "latch" => Day with { Latch = NoLatch with { Present = true } },
        "latch in doubt" => Day with { Latch = NoLatch with { Doubt = "no answer" } },
        "latch not seen" => Day with { Latch = null },
        "marker" => Day.With(facts => facts with { EssActive = StoredText.Of("2026-11-21T00:00:00Z") }),
        "state active" => Day.With(facts => facts with { EssState = StoredText.Of("active:manual") }),
        "no state" => Day.With(facts => facts with { EssState = StoredText.Absent }),
        "state garbage" => Day.With(facts => facts with { EssState = StoredText.Of("CLEAR") }),
        "halted" => Day.With(facts => facts with { Halted = StoredText.Of("true") }),
        "halt hash without field" => Day.With(facts => facts with { Halted = StoredText.Of("") }),
        "halt of wrong type" => Day.With(facts => facts with { Halted = StoredText.Unreadable }),
        "gate closed" => Day.With(facts => facts with { EntriesGate = StoredText.Of("closed:no watchdog heard") }),
        "no gate" => Day.With(facts => facts with { EntriesGate = StoredText.Absent }),
        "disarmed" => Day.With(facts => facts with { Disarm = StoredText.Of("{}") }),
        "disarm of wrong type" => Day.With(facts => facts with { Disarm = StoredText.Unreadable }),
        _ => throw new ArgumentException(what),
    };

    private static string Python(long ms) => (ms / 1000m).ToString(CultureInfo.InvariantCulture);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

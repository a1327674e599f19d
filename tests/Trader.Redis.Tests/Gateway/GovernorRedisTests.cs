using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The governor's steps against a real server: what is one step, and what a permit looks like (governor contract 1b-1d).</summary>
public sealed class GovernorRedisTests : TestKit, IAsyncLifetime
{
    private const string Day = "2026-11-21";

    private const string Json =
        "{\"granted\": true, \"symbol\": \"BTCUSDT\", \"decision\": \"EXECUTE\", \"computed_qty\": 0.0, \"computed_notional\": 0.0, "
        + "\"created_at\": 1795250725.3565712, \"consumed\": false, \"eff_score\": \"\", \"eff_confidence\": \"\", \"eff_stale\": \"1\", "
        + "\"eff_factor\": \"1.0000\", \"eff_action\": \"NONE\", \"eff_reason\": \"missing_eff\", \"downsize_factor\": \"1.0000\", "
        + "\"extra_cooldown_sec\": \"0\"}";

    private static readonly Symbol Btc = Symbol.Parse("BTCUSDT");
    private static readonly EfficiencyHint NoHint = new(null, null, "missing_eff", 1, 0);

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;
    private long round;

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = Sys.ActorOf(RedisGateway.Props(
            new RedisGatewaySettings(
                RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(5), 1000,
                1000, TimeSpan.FromDays(1)),
            TimeProvider.System));
        gateway.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        await console.Text("XGROUP", "CREATE", RedisKeys.Plans, RedisKeys.GovernorGroup, "0", "MKSTREAM");
        await console.Text("SET", RedisKeys.EssState, "clear");
        await console.Text("SET", RedisKeys.EntriesGate, "open");
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    [Trait("covers", "A44")]
    public async Task A_permit_is_the_documented_text_lives_a_minute_and_is_counted_and_acknowledged_with_it()
    {
        var entry = await Pending();
        Assert.Equal([PlanSettled.Done], await Settle(await Facts(), Close(entry, "p1")));

        Assert.Equal(Json, await console.Text("GET", "quantum:permit:p1"));
        Assert.InRange(int.Parse(await console.Text("TTL", "quantum:permit:p1"), CultureInfo.InvariantCulture), 58, 60);
        Assert.Equal("1795250725.3565712", await console.Text("LRANGE", "quantum:governor:exec:BTCUSDT", "0", "-1"));
        Assert.Equal("1795250725.3565712", await console.Text("GET", "quantum:governor:last_exec:BTCUSDT"));
        Assert.Equal("0", (await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GovernorGroup))[..1]);
        Assert.Equal("0", await console.Text("EXISTS", $"quantum:governor:daily:BTCUSDT:{Day}"));
    }

    [Fact]
    public async Task A_refusal_is_the_documented_record()
    {
        var entry = await Pending();
        var block = new GovernorBlock("symbol_cooldown", 1795250725.5, "BTCUSDT");
        Assert.Equal([PlanSettled.Done], await Settle(await Facts(), new PlanRefused(entry, PlanId.Parse("p1"), block)));

        Assert.Equal(
            "{\"reason\": \"symbol_cooldown\", \"timestamp\": 1795250725.5, \"symbol\": \"BTCUSDT\"}",
            await console.Text("GET", "quantum:governor:block:p1"));
        Assert.InRange(int.Parse(await console.Text("TTL", "quantum:governor:block:p1"), CultureInfo.InvariantCulture), 3595, 3600);
        Assert.Equal("0", await console.Text("EXISTS", "quantum:permit:p1"));
        Assert.Equal("0", (await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GovernorGroup))[..1]);
    }

    [Fact]
    public async Task A_permit_that_stands_is_not_issued_again_and_the_same_one_is_known_by_a_repeated_answer()
    {
        var facts = await Facts();
        Assert.Equal([PlanSettled.Done], await Settle(facts, Close("1-0", "p1")));
        Assert.Equal([PlanSettled.Done], await Settle(facts, Close("1-0", "p1")));
        Assert.Equal([PlanSettled.Duplicate], await Settle(facts, Close("1-0", "p1", at: 1795250726)));
        await console.Text("HSET", "quantum:permit:p2", "allow", "true");
        Assert.Equal([PlanSettled.Duplicate], await Settle(facts, Close("1-0", "p2")));

        Assert.Equal("1", await console.Text("LLEN", "quantum:governor:exec:BTCUSDT"));
    }

    [Fact]
    [Trait("covers", "D-G3")]
    public async Task Two_governors_that_read_the_same_facts_open_once()
    {
        var facts = await Facts();

        Assert.Equal([PlanSettled.Done], await Settle(facts, Open("1-0", "p1", facts)));
        Assert.Equal([PlanSettled.Changed], await Settle(facts, Open("2-0", "p2", facts)));

        Assert.Equal("0", await console.Text("EXISTS", "quantum:permit:p2"));
        var after = await Facts();
        Assert.Equal(["p1 BTCUSDT 199.95 0"], after.Reserved);
        Assert.Equal([PlanSettled.Done], await Settle(after, Open("2-0", "p2", after)));
    }

    [Fact]
    public async Task Opens_of_one_batch_do_not_stand_in_each_others_way()
    {
        var facts = await Facts();

        Assert.Equal(
            [PlanSettled.Done, PlanSettled.Done, PlanSettled.Done],
            await Settle(facts, Close("1-0", "p0"), Open("1-0", "p1", facts), Open("2-0", "p2", facts)));
    }

    public static TheoryData<string[]> Turns => new()
    {
        new[] { "SET", RedisKeys.EssState, "active:manual" }, new[] { "DEL", RedisKeys.EssState },
        new[] { "SET", RedisKeys.EssActive, "2026-11-21T00:00:00Z" }, new[] { "SET", RedisKeys.EntriesGate, "closed:why" },
        new[] { "DEL", RedisKeys.EntriesGate }, new[] { "HSET", RedisKeys.TradingState, "halted", "true" },
        new[] { "HSET", RedisKeys.TradingState, "reason", "x" }, new[] { "SET", RedisKeys.TradingState, "x" },
        new[] { "SET", RedisKeys.Kill, "1" }, new[] { "SET", RedisKeys.GovernorDisarm + Day, "{}" },
        new[] { "LPUSH", "quantum:governor:exec:BTCUSDT", "1" }, new[] { "INCR", RedisKeys.GovernorVersion },
    };

    [Theory]
    [MemberData(nameof(Turns))]
    [Trait("rule", "S1")]
    [Trait("covers", "F21")]
    public async Task F21_what_changes_between_the_look_and_the_permit_stops_the_open(string[] turn)
    {
        var facts = await Facts();
        await console.Text(turn[0], turn[1..]);
        var kills = turn[1] == RedisKeys.Kill;

        Assert.Equal(
            [PlanSettled.Changed, kills ? PlanSettled.Changed : PlanSettled.Done],
            await Settle(facts, Open("1-0", "p1", facts), Close("1-0", "p2")));

        Assert.Equal("0", await console.Text("EXISTS", "quantum:permit:p1"));
        Assert.Equal(kills ? "0" : "1", await console.Text("EXISTS", "quantum:permit:p2"));
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.GovernorReserved));
    }

    [Fact]
    [Trait("covers", "D-G8")]
    public async Task An_exit_lock_is_one_step_expires_and_names_its_plan()
    {
        var facts = await Facts();

        Assert.Equal(
            [PlanSettled.Done, PlanSettled.ExitLocked],
            await Settle(facts, Production("p1"), Production("p2")));

        Assert.Equal("p1", await console.Text("GET", "quantum:exit:lock:BTCUSDT"));
        Assert.InRange(int.Parse(await console.Text("TTL", "quantum:exit:lock:BTCUSDT"), CultureInfo.InvariantCulture), 115, 120);
        Assert.StartsWith(
            "{\"reason\": \"exit_lock_busy_double_close_prevention\"", await console.Text("GET", "quantum:governor:block:p2"),
            StringComparison.Ordinal);
        // The permit was used; the same plan may have its exit again, another may not.
        await console.Text("DEL", "quantum:permit:p1");
        Assert.Equal([PlanSettled.Done], await Settle(facts, Production("p1")));
    }

    [Fact]
    [Trait("covers", "D-G7")]
    public async Task A_day_counts_money_and_quantity_apart_and_exactly()
    {
        var facts = await Facts();
        await Settle(facts, Production("p1") with { ExitLockSeconds = 0 }, Production("p2") with { ExitLockSeconds = 0 });

        Assert.Equal("240.2", await console.Text("GET", $"quantum:governor:daily:BTCUSDT:{Day}"));
        Assert.Equal("0.004", await console.Text("GET", $"trader:governor:daily-quantity:BTCUSDT:{Day}"));
        var read = await Facts();
        Assert.Equal(("240.2", "0.004"), (read.Symbols[Btc].Opening!.DailyNotional.Text, read.Symbols[Btc].Opening!.DailyQuantity.Text));
    }

    [Fact]
    public async Task Counters_of_the_wrong_type_stop_an_open_and_no_close()
    {
        await console.Text("SET", "quantum:governor:exec:BTCUSDT", "not a list");
        var facts = await Facts();
        Assert.Null(facts.Symbols[Btc].Opening!.Executions);
        var entry = await Pending();

        Assert.Equal(
            [PlanSettled.Failed, PlanSettled.Done], await Settle(facts, Open(entry, "p1", facts), Close("9-0", "p2")));

        Assert.Equal("0", await console.Text("EXISTS", "quantum:permit:p1"));
        Assert.Equal("1", (await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GovernorGroup))[..1]);
    }

    [Fact]
    [Trait("covers", "D-G16")]
    public async Task A_key_of_the_wrong_type_is_unreadable_and_spoils_nothing_else()
    {
        await console.Text("SET", "quantum:allocation:target:BTCUSDT", "oops");
        await console.Text("HSET", "quantum:kill", "a", "1");
        await console.Text("HSET", "quantum:capital:efficiency:BTCUSDT", "efficiency_score", "0.3");
        await console.Text("SET", RedisKeys.TradingState, "oops");
        await console.Text("SET", RedisKeys.GovernorReserved, "oops");

        var facts = await Facts();

        Assert.False(facts.Symbols[Btc].Target.Readable);
        Assert.Equal((false, true), (facts.Kill.Readable, facts.Kill.IsPresent));
        Assert.Equal("0.3", facts.Symbols[Btc].Efficiency.Text);
        Assert.False(facts.Halted.Readable);
        Assert.Null(facts.Reserved);
        Assert.Equal("clear", facts.EssState.Text);
    }

    [Fact]
    public async Task Facts_are_what_stands_there()
    {
        await console.Text("HSET", "quantum:equity:current", "equity", "9000.5", "peak", "10000", "last_update_ts", "1795250000.25");
        await console.Text("HSET", $"quantum:risk:daily_pnl:{Day}", "pnl", "-12.5");
        await console.Text("SET", "quantum:risk:guard_active:DRAWDOWN", "{}");
        await console.Text("HSET", "quantum:market_state:BTCUSDT", "spread_bps", "4", "atr_pct", "0.02");
        await console.Text("HSET", RedisKeys.TradingState, "reason", "x");

        var facts = await Facts();

        Assert.Equal(("9000.5", "10000", "-12.5"), (facts.Risk.Equity.Text, facts.Risk.Peak.Text, facts.Risk.DailyProfit.Text));
        Assert.Equal(["DRAWDOWN"], facts.Risk.Guards.Where(guard => guard.Value.IsPresent).Select(guard => guard.Key));
        Assert.Equal("4", facts.Symbols[Btc].Opening!.SpreadBps.Text);
        Assert.Equal((true, ""), (facts.Halted.IsPresent, facts.Halted.Text));
        Assert.Equal((false, false), (facts.Version.IsPresent, facts.Disarm.IsPresent));
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - facts.RedisNowMs, -5_000, 60_000);
    }

    [Fact]
    [Trait("covers", "D-G10")]
    public async Task A_day_is_disarmed_once_with_one_event_whoever_asks()
    {
        var disarm = new RedisProtocol.DisarmGovernor(Day, "{\"reason\": \"x\"}", 86_400, [new("event", "AUTO_DISARM")]);

        Assert.True((await Ask<RedisProtocol.GovernorDisarmed>(disarm)).First);
        Assert.False((await Ask<RedisProtocol.GovernorDisarmed>(disarm)).First);

        Assert.Equal("1", await console.Text("XLEN", RedisKeys.GovernorEvents));
        Assert.True((await Facts()).Disarm.IsPresent);
        Assert.InRange(int.Parse(await console.Text("TTL", RedisKeys.GovernorDisarm + Day), CultureInfo.InvariantCulture), 86_300, 86_400);
    }

    [Fact]
    public async Task A_reservation_that_has_ended_is_read_no_more()
    {
        var facts = await Facts();
        var ended = Open("1-0", "p1", facts) with { Opening = new OpeningReservation(StoredText.Absent, "p1 BTCUSDT 1 0", facts.RedisNowMs - 1) };

        Assert.Equal([PlanSettled.Done], await Settle(facts, ended));

        Assert.Empty((await Facts()).Reserved!);
    }

    private static PlanPermitted Close(string entry, string id, double at = 1795250725.3565712) => new(
        entry, PlanId.Parse(id), new GovernorPermit(Btc, 0, 0, at, NoHint), PythonFloat.Text(at), "", 0, 0, 0,
        new GovernorBlock("exit_lock_busy_double_close_prevention", at, "BTCUSDT"), null);

    private static PlanPermitted Production(string id) =>
        Close("1-0", id) with { Day = Day, Quantity = 0.002m, Notional = 120.1m, ExitLockSeconds = 120 };

    private static PlanPermitted Open(string entry, string id, GovernorFacts facts) => Close(entry, id) with
    {
        Opening = new OpeningReservation(facts.Symbols[Btc].Opening!.Head, $"{id} BTCUSDT 199.95 0", facts.RedisNowMs + 75_000),
    };

    /// <summary>An entry that the governor was given and did not acknowledge.</summary>
    private async Task<string> Pending()
    {
        var id = await console.Text("XADD", RedisKeys.Plans, "*", "plan_id", "p1");
        await console.Text("XREADGROUP", "GROUP", RedisKeys.GovernorGroup, "n1", "STREAMS", RedisKeys.Plans, ">");
        return id;
    }

    private async Task<GovernorFacts> Facts() => (await Ask<RedisProtocol.GovernorFactsRead>(
        new RedisProtocol.ReadGovernorFacts(++round, Day, new Dictionary<Symbol, bool> { [Btc] = true }))).Facts;

    private async Task<IReadOnlyList<PlanSettled>> Settle(GovernorFacts facts, params PlanSettlement[] plans) =>
        (await Ask<RedisProtocol.PlansSettled>(new RedisProtocol.SettlePlans(++round, Day, facts, plans))).Outcomes;

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(10));
}

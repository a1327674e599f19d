using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>One governor process in testnet mode with P2.9 looked at; the stop is clear and the gate open.</summary>
public sealed class GovernorAlone : IAsyncLifetime
{
    public TraderFleet Fleet { get; private set; } = null!;

    public NodeProcess Governor { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 60, WarmUp = true },
            Settings = "trader.governor { positions-every = 250ms, positions-max-age = 2s, caps.positions = 100, caps.total-notional = 100000 }",
            Environment = new Dictionary<string, string?> { ["GOV_TESTNET_ENABLE_P29"] = "true" },
        });
        await Fleet.LetEnter();
        Governor = Fleet.StartGovernor();
        await Fleet.Permits();
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();
}

/// <summary>Plans in, permits out: the governor as operators and the order gate meet it (governor contract 1b, 1c, 3).</summary>
public sealed class GovernorScenarios(GovernorAlone alone) : IClassFixture<GovernorAlone>, IAsyncLifetime
{
    private static readonly string PermitShape = (
        @"^\{'granted': true, 'symbol': '[A-Z0-9]+', 'decision': 'EXECUTE', 'computed_qty': 0\.0, 'computed_notional': 0\.0, "
        + @"'created_at': \d{10}\.\d+, 'consumed': false, 'eff_score': '', 'eff_confidence': '', 'eff_stale': '1', 'eff_factor': '1\.0000', "
        + @"'eff_action': 'NONE', 'eff_reason': 'missing_eff', 'downsize_factor': '1\.0000', 'extra_cooldown_sec': '0'\}$").Replace('\'', '"');

    private TraderFleet Fleet => alone.Fleet;

    /// <summary>Whatever the scenario before left behind.</summary>
    public async Task InitializeAsync()
    {
        Fleet.Exchange.Faults.Clear();
        await Fleet.LetEnter();
        await Fleet.Console.Do("DEL", RedisKeys.Kill);
        await Fleet.Permits();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    [Trait("covers", "A44")]
    public async Task A_plan_in_is_the_documented_permit_out()
    {
        var plan = await Fleet.Propose("FULL_CLOSE_PROPOSED", 0);

        var permit = await Fleet.Permit(plan);

        Assert.Matches(PermitShape, permit);
        Assert.InRange(int.Parse(await Fleet.Console.Text("TTL", RedisKeys.Permit + plan), CultureInfo.InvariantCulture), 50, 60);
        await Fleet.Said(alone.Governor, $"ALLOW plan {plan[..8]} (qty=0.0000, notional=$0.00) P3.1: action=NONE factor=1.000");
        Assert.Contains(alone.Governor.Lines, line => Regex.IsMatch(
            line, $@"^\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d \[INFO\] \w+: Evaluating plan {plan[..8]} \(action=FULL_CLOSE_PROPOSED, decision=EXECUTE, "
            + @"kill_score=0\.100, mode=testnet\)$"));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "F21,F32")]
    public async Task F21_while_the_stop_is_on_no_open_gets_a_permit_and_every_close_does()
    {
        var latch = Path.Combine(Fleet.RunDir, "ESS_ON");
        Directory.CreateDirectory(Fleet.RunDir);
        var from = alone.Governor.Mark;
        await File.WriteAllTextAsync(latch, "");
        await Fleet.Said(alone.Governor, "opens get no permit", from);

        Assert.Equal("ess_active", await Fleet.Refusal(await Fleet.Propose("OPEN", 1)));
        await Fleet.Permit(await Fleet.Propose("FULL_CLOSE_PROPOSED", 1));

        from = alone.Governor.Mark;
        File.Delete(latch);
        await Fleet.Said(alone.Governor, "is gone", from);
        await Fleet.Console.Do("SET", RedisKeys.EssState, "active:drill");
        Assert.Equal("ess_active", await Fleet.Refusal(await Fleet.Propose("OPEN", 2)));
        await Fleet.Console.Do("DEL", RedisKeys.EssState);
        Assert.Equal("ess_unknown", await Fleet.Refusal(await Fleet.Propose("OPEN", 2)));
        await Fleet.LetEnter();
        await Fleet.Console.Do("SET", RedisKeys.EntriesGate, "closed:drill");
        Assert.Equal("entries_closed", await Fleet.Refusal(await Fleet.Propose("OPEN", 2)));
        await Fleet.LetEnter();
        await Fleet.Permit(await Fleet.Propose("OPEN", 2));
    }

    [Fact]
    [Trait("rule", "S3")]
    [Trait("covers", "D-G3,F37")]
    public async Task S3_with_the_exchange_down_opens_are_refused_and_closes_are_as_fast_as_ever()
    {
        Fleet.Exchange.Faults.Add("positionRisk:*:hang");
        await Fleet.Until("the governor not to be ready", async () =>
            (await Fleet.Get(Role.Governor, "/metrics")).Contains("trader_role_ready{role=\"governor\"} 0", StringComparison.Ordinal));
        Assert.Equal("position_fetch_failed", await Fleet.Refusal(await Fleet.Propose("OPEN", 3)));
        for (var i = 0; i < 10; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await Fleet.Permit(await Fleet.Propose("PARTIAL_50", 3));
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 0, 1200);
        }

        Fleet.Exchange.Faults.Clear();
        await Fleet.Permits();
        // Another symbol: the closes above have this one cooling down.
        await Fleet.Permit(await Fleet.Propose("OPEN", 7));
    }

    [Fact]
    [Trait("covers", "F30,D-G1")]
    public async Task F30_the_P29_line_shows_the_position_and_zero_when_flat()
    {
        var spec = Fleet.Exchange.Engine.Symbols[4];
        await Fleet.Console.Do("HSET", RedisKeys.AllocationTarget + spec.Name, "target_usd", "1820", "mode", "enforce", "timestamp",
            (Fleet.NowMs() / 1000).ToString(CultureInfo.InvariantCulture), "confidence", "0.8");
        var from = alone.Governor.Mark;

        await Fleet.Permit(await Fleet.Propose("FULL_CLOSE_PROPOSED", 4));

        await Fleet.Said(
            alone.Governor,
            $"[INFO] {spec.Name}: P2.9 allocation check passed - position=$0.00 <= target=$1820.00 (mode=enforce, conf=0.800)", from);
        Assert.Contains(alone.Governor.Lines.Skip(from), line => Regex.IsMatch(line, "P2.9.*position="));
        await Fleet.Until("the counter", async () => (await Fleet.Get(Role.Governor, "/metrics")).Contains(
            $"gov_p29_checked_total{{symbol=\"{spec.Name}\"}} 1", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("covers", "D-G15")]
    public async Task The_kill_key_stops_everything_and_its_going_lets_everything_go_on()
    {
        await Fleet.Console.Do("SET", RedisKeys.Kill, "1");
        Assert.Equal("kill_switch_active", await Fleet.Refusal(await Fleet.Propose("FULL_CLOSE_PROPOSED", 5)));
        await Fleet.Console.Do("DEL", RedisKeys.Kill);

        await Fleet.Permit(await Fleet.Propose("FULL_CLOSE_PROPOSED", 5));
    }

    [Fact]
    [Trait("covers", "D-G12")]
    public async Task The_documented_figures_stand_at_the_governors_port()
    {
        await Fleet.Permit(await Fleet.Propose("FULL_CLOSE_PROPOSED", 6));
        await Fleet.Refusal(await Fleet.Propose("HOLD", 6));
        var spec = Fleet.Exchange.Engine.Symbols[6];

        var metrics = await Fleet.Get(Role.Governor, "/metrics");

        Assert.Contains($"quantum_govern_allow_total{{symbol=\"{spec.Name}\"}} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            $"quantum_govern_block_total{{reason=\"action_not_supported\",symbol=\"{spec.Name}\"}} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("# TYPE gov_testnet_p29_enabled gauge\ngov_testnet_p29_enabled 1\n", metrics, StringComparison.Ordinal);
        await Fleet.Until("the hour's count", async () => (await Fleet.Get(Role.Governor, "/metrics")).Contains(
            $"quantum_govern_exec_count_hour{{symbol=\"{spec.Name}\"}} 1\n", StringComparison.Ordinal));
    }
}

/// <summary>Lives and deaths of governors.</summary>
public sealed class GovernorLifeScenarios
{
    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "D-G9")]
    public async Task S10_what_a_killed_governor_had_read_its_next_life_decides()
    {
        await using var fleet = await TraderFleet.Start();
        await fleet.LetEnter();
        var first = fleet.StartGovernor();
        await fleet.Permits();
        var plans = await fleet.ProposeMany(3000);
        await fleet.Until("some permits", async () => (await fleet.Standing(plans[..200])).Count > 0);
        await first.Kill();
        var left = plans.Count - (await fleet.Standing(plans)).Count;
        Assert.True(left > 0, "killed too late: nothing was left to do");

        fleet.StartGovernor();

        await fleet.Until("a permit for every plan", async () => (await fleet.Standing(plans)).Count == plans.Count, TimeSpan.FromSeconds(40));
        await fleet.Until("nothing unacknowledged", async () => (await fleet.Console.Text(
            "XPENDING", RedisKeys.Plans, RedisKeys.GovernorGroup)).StartsWith('0'));
    }

    [Fact]
    [Trait("covers", "D-G3,D-G4")]
    public async Task Two_governors_issue_one_permit_per_plan_and_pass_no_limit_together()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 60, WarmUp = true } });
        await fleet.LetEnter();
        fleet.StartGovernor("g1");
        fleet.StartNode("g2", ["--roles", "governor", "--port-offset", fleet.AnotherPortOffset().ToString(CultureInfo.InvariantCulture)]);
        await fleet.Permits();
        await fleet.Until("both governors to read", async () => (await fleet.Console.Text(
            "XINFO", "CONSUMERS", RedisKeys.Plans, RedisKeys.GovernorGroup)).Contains("g2", StringComparison.Ordinal));
        var plans = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            plans.Add(await fleet.Propose(i % 2 == 0 ? "OPEN_LONG" : "OPEN_SHORT", i));
        }

        await fleet.Until("an outcome for every plan", async () =>
            (await fleet.Standing(plans)).Count + (await fleet.Standing(plans, RedisKeys.GovernorBlock)).Count == plans.Count);

        Assert.Equal(10, (await fleet.Standing(plans)).Count);
        Assert.Equal("10", await fleet.Console.Text("GET", RedisKeys.GovernorVersion));
        foreach (var blocked in await fleet.Standing(plans, RedisKeys.GovernorBlock))
        {
            Assert.Equal("max_positions_reached", await fleet.Refusal(blocked));
        }
    }

    [Fact]
    [Trait("covers", "D-G1,D-G2,D-G6")]
    public async Task A_production_permit_carries_the_position_and_danger_stops_no_exit()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions
        {
            Environment = new Dictionary<string, string?> { ["APPLY_MODE"] = "production" },
        });
        await fleet.LetEnter();
        fleet.Hold(1);
        var spec = fleet.Exchange.Engine.Symbols.Single(spec => fleet.OpenPositions()[0].Spec.Name == spec.Name);
        var held = fleet.OpenPositions()[0].State.Amount;
        await fleet.Console.Do("HSET", RedisKeys.AllocationTarget + spec.Name, "target_usd", "0.01", "mode", "enforce", "timestamp",
            (fleet.NowMs() / 1000).ToString(CultureInfo.InvariantCulture), "confidence", "0.8");
        var governor = fleet.StartGovernor();
        await fleet.Permits();
        var index = fleet.Exchange.Engine.Symbols.ToList().IndexOf(spec);

        var permit = await fleet.Permit(await fleet.Propose("FULL_CLOSE_PROPOSED", index, killScore: "0.99"));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"computed_qty\": {Math.Abs(held)}"), permit, StringComparison.Ordinal);
        Assert.DoesNotContain("\"computed_notional\": 0.0,", permit, StringComparison.Ordinal);
        await fleet.Said(governor, "P2.9 ALLOCATION CAP - position=$");
        Assert.Equal(
            "exit_lock_busy_double_close_prevention", await fleet.Refusal(await fleet.Propose("PARTIAL_50", index)));
        // Nobody publishes equity here: the risk guard, on in production, refuses to open.
        Assert.Equal("risk_guard_EQUITY_STALE:equity_missing", await fleet.Refusal(await fleet.Propose("OPEN", index)));
    }
}

/// <summary>What the governor scenarios do again and again.</summary>
internal static class GovernorSteps
{
    public static NodeProcess StartGovernor(this TraderFleet fleet, string name = "g1") => fleet.StartNode(name, ["--roles", "governor"]);

    /// <summary>What the stop's owner and the brain keep saying on a good day.</summary>
    public static async Task LetEnter(this TraderFleet fleet)
    {
        await fleet.Console.Do("SET", RedisKeys.EssState, "clear");
        await fleet.Console.Do("SET", RedisKeys.EntriesGate, "open");
    }

    /// <summary>Waits until the governor is ready by its own words.</summary>
    public static Task Permits(this TraderFleet fleet) => fleet.Until("the governor to be ready", async () =>
        (await fleet.Get(Role.Governor, "/metrics")).Contains("trader_role_ready{role=\"governor\"} 1", StringComparison.Ordinal));

    /// <summary>Adds a plan for the nth symbol of the exchange, an open of about 100 USD; its id.</summary>
    public static async Task<string> Propose(this TraderFleet fleet, string action, int symbol, string killScore = "0.1")
    {
        var id = PlanIdHash.OfText(Guid.NewGuid().ToString()).Value;
        await fleet.Console.Add(RedisKeys.Plans, Fields(fleet, id, action, symbol, killScore));
        return id;
    }

    /// <summary>Adds closes; their ids.</summary>
    public static async Task<List<string>> ProposeMany(this TraderFleet fleet, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => PlanIdHash.OfText(Guid.NewGuid().ToString()).Value).ToList();
        await Task.WhenAll(ids.Select((id, i) => fleet.Console.Add(RedisKeys.Plans, Fields(fleet, id, "FULL_CLOSE_PROPOSED", i % 20, "0.1"))));
        return ids;
    }

    /// <summary>The permit, once it is there.</summary>
    public static Task<string> Permit(this TraderFleet fleet, string plan) => fleet.Come($"a permit for {plan}", async () =>
        await fleet.Console.Text("GET", RedisKeys.Permit + plan) is { Length: > 0 } permit ? permit : null);

    /// <summary>Why there is no permit, once that is there.</summary>
    public static async Task<string> Refusal(this TraderFleet fleet, string plan)
    {
        var block = await fleet.Come($"a refusal of {plan}", async () =>
            await fleet.Console.Text("GET", RedisKeys.GovernorBlock + plan) is { Length: > 0 } text ? text : null);
        Assert.Equal("0", await fleet.Console.Text("EXISTS", RedisKeys.Permit + plan));
        return Regex.Match(block, "\"reason\": \"([^\"]*)\"").Groups[1].Value;
    }

    /// <summary>Those that have a permit, or another key, now.</summary>
    public static async Task<IReadOnlyList<string>> Standing(
        this TraderFleet fleet, IReadOnlyList<string> plans, string prefix = RedisKeys.Permit)
    {
        var values = (await fleet.Console.Do("MGET", [.. plans.Select(plan => prefix + plan)])).Items.ToArray();
        return [.. plans.Where((_, i) => !values[i].IsNull)];
    }

    private static (string, string)[] Fields(TraderFleet fleet, string id, string action, int symbol, string killScore)
    {
        var spec = fleet.Exchange.Engine.Symbols[symbol];
        var opens = action.StartsWith("OPEN", StringComparison.Ordinal);
        return
        [
            ("plan_id", id), ("symbol", spec.Name), ("action", action), ("decision", "EXECUTE"), ("kill_score", killScore),
            ("side", opens ? action == "OPEN_SHORT" ? "SELL" : "BUY" : "CLOSE"),
            ("qty", opens ? (100 / spec.InitialPrice).ToString("0.00000000", CultureInfo.InvariantCulture) : "0.0"),
            ("source", "apply_layer"), ("timestamp", (fleet.NowMs() / 1000).ToString(CultureInfo.InvariantCulture)),
            ("reduceOnly", opens ? "false" : "true"),
        ];
    }
}

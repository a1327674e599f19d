using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The runbook's procedure against a governor process, a real Redis and the paper exchange (testnet flatten runbook).</summary>
public sealed class FlattenScenarios : IAsyncLifetime
{
    private const int Positions = 44;

    private TraderFleet fleet = null!;

    public async Task InitializeAsync()
    {
        fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 120, WarmUp = true } });
        Directory.CreateDirectory(fleet.Scratch("etc"));
        Directory.CreateDirectory(fleet.RunDir);
    }

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    [Trait("covers", "F2,F4,F5,F6,F9,F12,F14,F15,F22,F23,F27,F28,F34")]
    public async Task The_runbooks_procedure_closes_everything_once()
    {
        fleet.Hold(Positions);
        var stood = fleet.OpenPositions();
        // A snapshot that lies changes nothing: positions come from the exchange.
        await fleet.Console.Do("HSET", "quantum:position:snapshot:BTCUSDT", "position_amt", "99");
        TouchLatch();
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "[WARNING] Testnet flatten ARMED (GOV_TESTNET_FORCE_FLATTEN=true + CONFIRM=FLATTEN_NOW)");
        await fleet.Said(governor, "[WARNING] Testnet flatten guards: MAX_SYMBOLS=200 MIN_NOTIONAL=$1.0");
        await fleet.Said(governor, "[WARNING] Testnet flatten requires ESS active + Redis arm key");
        await Figure("gov_testnet_flatten_enabled 1");

        await Arm();
        await fleet.Said(governor, "TESTNET_FLATTEN done");

        Assert.Matches(
            @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[WARNING\] TESTNET_FLATTEN done symbols=44 orders=44 errors=0 symbols_seen=120 nonzero=44 "
            + "above_notional=44 orders_sent=44 orders_ok=44 errors=0 residual=0 status=flat skipped=- run=",
            Line(governor, "TESTNET_FLATTEN done"));
        FleetSteps.OneReducingOrderEach(fleet.Orders(), stood);
        Assert.Empty(fleet.OpenPositions());
        FleetSteps.InOrder(
            governor.Lines, "[INFO] Testnet flatten arm key detected - attempting flatten",
            "[WARNING] Testnet flatten: ALL SAFETY CHECKS PASSED - executing flatten",
            "[WARNING] Testnet flatten: Found 44 positions to close (seen=120 nonzero=44)",
            "[WARNING] Testnet flatten: Placing reduceOnly MARKET close orders...",
            "[INFO] Testnet flatten: Closing ", "close order placed: ", "TESTNET_FLATTEN done");
        Assert.Equal("0", await fleet.Console.Text("EXISTS", RedisKeys.FlattenArm));
        Assert.InRange(long.Parse(await fleet.Console.Text("GET", RedisKeys.FlattenLastTs), CultureInfo.InvariantCulture) * 1000,
            fleet.NowMs() - 60_000, fleet.NowMs());
        await Figure("gov_testnet_flatten_attempt_total 1");
        await Figure("gov_testnet_flatten_orders_total 44");
        await Figure("gov_testnet_flatten_errors_total 0");
        await fleet.Until("the run on the stream", async () => (await Runs()).Any(row => row["event"] == "flatten.completed"));

        var mark = governor.Mark;
        await Arm();
        await fleet.Until("the cooldown", () => governor.Lines.Skip(mark).Any(l => Regex.IsMatch(l, @"Cooldown active \(\d+\.\ds < 60s\) - NO-OP")));
        await Figure("gov_testnet_flatten_noop_total 1");
        Assert.Equal(44, fleet.Orders().Count);
    }

    [Fact]
    [Trait("covers", "F1,F3,F4,F11,F15,F16,F20")]
    public async Task Without_switches_or_latch_it_is_a_no_op()
    {
        fleet.Hold(3);
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "Testnet flatten ARMED");
        await Arm();
        await fleet.Said(governor, $"[WARNING] Testnet flatten: ESS latch file {Path.Combine(fleet.RunDir, "ESS_ON")} not found - NO-OP");
        await Figure("gov_testnet_flatten_noop_total 1");

        // Rollback 1: sed '/GOV_TESTNET_FORCE_FLATTEN/d' and a restart.
        TouchLatch();
        var file = Path.Combine(fleet.Scratch("etc"), "governor.env");
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file)).Where(l => !l.Contains("GOV_TESTNET_FORCE_FLATTEN", StringComparison.Ordinal)));
        await governor.Terminate();
        await governor.End();
        governor = StartGovernor();
        await fleet.Said(governor, "[INFO] Testnet flatten disabled");
        await Figure("gov_testnet_flatten_enabled 0");
        await Arm();
        await fleet.Said(governor, "[WARNING] Testnet flatten: GOV_TESTNET_FORCE_FLATTEN not true - NO-OP");

        Assert.Empty(fleet.Orders());
        Assert.Equal(3, fleet.OpenPositions().Count);
    }

    [Fact]
    [Trait("covers", "F7,F28,D-F4")]
    public async Task Of_two_governors_one_flattens()
    {
        fleet.Hold(Positions);
        TouchLatch();
        SetFlags();
        var offset = fleet.AnotherPortOffset().ToString(CultureInfo.InvariantCulture);
        NodeProcess[] governors =
            [StartGovernor("g1"), fleet.StartNode("g2", ["--roles", "governor", "--port-offset", offset])];
        foreach (var governor in governors)
        {
            await fleet.Said(governor, "Testnet flatten ARMED");
        }

        await Arm();
        await fleet.Until("one completion", () => governors.Any(g => g.Said("TESTNET_FLATTEN done")));

        Assert.Single(governors, g => g.Said("arm key detected"));
        Assert.Equal(Positions, fleet.Orders().Count);
        Assert.Empty(fleet.OpenPositions());
    }

    [Fact]
    [Trait("covers", "F5,F18,D-F5")]
    public async Task An_arm_set_right_behind_the_restart_of_a_governor_on_an_emptied_Redis_is_executed()
    {
        fleet.Hold(3);
        TouchLatch();
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "Testnet flatten ARMED");
        await fleet.Console.Do("FLUSHALL");
        await Arm();
        await fleet.Said(governor, "TESTNET_FLATTEN done symbols=3 orders=3 errors=0");

        await governor.Terminate();
        await governor.End();
        fleet.Hold(2);
        await fleet.Console.Do("DEL", RedisKeys.FlattenLastTs);
        await Arm();
        governor = StartGovernor("g-of-another-name");
        await fleet.Said(governor, "TESTNET_FLATTEN done symbols=2 orders=2 errors=0");
        Assert.Empty(fleet.OpenPositions());
    }

    [Fact]
    [Trait("covers", "F16,D-F18")]
    public async Task Removing_the_latch_in_the_middle_stops_the_rest()
    {
        fleet.Hold(Positions);
        TouchLatch();
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "Testnet flatten ARMED");
        fleet.Exchange.LatencyMs = 300;
        await Arm();
        await fleet.Until("the first order", () => fleet.Orders().Count > 0);
        File.Delete(Path.Combine(fleet.RunDir, "ESS_ON"));
        await fleet.Said(governor, "TESTNET_FLATTEN done");

        var line = Line(governor, "TESTNET_FLATTEN done");
        Assert.Contains("status=partial", line, StringComparison.Ordinal);
        Assert.Contains("stopped=\"ESS latch file", line, StringComparison.Ordinal);
        Assert.InRange(fleet.Orders().Count, 1, 30);
        Assert.Equal(Positions - fleet.Orders().Count, fleet.OpenPositions().Count);
    }

    [Fact]
    [Trait("covers", "F38,D-F19,D-F20")]
    public async Task A_kill_in_the_middle_leaves_the_cooldown_claimed_and_the_run_shown_as_interrupted()
    {
        fleet.Hold(Positions);
        TouchLatch();
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "Testnet flatten ARMED");
        fleet.Exchange.LatencyMs = 500;
        await Arm();
        await fleet.Until("the first order", () => fleet.Orders().Count > 0);
        await governor.Kill();
        fleet.Exchange.LatencyMs = 0;
        Assert.NotEqual("", await fleet.Console.Text("GET", RedisKeys.FlattenLastTs));

        governor = StartGovernor();
        await fleet.Until("the interrupted run", () => governor.Lines.Any(l => Regex.IsMatch(
            l, @"\[ERROR\] Testnet flatten: run \S+ was interrupted by the end of its process: 44 orders planned")));
        await fleet.Until("the interrupted run on the stream", async () => (await Runs()).Any(row => row["event"] == "flatten.interrupted"));
        await fleet.Console.Do("DEL", RedisKeys.FlattenLastTs);
        var orders = fleet.Orders().Count;
        await Arm();
        await fleet.Said(governor, "Cooldown active (");
        Assert.Equal(orders, fleet.Orders().Count);
    }

    [Fact]
    [Trait("covers", "F33,D-F3,F15,F39")]
    [Trait("rule", "S3")]
    public async Task S3_positions_that_cannot_be_read_are_an_error_and_never_flat()
    {
        fleet.Hold(3);
        TouchLatch();
        SetFlags();
        var governor = StartGovernor();
        await fleet.Said(governor, "Testnet flatten ARMED");
        fleet.Exchange.Faults.Add("positionRisk:*:503-internal");
        await Arm();
        await fleet.Said(governor, "[ERROR] Testnet flatten: Error fetching positions: ");

        await Figure("gov_testnet_flatten_errors_total 1");
        Assert.False(governor.Said("TESTNET_FLATTEN done"));
        Assert.False(governor.Said("No positions"));
        Assert.DoesNotContain(governor.Lines, l => l.Contains("signature=", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("covers", "F17,D-F6")]
    [Trait("rule", "S15")]
    public async Task S15_a_production_mode_is_a_no_op_with_everything_else_in_place()
    {
        fleet.Hold(3);
        TouchLatch();
        SetFlags();
        await File.WriteAllTextAsync(Path.Combine(fleet.Scratch("etc"), "apply-layer.env"), "APPLY_MODE=production\n");
        var governor = StartGovernor();
        await fleet.Said(governor, "[INFO] Testnet flatten disabled");
        await Arm();
        await fleet.Said(governor, "is neither testnet nor dry_run - NO-OP");

        await Figure("gov_testnet_flatten_enabled 0");
        Assert.Empty(fleet.Orders());
    }

    private NodeProcess StartGovernor(string name = "g1") => fleet.StartNode(name, ["--roles", "governor"]);

    private void TouchLatch() => File.WriteAllText(Path.Combine(fleet.RunDir, "ESS_ON"), "");

    /// <summary>As the runbook appends them.</summary>
    private void SetFlags() => File.AppendAllText(
        Path.Combine(fleet.Scratch("etc"), "governor.env"),
        "GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n");

    private Task<string> Arm() => fleet.Console.Text("SET", RedisKeys.FlattenArm, "1", "EX", "60");

    private Task<IReadOnlyList<StreamRow>> Runs() => fleet.Console.Stream(RedisKeys.FlattenRuns);

    private Task Figure(string sample) => fleet.Until(sample, async () =>
        (await fleet.Get(Role.Governor, "/metrics")).Split('\n').Contains(sample));

    private static string Line(NodeProcess node, string text) =>
        Assert.Single(node.Lines, line => line.Contains(text, StringComparison.Ordinal));
}

using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The governor and the order gate as units of a machine, shared by the scenarios of one class.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RunbookMachine : IAsyncLifetime
{
    public TraderFleet Fleet { get; private set; } = null!;

    internal UnitBoard Board { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 60, WarmUp = true },
            // Nothing is shorter than documented but the wait between two scenarios.
            Settings = "trader.flatten.cooldown = 1s",
        });
        Board = new UnitBoard(Fleet);
        File.WriteAllText(Board.EnvFile, "METRICS_PORT=8044\n");
        await Board.Install(TraderFleet.InRepository($"hosts/Trader.Cli/{BuildOutput()}/Trader.Cli"));
        Board.Define("quantum-governor", Fleet.Command("governor", ["--roles", "governor"]));
        Board.Define("quantum-apply-layer", Fleet.Command("gate", ["--roles", "apply-layer"]));
        await Board.Does("systemctl start quantum-governor quantum-apply-layer");
    }

    public async Task DisposeAsync()
    {
        await Board.DisposeAsync();
        await Fleet.DisposeAsync();
    }

    /// <summary><c>bin/Debug/net10.0</c> of this very build.</summary>
    private static string BuildOutput()
    {
        DirectoryInfo output = new(AppContext.BaseDirectory.TrimEnd('/'));
        return $"bin/{output.Parent!.Name}/{output.Name}";
    }
}

/// <summary>
/// The testnet flatten runbook, step by step with its own commands (flatten contract F16, F19, F20, F22, F28-F32), against the real governor and the
/// paper exchange.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RunbookScenarios(RunbookMachine machine) : IClassFixture<RunbookMachine>
{
    private const string Governor = "quantum-governor";
    private const string Arm = "redis-cli SET quantum:gov:testnet:flatten:arm 1 EX 60";
    private const string SetFlags = """
        echo "GOV_TESTNET_FORCE_FLATTEN=true" >> /etc/quantum/governor.env
        echo "GOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW" >> /etc/quantum/governor.env
        """;

    private const string RemoveFlags = "sed -i '/GOV_TESTNET_FORCE_FLATTEN/d' /etc/quantum/governor.env";
    private const string Restart = "systemctl restart quantum-governor";
    private const string Done = "TESTNET_FLATTEN done";

    private TraderFleet Fleet => machine.Fleet;

    private UnitBoard Board => machine.Board;

    private string Activate => $"bash {Board.Home}/ops/ess_controller.sh activate";

    private string Deactivate => $"bash {Board.Home}/ops/ess_controller.sh deactivate";

    [Fact]
    [Trait("covers", "F2,F5,F12,F14,F15,F19,F20,F22,F23,F28,F29,F31,F32")]
    public async Task F31_steps_1_to_7_by_hand_close_everything_and_leave_nothing_behind()
    {
        await Begin(positions: 3);
        var stood = Fleet.OpenPositions();
        var marks = await Marks.Take(Fleet);

        // Step 1
        var activated = await Board.Does(Activate);
        Assert.Contains("✓ ESS ACTIVATED", activated, StringComparison.Ordinal);
        Assert.Contains("All trading operations STOPPED", activated, StringComparison.Ordinal);
        Assert.True(File.Exists(Board.Latch));

        // Steps 2 and 3; the flags twice, as an operator who is not sure.
        await Board.Does(SetFlags);
        await Board.Does(SetFlags);
        await Board.Does(Restart);
        var armed = await Says("journalctl -u quantum-governor --since \"60 seconds ago\" | grep flatten", "requires ESS active");
        Assert.Contains("[WARNING] Testnet flatten ARMED (GOV_TESTNET_FORCE_FLATTEN=true + CONFIRM=FLATTEN_NOW)", armed, StringComparison.Ordinal);
        Assert.Contains("[WARNING] Testnet flatten requires ESS active + Redis arm key", armed, StringComparison.Ordinal);

        // Step 4
        Assert.Equal("OK", (await Board.Does(Arm)).Trim());

        // Step 5
        var lines = (await Says("journalctl -u quantum-governor --since \"60 seconds ago\" | grep -i flatten", Done)).Split('\n');
        FleetSteps.InOrder(
            lines, "Testnet flatten ARMED", "[WARNING] Testnet flatten: ALL SAFETY CHECKS PASSED - executing flatten", "[INFO] Testnet flatten: Closing ",
            "[WARNING] TESTNET_FLATTEN done symbols=3 orders=3 errors=0");
        foreach (var row in stood)
        {
            var quantity = Math.Abs(row.State.Amount).ToString("0.############", CultureInfo.InvariantCulture);
            var side = row.State.Amount > 0 ? "SELL" : "BUY";
            FleetSteps.InOrder(
                lines, $"Testnet flatten: Closing {row.Spec.Name} {side} qty={quantity}", $"Testnet flatten: {row.Spec.Name} close order placed: ");
        }

        var metrics = await Board.Does("curl -s localhost:8044/metrics | grep gov_testnet_flatten");
        Assert.Matches(@"gov_testnet_flatten_enabled 1(\.0)?\n", metrics);
        Assert.Matches(@"gov_testnet_flatten_attempt_total 1(\.0)?\n", metrics);
        Assert.Matches(@"gov_testnet_flatten_orders_total 3(\.0)?\n", metrics);
        Assert.Matches(@"gov_testnet_flatten_errors_total 0(\.0)?\n", metrics);

        // Step 6: the exchange, not Redis' keys.
        FleetSteps.OneReducingOrderEach(marks.Orders(), stood);
        Assert.Empty(Fleet.OpenPositions());
        Assert.Contains("ALL FLAT", await Board.Does($"python3 {Board.Home}/scripts/dump_exchange_positions.py"), StringComparison.Ordinal);
        await Board.Does("redis-cli --scan --pattern \"quantum:position:snapshot:*\"");

        // Step 7 and the checklist.
        await Board.Does(RemoveFlags);
        await Board.Does(Restart);
        Assert.Contains("✓ ESS DEACTIVATED", await Board.Does(Deactivate), StringComparison.Ordinal);
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(Board.EnvFile));
        Assert.Equal(1, (await Board.Type("grep GOV_TESTNET_FORCE_FLATTEN /etc/quantum/governor.env")).Code);
        Assert.Contains("ESS Status: INACTIVE", await Board.Does($"bash {Board.Home}/ops/ess_controller.sh status"), StringComparison.Ordinal);
        Assert.Equal("", (await Board.Does("redis-cli GET quantum:gov:testnet:flatten:arm")).Trim());
        Assert.Matches(@"^\d{10}(\.\d+)?$", (await Board.Does("redis-cli GET quantum:gov:testnet:flatten:last_ts")).Trim());
        // Counters begin again at zero; the log does not (F28).
        Assert.Matches(@"gov_testnet_flatten_enabled 0(\.0)?\n", await Says("curl -s localhost:8044/metrics | grep gov_testnet_flatten", "enabled"));
        Assert.Contains("symbols=3 orders=3 errors=0", await Board.Does($"journalctl | grep \"{Done}\""), StringComparison.Ordinal);

        // One-shot: what is opened afterwards stays open (F32).
        Fleet.Hold(1);
        await Board.Does(Arm);
        await Says("journalctl -u quantum-governor -n 40 | grep -i flatten", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP");
        Assert.Single(Fleet.OpenPositions());
    }

    [Fact]
    [Trait("covers", "F19,F20,F31")]
    public async Task F31_example_1_clean_slate_reset_as_one_block()
    {
        await Begin(positions: 4);
        // sleep waits for what the operator waits for.
        var (code, said) = await Board.Type($$"""
            sleep() { for ((i = 0; i < 600; i++)); do [[ -z $(redis-cli GET quantum:gov:testnet:flatten:arm) ]] && journalctl -u quantum-governor --since "60 seconds ago" | grep -q "TESTNET_FLATTEN done" && return; command sleep 0.1; done; }
            # 1. Stop trading
            bash ops/ess_controller.sh activate

            # 2. Arm flatten
            echo "GOV_TESTNET_FORCE_FLATTEN=true" >> /etc/quantum/governor.env
            echo "GOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW" >> /etc/quantum/governor.env
            systemctl restart quantum-governor
            redis-cli SET quantum:gov:testnet:flatten:arm 1 EX 60

            # 3. Wait for completion
            sleep 10
            journalctl -u quantum-governor --since "30 seconds ago" | grep "TESTNET_FLATTEN done"

            # 4. Resume clean
            sed -i '/GOV_TESTNET_FORCE_FLATTEN/d' /etc/quantum/governor.env
            systemctl restart quantum-governor
            bash ops/ess_controller.sh deactivate
            """);

        Assert.True(code == 0, said);
        Assert.Matches("TESTNET_FLATTEN done symbols=4 orders=4 errors=0 ", said);
        Assert.Contains("Trading operations RESUMED", said, StringComparison.Ordinal);
        Assert.Empty(Fleet.OpenPositions());
        Assert.False(File.Exists(Board.Latch));
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(Board.EnvFile));
    }

    [Fact]
    [Trait("covers", "F31,D-S1")]
    public async Task F31_example_2_the_proof_script_passes_on_a_flat_account_and_on_one_that_it_flattens()
    {
        foreach (var positions in new[] { 5, 0 })
        {
            await Begin(positions);
            var (code, said) = await Board.Type($"bash {Board.Home}/scripts/proof_testnet_flatten.sh");
            Assert.True(code == 0, said + string.Join('\n', Board.Log(Governor).TakeLast(40)));
            Assert.Contains("✓ PASS: Testnet flatten executed successfully", said, StringComparison.Ordinal);
            Assert.Contains($"symbols={positions} orders={positions} errors=0", said, StringComparison.Ordinal);
            Assert.Empty(Fleet.OpenPositions());
            Assert.False(File.Exists(Board.Latch));
            Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(Board.EnvFile));
        }
    }

    [Fact]
    [Trait("covers", "D-S1,F13,F34")]
    public async Task S3_the_proof_script_fails_on_what_the_exchange_still_shows_and_leaves_the_stop_on()
    {
        await Begin(positions: 3);
        var stuck = Fleet.OpenPositions()[0].Spec.Name;
        Fleet.Exchange.Faults.Add($"order:{stuck}:-2022");
        var (code, said) = await Board.Type($"bash {Board.Home}/scripts/proof_testnet_flatten.sh");

        Assert.True(code == 1, said);
        Assert.Contains("✗ FAIL", said, StringComparison.Ordinal);
        Assert.Contains("ESS stays ON: the exchange shows 1 open positions", said, StringComparison.Ordinal);
        Assert.Equal(stuck, Assert.Single(Fleet.OpenPositions()).Spec.Name);
        Assert.True(File.Exists(Board.Latch));
        Assert.Equal("METRICS_PORT=8044\n", File.ReadAllText(Board.EnvFile));
    }

    [Fact]
    [Trait("covers", "F16")]
    public async Task F16_rollback_1_flags_removed_and_restarted()
    {
        await Begin(positions: 2);
        await Board.Does(Activate);
        await Board.Does(SetFlags);
        await Board.Does(Restart);
        await Board.Does(RemoveFlags);
        await Board.Does(Restart);
        Assert.Matches(@"gov_testnet_flatten_enabled 0(\.0)?\n", await Says("curl -s localhost:8044/metrics | grep gov_testnet_flatten", "enabled"));

        var marks = await Marks.Take(Fleet);
        await Board.Does(Arm);
        await Says("journalctl -u quantum-governor -n 40 | grep -i flatten", "GOV_TESTNET_FORCE_FLATTEN not true - NO-OP");
        Assert.Empty(marks.Orders());
        Assert.Equal(2, Fleet.OpenPositions().Count);
    }

    [Fact]
    [Trait("covers", "F16")]
    public async Task F16_rollback_2_the_key_is_deleted_before_the_governor_looks()
    {
        await Begin(positions: 2);
        await Board.Does(Activate);
        await Board.Does(SetFlags);
        await Board.Does(Restart);
        var marks = await Marks.Take(Fleet);
        // Between two looks: the governor stands still while a person changes their mind.
        await Board.Does($"kill -STOP {Board.Pid(Governor)}");
        await Board.Does(Arm);
        Assert.Equal("1", (await Board.Does("redis-cli GET quantum:gov:testnet:flatten:arm")).Trim());
        Assert.Equal("1", (await Board.Does("redis-cli DEL quantum:gov:testnet:flatten:arm")).Trim());
        await Board.Does($"kill -CONT {Board.Pid(Governor)}");

        // It looks again and again meanwhile: a second arm is taken, so the first one was gone.
        await Board.Does(Deactivate);
        await Board.Does(Arm);
        await Says("journalctl -u quantum-governor -n 40 | grep -i flatten", "ESS latch file");
        Assert.Matches(@"gov_testnet_flatten_attempt_total 1(\.0)?\n", await Board.Does("curl -s localhost:8044/metrics | grep gov_testnet_flatten"));
        Assert.Empty(marks.Orders());
    }

    [Fact]
    [Trait("covers", "F4,F16")]
    public async Task F16_rollback_3_without_the_stop_an_armed_flatten_does_nothing()
    {
        await Begin(positions: 2);
        await Board.Does(Activate);
        await Board.Does(SetFlags);
        await Board.Does(Restart);
        await Board.Does(Deactivate);
        var marks = await Marks.Take(Fleet);
        await Board.Does(Arm);
        await Says("journalctl -u quantum-governor -n 40 | grep -i flatten", $"ESS latch file {Board.Latch} not found - NO-OP");
        Assert.Empty(marks.Orders());
        Assert.Equal(2, Fleet.OpenPositions().Count);
    }

    [Fact]
    [Trait("covers", "F16,D-F18")]
    public async Task F16_rollback_3_in_mid_run_no_further_order_leaves()
    {
        await Begin(positions: 60);
        await Board.Does(Activate);
        await Board.Does(SetFlags);
        await Board.Does(Restart);
        var marks = await Marks.Take(Fleet);
        // Slow enough for a person to change their mind half-way.
        Fleet.Exchange.LatencyMs = 700;
        await Board.Does(Arm);
        await Fleet.Until("the first close order", () => marks.Orders().Count > 0);
        await Board.Does(Deactivate);
        Assert.False(File.Exists(Board.Latch));
        Fleet.Exchange.LatencyMs = 0;
        var done = await Says("journalctl -u quantum-governor -n 200 | grep -i flatten", Done);

        Assert.DoesNotContain("status=flat", done, StringComparison.Ordinal);
        var sent = marks.Orders().Count;
        Assert.InRange(sent, 1, 59);
        Assert.Equal(60 - sent, Fleet.OpenPositions().Count);
        // And none afterwards: the run is over, and the next look at the key finds nothing.
        await Board.Does(RemoveFlags);
        await Board.Does(Restart);
        Assert.Equal(sent, marks.Orders().Count);
    }

    /// <summary>From whatever the last scenario left behind to a machine at rest with so many positions.</summary>
    private async Task Begin(int positions)
    {
        Fleet.Exchange.Faults.Clear();
        Fleet.Exchange.LatencyMs = 0;
        await Board.Does($"if [[ -e {Board.Latch} ]]; then {Deactivate}; fi");
        Assert.False(File.Exists(Board.Latch));
        File.WriteAllText(Board.EnvFile, "METRICS_PORT=8044\n");
        await Board.Does("redis-cli DEL quantum:gov:testnet:flatten:arm quantum:gov:testnet:flatten:last_ts");
        await Board.Does(Restart);
        await Says("curl -s localhost:8044/health/ready", "true");
        Fleet.Hold(positions);
        // The one-second cooldown of the last scenario is over when the exchange's clock says so.
        var lines = Board.Log(Governor).LastOrDefault(l => l.Contains(Done, StringComparison.Ordinal));
        if (lines is not null && Regex.Match(lines, @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d") is { Success: true } stamp)
        {
            var ended = DateTime.Parse(stamp.Value, CultureInfo.InvariantCulture);
            await Fleet.Until("the cooldown to be over", () => TimeProvider.System.GetLocalNow().DateTime > ended.AddSeconds(3));
        }
    }

    /// <summary>Types it again until it says this.</summary>
    private Task<string> Says(string command, string text) => Fleet.Come(
        $"'{command}' to say '{text}'",
        async () => (await Board.Type(command)).Said is { } said && said.Contains(text, StringComparison.Ordinal) ? said : null);
}

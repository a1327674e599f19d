using System.Text.Json;
using Trader.Cli.KillSwitch;
using Trader.Cli.Status;
using Trader.Messages;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>Well is only what proves itself well.</summary>
public sealed class StatusRulesTests
{
    private static readonly Heartbeat Beat = new("exit_brain_main", BrainStatus.Alive, 2, 1, 10, 0, 1);

    private static SystemStatus Well { get; } = new()
    {
        Redis = "redis://127.0.0.1:6379/0",
        NowMs = 1_700_000_000_000,
        Heartbeat = Beat,
        HeartbeatAgeMs = 500,
        Guards = new Dictionary<string, string?> { ["watchdog"] = "w", ["panic-close"] = "p" },
        Gate = "open",
        Said = [new RoleSeen("governor", []), new RoleSeen("position-state", []), new RoleSeen("apply-layer", [])],
        Switch = Turned(null),
        Stop = new StopSeen(null, false),
    };

    private static SystemStatus Deployed { get; } = Well with
    {
        Said =
        [
            Seen("exit-brain", 400, ""), Seen("watchdog", 400, ""), Seen("panic-close", 400, ""),
            Seen("governor", 400, ""), Seen("position-state", 9_000, ""), Seen("apply-layer", 400, ""),
        ],
        Switch = Turned("false", new GateSaid("n", new GateReport(1, false, 1), 300)),
        Stop = new StopSeen("clear", false),
    };

    [Fact]
    public void A_guarded_system_is_well() => Assert.Empty(StatusRules.Problems(Well));

    [Fact]
    public void S1_a_system_of_which_nothing_is_known_is_not_well()
    {
        var unknown = new SystemStatus { Redis = "r", NowMs = 1, Guards = new Dictionary<string, string?> { ["watchdog"] = null } };

        Assert.Equal(3, StatusRules.Problems(unknown).Count);
    }

    [Fact]
    public void With_the_order_chain_it_is_well_too_and_says_what_every_part_does()
    {
        Assert.Empty(StatusRules.Problems(Deployed));
        var screen = Screen(Deployed);

        Assert.Contains("\ngovernor       ready, heard 0.4 s ago (n)\n", screen, StringComparison.Ordinal);
        Assert.Contains("\napply-layer    ready, heard 0.4 s ago (n), 1 in flight\n", screen, StringComparison.Ordinal);
        Assert.Contains("\nkill switch    off (value false)\n", screen, StringComparison.Ordinal);
        Assert.Contains("\nemergency stop clear\n", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_never_deployed_is_called_that()
    {
        var screen = Screen(Well);

        Assert.Contains("\ngovernor       not deployed\n", screen, StringComparison.Ordinal);
        Assert.Contains("\nemergency stop not deployed\n", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void One_node_that_does_the_work_is_enough()
    {
        var status = Deployed with
        {
            Said = [new RoleSeen("governor", [new NodeSaid("a", 300, ""), new NodeSaid("b", 500, "why"), new NodeSaid("c", 90_000, "")])],
        };

        Assert.Empty(StatusRules.Problems(status));
        Assert.Contains(
            "\ngovernor       ready, heard 0.3 s ago (a); NOT READY, heard 0.5 s ago (b): why\n", Screen(status), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_a_gate_that_died_with_orders_under_way_says_where_to_look()
    {
        var problem = Assert.Single(StatusRules.Problems(Deployed with { Said = [Seen("apply-layer", 20_000, "")] }));

        Assert.StartsWith(
            "apply-layer is gone: last heard 20 s ago on n, with 1 in flight: look at the exchange", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_degraded_brain_says_why_once()
    {
        var status = Deployed with
        {
            Heartbeat = Beat with { Status = BrainStatus.Degraded },
            Said = [Seen("exit-brain", 400, "DEGRADED: no live watchdog"), .. Deployed.Said.Skip(1)],
        };

        Assert.Equal(["the exit brain says DEGRADED: no live watchdog"], StatusRules.Problems(status));
        Assert.Contains("(exit_brain_main), NOT READY\n", Screen(status), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_that_cannot_be_read_is_no_report()
    {
        var unreadable = new List<string?>();

        var seen = RoleSeen.Read("governor", [new("a", "900:"), new("b", "x:"), new("c", "800:why: because")], 1_000, unreadable);

        Assert.Equal([new NodeSaid("a", 100, ""), new NodeSaid("c", 200, "why: because")], seen.Nodes);
        Assert.Equal(["trader:roles:governor: what b says is no report"], unreadable);
    }

    public static TheoryData<string> Troubles => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Troubles))]
    public void S11_every_trouble_is_said(string expected)
    {
        var problem = Assert.Single(StatusRules.Problems(Cases[expected]));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4_999, true)]
    [InlineData(0, 5_001, false)]
    [InlineData(2, 2_999, true)]
    [InlineData(2, 3_001, false)]
    public void A_heartbeat_may_be_as_old_as_the_watchdog_allows(int positions, long ageMs, bool well) =>
        Assert.Equal(
            well,
            StatusRules.Problems(Well with { Heartbeat = Beat with { ActivePositions = positions }, HeartbeatAgeMs = ageMs }).Count == 0);

    [Fact]
    public void The_screen_and_the_json_say_the_same()
    {
        var halted = Cases["trading is halted"];
        var problems = StatusRules.Problems(halted);
        var screen = new StringWriter();
        StatusScreen.Write(screen, halted, problems);
        using var json = JsonDocument.Parse(StatusScreen.Json(halted, problems));

        Assert.Contains("HALTED", screen.ToString(), StringComparison.Ordinal);
        Assert.Contains("NOT WELL (1)", screen.ToString(), StringComparison.Ordinal);
        Assert.False(json.RootElement.GetProperty("healthy").GetBoolean());
        Assert.True(json.RootElement.GetProperty("halted").GetBoolean());
        Assert.Equal(problems.Count, json.RootElement.GetProperty("problems").GetArrayLength());
    }

    private static Dictionary<string, SystemStatus> Cases { get; } = new()
    {
        ["trading is halted"] = Well with { Halt = [new("halted", "true"), new("reason", "R")] },
        ["cannot be read"] = Well with { Unreadable = ["system: WRONGTYPE"] },
        ["no heartbeat"] = Well with { Heartbeat = null, HeartbeatAgeMs = null },
        ["malformed"] = Well with { Heartbeat = null, HeartbeatTrouble = "ts is missing" },
        ["DEGRADED"] = Well with { Heartbeat = Beat with { Status = BrainStatus.Degraded } },
        ["no live watchdog"] = Well with { Guards = new Dictionary<string, string?> { ["watchdog"] = null, ["panic-close"] = "p" } },
        ["nobody holds it open"] = Well with { Gate = null },
        ["closed:NO_WATCHDOG"] = Well with { Gate = "closed:NO_WATCHDOG" },
        ["is being executed"] = Well with { Panic = new PanicSeen("e", "R", "ops", 2_000) },
        ["has no completion"] = Well with { Panic = new PanicSeen("e", "R", "ops", 20_000) },
        ["left 1 positions: BTCUSDT"] = Well with
        {
            Panic = new PanicSeen("e", "R", "ops", 20_000),
            Completion = Facts.Completion(2, 1, "BTCUSDT"),
        },
        ["governor is gone: last heard 10 s ago on n"] = Deployed with { Said = [Seen("governor", 10_000, "")] },
        ["position-state on n is not ready: Redis cannot be reached"] =
            Deployed with { Said = [Seen("position-state", 300, "Redis cannot be reached")] },
        ["watchdog on n is not ready"] = Deployed with { Said = [Seen("watchdog", 300, "token refused")] },
        ["the kill switch is ON (value ON)"] = Well with { Switch = Turned("ON") },
        ["the emergency stop is on: manual_stop"] = Deployed with { Stop = new StopSeen("active:manual_stop", true) },
        ["the emergency stop is on: nobody says clear"] = Deployed with { Stop = new StopSeen(null, false) },
        ["the emergency stop is on: quantum:ess:active is set"] = Well with { Stop = new StopSeen(null, true) },
        ["alarm 1.0 s ago"] = Well with { Alarms = [new AlarmSeen("A  text", 1_000), new AlarmSeen("old", 3_600_000)] },
    };

    private static RoleSeen Seen(string role, long ageMs, string notReady) => new(role, [new NodeSaid("n", ageMs, notReady)]);

    private static KillSwitchFacts Turned(string? value, params GateSaid[] gates) => new(new KillSwitchSeen(value, false), [], gates);

    private static string Screen(SystemStatus status)
    {
        var screen = new StringWriter();
        StatusScreen.Write(screen, status, StatusRules.Problems(status));
        return screen.ToString().ReplaceLineEndings("\n");
    }
}

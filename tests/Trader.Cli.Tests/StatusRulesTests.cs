using System.Text.Json;
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
    };

    [Fact]
    public void A_guarded_system_is_well() => Assert.Empty(StatusRules.Problems(Well));

    [Fact]
    public void S1_a_system_of_which_nothing_is_known_is_not_well()
    {
        var unknown = new SystemStatus { Redis = "r", NowMs = 1, Guards = new Dictionary<string, string?> { ["watchdog"] = null } };

        Assert.Equal(3, StatusRules.Problems(unknown).Count);
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
        ["alarm 1.0 s ago"] = Well with { Alarms = [new AlarmSeen("A  text", 1_000), new AlarmSeen("old", 3_600_000)] },
    };
}

using Trader.Actors.Governor;
using Trader.Hosting.Configuration;
using Trader.Hosting.Node;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The governor's settings from the defaults, the documented variables and the env file.</summary>
public sealed class GovernorSettingsTests
{
    [Fact]
    public void The_defaults_are_the_documented_ones()
    {
        var governor = Load([]).Settings!.Governor;

        Assert.Equal((GovernorMode.Testnet, false, 2m), (governor.Mode, governor.TestnetAllocation, governor.AllocationBurst));
        Assert.Equal(new GovernorCaps(10, 200, 2000), governor.Caps);
        Assert.Equal(new GovernorRates(TimeSpan.FromSeconds(60), 3, 2, 5000, 0.02m), governor.Rates);
        Assert.Equal((0.8m, 0.85m), (governor.KillScoreCritical, governor.KillScoreOpen));
        Assert.Equal(new GovernorDisarmSettings(true, true, 5), governor.Disarm);
        Assert.Equal(
            new RiskGuardSettings(
                RiskGuardUse.Production, 0.025m, 0.08m, 0.10m, TimeSpan.FromHours(4), 3, TimeSpan.FromHours(1), 50, 0.05m,
                TimeSpan.FromMinutes(5)),
            governor.Risk);
        Assert.Equal(
            new EfficiencySettings(0.65m, 0.45m, 0.25m, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(600)), governor.Efficiency);
        Assert.Equal(TimeSpan.FromSeconds(5), governor.ExitLock);
    }

    [Theory]
    [InlineData("testnet", GovernorMode.Testnet)]
    [InlineData("dry_run", GovernorMode.DryRun)]
    [InlineData("production", GovernorMode.Production)]
    public void APPLY_MODE_is_the_mode(string word, GovernorMode expected) =>
        Assert.Equal(expected, Load(new() { ["APPLY_MODE"] = word }).Settings!.Governor.Mode);

    [Theory]
    [InlineData("APPLY_MODE", "Production")]
    [InlineData("GOV_TESTNET_ENABLE_P29", "maybe")]
    [InlineData("GOV_MAX_OPEN_POSITIONS", "-1")]
    [InlineData("GOV_MAX_NOTIONAL_PER_TRADE_USDT", "nan")]
    [InlineData("GOV_SYMBOL_COOLDOWN_SECONDS", "soon")]
    [InlineData("GOV_KILL_SCORE_CRITICAL", "80")]
    [Trait("rule", "S1")]
    public void A_value_nobody_can_use_stops_the_start(string name, string value)
    {
        var result = Load(new() { [name] = value });

        Assert.Null(result.Settings);
        Assert.Contains(result.Violations, violation => violation.Where.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_line_appended_to_the_env_file_again_the_last_counts()
    {
        using var etc = new ScratchDirectory();
        File.WriteAllText(
            Path.Combine(etc.Path, "governor.env"),
            "GOV_MAX_OPEN_POSITIONS=3\nGOV_TESTNET_ENABLE_P29=true\nGOV_SYMBOL_COOLDOWN_SECONDS=90\nRISK_MAX_SPREAD_BPS=12.5\n"
            + "GOV_ENABLE_AUTO_DISARM=false\nGOV_MAX_OPEN_POSITIONS=4");

        var governor = Load(new() { ["QUANTUM_ETC_DIR"] = etc.Path }).Settings!.Governor;

        Assert.Equal((4, true), (governor.Caps.Positions, governor.TestnetAllocation));
        Assert.Equal((TimeSpan.FromSeconds(90), 12.5m, false), (governor.Rates.SymbolCooldown, governor.Risk.MaxSpreadBps, governor.Disarm.Enabled));
    }

    /// <summary>A production account's guards start whatever the governor was told; the roles that permit and send orders do not.</summary>
    [Theory]
    [InlineData("BINANCE_TESTNET=false", true)]
    [InlineData("BINANCE_TESTNET=false;GATE=dry_run", true)]
    [InlineData("BINANCE_TESTNET=false;GOVERNOR=dry_run", true)]
    [InlineData("BINANCE_TESTNET=false;APPLY_MODE=dry_run", false)]
    [InlineData("BINANCE_TESTNET=false;APPLY_MODE=production", false)]
    [InlineData("BINANCE_TESTNET=true", false)]
    [InlineData("BINANCE_TESTNET=true;GOVERNOR=dry_run", false)]
    [InlineData("BINANCE_BASE_URL=http://127.0.0.1:9;GOVERNOR=dry_run", false)]
    [Trait("rule", "S1")]
    public void S1_a_production_account_is_not_traded_by_permits_without_its_limits(string variables, bool refused)
    {
        using var scratch = new ScratchDirectory();
        var environment = variables.Split(';').Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        var overlay = scratch.Write(
            "overlay.hocon",
            (environment.Remove("GATE", out var gate) ? $"trader.apply-layer.mode = {gate}\n" : "")
            + (environment.Remove("GOVERNOR", out var governor) ? $"trader.governor.mode = {governor}\n" : ""));
        environment["QUANTUM_ETC_DIR"] = "none";
        var result = SettingsLoader.Load(new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), overlay, environment));
        Assert.Empty(result.Violations);

        foreach (var role in RoleNames.All)
        {
            var violations = Wiring.Module(role).Refuses(result.Settings!);
            Assert.Equal(refused && role is (Role.Governor or Role.ApplyLayer) ? "trader.governor.mode" : null, violations.SingleOrDefault()?.Where);
        }
    }

    private static SettingsResult Load(Dictionary<string, string> environment)
    {
        environment.TryAdd("QUANTUM_ETC_DIR", "none");
        return SettingsLoader.Load(new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), null, environment));
    }
}

using Trader.Hosting.Configuration;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The documented P33_* variables (apply-layer contract 1.8; X24).</summary>
public sealed class PositionStateSettingsTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment;

    public PositionStateSettingsTests() => _environment = new() { ["QUANTUM_ETC_DIR"] = _scratch.Path };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_defaults_are_the_documented_figures()
    {
        var settings = Load().Settings!.PositionState;

        Assert.Equal((10, 15, 60), ((int)settings.StaleAfter.TotalSeconds, (int)settings.Cooldown.TotalSeconds, (int)settings.PermitTtl.TotalSeconds));
        Assert.Equal((1.0m, 0.001m, 0.0001m), (settings.TolerancePercent, settings.ToleranceAbsolute, settings.NoPositionBelow));
        Assert.Empty(settings.Allowlist);
        Assert.True(settings.SaysAllowed);
    }

    [Fact]
    [Trait("covers", "X24")]
    public void Every_variable_reaches_its_setting_and_seconds_may_have_a_fraction()
    {
        _environment["P33_POLL_SEC"] = "0.5";
        _environment["P33_STALE_THRESHOLD_SEC"] = "7.5";
        _environment["P33_COOLDOWN_SEC"] = "0";
        _environment["P33_PERMIT_TTL"] = "30";
        _environment["P33_QTY_TOLERANCE_PCT"] = "2.5";
        _environment["P33_ALLOWLIST"] = "BTCUSDT, ETHUSDT";
        _environment["P33_METRICS_PORT"] = "9048";
        _environment["P33_LOG_LEVEL"] = "warning";

        var all = Load().Settings!;
        var settings = all.PositionState;

        Assert.Equal(TimeSpan.FromMilliseconds(500), settings.PollEvery);
        Assert.Equal(TimeSpan.FromMilliseconds(7500), settings.StaleAfter);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(30)), (settings.Cooldown, settings.PermitTtl));
        Assert.Equal(2.5m, settings.TolerancePercent);
        Assert.Equal([Symbol.Parse("BTCUSDT"), Symbol.Parse("ETHUSDT")], settings.Allowlist.Order());
        Assert.Equal(9048, all.Ports[Role.PositionState]);
        Assert.False(settings.SaysAllowed);
    }

    [Fact]
    public void Without_an_allowlist_of_its_own_the_gates_counts()
    {
        _environment["APPLY_ALLOWLIST"] = "BTCUSDT";
        Assert.Equal([Symbol.Parse("BTCUSDT")], Load().Settings!.PositionState.Allowlist);

        _environment["P33_ALLOWLIST"] = "ETHUSDT";
        Assert.Equal([Symbol.Parse("ETHUSDT")], Load().Settings!.PositionState.Allowlist);
    }

    [Theory]
    [InlineData("P33_POLL_SEC", "fast")]
    [InlineData("P33_POLL_SEC", "0.1")]
    [InlineData("P33_STALE_THRESHOLD_SEC", "-1")]
    [InlineData("P33_QTY_TOLERANCE_PCT", "1e3")]
    [InlineData("P33_LOG_LEVEL", "LOUD")]
    [InlineData("P33_ALLOWLIST", "BTC/USDT")]
    public void A_value_that_cannot_be_used_stops_the_start_and_is_named(string name, string value)
    {
        _environment[name] = value;

        Assert.Contains(Load().Violations, violation => violation.ToString().Contains(name, StringComparison.Ordinal));
    }

    private SettingsResult Load() => SettingsLoader.Load(
        new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), null, _environment));
}

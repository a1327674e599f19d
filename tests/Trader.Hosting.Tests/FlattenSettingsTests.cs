using Trader.Hosting.Configuration;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The flattener's switches and limits as operators write them (F20, F25, F26, D-F1, D-F6, D-S2).</summary>
public sealed class FlattenSettingsTests : IDisposable
{
    private const string Force = "GOV_TESTNET_FORCE_FLATTEN";
    private const string Confirm = "GOV_TESTNET_FORCE_FLATTEN_CONFIRM";

    private readonly ScratchDirectory _scratch = new();
    private readonly Dictionary<string, string> _environment;

    public FlattenSettingsTests() => _environment = new() { ["QUANTUM_ETC_DIR"] = _scratch.Path };

    public void Dispose() => _scratch.Dispose();

    [Fact]
    [Trait("covers", "F1,F25,F26,D-F1")]
    public void Without_a_word_it_is_off_and_the_limits_are_the_documented_ones()
    {
        var flatten = Good().Flatten;

        Assert.False(flatten.Flags.IsForced);
        Assert.False(flatten.Flags.IsConfirmed);
        Assert.Equal((200, 1.0m), (flatten.MaxSymbols, flatten.MinNotionalUsd));
        Assert.Equal((60, 50), (flatten.Cooldown.TotalSeconds, flatten.PollEvery.TotalMilliseconds));
        Assert.False(flatten.CancelResting);
        Assert.False(flatten.HasCredentials);
    }

    [Theory]
    [InlineData("true", "FLATTEN_NOW", true, true)]
    [InlineData("TRUE", "FLATTEN_NOW", true, true)]
    [InlineData("1", "flatten_now", false, false)]
    [InlineData("yes", "FLATTEN_NOW ", false, false)]
    [Trait("covers", "F3")]
    public void The_process_environment_is_taken_byte_for_byte(string force, string confirm, bool forced, bool confirmed)
    {
        (_environment[Force], _environment[Confirm]) = (force, confirm);
        var flags = Good().Flatten.Flags;

        Assert.Equal((forced, confirmed), (flags.IsForced, flags.IsConfirmed));
        Assert.Equal(confirm, flags.Confirm);
    }

    [Theory]
    [InlineData("GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n", true)]
    [InlineData("A=1\nGOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW", true)]
    [InlineData("GOV_TESTNET_FORCE_FLATTEN=false\nGOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=no\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n", true)]
    [InlineData("GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\nGOV_TESTNET_FORCE_FLATTEN=false\n", false)]
    [InlineData("GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=\"FLATTEN_NOW \"\n", false)]
    [Trait("covers", "F20,D-S2")]
    public void The_last_duplicate_in_the_file_wins(string text, bool ready)
    {
        Write("governor.env", text);
        var flags = Good().Flatten.Flags;

        Assert.Equal(ready, flags is { IsForced: true, IsConfirmed: true });
    }

    [Fact]
    [Trait("covers", "F20")]
    public void A_file_that_sets_a_switch_to_nothing_switches_the_processs_off()
    {
        (_environment[Force], _environment[Confirm]) = ("true", "FLATTEN_NOW");
        Write("governor.env", "GOV_TESTNET_FORCE_FLATTEN=\n");

        Assert.False(Good().Flatten.Flags.IsForced);
    }

    [Fact]
    public void The_apply_layers_file_switches_nothing_on()
    {
        Write("apply-layer.env", "GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n");

        Assert.False(Good().Flatten.Flags.IsForced);
    }

    [Fact]
    [Trait("covers", "F20,D-S2")]
    public void A_line_that_swallowed_the_switch_leaves_it_off_and_says_so()
    {
        Write("governor.env", "METRICS_PORT=8044GOV_TESTNET_FORCE_FLATTEN=true\nGOV_TESTNET_FORCE_FLATTEN_CONFIRM=FLATTEN_NOW\n");
        var result = Load();

        Assert.False(result.Settings!.Flatten.Flags.IsForced);
        Assert.Contains(result.Notices, n => n.Contains("line 1: METRICS_PORT swallows an assignment", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("production", true)]
    [InlineData("testnet", false)]
    [InlineData("dry_run", false)]
    [InlineData("", false)]
    [Trait("covers", "F17,D-F6")]
    [Trait("rule", "S15")]
    public void S15_any_mode_but_the_two_documented_ones_is_production_wherever_it_stands(string mode, bool production)
    {
        Write("governor.env", "APPLY_MODE=testnet\n");
        Write("apply-layer.env", $"APPLY_MODE={mode}\n");
        Assert.Equal(production, IsProduction());
        File.Delete(Path.Combine(_scratch.Path, "apply-layer.env"));
        Assert.False(IsProduction());
        _environment["APPLY_MODE"] = mode;
        Assert.Equal(production, IsProduction());
    }

    [Theory]
    [InlineData("PRODUCTION")]
    [InlineData("live")]
    [Trait("covers", "F17,D-F6")]
    [Trait("rule", "S15")]
    public void S15_a_mode_that_is_none_stops_the_start(string mode)
    {
        Write("apply-layer.env", $"APPLY_MODE={mode}\n");
        Assert.Contains(Load().Violations, v => v.ToString().Contains("is no mode", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MAX_FLATTEN_SYMBOLS", "50", 50)]
    [InlineData("GOV_MAX_FLATTEN_SYMBOLS", "60", 60)]
    [Trait("covers", "F25,D-F1")]
    public void The_cap_has_two_names(string name, string value, int expected)
    {
        _environment[name] = value;
        Assert.Equal(expected, Good().Flatten.MaxSymbols);
        Write("governor.env", "GOV_MAX_FLATTEN_SYMBOLS=70\n");
        Assert.Equal(70, Good().Flatten.MaxSymbols);
    }

    [Theory]
    [InlineData("MIN_FLATTEN_NOTIONAL_USD", "2.5", 2.5)]
    [InlineData("GOV_MIN_FLATTEN_NOTIONAL_USD", "0", 0)]
    [Trait("covers", "F26,D-F1")]
    public void The_smallest_notional_has_two_names(string name, string value, decimal expected)
    {
        _environment[name] = value;
        Assert.Equal(expected, Good().Flatten.MinNotionalUsd);
    }

    [Theory]
    [InlineData("MAX_FLATTEN_SYMBOLS", "0")]
    [InlineData("MAX_FLATTEN_SYMBOLS", "many")]
    [InlineData("GOV_MIN_FLATTEN_NOTIONAL_USD", "-1")]
    [InlineData("GOV_MIN_FLATTEN_NOTIONAL_USD", "1e3")]
    [InlineData("MIN_FLATTEN_NOTIONAL_USD", "nan")]
    [Trait("covers", "D-F1")]
    public void A_limit_that_is_none_stops_the_start_and_names_its_source(string name, string value)
    {
        _environment[name] = value;
        var violation = Assert.Single(Load().Violations);

        Assert.Contains(name, violation.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("http://127.0.0.1:9100", true)]
    public void A_cooldown_below_the_documented_one_is_for_the_paper_exchange_alone(string baseUrl, bool allowed)
    {
        var overlay = Path.Combine(_scratch.Path, "overlay.hocon");
        File.WriteAllText(overlay, "trader.flatten.cooldown = 1s");
        if (baseUrl.Length > 0)
        {
            _environment["BINANCE_BASE_URL"] = baseUrl;
        }

        var settings = Load(overlay).Settings!;
        Assert.Equal(allowed, settings.RefusedFor(Role.Governor).Count == 0);
        Assert.Empty(settings.RefusedFor(Role.PanicClose));
    }

    /// <summary>A mode that the gate does not know stops the start, which flattens nothing either.</summary>
    private bool IsProduction() => Load() is not { Settings: { } settings, Violations.Count: 0 } || settings.Flatten.Flags.ProductionMode is not null;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_scratch.Path, name), text);

    private NodeSettings Good()
    {
        var result = Load();
        Assert.Empty(result.Violations);
        return result.Settings!;
    }

    private SettingsResult Load(string? overlay = null) => SettingsLoader.Load(
        new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), overlay, _environment));
}

using Trader.Actors.IntentDesk;
using Trader.Hosting.Configuration;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The intent desk's figures.</summary>
public sealed class IntentSettingsTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_defaults_are_the_files_and_plans_are_remembered_as_long_as_the_gate_does()
    {
        Assert.Equal(
            new IntentDeskSettings(1000, 128, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), TimeSpan.FromHours(6)),
            Load("").Settings!.Intents);
        Assert.Equal(TimeSpan.FromMinutes(20), Load("", ("APPLY_DEDUPE_TTL_SEC", "1200")).Settings!.Intents.PlanMemory);
    }

    [Theory]
    [InlineData("trader.http.max-connections = 100", 50)]
    [InlineData("trader.intents.max-waiting = 5000", 128)]
    [InlineData("trader.intents.max-waiting = 10", 10)]
    public void Who_waits_leaves_half_of_the_connections_to_the_emergency_stop(string overlay, int waiting) =>
        Assert.Equal(waiting, Load(overlay).Settings!.Intents.MaxWaiting);

    [Theory]
    [InlineData("trader.intents.max-in-hand = 9")]
    [InlineData("trader.intents.max-waiting = 3")]
    [InlineData("trader.intents.look-again = 100ms")]
    [InlineData("trader.intents.remember = 25h")]
    public void What_is_out_of_its_range_is_refused_by_name(string overlay) =>
        Assert.Contains(overlay.Split(' ')[0], Assert.Single(Load(overlay).Violations).ToString(), StringComparison.Ordinal);

    private SettingsResult Load(string overlay, params (string Name, string Value)[] variables) => SettingsLoader.Load(new SettingsSources(
        Path.Combine(AppContext.BaseDirectory, "akka.hocon"), scratch.Write("overlay.hocon", overlay),
        variables.Append(("QUANTUM_ETC_DIR", scratch.Path)).ToDictionary(v => v.Item1, v => v.Item2)));
}

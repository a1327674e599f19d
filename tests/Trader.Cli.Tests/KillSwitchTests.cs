using System.Globalization;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.KillSwitch;
using Trader.Messages;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests;

public sealed class KillSwitchTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kill-switch-").FullName;
    private RedisServer redis = null!;
    private RedisConsole console = null!;
    private string config = "";

    public async Task InitializeAsync()
    {
        redis = await RedisServer.Start();
        console = RedisConsole.Open(redis.Url);
        config = Path.Combine(folder, "overlay.hocon");
        await File.WriteAllTextAsync(config, $"trader.redis.url = \"{redis.Url}\"\n");
    }

    public async Task DisposeAsync()
    {
        await console.DisposeAsync();
        await redis.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("rule", "S14")]
    public async Task S14_a_person_turns_it_and_it_says_who_when_and_why()
    {
        var (on, line, _) = await Run("on", "--reason", "prices look wrong");
        Assert.Equal((ExitCode.Good, "true"), (on, await console.Text("GET", RedisKeys.KillSwitch)));
        Assert.Contains("ON (value true) since 20", line, StringComparison.Ordinal);
        Assert.Contains($"by {Environment.UserName}@", line, StringComparison.Ordinal);
        Assert.Contains("prices look wrong", line, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Bad, (await Run("status")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("off")).Code);
        Assert.Equal("true", await console.Text("GET", RedisKeys.KillSwitch));

        Assert.Equal(ExitCode.Good, (await Run("off", "--yes")).Code);
        Assert.Equal("false", await console.Text("GET", RedisKeys.KillSwitch));
        Assert.Equal(ExitCode.Good, (await Run("status")).Code);
    }

    [Fact]
    public async Task What_somebody_set_past_this_command_is_shown_as_unknown()
    {
        await Run("off", "--yes");
        await console.Text("SET", RedisKeys.KillSwitch, "ON please");

        var (code, text, _) = await Run("status", "--json");

        using var json = JsonDocument.Parse(text);
        Assert.Equal(ExitCode.Bad, code);
        Assert.Equal(
            (true, "ON please", "unknown", "unknown"),
            (json.RootElement.GetProperty("on").GetBoolean(), json.RootElement.GetProperty("value").GetString(),
                json.RootElement.GetProperty("since").GetString(), json.RootElement.GetProperty("by").GetString()));
    }

    [Fact]
    [Trait("covers", "A43")]
    public async Task It_returns_only_when_no_gate_has_anything_in_flight()
    {
        await Report("g1", 0, "off:0");
        var (late, _, why) = await Run("on", "--timeout", "1");
        Assert.Equal((ExitCode.Bad, "true"), (late, await console.Text("GET", RedisKeys.KillSwitch)));
        Assert.Contains("g1 has not seen it yet", why, StringComparison.Ordinal);

        await Report("g1", 60_000, "on:2");
        (late, _, why) = await Run("on", "--timeout", "1");
        Assert.Equal(ExitCode.Bad, late);
        Assert.Contains("g1 has 2 in flight", why, StringComparison.Ordinal);

        await Report("g1", 60_000, "on:0");
        await Report("dead", -60_000, "off:1");
        Assert.Equal(ExitCode.Good, (await Run("on", "--timeout", "1")).Code);
    }

    [Fact]
    public async Task Without_Redis_nothing_is_claimed()
    {
        await redis.Kill();

        var (code, output, error) = await Run("on");

        Assert.Equal(ExitCode.Unavailable, code);
        Assert.Empty(output);
        Assert.Contains("Redis", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "on", 0, 0)]
    [InlineData(99, "on", 0, 1)]
    [InlineData(100, "off", 0, 1)]
    [InlineData(100, "on", 1, 1)]
    public void A_gate_has_drained_when_it_says_so_after_the_switch_was_set(long at, string state, int inFlight, int waitedFor)
    {
        var gate = new GateSaid("g", new GateReport(at, state == "on", inFlight), 500);
        var facts = new KillSwitchFacts(new KillSwitchSeen("true", false), [], [gate, gate with { AgeMs = KillSwitchFacts.GoneAfterMs }]);

        Assert.Equal(waitedFor, facts.NotDrained(100).Count);
    }

    private async Task Report(string node, long aheadMs, string text)
    {
        var now = (await console.Do("TIME")).Items[0].TryInteger(out var seconds) ? seconds * 1000 : 0;
        await console.Text("HSET", RedisKeys.Gates, node, (now + aheadMs).ToString(CultureInfo.InvariantCulture) + ":" + text);
    }

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await Entry.RunAsync(
            ["kill-switch", .. arguments, "--config", config], Verbs.All(), new Terminal(output, error, null), CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}

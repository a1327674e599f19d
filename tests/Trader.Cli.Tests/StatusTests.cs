using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Messages;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>The verb against a real Redis: what stands there is what it shows, and what cannot be read is said.</summary>
public sealed class StatusTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("status-").FullName;
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
    [Trait("rule", "S11")]
    public async Task S11_a_role_that_was_there_is_missed_and_one_that_never_was_is_not()
    {
        await console.Text("HSET", RedisKeys.RoleReports + Roles.Governor, "n1", "1000:");

        var status = await Json();

        var governor = status.GetProperty("roles").GetProperty("governor");
        Assert.True(governor.GetProperty("announced").GetBoolean());
        Assert.False(governor.GetProperty("live").GetBoolean());
        Assert.False(status.GetProperty("roles").GetProperty("apply-layer").GetProperty("announced").GetBoolean());
        var problems = Problems(status);
        Assert.Contains(problems, line => line.StartsWith("governor is gone", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, line => line.Contains("apply-layer", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, line => line.Contains("emergency stop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_switches_are_shown_as_they_stand()
    {
        var second = (await console.Do("TIME")).Items[0].TryInteger(out var seconds) ? seconds : 0;
        await console.Text("HSET", RedisKeys.Gates, "n1", $"{second}000:on:2");
        await console.Text("SET", RedisKeys.KillSwitch, "true");
        await console.Text("SET", RedisKeys.EssState, "active:manual_stop");

        var status = await Json();

        var turned = status.GetProperty("killSwitch");
        Assert.Equal(
            (true, "true", 2),
            (turned.GetProperty("on").GetBoolean(), turned.GetProperty("value").GetString(), turned.GetProperty("inFlight").GetInt32()));
        Assert.Equal("manual_stop", status.GetProperty("emergencyStop").GetProperty("why").GetString());
        Assert.Contains(Problems(status), line => line.StartsWith("the kill switch is ON", StringComparison.Ordinal));
        Assert.Contains("the emergency stop is on: manual_stop", Problems(status));
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_what_cannot_be_read_is_a_problem_and_no_answer()
    {
        await console.Text("LPUSH", RedisKeys.EssState, "clear");
        await console.Text("SET", RedisKeys.RoleReports + Roles.ApplyLayer, "x");
        await console.Text("SET", RedisKeys.Gates, "x");

        var status = await Json();

        Assert.Equal(JsonValueKind.Null, status.GetProperty("emergencyStop").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("killSwitch").ValueKind);
        var problems = Problems(status);
        foreach (var what in new[] { RedisKeys.EssState, RedisKeys.RoleReports + Roles.ApplyLayer, "the kill switch" })
        {
            Assert.Contains(problems, line => line.StartsWith("cannot be read: " + what, StringComparison.Ordinal));
        }
    }

    private static List<string> Problems(JsonElement status) =>
        [.. status.GetProperty("problems").EnumerateArray().Select(line => line.GetString()!)];

    private async Task<JsonElement> Json()
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await Entry.RunAsync(
            ["status", "--json", "--config", config], Verbs.All(), new Terminal(output, error, null), CancellationToken.None);
        Assert.Equal((ExitCode.Bad, ""), (code, error.ToString()));
        using var json = JsonDocument.Parse(output.ToString());
        return json.RootElement.Clone();
    }
}

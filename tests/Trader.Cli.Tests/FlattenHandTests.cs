using System.Text.Json;
using Trader.Actors.Flatten;
using Trader.Cli.CommandLine;
using Trader.Cli.Flatten;
using Trader.Cli.Settings;
using Trader.Messages;
using Trader.Redis;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary><c>flatten arm|disarm|status</c> against a real Redis: the documented key, and who and why beside it (D-F25).</summary>
public sealed class FlattenHandTests : IAsyncLifetime
{
    private static readonly FlattenArmNote Ana = new("ana", "clean slate", "q1");

    private readonly StringWriter _out = new();
    private RedisServer _server = null!;
    private RedisConsole _console = null!;
    private RedisSession _redis = null!;

    private Terminal Terminal => new(_out, TextWriter.Null, null);

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start();
        _console = RedisConsole.Open(_server.Url);
        _redis = await RedisSession.OpenAsync(RedisEndpoint.Parse(_server.Url), default);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _console.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    [Trait("covers", "F22,D-F25")]
    public async Task Arming_sets_the_documented_key_for_a_minute_with_who_and_why_beside_it()
    {
        Assert.Equal(ExitCode.Good, await Hand().ArmAsync(Ana, TimeSpan.Zero, default));

        Assert.Equal("1", await _console.Text("GET", RedisKeys.FlattenArm));
        Assert.InRange(int.Parse(await _console.Text("TTL", RedisKeys.FlattenArm), System.Globalization.CultureInfo.InvariantCulture), 55, 60);
        Assert.Equal("ana", (await _console.Hash(RedisKeys.FlattenArmNote))["by"]);
        var entry = Assert.Single(await _console.Stream(RedisKeys.FlattenRuns));
        Assert.Equal(("flatten.requested", "ana", "clean slate"), (entry["event"], entry["by"], entry["why"]));
    }

    [Theory]
    [InlineData("1", "armed already")]
    [InlineData("x", "holds 'x'")]
    public async Task A_key_that_stands_is_left_as_it_is(string value, string said)
    {
        await _console.Text("SET", RedisKeys.FlattenArm, value);

        Assert.Equal(ExitCode.Bad, await Hand().ArmAsync(Ana, TimeSpan.Zero, default));

        Assert.Contains(said, _out.ToString(), StringComparison.Ordinal);
        Assert.Equal("0", await _console.Text("EXISTS", RedisKeys.FlattenArmNote));
        Assert.Equal("-1", await _console.Text("TTL", RedisKeys.FlattenArm));
    }

    [Fact]
    [Trait("covers", "F16")]
    public async Task Disarming_removes_key_and_note_and_says_whether_there_was_one()
    {
        await Hand().ArmAsync(Ana, TimeSpan.Zero, default);
        Assert.Equal(ExitCode.Good, await Hand().DisarmAsync(new FlattenArmNote("bo", "changed my mind", "q2"), default));

        Assert.Equal("0", await _console.Text("EXISTS", RedisKeys.FlattenArm, RedisKeys.FlattenArmNote));
        Assert.Contains("disarmed", _out.ToString(), StringComparison.Ordinal);
        await Hand().DisarmAsync(Ana, default);
        Assert.Contains("no key to remove", _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(["flatten.requested", "flatten.withdrawn"], (await _console.Stream(RedisKeys.FlattenRuns)).Select(e => e["event"]));
    }

    [Fact]
    public async Task A_key_that_no_governor_takes_is_said_loudly()
    {
        Assert.Equal(ExitCode.Unavailable, await Hand().ArmAsync(Ana, TimeSpan.FromMilliseconds(200), default));

        Assert.Contains("NO GOVERNOR TOOK IT", _out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FlattenStatus.Flat, ExitCode.Good, "FLAT: 44 orders")]
    [InlineData(FlattenStatus.Partial, ExitCode.Bad, "NOT FLAT: 2 positions left (partial)")]
    [InlineData(FlattenStatus.Failed, ExitCode.Bad, "NOT FLAT: 2 positions left (failed)")]
    [Trait("covers", "F34")]
    public async Task The_run_that_comes_of_it_decides_the_exit_code(FlattenStatus status, int code, string said)
    {
        var run = EventId.FromGuid(Guid.NewGuid());
        var figures = FlattenFigures.None with { Ok = 44, Residual = status == FlattenStatus.Flat ? 0 : 2 };
        foreach (var happened in new FlattenEvent[] { new FlattenEvent.Armed(run, Ana, 1), new FlattenEvent.Completed(run, status, figures, 2) })
        {
            await _console.Add(RedisKeys.FlattenRuns, [.. FlattenWire.ToStream(happened, "g1").Select(f => (f.Key, f.Value))]);
        }

        Assert.Equal(code, await Hand().ArmAsync(Ana, TimeSpan.FromSeconds(20), default));
        Assert.Contains(said, _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "D-F20")]
    public async Task A_refusal_is_told_in_json_with_its_cause()
    {
        await _console.Add(RedisKeys.FlattenRuns, [.. FlattenWire.ToStream(
            new FlattenEvent.Refused(EventId.FromGuid(Guid.NewGuid()), FlattenRefusal.LatchAbsent, "ESS latch file X not found", Ana, 1), "g1")
            .Select(f => (f.Key, f.Value))]);

        Assert.Equal(ExitCode.Bad, await new FlattenHand(_redis, Terminal, json: true).ArmAsync(Ana, TimeSpan.FromSeconds(20), default));

        using var json = JsonDocument.Parse(_out.ToString());
        Assert.Equal("refused", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("ESS latch file X not found", json.RootElement.GetProperty("run").GetProperty("text").GetString());
    }

    [Fact]
    [Trait("covers", "F22,F28")]
    public void The_screen_says_what_happened()
    {
        var run = EventId.FromGuid(Guid.Empty);
        var figures = FlattenFigures.None with { Seen = 674, NonZero = 44, Above = 44, Sent = 44, Ok = 44, TookMs = 312 };
        var state = new FlattenState(
            true, new Uri("http://127.0.0.1:8044/metrics"), new Dictionary<string, long>(), "1", 41_000, Ana, "1769571479", 20_500, 60_000,
            "/var/run/quantum/ESS_ON", true, FlattenHistory.Of(
                [new FlattenEvent.Armed(run, Ana, 1_769_571_479_000), new FlattenEvent.Completed(run, FlattenStatus.Flat, figures, 1_769_571_479_312)]),
            null);

        var text = FlattenScreen.Text(state);

        Assert.Contains("arm key     ARMED, expires in 41 s, by ana: clean slate", text, StringComparison.Ordinal);
        Assert.Contains("cooldown    ACTIVE for 40 s more", text, StringComparison.Ordinal);
        Assert.Matches(@"2026-01-28 03:37:59 +flat +44 +44 +0 +0 +312 +ana +clean slate +00000000", text);
        using var json = JsonDocument.Parse(FlattenScreen.Json(state));
        Assert.True(json.RootElement.GetProperty("cooldownActive").GetBoolean());
        Assert.Equal("flat", json.RootElement.GetProperty("runs")[0].GetProperty("result").GetString());
    }

    private FlattenHand Hand() => new(_redis, Terminal, json: false);
}

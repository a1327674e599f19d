using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Ess;
using Trader.Cli.Settings;
using Trader.Messages;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests;

/// <summary>The emergency stop by hand while nothing else runs: the latch is enough, and a release leaves who and why for the owner.</summary>
public sealed class EssDeskTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trader-ess-cli-");

    private string Run => Path.Combine(_folder.FullName, "run");

    [Fact]
    public async Task S1_without_owner_and_redis_the_latch_is_written_and_released()
    {
        var on = await Desk("redis://127.0.0.1:1/0").ActivateAsync(EssNote.Of(5_000, "ann", "odd fills"), CancellationToken.None);
        Assert.Equal((ExitCode.Good, true, (bool?)true), (on.ExitCode, on.Active, on.Latch));
        Assert.Contains("Redis", string.Join('\n', on.Trouble), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Run, "ESS_ON")));

        var status = await Desk("redis://127.0.0.1:1/0").StatusAsync(CancellationToken.None);
        Assert.Equal((true, "odd fills", "ann"), (status.Active, status.Reason, status.By));
        using var json = JsonDocument.Parse(status.Json());
        Assert.True(json.RootElement.GetProperty("active").GetBoolean());
        Assert.StartsWith("ESS Status: ACTIVE\n", status.Text(), StringComparison.Ordinal);

        var off = await Desk("redis://127.0.0.1:1/0").DeactivateAsync(EssNote.Of(6_000, "bob", "all well"), CancellationToken.None);
        Assert.Equal((ExitCode.Good, false), (off.ExitCode, off.Active));
        Assert.Equal(
            new EssNote(6_000, "bob", "all well"), EssNote.Read(await File.ReadAllTextAsync(Path.Combine(Run, "ESS_OFF"))));
    }

    [Fact]
    public async Task The_marker_follows_where_redis_answers()
    {
        await using var server = await RedisServer.Start();
        await using var console = RedisConsole.Open(server.Url);
        await Desk(server.Url).ActivateAsync(EssNote.Of(5_000, "ann", "x"), CancellationToken.None);
        Assert.Equal("1970-01-01T00:00:05Z", await console.Text("GET", RedisKeys.EssActive));
        await Desk(server.Url).DeactivateAsync(EssNote.Of(6_000, "ann", "x"), CancellationToken.None);
        Assert.Equal("0", await console.Text("EXISTS", RedisKeys.EssActive));
    }

    [Fact]
    public async Task S1_what_could_not_be_stopped_is_not_reported_as_stopped()
    {
        await File.WriteAllTextAsync(Run, "in the way");
        var on = await Desk("redis://127.0.0.1:1/0").ActivateAsync(EssNote.Of(5_000, "ann", "x"), CancellationToken.None);
        Assert.Equal(ExitCode.Unavailable, on.ExitCode);
        Assert.Contains("could not be written", string.Join('\n', on.Trouble), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private EssDesk Desk(string redis) => new(OperatorSettings.Load(null, new Dictionary<string, string>
    {
        ["REDIS_URL"] = redis,
        ["QUANTUM_RUN_DIR"] = Run,
        ["QUANTUM_ETC_DIR"] = "none",
        ["TRADER_STATE_DIR"] = Path.Combine(_folder.FullName, "state"),
        ["TRADER_PORT_OFFSET"] = "40123",
    }));
}

using System.Net;
using System.Text.Json;
using Trader.Cli.CommandLine;
using Trader.Cli.Ess;
using Trader.Cli.Settings;
using Trader.Hosting.Configuration;
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

    [Fact]
    public async Task S14_an_owner_that_stays_active_after_a_release_by_file_is_no_success()
    {
        await using var owner = Owner.Start(Settings("redis://127.0.0.1:1/0").Ports[Role.ApplyLayer], activeLooks: int.MaxValue);
        Directory.CreateDirectory(Run);
        await File.WriteAllTextAsync(Path.Combine(Run, "ESS_ON"), "");
        var off = await Desk("redis://127.0.0.1:1/0").DeactivateAsync(EssNote.Of(6_000, "bob", "all well"), CancellationToken.None);
        Assert.Equal((ExitCode.Bad, true), (off.ExitCode, off.Active));
        Assert.Contains("disk full", string.Join('\n', off.Trouble), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_takes_a_moment_to_release_is_waited_for()
    {
        await using var owner = Owner.Start(Settings("redis://127.0.0.1:1/0").Ports[Role.ApplyLayer], activeLooks: 3);
        Directory.CreateDirectory(Run);
        await File.WriteAllTextAsync(Path.Combine(Run, "ESS_ON"), "");
        var off = await Desk("redis://127.0.0.1:1/0").DeactivateAsync(EssNote.Of(6_000, "bob", "all well"), CancellationToken.None);
        Assert.Equal((ExitCode.Good, false), (off.ExitCode, off.Active));
    }

    [Fact]
    public async Task S1_the_marker_stays_with_a_latch_that_cannot_be_removed()
    {
        await using var server = await RedisServer.Start();
        await using var console = RedisConsole.Open(server.Url);
        await console.Text("SET", RedisKeys.EssActive, "1970-01-01T00:00:05Z");
        Directory.CreateDirectory(Path.Combine(Run, "ESS_ON", "inner"));
        var off = await Desk(server.Url).DeactivateAsync(EssNote.Of(6_000, "ann", "x"), CancellationToken.None);
        Assert.Equal(ExitCode.Unavailable, off.ExitCode);
        Assert.Equal("1", await console.Text("EXISTS", RedisKeys.EssActive));
    }

    [Fact]
    public async Task What_the_owner_could_not_write_down_is_said()
    {
        await using var owner = Owner.Start(Settings("redis://127.0.0.1:1/0").Ports[Role.ApplyLayer], activeLooks: int.MaxValue);
        var state = Directory.CreateDirectory(Path.Combine(_folder.FullName, "state"));
        Hosting.Http.LinkToken.Obtain(new Dictionary<string, string>(), state.FullName);
        var on = await Desk("redis://127.0.0.1:1/0").ActivateAsync(EssNote.Of(5_000, "ann", "x"), CancellationToken.None);
        Assert.Equal(ExitCode.Good, on.ExitCode);
        Assert.Contains("but memory cannot be written", string.Join('\n', on.Trouble), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private EssDesk Desk(string redis) => new(Settings(redis));

    private NodeSettings Settings(string redis) => OperatorSettings.Load(null, new Dictionary<string, string>
    {
        ["REDIS_URL"] = redis,
        ["QUANTUM_RUN_DIR"] = Run,
        ["QUANTUM_ETC_DIR"] = "none",
        ["TRADER_STATE_DIR"] = Path.Combine(_folder.FullName, "state"),
        ["TRADER_PORT_OFFSET"] = "40123",
    });

    /// <summary>An owner's HTTP side: active for so many looks at its status, then clear.</summary>
    private sealed class Owner(HttpListener http, int activeLooks) : IAsyncDisposable
    {
        private Task _serving = Task.CompletedTask;

        public static Owner Start(int port, int activeLooks)
        {
            var http = new HttpListener();
            http.Prefixes.Add($"http://127.0.0.1:{port}/");
            http.Start();
            var owner = new Owner(http, activeLooks);
            owner._serving = owner.Serve();
            return owner;
        }

        public async ValueTask DisposeAsync()
        {
            http.Stop();
            await _serving;
            http.Close();
        }

        private async Task Serve()
        {
            var looks = 0;
            while (true)
            {
                try
                {
                    var asked = await http.GetContextAsync();
                    var active = asked.Request.HttpMethod != "GET" || ++looks <= activeLooks;
                    var text = active
                        ? """{"active":true,"reason":"disk full","message":"ESS triggered; but memory cannot be written"}"""
                        : """{"active":false,"reason":""}""";
                    await asked.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
                    asked.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}

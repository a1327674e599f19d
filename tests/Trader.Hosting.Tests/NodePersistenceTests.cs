using System.IO.Pipelines;
using System.Text;
using Akka.Actor;
using Akka.Persistence;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;
using Trader.Hosting.Logging;
using Trader.Hosting.Node;
using Trader.Testing;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>A node gives its persistent actors the Redis of <c>trader.redis</c>, with the settings of <c>akka.hocon</c>.</summary>
public sealed class NodePersistenceTests : IDisposable
{
    private const string Password = "a-password-of-redis";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    [Trait("rule", "S12")]
    public async Task A_companion_recovers_in_the_nodes_next_life_what_it_persisted_in_the_last()
    {
        await using var redis = await RedisServer.Start(new RedisServerOptions { Password = Password });

        Assert.Equal((0, true), await Life(redis.Url));
        Assert.Equal((1, true), await Life(redis.Url));

        await using var console = RedisConsole.Open(redis.Url);
        Assert.Equal("2", await console.Text("GET", "trader:persistence:journal:persisted:tally:highestSequenceNr"));
    }

    [Fact]
    [Trait("rule", "S16")]
    public async Task Without_Redis_the_companion_says_why_it_ends_and_never_the_password()
    {
        var pipe = new Pipe();
        using var read = new StreamReader(pipe.Reader.AsStream());
        var log = new StringBuilder();
        await using (var lines = new LineWriter(pipe.Writer.AsStream()))
        {
            var settings = Settings($"redis://:{Password}@127.0.0.1:{PeerLinkTests.FreePort()}");
            var ended = new TaskCompletionSource<(int, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var node = await Start(settings, ended, lines);
            Assert.Equal((-1, false), await ended.Task.WaitAsync(Patience));
            using var patience = new CancellationTokenSource(Patience);
            while (!log.ToString().Contains("for persistenceId [tally]", StringComparison.Ordinal))
            {
                log.AppendLine(await read.ReadLineAsync(patience.Token));
            }
        }

        await pipe.Writer.CompleteAsync();
        log.Append(await read.ReadToEndAsync());
        Assert.Contains("RedisPersistenceException: reading snapshots of tally: NotConnected", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, log.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Events recovered by the node's companion, and whether one more was stored.</summary>
    private async Task<(int Recovered, bool Stored)> Life(string redisUrl)
    {
        await using var lines = new LineWriter(new MemoryStream());
        var stored = new TaskCompletionSource<(int, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = await Start(Settings(redisUrl), stored, lines);
        return await stored.Task.WaitAsync(Patience);
    }

    private async Task<NodeHost> Start(NodeSettings settings, TaskCompletionSource<(int, bool)> stored, LineWriter lines)
    {
        List<RoleModule> modules =
        [
            Wiring.Module(Role.Watchdog) with
            {
                Companions = [new Companion("tally", _ => Props.Create(() => new Tally(stored)))],
                Persisted = [PersistedType.Of<Counted>("test.counted.v1")],
            },
        ];
        return await NodeHost.StartAsync(new NodeParts(
            settings, modules, meter => Wiring.Gateways(settings, modules, TimeProvider.System, meter), Environment(""), TimeProvider.System,
            new LineLogger(lines, TimeProvider.System), lines));
    }

    private NodeSettings Settings(string redisUrl)
    {
        var overlay = _scratch.Write("overlay.hocon", $"trader.roles.watchdog.port = {PeerLinkTests.FreePort()}");
        var result = SettingsLoader.Load(
            new SettingsSources(Path.Combine(AppContext.BaseDirectory, "akka.hocon"), overlay, Environment(redisUrl)));
        Assert.Empty(result.Violations);
        return result.Settings!;
    }

    private Dictionary<string, string> Environment(string redisUrl) => new()
    {
        ["QUANTUM_ETC_DIR"] = _scratch.Path,
        ["TRADER_STATE_DIR"] = _scratch.File("state"),
        ["REDIS_URL"] = redisUrl,
    };

    private sealed record Counted(int Number);

    /// <summary>Persists one event when it has recovered, and says how many it found.</summary>
    private sealed class Tally : ReceivePersistentActor
    {
        private readonly TaskCompletionSource<(int, bool)> _stored;
        private int _recovered;

        public Tally(TaskCompletionSource<(int, bool)> stored)
        {
            _stored = stored;
            Recover<Counted>(_ => _recovered++);
            Recover<RecoveryCompleted>(_ => Persist(new Counted(_recovered + 1), _ => stored.TrySetResult((_recovered, true))));
        }

        public override string PersistenceId => "tally";

        protected override void OnRecoveryFailure(Exception reason, object? message = null)
        {
            base.OnRecoveryFailure(reason, message);
            _stored.TrySetResult((-1, false));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Trader.Messages;
using Trader.Redis;
using Trader.Testing;
using Xunit;

namespace Trader.Cli.Tests.Ops;

/// <summary>
/// The runbook's script against a real Redis, a real process to kill, and stand-ins for systemctl, pgrep, watchdog and worker.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class ChaosScriptTests : IAsyncLifetime
{
    private readonly DirectoryInfo _stubs = Directory.CreateTempSubdirectory("trader-stubs-");
    private RedisServer _server = null!;
    private RedisClient _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start();
        var up = new TaskCompletionSource();
        _redis = RedisClient.Start(
            new RedisTarget(RedisEndpoint.Parse(_server.Url), new RedisOptions(), TimeProvider.System),
            state =>
            {
                if (state is RedisLinkState.Up)
                {
                    up.TrySetResult();
                }
            });
        await up.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Stub("systemctl", "exit 0");
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
        _stubs.Delete(recursive: true);
    }

    [Fact]
    public async Task X30_it_passes_on_what_happened_and_the_second_run_tests_again()
    {
        var first = await DrillAsync(failed: 0, halt: true);
        Assert.True(first.Code == 0, first.Output + first.Error);
        Assert.Contains("PASS: panic close completed", first.Output, StringComparison.Ordinal);

        await Do("DEL", RedisKeys.TradingState);
        // The old completion is still in the stream: nothing happens this time, and that must not pass.
        var second = await DrillAsync(failed: null, halt: false);
        Assert.Equal(1, second.Code);
        Assert.Contains("FAIL: no entry in system:panic_close", second.Error, StringComparison.Ordinal);

        var third = await DrillAsync(failed: 0, halt: true);
        Assert.True(third.Code == 0, third.Output + third.Error);
    }

    [Fact]
    public async Task S4_failed_positions_or_a_missing_halt_fail()
    {
        var failed = await DrillAsync(failed: 1, halt: true);
        Assert.Equal(1, failed.Code);
        Assert.Contains("positions_failed", failed.Output, StringComparison.Ordinal);
        Assert.Contains("BTCUSDT", failed.Output, StringComparison.Ordinal);

        await Do("DEL", RedisKeys.TradingState);
        var unhalted = await DrillAsync(failed: 0, halt: false);
        Assert.Equal(1, unhalted.Code);
        Assert.Contains("not set", unhalted.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", 77)]
    [InlineData("", 77)]
    public async Task E3_it_refuses_what_is_not_testnet_and_kills_nothing(string testnet, int expected)
    {
        using var brain = Brain(testnet);
        await BeatAsync();
        var run = await RunAsync("--yes");

        Assert.Equal(expected, run.Code);
        Assert.Contains("REFUSED", run.Error, StringComparison.Ordinal);
        Assert.False(brain.HasExited);
        brain.Kill();
    }

    [Fact]
    public async Task Nothing_is_killed_when_a_pre_check_fails_or_nobody_confirms()
    {
        using var brain = Brain("true");
        Assert.Equal(69, (await RunAsync("--yes")).Code); // no heartbeat yet
        await BeatAsync();
        Assert.Equal(77, (await RunAsync()).Code); // nobody types yes
        Assert.Equal(64, (await RunAsync("--nonsense")).Code);
        await Do("HSET", RedisKeys.TradingState, "halted", "true");
        Assert.Equal(69, (await RunAsync("--yes")).Code);
        await Do("DEL", RedisKeys.TradingState);
        Stub("systemctl", "[[ $* != *watchdog* ]]");
        var inactive = await RunAsync("--yes");
        Assert.Equal(69, inactive.Code);
        Assert.Contains("quantum-exit-brain-watchdog.service is not active", inactive.Error, StringComparison.Ordinal);
        Assert.False(brain.HasExited);
        brain.Kill();
    }

    /// <param name="failed">Positions that the stand-in reports as failed; null: it does nothing at all.</param>
    private async Task<(int Code, string Output, string Error)> DrillAsync(int? failed, bool halt)
    {
        using var brain = Brain("true");
        await BeatAsync();
        var run = RunAsync("--yes", "--timeout", failed is null ? "2" : "20");
        var died = brain.WaitForExitAsync();
        Assert.True(await Task.WhenAny(died, run) == died, "the script ended before it killed: " + (run.IsCompleted ? (await run).Error : ""));
        if (failed is { } count)
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
            var id = EventId.FromGuid(Guid.NewGuid());
            var trigger = new PanicTrigger(id, "EXIT_BRAIN_PROCESS_DEAD", PanicIssuer.Watchdog, now.ToUnixTimeMilliseconds());
            await Add(RedisKeys.PanicClose, PanicWire.Write(trigger));
            if (halt)
            {
                await Do("HSET", RedisKeys.TradingState, "halted", "true");
            }

            string[] symbols = [.. Enumerable.Repeat("BTCUSDT", count)];
            await Add(RedisKeys.PanicCompleted, PanicWire.Write(new PanicCompletion(id, 2, 2 - count, symbols, 1, 2)));
        }

        return await run;
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => Shell.RunAsync(
        Path.Combine(Repository.Root, "ops", "bin", "chaos_test_exit_brain.sh"), arguments,
        new Dictionary<string, string> { ["REDIS_URL"] = _server.Url }, _stubs.FullName);

    /// <summary>A process to be killed, which pgrep's stand-in finds.</summary>
    private Process Brain(string testnet)
    {
        var start = new ProcessStartInfo("sleep", ["120"]);
        start.Environment.Remove("BINANCE_BASE_URL");
        start.Environment["BINANCE_TESTNET"] = testnet;
        var brain = Process.Start(start) ?? throw new InvalidOperationException("sleep did not start");
        Stub("pgrep", "echo " + brain.Id.ToString(CultureInfo.InvariantCulture));
        return brain;
    }

    private Task BeatAsync() => Add(
        RedisKeys.Heartbeat, HeartbeatWire.Write(new Heartbeat("exit_brain_main", BrainStatus.Alive, 2, 1, 10, 0, 1_700_000_000_000)));

    private async Task Add(string key, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var result = await _redis.Execute(StreamCommands.Add(key, 1000, fields), TimeSpan.FromSeconds(5));
        Assert.True(result.IsValue, $"XADD {key}: {result}");
    }

    private async Task Do(string command, params string[] arguments)
    {
        var result = await _redis.Execute(RedisCommand.Of(command, [.. arguments.Select(a => (RedisArgument)a)]), TimeSpan.FromSeconds(5));
        Assert.True(result.IsValue, $"{command}: {result}");
    }

    private void Stub(string name, string body)
    {
        var file = Path.Combine(_stubs.FullName, name);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{body}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

using System.Diagnostics;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The script that an operator runs every month, against real processes.</summary>
public sealed class ChaosScriptScenarios(GuardedFleet guarded) : IClassFixture<GuardedFleet>
{
    private const int Refused = 77;
    private const int PreCheckFailed = 69;

    private TraderFleet Fleet => guarded.Fleet;

    [Fact]
    [Trait("covers", "E2,E7,E16,E22,E23,X29,X30,X31")]
    public async Task E23_the_chaos_script_passes_and_passes_again_after_the_recovery()
    {
        for (var round = 0; round < 2; round++)
        {
            var marks = await guarded.Arm(2);
            var (exitCode, said) = await Run();
            Assert.True(exitCode == 0, said);
            Assert.Contains("PASS", said, StringComparison.Ordinal);
            Assert.Empty(Fleet.OpenPositions());
            // It killed for real, and it judged this round's events, not the last one's.
            Assert.Single(await marks.Completions());
            Assert.Contains((await marks.NextPanic())["event_id"], said, StringComparison.Ordinal);
            await guarded.Brain.End();
        }
    }

    [Fact]
    [Trait("covers", "E3,X29")]
    public async Task E3_the_chaos_script_kills_nothing_unless_everything_is_in_place()
    {
        await guarded.Arm(1);
        await Fleet.Console.Do("HSET", RedisKeys.TradingState, "halted", "true");
        Assert.Equal(PreCheckFailed, (await Run()).ExitCode);
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        Assert.False(guarded.Brain.HasExited);

        await guarded.Worker.Kill();
        Assert.Equal(PreCheckFailed, (await Run()).ExitCode);
        Assert.False(guarded.Brain.HasExited);

        // Not told in so many words that this is a testnet: refused, whatever the address is.
        var marks = await guarded.Arm(0);
        await guarded.Brain.Terminate();
        await guarded.Brain.End();
        guarded.Brain = Fleet.StartNode("br", ["--roles", "exit-brain", "--as", "main_with_watchdog.py"],
            new Dictionary<string, string?> { ["BINANCE_TESTNET"] = null });
        await guarded.Armed(0);
        var (exitCode, said) = await Run();
        Assert.True(exitCode == Refused, said);
        Assert.False(guarded.Brain.HasExited);
        Assert.Empty(await marks.Panics());
        await guarded.Brain.Terminate();
        await guarded.Brain.End();
    }

    [Fact]
    [Trait("covers", "X29")]
    public async Task X29_the_chaos_script_fails_when_a_position_stays_open()
    {
        await guarded.Arm(2);
        Fleet.Exchange.Faults.Add("order:BTCUSDT:-2022");
        var (exitCode, said) = await Run();
        Assert.True(exitCode == 1, said);
        Assert.Contains("BTCUSDT", said, StringComparison.Ordinal);
        Fleet.Exchange.Faults.Clear();
        await guarded.Brain.End();
        // The watchdog does not leave it at that: a fresh event closes what was left.
        await Fleet.Flat();
        await Fleet.Until("the watchdog to stand by", async () =>
            !(await Fleet.Get(Role.Watchdog, "/metrics")).Contains("\ntrader_watchdog_armed 1", StringComparison.Ordinal));
    }

    private async Task<(int ExitCode, string Said)> Run()
    {
        var shims = Directory.CreateDirectory(Fleet.Scratch("shims")).FullName;
        var pgrep = Path.Combine(shims, "pgrep");
        // Several fleets share this machine, each with a brain of that name: only this fleet's may be found.
        await File.WriteAllTextAsync(pgrep, """
            #!/usr/bin/env bash
            found=1
            for pid in $(PATH=/usr/bin:/bin pgrep "$@"); do
              [[ $(cat "/proc/$pid/comm" 2>/dev/null) == Trader.Node ]] || continue
              tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF "REDIS_URL=$REDIS_URL" && { echo "$pid"; found=0; }
            done
            exit $found
            """);
        using (var chmod = Process.Start("chmod", ["700", pgrep]))
        {
            await chmod.WaitForExitAsync();
        }

        ProcessStartInfo start = new("bash", [TraderFleet.InRepository("ops/bin/chaos_test_exit_brain.sh"), "--yes", "--pgrep"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{shims}:{start.Environment["PATH"]}";
        start.Environment["REDIS_URL"] = Fleet.Redis.Url;
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync();
        var errors = script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return (script.ExitCode, await output + await errors);
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Messages;
using Trader.PaperExchange.Engine;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;
using Xunit.Abstractions;
using static Trader.Scenarios.Support.FleetSteps;

namespace Trader.Scenarios;

/// <summary>The brain dies, freezes or is stopped; and the runbook's recovery afterwards.</summary>
public sealed partial class MainJobScenarios(GuardedFleet guarded, ITestOutputHelper output)
    : IClassFixture<GuardedFleet>
{
    private static readonly string Rule = new('=', 60);

    private TraderFleet Fleet => guarded.Fleet;

    [Theory]
    [InlineData(2)]
    [InlineData(44)]
    [InlineData(0)]
    [Trait("covers", "E2,E4,E5,E7,E8,E10,E11,E13,E14,E15,E17,E18,E36,X2,X2b,X11,X28,X29")]
    [Trait("rule", "S4")]
    public async Task E8_a_SIGKILL_of_the_brain_ends_with_the_account_flat_and_trading_halted(int positions)
    {
        var marks = await guarded.Arm(positions);
        var stood = Fleet.OpenPositions();
        await using var monitor = await RedisMonitor.Start(Fleet.Redis.Port);
        var (watchdogFrom, workerFrom) = (guarded.Watchdog.Mark, guarded.Worker.Mark);
        var killedMs = Fleet.NowMs();
        await guarded.Brain.Kill();

        var panic = await marks.NextPanic();
        var completion = await marks.CompletionOf(panic["event_id"]);
        await Fleet.NothingPending();
        await Fleet.Said(guarded.Worker, "SYSTEM HALTED 🔒", workerFrom);
        output.WriteLine($"{positions} positions: panic {panic.Ms - killedMs} ms, completed {completion.Ms - killedMs} ms");

        PanicIsDocumented(panic, ProcessDeadReason());
        WatchdogSaid(guarded.Watchdog.Lines.Skip(watchdogFrom), panic);
        WorkerSaid(guarded.Worker.Lines.Skip(workerFrom), panic, stood);
        Assert.False(guarded.Watchdog.HasExited);
        OneReducingOrderEach(marks.Orders(), stood);
        Assert.Empty(Fleet.OpenPositions());
        CompletionIsDocumented(completion, positions);
        await HaltIsDocumented(panic, positions);
        var halted = monitor.Seen.First(seen => seen.Is("HSET", RedisKeys.TradingState)).AtMs;
        Assert.All(marks.Orders(), order => Assert.True(halted <= order.Request!.ReceivedMs + 1, "ordered before the halt"));
        var completed = monitor.Seen.First(seen => seen.Is("XADD", RedisKeys.PanicCompleted)).AtMs;
        var acknowledged = monitor.Seen.First(seen => seen.Is("XACK", RedisKeys.PanicClose)).AtMs;
        Assert.True(completed < acknowledged, "acknowledged before the completion was there");
        Assert.Single(await marks.Panics());
        Assert.Single(await marks.Completions());
    }

    [Theory]
    [InlineData(2, 3000)]
    [InlineData(0, 5000)]
    [Trait("covers", "E12,X8f,X8g")]
    public async Task E12_a_frozen_brain_panics_by_the_age_of_its_last_heartbeat(int positions, int thresholdMs)
    {
        var marks = await guarded.Arm(positions);
        await guarded.Brain.Freeze();
        var panic = await marks.NextPanic();
        var lastBeat = (await Fleet.Heartbeats())[^1];
        await marks.CompletionOf(panic["event_id"]);
        await guarded.Brain.Kill();

        output.WriteLine($"{positions} positions: last heartbeat to panic {panic.Ms - lastBeat.Ms} ms");
        // The link may have been a little faster than Redis, never slower by a whole beat.
        Assert.True(panic.Ms - lastBeat.Ms > thresholdMs - 100, $"panic after {panic.Ms - lastBeat.Ms} ms");
        Assert.Matches(positions > 0 ? UnguardedReason() : MissingReason(), panic["reason"]);
        Assert.Empty(Fleet.OpenPositions());
        Assert.True(await Fleet.IsHalted());
    }

    [Fact]
    [Trait("covers", "E9,X2")]
    public async Task E9_a_clean_stop_gives_the_brain_its_seconds_to_return_and_no_more()
    {
        var marks = await guarded.Arm(0);
        await guarded.Brain.Terminate();
        Assert.Equal(0, await guarded.Brain.End());
        guarded.Brain = Fleet.StartBrain();
        await Fleet.Beats(4);
        Assert.Empty(await marks.Panics());

        Fleet.Hold(2);
        await guarded.Armed(2);
        var lastFrom = Fleet.NowMs();
        await guarded.Brain.Terminate();
        Assert.Equal(0, await guarded.Brain.End());
        var panic = await marks.NextPanic();
        Assert.True(panic.Ms - lastFrom > 2000, "a clean stop is no proof of death");
        Assert.Matches(UnguardedReason(), panic["reason"]);
        await marks.CompletionOf(panic["event_id"]);
        Assert.Empty(Fleet.OpenPositions());
        Assert.False(guarded.Watchdog.HasExited);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("covers", "E6,E21,E22,X6,X8e,X30,X31")]
    public async Task E21_the_recovery_re_arms_in_either_order_without_a_panic_and_a_second_round_works(bool haltFirst)
    {
        var marks = await guarded.Arm(2);
        await guarded.Brain.Kill();
        var first = await marks.NextPanic();
        await marks.CompletionOf(first["event_id"]);

        var watchdogFrom = guarded.Watchdog.Mark;
        if (haltFirst)
        {
            await Fleet.Console.Do("DEL", RedisKeys.TradingState);
            guarded.Brain = Fleet.StartBrain();
        }
        else
        {
            guarded.Brain = Fleet.StartBrain();
            await Fleet.Beats(3);
            await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        }

        await Fleet.Said(guarded.Watchdog, "Re-attached to Exit Brain, armed", watchdogFrom);
        await Fleet.Beats(4);
        await Listening();
        Assert.Equal(first.Id, Assert.Single(await marks.Panics()).Id);
        Assert.False(await Fleet.IsHalted());

        Fleet.Hold(2);
        await guarded.Armed(2);
        var again = await Marks.Take(Fleet);
        await guarded.Brain.Kill();
        var second = await again.NextPanic();
        var completion = await again.CompletionOf(second["event_id"]);
        Assert.NotEqual(first["event_id"], second["event_id"]);
        Assert.Equal(2, completion.Count("positions_closed"));
        Assert.Empty(Fleet.OpenPositions());
        Assert.True(await Fleet.IsHalted());
    }

    [Fact]
    [Trait("covers", "E20,E52,X24")]
    [Trait("rule", "S14")]
    public async Task E20_the_halt_survives_the_restart_of_every_process()
    {
        var marks = await guarded.Arm(1);
        await guarded.Brain.Kill();
        var panic = await marks.NextPanic();
        await marks.CompletionOf(panic["event_id"]);
        await Fleet.NothingPending();

        await guarded.Worker.Kill();
        await guarded.Watchdog.Kill();
        guarded.Worker = Fleet.StartWorker();
        guarded.Watchdog = Fleet.StartWatchdog();
        guarded.Brain = Fleet.StartBrain();
        await Fleet.Said(guarded.Worker, "Trading is halted since an earlier life");
        await Fleet.Listens(guarded.Worker);
        await Fleet.Said(guarded.Watchdog, "Standing by: ");
        await Fleet.Beats(7);
        Assert.Equal("true", (await Fleet.Console.Hash(RedisKeys.TradingState))["halted"]);
        Assert.Equal(panic["event_id"], (await Fleet.Console.Hash(RedisKeys.TradingState))["event_id"]);
        Assert.Single(await marks.Panics());
        Assert.Single(await marks.Completions());
    }

    [Fact]
    [Trait("covers", "E4,E5,E6,E7,X1,X4")]
    public async Task E4_heartbeats_carry_the_documented_fields_and_the_real_number_of_positions()
    {
        await guarded.Arm(3);
        await Fleet.Beats(5);
        var beats = (await Fleet.Heartbeats()).TakeLast(5).ToList();
        Assert.All(beats, beat =>
        {
            // A machine that is busy with other things makes a slow loop, and the brain says so.
            Assert.True(beat["status"] == "ALIVE" || beat.Count("loop_cycle_ms") >= 500, beat.ToString());
            Assert.Equal("3", beat["active_positions"]);
            Assert.Matches(ThirteenDigits(), beat["ts"]);
            Assert.Matches(ThirteenDigits(), beat["last_decision_ts"]);
            Assert.Equal("exit_brain_main", beat["service_id"]);
            Assert.Equal(beat["loop_cycle_ms"], beat["latency_ms"]);
        });
        await Listening();
        var commandLine = await File.ReadAllTextAsync($"/proc/{guarded.Brain.Pid}/cmdline");
        Assert.Contains("main_with_watchdog.py", commandLine, StringComparison.Ordinal);
    }

    /// <summary>The listening line is near the end of an idle worker's log, for the runbook's <c>-n 5</c> (E6).</summary>
    private Task Listening() => Fleet.Until("the listening line among the worker's last five", () =>
        guarded.Worker.Lines.TakeLast(5).Any(line => line.Contains("Listening for panic_close events...", StringComparison.Ordinal)));

    private static void PanicIsDocumented(StreamRow panic, Regex reason)
    {
        Assert.Equal(["event_id", "reason", "severity", "issued_by", "ts"], panic.Names);
        Assert.Matches(UuidV4(), panic["event_id"]);
        Assert.Matches(reason, panic["reason"]);
        Assert.Equal("CRITICAL", panic["severity"]);
        Assert.Equal("watchdog", panic["issued_by"]);
        Assert.InRange(panic.Ms - long.Parse(panic["ts"], CultureInfo.InvariantCulture), -1000, 1000);
    }

    private static void CompletionIsDocumented(StreamRow completion, int positions)
    {
        Assert.Equal(
            [
                "event_id", "positions_total", "positions_closed", "positions_failed", "failed_symbols", "ts_started",
                "ts_completed", "execution_time_ms",
            ],
            completion.Names);
        Assert.Equal(positions, completion.Count("positions_total"));
        Assert.Equal(positions, completion.Count("positions_closed"));
        Assert.Equal(0, completion.Count("positions_failed"));
        Assert.Equal("[]", completion["failed_symbols"]);
        var took = long.Parse(completion["ts_completed"], CultureInfo.InvariantCulture)
            - long.Parse(completion["ts_started"], CultureInfo.InvariantCulture);
        Assert.Equal(took, completion.Count("execution_time_ms"));
    }

    private async Task HaltIsDocumented(StreamRow panic, int positions)
    {
        var halt = await Fleet.Console.Hash(RedisKeys.TradingState);
        Assert.Equal("true", halt["halted"]);
        Assert.Equal(panic["reason"], halt["reason"]);
        Assert.Equal("watchdog", halt["source"]);
        Assert.Equal(positions.ToString(CultureInfo.InvariantCulture), halt["positions_closed"]);
        Assert.Equal("true", halt["requires_manual_reset"]);
        Assert.Equal(panic["event_id"], halt["event_id"]);
    }

    private static void WatchdogSaid(IEnumerable<string> lines, StreamRow panic) => InOrder(
        lines, "🚨 FAILURE DETECTED: ", "🚨 TRIGGERING PANIC CLOSE 🚨", $"Reason: {panic["reason"]}",
        "✅ Panic close published to system:panic_close", $"Event ID: {panic["event_id"]}");

    private static void WorkerSaid(IEnumerable<string> lines, StreamRow panic, IReadOnlyList<PositionRow> stood)
    {
        var all = lines.ToList();
        string[] head =
        [
            Rule, "🚨 PANIC CLOSE EVENT RECEIVED 🚨", Rule, $"Event ID: {panic["event_id"]}", "Source: watchdog",
            $"Reason: {panic["reason"]}", "✅ Trigger validated (source=watchdog, age=",
        ];
        string[] found = stood.Count == 0
            ? ["No open positions found - nothing to close"]
            : [$"Found {stood.Count} open positions", "Total notional: $", "Closing ", " closed - Order ID: "];
        string[] tail =
        [
            $"Closed: {stood.Count}/{stood.Count}", "Execution time: ", "Published to system:panic_close:completed",
            Rule, "🔒 PANIC CLOSE COMPLETE - SYSTEM HALTED 🔒", Rule,
        ];
        InOrder(all, [.. head, .. found, .. tail]);
        foreach (var row in stood)
        {
            var side = row.State.Amount > 0 ? "SELL" : "BUY";
            var size = Math.Abs(row.State.Amount).ToString(CultureInfo.InvariantCulture);
            InOrder(all, $"Closing {row.Spec.Name}: {side} {size} (reduce-only)", $"✅ {row.Spec.Name} closed - Order ID: ");
        }
    }

    [GeneratedRegex("^EXIT_BRAIN_PROCESS_DEAD_")]
    private static partial Regex ProcessDeadReason();

    [GeneratedRegex(@"^EXIT_BRAIN_HEARTBEAT_MISSING_\(\d+\.\dS_>_5\.0S\)$")]
    private static partial Regex MissingReason();

    [GeneratedRegex(@"^EXIT_BRAIN_POSITIONS_UNGUARDED_\(\d+_POS,_HEARTBEAT_\d+\.\dS_OLD\)$")]
    private static partial Regex UnguardedReason();

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex UuidV4();

    [GeneratedRegex(@"^\d{13}$")]
    private static partial Regex ThirteenDigits();
}

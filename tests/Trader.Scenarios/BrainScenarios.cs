using Trader.Messages;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The brain says what it cannot do, closes the gate, and goes on minding what is open (S1, S11).</summary>
[Trait("rule", "S11")]
public sealed class BrainScenarios(GuardedFleet guarded) : IClassFixture<GuardedFleet>
{
    private TraderFleet Fleet => guarded.Fleet;

    [Fact]
    [Trait("covers", "E33,X8g")]
    [Trait("rule", "S3")]
    public async Task E33_a_brain_that_cannot_read_positions_is_degraded_and_after_five_seconds_that_is_a_panic()
    {
        var marks = await guarded.Arm(2);
        var (brainFrom, watchdogFrom) = (guarded.Brain.Mark, guarded.Watchdog.Mark);
        var fromMs = Fleet.NowMs();
        Fleet.Exchange.Faults.Add("positionRisk:*:503-internal");
        await Fleet.Said(guarded.Brain, "DEGRADED: positions unreadable", brainFrom);
        await Fleet.Until("the gate to close", async () => await Gate() is var gate && gate.StartsWith("closed:", StringComparison.Ordinal));
        await Fleet.Said(guarded.Watchdog, "Exit Brain entered DEGRADED state", watchdogFrom);
        var panic = await marks.NextPanic();
        Assert.True(panic.Ms - fromMs > 4900, $"panic after {panic.Ms - fromMs} ms");
        Assert.Matches(@"^EXIT_BRAIN_DEGRADED_TOO_LONG_\(\d+\.\dS_>_5\.0S\)$", panic["reason"]);
        // What was open stays in its heartbeats: unreadable is not flat.
        Assert.Equal("2", (await Fleet.Heartbeats())[^1]["active_positions"]);
        Fleet.Exchange.Faults.Clear();
        Assert.Equal(2, (await marks.CompletionOf(panic["event_id"])).Count("positions_closed"));
        await Fleet.Said(guarded.Brain, "ALIVE: minding", brainFrom);
    }

    [Fact]
    [Trait("covers", "E50,X8h")]
    [Trait("rule", "S1")]
    public async Task E50_without_a_watchdog_the_gate_closes_and_the_brain_goes_on_minding()
    {
        var marks = await guarded.Arm(1);
        var from = guarded.Brain.Mark;
        await guarded.Watchdog.Kill();
        // The lines name the first reason only, and on a busy machine a slow loop may come before; the gate's key has the present one.
        await Fleet.Until("the gate to be closed", async () => await Gate() == "closed:no watchdog heard");
        await Fleet.Said(guarded.Brain, "DEGRADED: ", from);
        await Fleet.Said(guarded.Brain, "Gate to entries CLOSED: ", from);
        await Fleet.Until("the alarm", () => marks.Alarmed("ENTRIES_CLOSED"));
        Assert.Equal("DEGRADED", (await Fleet.Heartbeats())[^1]["status"]);

        // A fall of ten percent is below the stop loss: minding goes on without a watchdog.
        Assert.True(Fleet.Exchange.Engine.SetMarkPrice("BTCUSDT", 54_000m));
        await Fleet.Said(guarded.Brain, "EXIT BTCUSDT", from);
        await Fleet.Beats(2);
        Assert.True(Fleet.Exchange.Engine.SetMarkPrice("BTCUSDT", 60_000m));

        guarded.Watchdog = Fleet.StartWatchdog();
        await guarded.Armed(1);
        Assert.Empty(await marks.Panics());
    }

    [Fact]
    [Trait("covers", "E50,X8h")]
    [Trait("rule", "S1")]
    public async Task E50_without_a_panic_close_worker_the_gate_closes_and_the_brain_stays_alive()
    {
        var marks = await guarded.Arm(0);
        var from = guarded.Brain.Mark;
        await guarded.Worker.Kill();
        await Fleet.Said(guarded.Brain, "Gate to entries CLOSED: no panic-close worker heard", from);
        await Fleet.Until("the alarm", () => marks.Alarmed("ENTRIES_CLOSED"));
        await Fleet.Until("the gate to be closed", async () => await Gate() == "closed:no panic-close worker heard");
        Assert.False(guarded.Brain.Said("DEGRADED: no panic-close", from));
        guarded.Worker = Fleet.StartWorker();
        await guarded.Armed(0);
        Assert.Empty(await marks.Panics());
    }

    [Fact]
    [Trait("covers", "X2b")]
    public async Task X2b_a_brain_that_is_restarted_at_once_after_a_crash_is_a_panic_all_the_same()
    {
        var marks = await guarded.Arm(1);
        await guarded.Brain.Kill();
        guarded.Brain = Fleet.StartBrain();
        var panic = await marks.NextPanic();
        Assert.StartsWith("EXIT_BRAIN_PROCESS_DEAD_", panic["reason"], StringComparison.Ordinal);
        await marks.CompletionOf(panic["event_id"]);
        await Fleet.Beats(3);
        Assert.Single(await marks.Panics());
        Assert.Empty(Fleet.OpenPositions());
    }

    private Task<string> Gate() => Fleet.Console.Text("GET", RedisKeys.EntriesGate);
}

using System.Globalization;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>A watchdog and a worker; the brain is whoever writes heartbeats into the stream.</summary>
public sealed class WatchedStream : IAsyncLifetime
{
    public TraderFleet Fleet { get; private set; } = null!;

    public NodeProcess Watchdog { get; set; } = null!;

    public NodeProcess Worker { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            Settings = "trader.watchdog.status-every = 1s",
        });
        Worker = Fleet.StartWorker();
        await Fleet.Listens(Worker);
        Watchdog = Fleet.StartWatchdog();
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();
}

/// <summary>What counts as a heartbeat, and how one outage stays one event (S11).</summary>
[Trait("rule", "S11")]
public sealed class WatchdogScenarios(WatchedStream watched) : IClassFixture<WatchedStream>
{
    private TraderFleet Fleet => watched.Fleet;

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    [Trait("covers", "E30,X8")]
    public async Task X8_a_publisher_whose_clock_is_an_hour_off_is_judged_like_any_other(long skewMs)
    {
        var marks = await Armed();
        long lastMs;
        await using (var beats = Beater.Start(Fleet, now => Beater.Healthy(now + skewMs)))
        {
            await Status(7, "status=ALIVE");
            Assert.Empty(await marks.Panics());
            lastMs = beats.LastMs;
        }

        await Missing(marks, lastMs);
    }

    [Fact]
    [Trait("covers", "E31,X8b")]
    public async Task X8b_heartbeats_of_another_service_do_not_hide_the_death_of_the_brain()
    {
        var marks = await Armed();
        await Fleet.Console.Add(RedisKeys.Heartbeat, Beater.Healthy(Fleet.NowMs()));
        var lastMs = Fleet.NowMs();
        await using var other = Beater.Start(Fleet, now =>
            [("service_id", "left_over_mock"), ("status", "ALIVE"), ("active_positions", "0"), ("ts", Beater.Text(now))]);
        await Missing(marks, lastMs - 500);
    }

    [Fact]
    [Trait("covers", "E32,X1,X8c")]
    public async Task X8c_a_malformed_heartbeat_is_none_and_a_single_one_harms_nobody()
    {
        var marks = await Armed();
        long lastMs;
        (string, string)[][] bad =
        [
            [("service_id", "exit_brain_main"), ("status", "ALIVE"), ("active_positions", ""), ("ts", "1")],
            [("service_id", "exit_brain_main"), ("status", "ALIVE"), ("active_positions", "1"), ("ts", "abc")],
            [("status", "ALIVE")],
            [("service_id", "exit_brain_main"), ("status", "ALIVE"), ("active_positions", "-1"), ("ts", "1")],
            // What the older integration guide writes: other names, float seconds.
            [("service_id", "exit_brain_main"), ("status", "OK"), ("active_positions_count", "1"), ("timestamp", "1707840128.456")],
        ];
        var from = watched.Watchdog.Mark;
        await using (var beats = Beater.Start(Fleet, now => Beater.Healthy(now)))
        {
            foreach (var entry in bad)
            {
                await Fleet.Console.Add(RedisKeys.Heartbeat, entry);
            }

            await Status(3, "status=ALIVE");
            lastMs = beats.LastMs;
        }

        Assert.True(watched.Watchdog.Said("Malformed heartbeat ignored: ", from));
        Assert.Empty(await marks.Panics());
        var next = 0;
        await using var worse = Beater.Start(Fleet, _ => bad[next++ % bad.Length]);
        await Missing(marks, lastMs);
    }

    [Fact]
    [Trait("covers", "E33,X8d")]
    public async Task X8d_a_status_that_nobody_knows_is_degraded_and_five_seconds_of_it_panic()
    {
        var marks = await Armed();
        var from = watched.Watchdog.Mark;
        await using var beats = Beater.Start(Fleet, now =>
            [("service_id", "exit_brain_main"), ("status", "HALTED"), ("active_positions", "0"), ("ts", Beater.Text(now))]);
        var panic = await marks.NextPanic();
        Assert.StartsWith("EXIT_BRAIN_DEGRADED_TOO_LONG_(", panic["reason"], StringComparison.Ordinal);
        Assert.True(watched.Watchdog.Said("Exit Brain entered DEGRADED state", from));
        await marks.CompletionOf(panic["event_id"]);
    }

    [Fact]
    [Trait("covers", "E34,X3,X28")]
    public async Task X3_positions_without_a_decision_time_are_no_stagnation_and_are_guarded_by_the_three_seconds()
    {
        var marks = await Armed();
        long lastMs;
        await using (var beats = Beater.Start(Fleet, now => [("status", "ALIVE"), ("active_positions", "2"), ("ts", Beater.Text(now)), ("service_id", "exit_brain_main")]))
        {
            await Status(4, "positions=2, last_decision=NEVER");
            Assert.Empty(await marks.Panics());
            lastMs = beats.LastMs;
        }

        var panic = await marks.NextPanic();
        Assert.True(panic.Ms - lastMs > 2900, $"panic after {panic.Ms - lastMs} ms");
        Assert.StartsWith("EXIT_BRAIN_POSITIONS_UNGUARDED_(2_POS", panic["reason"], StringComparison.Ordinal);
        await marks.CompletionOf(panic["event_id"]);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1)]
    [Trait("covers", "E34,X4")]
    public async Task X4_decisions_that_stand_still_are_found_in_seconds_and_in_milliseconds(long unit)
    {
        var marks = await Armed();
        await using var beats = Beater.Start(Fleet, now =>
        [
            ("service_id", "exit_brain_main"), ("status", "ALIVE"), ("active_positions", "2"), ("ts", Beater.Text(now)),
            ("last_decision_ts", Beater.Text((now - 40_000) / unit)),
        ]);
        var panic = await marks.NextPanic();
        Assert.Matches(@"^EXIT_BRAIN_DECISIONS_STAGNANT_\(\d+\.\dS\)_WITH_2_POSITIONS$", panic["reason"]);
        await marks.CompletionOf(panic["event_id"]);
    }

    /// <summary>Re-armed by the runbook's recovery: halt cleared, a fresh heartbeat.</summary>
    private async Task<Marks> Armed()
    {
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        await using var beats = Beater.Start(Fleet, now => Beater.Healthy(now));
        await Fleet.Until("the watchdog to be armed", async () =>
            (await Fleet.Get(Role.Watchdog, "/metrics")).Contains("\ntrader_watchdog_armed 1", StringComparison.Ordinal));
        await Status(1, "status=ALIVE, positions=0");
        return await Marks.Take(Fleet);
    }

    private Task Status(int lines, string text)
    {
        var from = watched.Watchdog.Mark;
        return Fleet.Until($"{lines} lines with '{text}'", () =>
            watched.Watchdog.Lines.Skip(from).Count(line => line.Contains(text, StringComparison.Ordinal)) >= lines);
    }

    /// <summary>R1 fires, not before its five seconds, and the event completes.</summary>
    private async Task Missing(Marks marks, long lastMs)
    {
        var panic = await marks.NextPanic();
        Assert.True(panic.Ms - lastMs > 4900, $"panic after {(panic.Ms - lastMs).ToString(CultureInfo.InvariantCulture)} ms");
        Assert.StartsWith("EXIT_BRAIN_HEARTBEAT_MISSING_(", panic["reason"], StringComparison.Ordinal);
        await marks.CompletionOf(panic["event_id"]);
        Assert.Single(await marks.Panics());
    }
}

/// <summary>A watchdog that finds nobody.</summary>
public sealed class WatchdogAloneScenarios
{
    [Fact]
    [Trait("covers", "E28,E35,X5,X6,X8e")]
    [Trait("rule", "S10")]
    public async Task X6_a_brain_that_never_appears_is_one_event_however_often_the_watchdog_is_killed()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 5, Positions = 1 } });
        var marks = Marks.FromNothing(fleet);
        var startedMs = fleet.NowMs();
        var watchdog = fleet.StartWatchdog();
        var panic = await marks.NextPanic();
        Assert.True(panic.Ms - startedMs > 5000, "an empty stream is given its five seconds");
        Assert.StartsWith("EXIT_BRAIN_HEARTBEAT_MISSING_(5.", panic["reason"], StringComparison.Ordinal);
        for (var kill = 0; kill < 5; kill++)
        {
            await watchdog.Kill();
            watchdog = fleet.StartWatchdog();
            await fleet.Said(watchdog, $"Resuming the outage reported as {panic["event_id"]}");
        }

        Assert.Single(await marks.Panics());
        var worker = fleet.StartWorker();
        await marks.CompletionOf(panic["event_id"]);
        await fleet.Said(watchdog, "Standing by: account verified flat");
        await watchdog.Kill();
        watchdog = fleet.StartWatchdog();
        await fleet.Said(watchdog, "Standing by: ");
        Assert.Single(await marks.Panics());
        Assert.Single(await marks.Completions());
        Assert.False(worker.HasExited);

        // Another watchdog, with no memory of its own, finds trading halted and the account flat (X8e).
        await watchdog.Kill();
        var stranger = fleet.StartWatchdog("wd2");
        await fleet.Said(stranger, "Standing by: trading was halted and the account flat");
        Assert.Single(await marks.Panics());
    }

    [Fact]
    [Trait("covers", "E45,X8j")]
    [Trait("rule", "S10")]
    public async Task X8j_without_a_completion_fresh_events_follow_and_then_a_person_is_called()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions { Paper = new PaperOptions { Symbols = 5, Positions = 1 } });
        var marks = Marks.FromNothing(fleet);
        var watchdog = fleet.StartWatchdog();
        var first = await marks.NextPanic();
        var second = await fleet.Come("a fresh event", async () => await marks.Panics() is [_, var next, ..] ? next : null);
        Assert.NotEqual(first["event_id"], second["event_id"]);
        Assert.True(second.Ms - first.Ms > 9_900, "a fresh event before ten seconds had passed");
        Assert.True(watchdog.Said("raising a fresh event (2 of 3)"));

        var worker = fleet.StartWorker();
        await fleet.Flat();
        await marks.CompletionOf(second["event_id"]);
        await fleet.Said(watchdog, "Standing by: account verified flat");
        await fleet.NothingPending();
        Assert.False(worker.HasExited);
    }
}

using Trader.Messages;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>
/// Redis fails at the worst moments. Positions close all the same (S2), and once Redis is back it tells the whole story
/// once.
/// </summary>
public sealed class RedisScenarios(GuardedFleet guarded) : IClassFixture<GuardedFleet>
{
    private const string Done = "🔒 PANIC CLOSE COMPLETE - SYSTEM HALTED 🔒";

    private TraderFleet Fleet => guarded.Fleet;

    [Fact]
    [Trait("covers", "E27,E41,X5,X7,X9c,X18")]
    [Trait("rule", "S2")]
    public async Task X5_Redis_killed_before_the_detection_and_back_empty_later()
    {
        await guarded.Arm(2);
        var workerFrom = guarded.Worker.Mark;
        await Fleet.Redis.Kill();
        await guarded.Brain.Kill();
        await Fleet.Flat();
        await Fleet.Said(guarded.Worker, "Redis is away: completion kept in the journal", workerFrom);
        Assert.False(guarded.Worker.Said(Done, workerFrom), "says halted in a Redis that is away");

        await Fleet.Redis.Restart();
        await ToldOnce(Marks.FromNothing(Fleet), 2);
        await Fleet.Said(guarded.Worker, Done, workerFrom);
    }

    [Fact]
    [Trait("covers", "E29,X7")]
    public async Task X7_a_frozen_Redis_is_noticed_and_blinds_nobody()
    {
        var marks = await guarded.Arm(2);
        var watchdogFrom = guarded.Watchdog.Mark;
        await Fleet.Redis.Freeze();
        await Fleet.Said(guarded.Watchdog, "Redis connection lost", watchdogFrom);
        // The brain lives and the link says so, for longer than the age rules wait.
        var beats = guarded.Watchdog.Mark;
        await Fleet.Until("six more status lines", () =>
            guarded.Watchdog.Lines.Skip(beats).Count(line => line.Contains("Status: heartbeat=", StringComparison.Ordinal)) >= 6);
        Assert.False(guarded.Watchdog.Said("FAILURE DETECTED", watchdogFrom));
        await Fleet.Redis.Thaw();
        await Fleet.Said(guarded.Watchdog, "Redis connection up", watchdogFrom);
        await Fleet.Beats(3);
        Assert.Empty(await marks.Panics());

        await Fleet.Redis.Freeze();
        await guarded.Brain.Kill();
        await Fleet.Flat();
        await Fleet.Redis.Thaw();
        await ToldOnce(marks, 2);
    }

    [Fact]
    [Trait("covers", "E41,X9c,X13")]
    public async Task X9c_Redis_lost_while_closing_is_told_when_it_returns()
    {
        var marks = await guarded.Arm(20);
        // Two batches of five go through, the rest is held until Redis is gone.
        Fleet.Exchange.Faults.Add("batch:*:queue:ms=1500:after=2");
        var workerFrom = guarded.Worker.Mark;
        await guarded.Brain.Kill();
        var panic = await marks.NextPanic();
        await Fleet.Until("the first closes", () => Fleet.OpenPositions().Count is > 0 and <= 15);
        await Fleet.Redis.Kill();
        await Fleet.Flat();
        await Fleet.Said(guarded.Worker, "Closed: 20/20", workerFrom);
        Assert.False(guarded.Worker.Said(Done, workerFrom));

        // Back empty: the event itself is gone with the old memory, its outcome and the halt are not.
        await Fleet.Redis.Restart();
        var after = Marks.FromNothing(Fleet);
        Assert.Equal(20, (await after.CompletionOf(panic["event_id"])).Count("positions_closed"));
        await Fleet.Said(guarded.Worker, Done, workerFrom);
        Assert.True(await Fleet.IsHalted());
        Assert.Single(await after.Completions());
    }

    [Fact]
    [Trait("covers", "E43,X18")]
    public async Task X18_a_flushed_Redis_gets_its_group_and_its_halt_back()
    {
        await guarded.Arm(1);
        await Fleet.Console.Do("FLUSHALL");
        var id = await Fleet.OrderPanic();
        var marks = Marks.FromNothing(Fleet);
        Assert.Equal(1, (await marks.CompletionOf(id)).Count("positions_closed"));
        await Fleet.NothingPending();

        await Fleet.Console.Do("FLUSHALL");
        await Fleet.Until("the halt to stand again", () => Fleet.IsHalted());
        await Fleet.Console.Do("XGROUP", "CREATE", RedisKeys.PanicClose, "someone_else", "$", "MKSTREAM");
        await Fleet.Console.Do("DEL", RedisKeys.PanicClose);
        Fleet.Hold(1);
        var second = await Fleet.OrderPanic();
        Assert.Equal(1, (await marks.CompletionOf(second)).Count("positions_closed"));
    }

    [Fact]
    [Trait("covers", "E41,X13")]
    public async Task X13_a_Redis_that_is_full_gets_the_story_when_it_has_room()
    {
        var marks = await guarded.Arm(2);
        var workerFrom = guarded.Worker.Mark;
        await Fleet.Console.Do("CONFIG", "SET", "maxmemory", "1");
        await guarded.Brain.Kill();
        await Fleet.Flat();
        await Fleet.Said(guarded.Worker, "Failed to set halt state: ", workerFrom);
        await Fleet.Said(guarded.Worker, "Closed: 2/2", workerFrom);
        Assert.False(guarded.Worker.Said(Done, workerFrom));
        await Fleet.Console.Do("CONFIG", "SET", "maxmemory", "0");
        await ToldOnce(marks, 2);
    }

    [Theory]
    [InlineData(RedisKeys.Heartbeat)]
    [InlineData(RedisKeys.PanicClose)]
    [InlineData(RedisKeys.PanicCompleted)]
    [InlineData(RedisKeys.PanicProcessed)]
    [InlineData(RedisKeys.TradingState)]
    [Trait("covers", "E41,X13")]
    public async Task X13_a_key_of_the_wrong_type_stops_no_close_and_no_false_word_is_said(string key)
    {
        var marks = await guarded.Arm(2);
        var workerFrom = guarded.Worker.Mark;
        await Fleet.Console.Do("SET", key, "not what it should be");
        await guarded.Brain.Kill();
        await Fleet.Flat();
        await Fleet.Said(guarded.Worker, "Closed: 2/2", workerFrom);
        if (key == RedisKeys.TradingState)
        {
            await Fleet.Said(guarded.Worker, "HALT NOT CONFIRMED IN REDIS", workerFrom);
            Assert.False(guarded.Worker.Said(Done, workerFrom), "says halted without a halt in Redis");
        }

        await Fleet.Console.Do("DEL", key);
        await ToldOnce(
            marks with
            {
                Panic = key == RedisKeys.PanicClose ? "0-0" : marks.Panic,
                Completed = key == RedisKeys.PanicCompleted ? "0-0" : marks.Completed,
            },
            2);
    }

    /// <summary>One panic event, one completion, the halt, and nothing left to acknowledge.</summary>
    private async Task ToldOnce(Marks marks, int positions)
    {
        var panic = await marks.NextPanic();
        var completion = await marks.CompletionOf(panic["event_id"]);
        Assert.Equal(positions, completion.Count("positions_closed"));
        Assert.Equal(0, completion.Count("positions_failed"));
        await Fleet.Until("the halt in Redis", () => Fleet.IsHalted());
        await Fleet.NothingPending();
        Assert.Single(await marks.Panics());
        Assert.Single(await marks.Completions());
        Assert.Empty(Fleet.OpenPositions());
    }
}

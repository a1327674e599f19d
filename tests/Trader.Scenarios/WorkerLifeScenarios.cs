using System.Globalization;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>Workers die, stop, double up and come late; every event ends once (S10).</summary>
[Trait("rule", "S10")]
public sealed class WorkerLifeScenarios
{
    private const int Many = 200;

    /// <summary>The first batches go through at once, the others never come back: the moment to kill a worker.</summary>
    private const string RestHangs = "batch:*:hang:after=6";

    private static readonly FleetOptions ManyPositions = new()
    {
        Paper = new PaperOptions { Symbols = 220, Positions = Many, LatencyMs = 50, WarmUp = true },
    };

    private static readonly FleetOptions FewPositions = new()
    {
        Paper = new PaperOptions { Symbols = 20, Positions = 3, WarmUp = true },
    };

    [Fact]
    [Trait("covers", "E36,E40,X9,X11,X23")]
    public async Task X9_a_worker_killed_while_closing_finishes_the_event_in_its_next_life()
    {
        await using var fleet = await TraderFleet.Start(ManyPositions);
        var worker = fleet.StartWorker();
        await fleet.Listens(worker);
        var marks = await Marks.Take(fleet);
        fleet.Exchange.Faults.Add(RestHangs);
        var id = await fleet.OrderPanic();
        await fleet.Until("a part of the closes", () => fleet.OpenPositions().Count <= Many - 25);
        Assert.True(await fleet.IsHalted(), "closing before the halt");
        await worker.Kill();
        Assert.Equal(1, await fleet.Pending());
        Assert.InRange(fleet.OpenPositions().Count, 1, Many - 25);
        Assert.Empty(await marks.Completions());

        fleet.Exchange.Faults.Clear();
        var next = fleet.StartWorker();
        var completion = await marks.CompletionOf(id);
        Assert.Equal(0, completion.Count("positions_failed"));
        Assert.Empty(fleet.OpenPositions());
        Assert.True(next.Said($"Resuming event {id}"));
        await fleet.NothingPending();
        Assert.True(await fleet.IsHalted());
        Assert.Single(await marks.Completions());
        // A position is never closed twice, and never more than there was.
        Assert.Equal(0, fleet.Exchange.Ledger.Totals.Flips);
        Assert.Equal(0, fleet.Exchange.Ledger.Totals.IncreasingFills);
        Assert.Equal(Many, marks.Fills().Count);
    }

    [Fact]
    [Trait("covers", "E40,X9b,X20")]
    public async Task X9b_a_worker_told_to_stop_while_closing_finishes_first()
    {
        await using var fleet = await TraderFleet.Start(ManyPositions);
        var worker = fleet.StartWorker();
        await fleet.Listens(worker);
        var marks = await Marks.Take(fleet);
        fleet.Exchange.Faults.Add("batch:*:queue:ms=1000:after=6");
        var id = await fleet.OrderPanic();
        await fleet.Until("a part of the closes", () => fleet.OpenPositions().Count <= Many - 25);
        await worker.Terminate();
        Assert.Equal(0, await worker.End());
        Assert.Empty(fleet.OpenPositions());
        var completion = await marks.CompletionOf(id);
        Assert.Equal(Many, completion.Count("positions_closed"));
        Assert.Equal(0, await fleet.Pending());
        Assert.True(await fleet.IsHalted());
    }

    [Fact]
    [Trait("covers", "E40,E42,X9,X19")]
    public async Task X9_of_two_workers_one_is_killed_while_closing_and_the_other_takes_over()
    {
        await using var fleet = await TraderFleet.Start(ManyPositions);
        NodeProcess[] workers = [fleet.StartWorker("w1"), fleet.StartWorker("w2", fleet.AnotherPortOffset())];
        await fleet.Listens(workers[0]);
        await fleet.Listens(workers[1]);
        var marks = await Marks.Take(fleet);
        fleet.Exchange.Faults.Add(RestHangs);
        var id = await fleet.OrderPanic();
        await fleet.Until("a part of the closes", () => fleet.OpenPositions().Count <= Many - 25);
        var busy = workers.Single(worker => worker.Said("Closing "));
        var other = workers.Single(worker => worker != busy);
        await busy.Kill();
        fleet.Exchange.Faults.Clear();
        var completion = await marks.CompletionOf(id);
        Assert.Equal(0, completion.Count("positions_failed"));
        Assert.True(other.Said("PANIC CLOSE EVENT RECEIVED"));
        Assert.Empty(fleet.OpenPositions());
        await fleet.NothingPending();
        Assert.Equal(Many, marks.Fills().Count);
        Assert.Single(await marks.Completions());
    }

    [Fact]
    [Trait("covers", "E42,X19")]
    public async Task X19_duplicates_one_after_the_other_at_once_and_on_two_workers_run_once()
    {
        await using var fleet = await TraderFleet.Start(FewPositions);
        var (one, two) = (fleet.StartWorker("w1"), fleet.StartWorker("w2", fleet.AnotherPortOffset()));
        await fleet.Listens(one);
        await fleet.Listens(two);
        var marks = await Marks.Take(fleet);
        var id = Guid.NewGuid().ToString();
        // At once: these are read by both workers at the same moment.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fleet.OrderPanic(id)));
        var completion = await marks.CompletionOf(id);
        Assert.Equal(3, completion.Count("positions_closed"));
        await fleet.NothingPending();
        await fleet.OrderPanic(id);
        await fleet.OrderPanic(id);
        await fleet.NothingPending();
        Assert.Single(await marks.Completions());
        Assert.Equal(3, marks.Fills().Count);
        Assert.Equal("3", (await fleet.Console.Hash(RedisKeys.TradingState))["positions_closed"]);
    }

    [Fact]
    [Trait("covers", "E40,E42,X9")]
    public async Task X9_a_worker_killed_between_completion_and_acknowledgement_acknowledges_and_does_nothing_twice()
    {
        await using var fleet = await TraderFleet.Start(FewPositions);
        var worker = fleet.StartWorker();
        await fleet.Listens(worker);
        var marks = await Marks.Take(fleet);
        await fleet.Console.Do("ACL", "SETUSER", "default", "-xack");
        var id = await fleet.OrderPanic();
        Assert.Equal(3, (await marks.CompletionOf(id)).Count("positions_closed"));
        Assert.Equal(1, await fleet.Pending());
        await worker.Kill();

        fleet.Hold(1);
        await fleet.Console.Do("ACL", "SETUSER", "default", "+xack");
        var next = fleet.StartWorker();
        await fleet.NothingPending();
        Assert.Single(await marks.Completions());
        Assert.Equal(3, marks.Orders().Count);
        Assert.Single(fleet.OpenPositions());
        Assert.False(next.Said("PANIC CLOSE EVENT RECEIVED"));
        Assert.Equal("3", (await fleet.Console.Hash(RedisKeys.TradingState))["positions_closed"]);
    }

    [Fact]
    [Trait("covers", "E45,X17,X26")]
    public async Task X17_an_event_that_nobody_heard_for_five_minutes_halts_at_once_and_an_old_younger_one_still_runs()
    {
        await using var fleet = await TraderFleet.Start(FewPositions);
        var fiveMinutesAgo = fleet.NowMs() - 300_000;
        var missed = Guid.NewGuid().ToString();
        await fleet.Console.AddAt(RedisKeys.PanicClose, fiveMinutesAgo.ToString(CultureInfo.InvariantCulture) + "-0",
            FleetSteps.Trigger(missed, fiveMinutesAgo, "watchdog"));
        var worker = fleet.StartWorker();
        await fleet.Until("the halt for the missed event", () => fleet.IsHalted());
        await fleet.Said(worker, "was published while no worker ran: trading is halted");
        await fleet.NothingPending();
        var marks = Marks.FromNothing(fleet);
        await fleet.Until("the record of the refusal", async () =>
            (await marks.Rejections()).Any(row => row.Fields.Values.Contains(missed)));
        Assert.Empty(marks.Orders());
        Assert.Equal(3, fleet.OpenPositions().Count);
        await worker.Kill();

        // Published while nobody ran, before any group exists anew, and still young: it runs.
        await fleet.Console.Do("DEL", RedisKeys.PanicClose);
        var fresh = await fleet.OrderPanic();
        fleet.StartWorker();
        Assert.Equal(3, (await marks.CompletionOf(fresh)).Count("positions_closed"));
        Assert.Empty(fleet.OpenPositions());
    }
}

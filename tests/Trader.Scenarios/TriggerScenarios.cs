using System.Globalization;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.PaperExchange.Limits;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>One worker that idles while people and programs write to its stream.</summary>
public sealed class WorkerAlone : IAsyncLifetime
{
    public TraderFleet Fleet { get; private set; } = null!;

    public NodeProcess Worker { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        // Dozens of closes a minute are no account's life; the limits that belong to one close stay as they are.
        var limits = new RateLimits { WeightPerMinute = 100_000 };
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 674, WarmUp = true, Limits = limits },
        });
        Worker = Fleet.StartWorker();
        await Fleet.Listens(Worker);
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();
}

/// <summary>S9: what may set off a panic close, and what only leaves a record.</summary>
[Trait("rule", "S9")]
public sealed class TriggerScenarios(WorkerAlone alone) : IClassFixture<WorkerAlone>
{
    private TraderFleet Fleet => alone.Fleet;

    public static TheoryData<string, string, string, string> Bad => new()
    {
        // issued_by, seconds from now, cause, log line
        { "stranger", "0", "UnauthorizedSource", "UNAUTHORIZED SOURCE: stranger" },
        { "", "0", "UnauthorizedSource", "UNAUTHORIZED SOURCE: unknown" },
        { "ops", "-61", "Stale", "STALE TRIGGER: 61." },
        { "ops", "7", "Future", "FUTURE TRIGGER: " },
        { "risk_kernel", "soon", "Malformed", "MALFORMED TRIGGER: ts unreadable" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    [Trait("covers", "E44,X16")]
    public async Task X16_a_bad_trigger_changes_nothing_and_leaves_a_record_a_machine_can_read(
        string issuedBy, string when, string cause, string line)
    {
        Fleet.Hold(1);
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        var marks = await Marks.Take(Fleet);
        var from = alone.Worker.Mark;
        var ts = int.TryParse(when, CultureInfo.InvariantCulture, out var seconds)
            ? (Fleet.NowMs() + (seconds * 1000)).ToString(CultureInfo.InvariantCulture)
            : when;
        var id = Guid.NewGuid().ToString();
        await Fleet.Console.Add(RedisKeys.PanicClose,
            ("event_id", id), ("reason", "BAD"), ("severity", "CRITICAL"), ("issued_by", issuedBy), ("ts", ts));
        var record = await Fleet.Come("the record of the refusal", async () =>
            (await marks.Rejections()).FirstOrDefault(row => row.Fields.Values.Contains(id)));
        Assert.Contains(cause, record.Fields.Values);
        await Fleet.Said(alone.Worker, line, from);
        await Fleet.Said(alone.Worker, "❌ TRIGGER VALIDATION FAILED - IGNORING", from);
        await Fleet.Until("the alarm", () => marks.Alarmed("PANIC_TRIGGER_REFUSED"));
        await Fleet.NothingPending();
        Assert.Empty(marks.Orders());
        Assert.Empty(await marks.Completions());
    }

    [Fact]
    [Trait("covers", "E44,X16")]
    public async Task X16_entries_of_every_odd_shape_are_refused_and_the_next_good_one_runs()
    {
        Fleet.Hold(1);
        var marks = await Marks.Take(Fleet);
        await Fleet.Console.Add(RedisKeys.PanicClose, ("x", "y"));
        await Fleet.Console.Add(RedisKeys.PanicClose, ("event_id", ""), ("issued_by", ""), ("ts", ""));
        await Fleet.Console.Add(RedisKeys.PanicClose, ("event_id", new string('9', 300_000)), ("issued_by", "ops"), ("ts", "1"));
        await Fleet.Console.Add(RedisKeys.PanicClose, ("event_id", Guid.NewGuid().ToString()), ("issued_by", "watchdog"), ("ts", "-5"));
        await Fleet.Until("a record of each", async () => (await marks.Rejections()).Count >= 4);
        Assert.Empty(marks.Orders());
        var id = await Fleet.OrderPanic();
        Assert.Equal(1, (await marks.CompletionOf(id)).Count("positions_closed"));
        await Fleet.NothingPending();
    }

    [Theory]
    [InlineData("seconds", "ops")]
    [InlineData("fraction", "ops")]
    [InlineData("ms", "OPS")]
    [InlineData("none", "risk_kernel")]
    [InlineData("nonsense", "ops")]
    [Trait("covers", "E44,X16")]
    public async Task X16_what_a_person_types_at_night_is_understood(string shape, string issuedBy)
    {
        Fleet.Hold(1);
        var marks = await Marks.Take(Fleet);
        var id = Guid.NewGuid().ToString();
        var ms = Fleet.NowMs();
        var ts = shape switch
        {
            "seconds" => (ms / 1000).ToString(CultureInfo.InvariantCulture),
            "fraction" => (ms / 1000m).ToString(CultureInfo.InvariantCulture),
            "nonsense" => "now",
            _ => ms.ToString(CultureInfo.InvariantCulture),
        };
        (string, string)[] fields = [("event_id", id), ("reason", "TYPED"), ("severity", "CRITICAL"), ("issued_by", issuedBy)];
        await Fleet.Console.Add(RedisKeys.PanicClose, shape == "none" ? fields : [.. fields, ("ts", ts)]);
        Assert.Equal(1, (await marks.CompletionOf(id)).Count("positions_closed"));
    }
}

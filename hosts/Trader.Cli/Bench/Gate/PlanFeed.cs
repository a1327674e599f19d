using System.Collections.Concurrent;
using Trader.Cli.CommandLine;
using Trader.Messages;
using Trader.Redis;

namespace Trader.Cli.Bench.Gate;

/// <summary>What became of one plan; times in microseconds of this machine's monotonic clock, which the paper exchange uses too.</summary>
internal sealed class PlanFate
{
    /// <summary>Right before its XADD left.</summary>
    public required long SentUs { get; init; }

    /// <summary>When the first result was read; 0 while there is none.</summary>
    public long EndedUs { get; set; }

    /// <summary>Results that say how it ended. More than one is a plan that was answered twice.</summary>
    public int Finals { get; set; }

    public bool Executed { get; set; }

    public string Error { get; set; } = "";
}

/// <summary>A strategy without an opinion: adds plans to the stream at a given pace, and reads every result.</summary>
internal sealed class PlanFeed : IAsyncDisposable
{
    private const int ConnectTries = 100;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly RedisClient _client;
    private readonly StreamTail _results;
    private readonly ConcurrentDictionary<string, PlanFate> _fates = new(StringComparer.Ordinal);
    private long _ended;

    private PlanFeed(RedisClient client, RedisTarget target)
    {
        _client = client;
        _results = StreamTail.StartAfter(
            StreamId.Zero, RedisKeys.PlanResults, target, new StreamOptions { BatchSize = 1000 }, new StreamSink(Take, static _ => { }, static _ => { }));
    }

    public IReadOnlyDictionary<string, PlanFate> Fates => _fates;

    /// <summary>Plans that have a final result.</summary>
    public long Ended => Interlocked.Read(ref _ended);

    public static long NowUs => TimeProvider.System.GetTimestamp() / (TimeProvider.System.TimestampFrequency / 1_000_000);

    /// <exception cref="Refusal">Redis does not answer.</exception>
    public static async Task<PlanFeed> OpenAsync(RedisEndpoint endpoint, CancellationToken cancel)
    {
        var target = new RedisTarget(endpoint, new RedisOptions { ClientName = "trader-bench" }, TimeProvider.System);
        var feed = new PlanFeed(RedisClient.Start(target, static _ => { }), target);
        for (var tries = 0; !feed._client.IsUp; tries++)
        {
            if (tries == ConnectTries)
            {
                await feed.DisposeAsync();
                throw new Refusal(ExitCode.Unavailable, $"Redis at {endpoint} does not answer");
            }

            await Task.Delay(Pace, cancel);
        }

        return feed;
    }

    /// <summary>One command, whose answer must come.</summary>
    /// <exception cref="Refusal">It did not.</exception>
    public async Task DoAsync(RedisCommand command, CancellationToken cancel)
    {
        var result = await _client.Execute(command, Deadline, cancel);
        if (!result.IsValue)
        {
            throw new Refusal(ExitCode.Bad, $"{command.Name}: {result}");
        }
    }

    /// <summary>Adds one reducing plan; its fate is known from here on.</summary>
    public async Task<PlanFate> AddAsync(PlanId id, string symbol, PlanAction action, CancellationToken cancel)
    {
        var fate = new PlanFate { SentUs = NowUs };
        _fates[id.Value] = fate;
        await DoAsync(
            RedisCommand.Of(
                "XADD", RedisKeys.Plans, "*", "plan_id", id.Value, "symbol", symbol, "action", PlanWire.Text(action), "decision", "EXECUTE",
                "kill_score", "0.1", "side", "CLOSE", "qty", "0.0", "reduceOnly", "true", "source", "bench", "timestamp",
                TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
            cancel);
        return fate;
    }

    /// <summary>Adds <paramref name="perSecond"/> plans a second until told to stop; a plan that is late is caught up with.</summary>
    public async Task RunAsync(int perSecond, Func<(string Symbol, PlanAction Action)> next, CancellationToken until)
    {
        var began = TimeProvider.System.GetTimestamp();
        var under = new List<Task>();
        for (long sent = 0; !until.IsCancellationRequested;)
        {
            for (var due = (long)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * perSecond); sent < due; sent++)
            {
                var (symbol, action) = next();
                under.Add(AddAsync(NewId(), symbol, action, CancellationToken.None));
            }

            await Task.Delay(Pace, CancellationToken.None);
            under.RemoveAll(task => task.IsCompletedSuccessfully);
        }

        await Task.WhenAll(under);
    }

    /// <summary>Keeps so many plans without a result until told to stop: as fast as they are answered.</summary>
    public async Task KeepOpenAsync(int open, Func<(string Symbol, PlanAction Action)> next, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var room = open - (_fates.Count - Ended);
            await Task.WhenAll(Enumerable.Range(0, (int)Math.Max(0, room)).Select(_ =>
            {
                var (symbol, action) = next();
                return AddAsync(NewId(), symbol, action, CancellationToken.None);
            }));
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }
    }

    /// <summary>Until every plan has its result, or no further one came for so long.</summary>
    public async Task DrainAsync(TimeSpan quiet, CancellationToken cancel)
    {
        var (last, at) = (Ended, TimeProvider.System.GetTimestamp());
        while (Ended < _fates.Count && TimeProvider.System.GetElapsedTime(at) < quiet)
        {
            await Task.Delay(Pace, cancel);
            (last, at) = Ended == last ? (last, at) : (Ended, TimeProvider.System.GetTimestamp());
        }
    }

    public static PlanId NewId() => PlanIdHash.OfText(Guid.NewGuid().ToString());

    public async ValueTask DisposeAsync()
    {
        await _results.DisposeAsync();
        await _client.DisposeAsync();
    }

    private ValueTask Take(IReadOnlyList<StreamEntry> entries, CancellationToken cancel)
    {
        var now = NowUs;
        foreach (var entry in entries)
        {
            if (!_fates.TryGetValue(PanicWire.Find(entry.Fields, "plan_id") ?? "", out var fate))
            {
                continue;
            }

            fate.EndedUs = fate.EndedUs == 0 ? now : fate.EndedUs;
            fate.Error = PanicWire.Find(entry.Fields, "error") ?? "";
            if (fate.Error != PlanResultWords.OutcomeUnknown)
            {
                fate.Finals++;
                fate.Executed |= PanicWire.Find(entry.Fields, "executed") == "True";
                Interlocked.Increment(ref _ended);
            }
        }

        return ValueTask.CompletedTask;
    }
}

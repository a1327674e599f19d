using Trader.Redis;

namespace Trader.Cli.Stack;

/// <summary>An entry and the Unix ms at which a blocking read of ours had it.</summary>
internal sealed record SeenEntry(StreamEntry Entry, long AtMs);

/// <summary>Follows one stream from its beginning and remembers what came when.</summary>
internal sealed class StreamWatch : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly StreamTail _tail;
    private readonly List<SeenEntry> _seen = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StreamWatch(string key, RedisEndpoint endpoint, TimeProvider time)
    {
        _time = time;
        _tail = StreamTail.StartAfter(
            StreamId.Zero, key, new RedisTarget(endpoint, new RedisOptions { ClientName = "trader-cli" }, time), new StreamOptions(),
            new StreamSink(Take, static _ => { }, static _ => { }));
    }

    public IReadOnlyList<SeenEntry> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>The first entry that fits, or null when none came in time.</summary>
    public async Task<SeenEntry?> FirstAsync(Func<StreamEntry, bool> fits, TimeSpan within, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(within);
        while (true)
        {
            Task news;
            lock (_seen)
            {
                if (_seen.Find(s => fits(s.Entry)) is { } found)
                {
                    return found;
                }

                news = _news.Task;
            }

            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    public ValueTask DisposeAsync() => _tail.DisposeAsync();

    private ValueTask Take(IReadOnlyList<StreamEntry> entries, CancellationToken cancel)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        TaskCompletionSource news;
        lock (_seen)
        {
            _seen.AddRange(entries.Select(entry => new SeenEntry(entry, now)));
            news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        news.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

namespace Trader.Redis;

/// <summary>What the two stream readers share: a connection of their own that repeats a step for as long as it lives,
/// and one way to treat each outcome that is no answer.</summary>
internal sealed class StreamLink : IAsyncDisposable
{
    private readonly RedisLink _link;
    private readonly StreamOptions _options;
    private readonly TimeProvider _time;
    private readonly StreamSink _sink;
    private readonly string _name;
    private readonly CancellationTokenSource _stop = new();
    private string _lastRefusal = "";
    private int _disposed;

    public StreamLink(RedisTarget target, StreamOptions options, StreamSink sink, string name)
    {
        _options = options;
        _time = target.Time;
        _sink = sink;
        _name = name;
        _link = new RedisLink(target with { Options = options.ForBlocking(target.Options) }, sink.OnState);
    }

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins; <paramref name="begin"/> runs once per connection, then <paramref name="step"/> until it is
    /// lost.</summary>
    public void Start(Action begin, Func<RedisConnection, CancellationToken, Task> step) =>
        Completion = Task.Run(
            () => _link.Run((connection, stop) => Repeat(connection, begin, step, stop), _stop.Token));

    /// <summary>Executes with the deadline of blocking reads; an answer that is late ends the connection.</summary>
    public async ValueTask<RedisResult> Ask(RedisConnection connection, RedisCommand command)
    {
        RedisResult result = await connection.Execute(command, _options.ReplyDeadline).ConfigureAwait(false);
        if (result.Kind == RedisResultKind.TimedOut)
        {
            string detail = $"{command.Name} unanswered for {_options.ReplyDeadline.TotalMilliseconds:F0} ms";
            connection.Close(new RedisDown(RedisDownReason.Silent, detail));
        }

        if (result.IsValue)
        {
            _lastRefusal = "";
        }

        return result;
    }

    /// <summary>Tells a refusal, once while it repeats, and waits before the caller tries again. Lost connections
    /// need no treatment: the step is not repeated on them.</summary>
    public async Task Pause(string command, RedisResult result, CancellationToken stop)
    {
        if (result.Kind != RedisResultKind.ServerError)
        {
            return;
        }

        string refusal = $"{_name}: {command} was refused with {result.ErrorCode}";
        if (refusal != _lastRefusal)
        {
            _lastRefusal = refusal;
            Notice(StreamNoticeKind.Refused, refusal);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(_options.RetryMs), _time, stop).ConfigureAwait(false);
    }

    public void Notice(StreamNoticeKind kind, string detail) => _sink.OnNotice(new StreamNotice(kind, detail));

    public ValueTask Deliver(List<StreamEntry> entries, CancellationToken stop) =>
        entries.Count == 0 ? ValueTask.CompletedTask : _sink.OnEntries(entries, stop);

    public static void EndMalformed(RedisConnection connection, string command) =>
        connection.Close(new RedisDown(RedisDownReason.Malformed, $"the answer to {command} has an unknown shape"));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }

    private static async Task Repeat(
        RedisConnection connection,
        Action begin,
        Func<RedisConnection, CancellationToken, Task> step,
        CancellationToken stop)
    {
        try
        {
            begin();
            while (connection.Down is null)
            {
                await step(connection, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The owner stops the reader: the link sees the same token and ends.
        }
    }
}

namespace Trader.Redis;

/// <summary>
/// Redis for everyday commands: one pipelined connection, made again whenever it is lost. While it is down every
/// command fails at once as NotConnected; nothing is queued over an outage, because a command that waited has lost
/// its meaning. Blocking commands do not belong here: see <see cref="StreamTail"/> and <see cref="StreamGroupReader"/>.
/// </summary>
public sealed class RedisClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile RedisConnection? _connection;
    private int _disposed;

    private RedisClient(RedisTarget target, Action<RedisLinkState> onState)
    {
        Target = target;
        RedisLink link = new(target, onState);
        Completion = Task.Run(() => link.Run((connection, _) => Serve(connection), _stop.Token));
    }

    /// <summary>Where this client connects to.</summary>
    public RedisTarget Target { get; }

    /// <summary>True from just before Up is told until just before Down is. A hint: the next command may find
    /// otherwise.</summary>
    public bool IsUp => _connection is not null;

    /// <summary>Ends with the client. Faults only when <c>onState</c> threw.</summary>
    public Task Completion { get; }

    /// <summary>Starts connecting and goes on until disposed.</summary>
    /// <param name="target">Where to, and on which terms.</param>
    /// <param name="onState">Told every change of state, in order, one at a time; must be quick and must not throw
    /// (Tell an actor).</param>
    public static RedisClient Start(RedisTarget target, Action<RedisLinkState> onState)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(onState);
        return new RedisClient(target, onState);
    }

    /// <summary>Sends a command now, or fails now; see <see cref="RedisConnection.Execute"/>.</summary>
    public ValueTask<RedisResult> Execute(
        RedisCommand command, TimeSpan deadline, CancellationToken cancel = default) =>
        _connection is { } connection
            ? connection.Execute(command, deadline, cancel)
            : ValueTask.FromResult(RedisResult.NotConnected);

    /// <summary>Stops, and waits until nothing of it runs any more. Commands in flight end as ConnectionLost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }

    private async Task Serve(RedisConnection connection)
    {
        _connection = connection;
        await connection.Closed.ConfigureAwait(false);
        _connection = null;
    }
}

using System.Threading.Channels;

namespace Trader.Hosting.Http;

/// <summary>One open event stream: its queue, and whether the hub has given it up.</summary>
public sealed class EventReader : IDisposable
{
    private readonly Channel<byte[]> _queue;
    private readonly CancellationTokenSource _dropped = new();

    public EventReader(int capacity) => _queue = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public ChannelReader<byte[]> Events => _queue.Reader;

    /// <summary>Cancelled when the reader lagged behind by more than its queue.</summary>
    public CancellationToken Dropped => _dropped.Token;

    public void Dispose() => _dropped.Dispose();

    internal bool Offer(byte[] bytes) => _queue.Writer.TryWrite(bytes);

    /// <summary>No more events; what is queued is still delivered.</summary>
    internal void End() => _queue.Writer.TryComplete();

    // Its write may be stuck in a full socket: only the connection's abort frees it, and that must not run under the
    // hub's lock.
    internal void Drop()
    {
        _queue.Writer.TryComplete();
        _ = _dropped.CancelAsync();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Akka.Util.Internal;

/// <summary>
/// A queue whose reader waits with a deadline, by blocking or by awaiting. Both ways go through the same code:
/// with <c>blocking</c> true the returned task is always complete, so a blocked thread depends on no other thread
/// than the writer's.
/// </summary>
internal sealed class WaitQueue<T>
{
    private readonly object _gate = new();
    private readonly LinkedList<T> _items = [];
    private TaskCompletionSource? _arrival;
    private long _arrivals;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    public void Add(T item) => TryAdd(item, int.MaxValue);

    /// <summary>False when the queue already holds <paramref name="capacity"/> items.</summary>
    public bool TryAdd(T item, int capacity)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_items.Count >= capacity)
            {
                return false;
            }
            _items.AddLast(item);
            _arrivals++;
            waiting = _arrival;
            _arrival = null;
            Monitor.PulseAll(_gate);
        }
        waiting?.TrySetResult();
        return true;
    }

    public IReadOnlyList<T> Snapshot()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }

    /// <summary>
    /// The first item that matches, waiting for it up to <paramref name="timeout"/> (infinite allowed); not found when
    /// that has passed. With <paramref name="remove"/> false the item stays.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before an item was there.</exception>
    public async ValueTask<(bool Found, T Item)> TakeAsync(
        bool blocking, bool remove, Predicate<T>? match, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (TryTake(remove, match, out var item, out var seen))
            {
                return (true, item);
            }
            var left = timeout == Timeout.InfiniteTimeSpan
                ? timeout
                : timeout - TimeProvider.System.GetElapsedTime(start);
            if (left <= TimeSpan.Zero && left != Timeout.InfiniteTimeSpan)
            {
                return (false, default!);
            }
            if (blocking)
            {
                Block(seen, left, cancellationToken);
            }
            else
            {
                await ArrivalAsync(seen, left, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool TryTake(bool remove, Predicate<T>? match, [MaybeNullWhen(false)] out T item, out long seen)
    {
        lock (_gate)
        {
            seen = _arrivals;
            for (var node = _items.First; node is not null; node = node.Next)
            {
                if (match is null || match(node.Value))
                {
                    if (remove)
                    {
                        _items.Remove(node);
                    }
                    item = node.Value;
                    return true;
                }
            }
        }
        item = default;
        return false;
    }

    private void Block(long seen, TimeSpan left, CancellationToken cancellationToken)
    {
        using var wake = cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        });
        lock (_gate)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_arrivals == seen)
            {
                Monitor.Wait(_gate, left);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask ArrivalAsync(long seen, TimeSpan left, CancellationToken cancellationToken)
    {
        Task arrival;
        lock (_gate)
        {
            if (_arrivals != seen)
            {
                return;
            }
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            arrival = _arrival.Task;
        }
        try
        {
            await arrival.WaitAsync(left, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The caller measures the time itself and looks once more.
        }
    }
}

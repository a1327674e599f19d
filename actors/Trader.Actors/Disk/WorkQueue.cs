using System.Diagnostics.CodeAnalysis;

namespace Trader.Actors.Disk;

/// <summary>
/// A bounded queue to one thread, which sleeps while it is empty. The framework's blocking collection lets it spin first, and on a machine
/// with few processors that is time which Redis and the other roles lack.
/// </summary>
internal sealed class WorkQueue<T>(int capacity)
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = new();
    private bool _complete;

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

    /// <summary>It takes no more, and everything was taken.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
            {
                return _complete && _items.Count == 0;
            }
        }
    }

    /// <summary>False when it is full.</summary>
    /// <exception cref="InvalidOperationException">After <see cref="CompleteAdding"/>.</exception>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_complete)
            {
                throw new InvalidOperationException("The queue takes no more.");
            }

            if (_items.Count >= capacity)
            {
                return false;
            }

            _items.Enqueue(item);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out T item) => TryTake(out item, TimeSpan.Zero);

    /// <summary>The oldest item. False when none came in time, or none will ever come.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan within)
    {
        lock (_gate)
        {
            while (_items.Count == 0)
            {
                if (_complete || !Monitor.Wait(_gate, within))
                {
                    // What came in the moment of giving up is not left behind.
                    return _items.TryDequeue(out item);
                }
            }

            item = _items.Dequeue();
            return true;
        }
    }

    /// <summary>It takes no more; what is in it can still be taken.</summary>
    public void CompleteAdding()
    {
        lock (_gate)
        {
            _complete = true;
            Monitor.PulseAll(_gate);
        }
    }
}

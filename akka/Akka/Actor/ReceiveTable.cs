namespace Akka.Actor;

/// <summary>Handlers by message type; the first declared one that fits is taken.</summary>
internal sealed class ReceiveTable
{
    private Handler[] _handlers = [];
    private int _count;

    internal void Add<T>(Action<T> handler, Predicate<T>? shouldHandle) =>
        Add(new TypedHandler<T>(handler, shouldHandle));

    internal void Add<T>(Func<T, bool> handler) => Add(new TryHandler<T>(handler));

    internal void Add(Type type, Action<object> handler, Predicate<object>? shouldHandle) =>
        Add(new UntypedHandler(type, handler, shouldHandle));

    internal void Add(Type type, Func<object, bool> handler) => Add(new UntypedTryHandler(type, handler));

    internal bool Handle(object message)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_handlers[i].TryHandle(message))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(Handler handler)
    {
        if (_count > 0 && _handlers[_count - 1].TakesAll)
        {
            throw new InvalidOperationException(
                "A handler that catches all messages has been added. No handler can be added after that.");
        }

        if (_count == _handlers.Length)
        {
            Array.Resize(ref _handlers, Math.Max(2, _count * 2));
        }

        _handlers[_count++] = handler;
    }

    private abstract class Handler
    {
        internal abstract bool TakesAll { get; }

        internal abstract bool TryHandle(object message);
    }

    private sealed class TypedHandler<T>(Action<T> handler, Predicate<T>? shouldHandle) : Handler
    {
        internal override bool TakesAll => shouldHandle is null && typeof(T) == typeof(object);

        internal override bool TryHandle(object message)
        {
            if (message is not T typed || (shouldHandle is not null && !shouldHandle(typed)))
            {
                return false;
            }

            handler(typed);
            return true;
        }
    }

    private sealed class TryHandler<T>(Func<T, bool> handler) : Handler
    {
        internal override bool TakesAll => false;

        internal override bool TryHandle(object message) => message is T typed && handler(typed);
    }

    private sealed class UntypedHandler(Type type, Action<object> handler, Predicate<object>? shouldHandle) : Handler
    {
        internal override bool TakesAll => shouldHandle is null && type == typeof(object);

        internal override bool TryHandle(object message)
        {
            if (!type.IsInstanceOfType(message) || (shouldHandle is not null && !shouldHandle(message)))
            {
                return false;
            }

            handler(message);
            return true;
        }
    }

    private sealed class UntypedTryHandler(Type type, Func<object, bool> handler) : Handler
    {
        internal override bool TakesAll => false;

        internal override bool TryHandle(object message) => type.IsInstanceOfType(message) && handler(message);
    }
}

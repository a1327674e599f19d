namespace Akka.Actor;

/// <summary>An actor whose handlers are declared by message type; the first declared one that fits is taken.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private ReceiveTable? _building;

    /// <summary>Handlers are declared in the subclass's constructor and in <see cref="Become(Action)"/>.</summary>
    protected ReceiveActor()
    {
        _building = new ReceiveTable();
        ActorCell.CurrentOrThrow().BeginWith(_building.Handle);
    }

    /// <summary>Not used: handlers are declared.</summary>
    protected sealed override void OnReceive(object message) => Unhandled(message);

    /// <summary>Replaces the handlers by those that the action declares.</summary>
    protected void Become(Action configure) => Become(Configure(configure));

    /// <summary>Puts the handlers that the action declares on the stack.</summary>
    protected void BecomeStacked(Action configure) => BecomeStacked(Configure(configure));

    /// <summary>Handles a type of message.</summary>
    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Table().Add(handler, shouldHandle);

    /// <summary>Handles a type of message where the predicate holds.</summary>
    protected void Receive<T>(Predicate<T>? shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <summary>Handles a type of message; false leaves it to the next handler.</summary>
    protected void Receive<T>(Func<T, bool> handler) => Table().Add(handler);

    /// <summary>Handles a type of message.</summary>
    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Table().Add(messageType, handler, shouldHandle);

    /// <summary>Handles a type of message where the predicate holds.</summary>
    protected void Receive(Type messageType, Predicate<object>? shouldHandle, Action<object> handler) =>
        Receive(messageType, handler, shouldHandle);

    /// <summary>Handles a type of message; false leaves it to the next handler.</summary>
    protected void Receive(Type messageType, Func<object, bool> handler) =>
        Table().Add(messageType, handler);

    /// <summary>Handles everything; no handler can follow.</summary>
    protected void ReceiveAny(Action<object> handler) => Table().Add(handler, null);

    /// <summary>Handles a type of message asynchronously; other user messages wait.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Receive<T>(m => RunTask(() => handler(m)), shouldHandle);

    /// <summary>Handles a type of message asynchronously where the predicate holds.</summary>
    protected void ReceiveAsync<T>(Predicate<T>? shouldHandle, Func<T, Task> handler) =>
        ReceiveAsync(handler, shouldHandle);

    /// <summary>Handles a type of message asynchronously.</summary>
    protected void ReceiveAsync(
        Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Receive(messageType, m => RunTask(() => handler(m)), shouldHandle);

    /// <summary>Handles a type of message asynchronously where the predicate holds.</summary>
    protected void ReceiveAsync(Type messageType, Predicate<object>? shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    /// <summary>Handles everything asynchronously; no handler can follow.</summary>
    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAny(m => RunTask(() => handler(m)));

    internal sealed override void OnConstructed() => _building = null;

    private ReceiveTable Table() => _building ?? throw new InvalidOperationException(
        "You may only call Receive-methods when constructing the actor and inside Become().");

    private Receive Configure(Action configure)
    {
        var outer = _building;
        var table = _building = new ReceiveTable();
        try
        {
            configure();
        }
        finally
        {
            _building = outer;
        }

        return table.Handle;
    }
}

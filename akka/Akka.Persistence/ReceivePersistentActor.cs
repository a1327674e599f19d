using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// A persistent actor whose handlers are declared by type: <c>Command</c> for commands, <c>Recover</c> for what is
/// replayed. The first declared one that fits is taken.
/// </summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly ReceiveTable _commands = new();
    private readonly ReceiveTable _recovers = new();
    private ReceiveTable? _building;
    private bool _constructed;

    /// <summary>Handlers are declared in the subclass's constructor; those of commands in <see cref="Become(Action)"/> too.</summary>
    protected ReceivePersistentActor() => _building = _commands;

    /// <summary>Replaces the handlers of commands by those that the action declares.</summary>
    protected void Become(Action configure) => Become(Configure(configure));

    /// <summary>Puts the handlers of commands that the action declares on the stack.</summary>
    protected void BecomeStacked(Action configure) => BecomeStacked(Configure(configure));

    /// <inheritdoc />
    protected sealed override void OnCommand(object message) => Handle(_commands, message);

    /// <inheritdoc />
    protected sealed override void OnRecover(object message) => Handle(_recovers, message);

    /// <summary>Handles a type of replayed message.</summary>
    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Recovers().Add(handler, shouldHandle);

    /// <summary>Handles a type of replayed message where the predicate holds.</summary>
    protected void Recover<T>(Predicate<T>? shouldHandle, Action<T> handler) => Recover(handler, shouldHandle);

    /// <summary>Handles a type of replayed message; false leaves it to the next handler.</summary>
    protected void Recover<T>(Func<T, bool> handler) => Recovers().Add(handler);

    /// <summary>Handles a type of replayed message.</summary>
    protected void Recover(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Recovers().Add(messageType, handler, shouldHandle);

    /// <summary>Handles a type of replayed message where the predicate holds.</summary>
    protected void Recover(Type messageType, Predicate<object>? shouldHandle, Action<object> handler) =>
        Recover(messageType, handler, shouldHandle);

    /// <summary>Handles a type of replayed message; false leaves it to the next handler.</summary>
    protected void Recover(Type messageType, Func<object, bool> handler) => Recovers().Add(messageType, handler);

    /// <summary>Handles everything replayed; no handler can follow.</summary>
    protected void RecoverAny(Action<object> handler) => Recovers().Add(handler, null);

    /// <summary>Handles a type of command.</summary>
    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
        Commands().Add(handler, shouldHandle);

    /// <summary>Handles a type of command where the predicate holds.</summary>
    protected void Command<T>(Predicate<T>? shouldHandle, Action<T> handler) => Command(handler, shouldHandle);

    /// <summary>Handles a type of command; false leaves it to the next handler.</summary>
    protected void Command<T>(Func<T, bool> handler) => Commands().Add(handler);

    /// <summary>Handles a type of command.</summary>
    protected void Command(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Commands().Add(messageType, handler, shouldHandle);

    /// <summary>Handles a type of command where the predicate holds.</summary>
    protected void Command(Type messageType, Predicate<object>? shouldHandle, Action<object> handler) =>
        Command(messageType, handler, shouldHandle);

    /// <summary>Handles a type of command; false leaves it to the next handler.</summary>
    protected void Command(Type messageType, Func<object, bool> handler) => Commands().Add(messageType, handler);

    /// <summary>Handles every command; no handler can follow.</summary>
    protected void Command(Action<object> handler) => CommandAny(handler);

    /// <summary>Handles every command; no handler can follow.</summary>
    protected void CommandAny(Action<object> handler) => Commands().Add(handler, null);

    /// <summary>Handles a type of command asynchronously; other commands wait.</summary>
    protected void CommandAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
        Command<T>(m => RunTask(() => handler(m)), shouldHandle);

    /// <summary>Handles a type of command asynchronously where the predicate holds.</summary>
    protected void CommandAsync<T>(Predicate<T>? shouldHandle, Func<T, Task> handler) =>
        CommandAsync(handler, shouldHandle);

    /// <summary>Handles a type of command asynchronously; other commands wait.</summary>
    protected void CommandAsync(
        Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
        Command(messageType, m => RunTask(() => handler(m)), shouldHandle);

    /// <summary>Handles a type of command asynchronously where the predicate holds.</summary>
    protected void CommandAsync(Type messageType, Predicate<object>? shouldHandle, Func<object, Task> handler) =>
        CommandAsync(messageType, handler, shouldHandle);

    /// <summary>Handles every command asynchronously; no handler can follow.</summary>
    protected void CommandAnyAsync(Func<object, Task> handler) => CommandAny(m => RunTask(() => handler(m)));

    internal sealed override void OnConstructed()
    {
        _building = null;
        _constructed = true;
    }

    private void Handle(ReceiveTable table, object message)
    {
        if (!table.Handle(message))
        {
            Unhandled(message);
        }
    }

    private ReceiveTable Commands() => _building ?? throw new InvalidOperationException(
        "You may only call Command-methods when constructing the actor and inside Become().");

    private ReceiveTable Recovers() => _constructed
        ? throw new InvalidOperationException("You may only call Recover-methods when constructing the actor.")
        : _recovers;

    private UntypedReceive Configure(Action configure)
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

        return message => Handle(table, message);
    }
}

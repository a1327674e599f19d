using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.TestKit;

/// <summary>The reference inside a test's reference, whatever its actor's type.</summary>
internal interface ITestActorRef
{
    LocalActorRef Inner { get; }
}

/// <summary>A reference that shows its actor, which runs on the thread of who tells it.</summary>
public abstract class TestActorRefBase<TActor> : IInternalActorRef, ITestActorRef where TActor : ActorBase
{
    private const string CallingThread = "akka.test.calling-thread-dispatcher";

    private readonly LocalActorRef _inner;

    protected TestActorRefBase(ActorSystem system, Props actorProps, IActorRef? supervisor = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(actorProps);
        var props = actorProps.Deploy.Dispatcher.Length == 0 ? actorProps.WithDispatcher(CallingThread) : actorProps;
        _inner = (LocalActorRef)(supervisor.IsNobody()
            ? system.ActorOf(props, name)
            : Local(supervisor).Cell.ActorOfForTest(props, name));
    }

    public IActorRef Ref => _inner;

    LocalActorRef ITestActorRef.Inner => _inner;

    /// <summary>The instance now; another one after a restart.</summary>
    /// <exception cref="IllegalActorStateException">There is none: it failed to start, or has stopped.</exception>
    public TActor UnderlyingActor => _inner.Cell.Actor as TActor
        ?? throw new IllegalActorStateException($"{_inner} has no instance of {typeof(TActor)}");

    public ActorPath Path => _inner.Path;

    IInternalActorRef IInternalActorRef.Parent => _inner.Parent;

    IActorRefProvider IInternalActorRef.Provider => _inner.Provider;

    bool IInternalActorRef.IsTerminated => _inner.IsTerminated;

    bool IActorRefScope.IsLocal => _inner.IsLocal;

    /// <summary>Has the actor handle the message at once, past its mailbox; what it throws is thrown here.</summary>
    public void Receive(object message, IActorRef? sender = null) =>
        _inner.Cell.ReceiveForTest(message, sender ?? _inner.Provider.DeadLetters);

    /// <summary>Has the actor handle the message at once, past its mailbox, and completes when its asynchronous work
    /// has; what either throws is thrown here.</summary>
    public Task ReceiveAsync(object message, IActorRef? sender = null) =>
        _inner.Cell.ReceiveForTestAsync(message, sender ?? _inner.Provider.DeadLetters);

    public void Tell(object message) => _inner.Tell(message);

    public void Tell(object message, IActorRef sender) => _inner.Tell(message, sender);

    public void Forward(object message) => _inner.Forward(message);

    /// <summary>Has the actor watch another.</summary>
    public void Watch(IActorRef subject) => _inner.Cell.RunForTest(cell => cell.Watch(subject));

    /// <summary>Has the actor watch another no more.</summary>
    public void Unwatch(IActorRef subject) => _inner.Cell.RunForTest(cell => cell.Unwatch(subject));

    IActorRef IInternalActorRef.GetChild(IReadOnlyList<string> name) => _inner.GetChild(name);

    void IInternalActorRef.Resume(Exception? causedByFailure) => _inner.Resume(causedByFailure);

    void IInternalActorRef.Start() => _inner.Start();

    void IInternalActorRef.Stop() => _inner.Stop();

    void IInternalActorRef.Restart(Exception cause) => _inner.Restart(cause);

    void IInternalActorRef.Suspend() => _inner.Suspend();

    public void SendSystemMessage(ISystemMessage message) => _inner.SendSystemMessage(message);

    public bool Equals(IActorRef? other) => _inner.Equals(other is ITestActorRef test ? test.Inner : other);

    public int CompareTo(IActorRef? other) => _inner.CompareTo(other);

    public int CompareTo(object? obj) => _inner.CompareTo(obj);

    public override bool Equals(object? obj) => obj is IActorRef other && Equals(other);

    public override int GetHashCode() => _inner.GetHashCode();

    public override string ToString() => _inner.ToString();

    private static LocalActorRef Local(IActorRef supervisor) => supervisor switch
    {
        LocalActorRef local => local,
        TestProbe probe => (LocalActorRef)probe.Ref,
        ITestActorRef test => test.Inner,
        _ => throw new ArgumentException($"{supervisor} is no local actor that can supervise", nameof(supervisor)),
    };
}

/// <inheritdoc/>
public class TestActorRef<TActor> : TestActorRefBase<TActor> where TActor : ActorBase
{
    public TestActorRef(ActorSystem system, Props actorProps, IActorRef? supervisor = null, string? name = null)
        : base(system, actorProps, supervisor, name)
    {
    }

    public static bool operator ==(TestActorRef<TActor>? left, IActorRef? right) => Equals(left, right);

    public static bool operator !=(TestActorRef<TActor>? left, IActorRef? right) => !Equals(left, right);

    public static bool operator ==(IActorRef? left, TestActorRef<TActor>? right) => Equals(right, left);

    public static bool operator !=(IActorRef? left, TestActorRef<TActor>? right) => !Equals(right, left);

    public override bool Equals(object? obj) => base.Equals(obj);

    public override int GetHashCode() => base.GetHashCode();
}

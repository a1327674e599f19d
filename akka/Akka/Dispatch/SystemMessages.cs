using Akka.Actor;

namespace Akka.Dispatch.SysMsg;

/// <summary>A message between cells; it overtakes user messages.</summary>
public interface ISystemMessage : INoSerializationVerificationNeeded;

/// <summary>Base of all system messages. One instance is enqueued once only: it is its own queue node.</summary>
public abstract class SystemMessage : ISystemMessage
{
    internal SystemMessage? Next;
}

/// <summary>Makes the first instance of an actor.</summary>
public sealed class Create : SystemMessage;

/// <summary>Replaces the instance of an actor.</summary>
public sealed class Recreate(Exception cause) : SystemMessage
{
    /// <summary>Why.</summary>
    public Exception Cause { get; } = cause;
}

/// <summary>Pauses an actor.</summary>
public sealed class Suspend : SystemMessage;

/// <summary>Resumes an actor.</summary>
public sealed class Resume(Exception? causedByFailure) : SystemMessage
{
    /// <summary>The failure that is forgiven, if any.</summary>
    public Exception? CausedByFailure { get; } = causedByFailure;
}

/// <summary>Stops an actor.</summary>
public sealed class Terminate : SystemMessage;

/// <summary>Begins a death watch.</summary>
public sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    /// <summary>Who is watched.</summary>
    public IInternalActorRef Watchee { get; } = watchee;

    /// <summary>Who watches.</summary>
    public IInternalActorRef Watcher { get; } = watcher;
}

/// <summary>Ends a death watch.</summary>
public sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    /// <summary>Who is watched.</summary>
    public IInternalActorRef Watchee { get; } = watchee;

    /// <summary>Who watches.</summary>
    public IInternalActorRef Watcher { get; } = watcher;
}

/// <summary>Tells a supervisor that a child failed.</summary>
public sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage
{
    /// <summary>The child.</summary>
    public IActorRef Child { get; } = child;

    /// <summary>The failure.</summary>
    public Exception Cause { get; } = cause;

    /// <summary>The incarnation of the child.</summary>
    public long Uid { get; } = uid;

    /// <inheritdoc />
    public override string ToString() => $"<Failed>: {Child} ({Uid}): {Cause.GetType()}";
}

/// <summary>Tells a watcher, or the supervisor, that an actor has stopped.</summary>
public sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    : SystemMessage
{
    /// <summary>The actor.</summary>
    public IActorRef Actor { get; } = actor;

    /// <summary>True when the actor itself says so.</summary>
    public bool ExistenceConfirmed { get; } = existenceConfirmed;

    /// <summary>True when its whole system is gone.</summary>
    public bool AddressTerminated { get; } = addressTerminated;
}

/// <summary>A continuation of asynchronous work of an actor.</summary>
internal sealed class ContinueTask(ActorTaskScheduler scheduler, Task task) : SystemMessage
{
    internal ActorTaskScheduler Scheduler { get; } = scheduler;

    internal Task Task { get; } = task;
}

/// <summary>Asynchronous work of an actor has ended.</summary>
internal sealed class CompleteTask(ActorTaskScheduler scheduler, Exception? failure) : SystemMessage
{
    internal ActorTaskScheduler Scheduler { get; } = scheduler;

    internal Exception? Failure { get; } = failure;
}

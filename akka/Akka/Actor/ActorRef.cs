using System.Diagnostics.CodeAnalysis;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Anything a message can be told to.</summary>
public interface ICanTell
{
    /// <summary>Sends a message, at most once, without waiting.</summary>
    void Tell(object message, IActorRef sender);
}

/// <summary>A handle to one incarnation of one actor.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>The path, with the uid of the incarnation.</summary>
    ActorPath Path { get; }
}

/// <summary>Says whether the actor lives in this process.</summary>
public interface IActorRefScope
{
    /// <summary>True for an actor of this process.</summary>
    bool IsLocal { get; }
}

/// <summary>Marks references to actors of this process.</summary>
public interface ILocalRef : IActorRefScope;

/// <summary>A reference whose cell may still be starting.</summary>
public interface IRepointableRef : IActorRefScope
{
    /// <summary>True once the cell exists.</summary>
    bool IsStarted { get; }
}

/// <summary>The engine's side of a reference: life cycle and system messages.</summary>
public interface IInternalActorRef : IActorRef, IActorRefScope
{
    /// <summary>The supervisor.</summary>
    IInternalActorRef Parent { get; }

    /// <summary>The provider of the owning system.</summary>
    IActorRefProvider Provider { get; }

    /// <summary>True once the actor has stopped for good.</summary>
    bool IsTerminated { get; }

    /// <summary>Finds a descendant by path elements; <see cref="Nobody"/> when absent.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    /// <summary>Resumes message processing.</summary>
    void Resume(Exception? causedByFailure = null);

    /// <summary>Starts the cell.</summary>
    void Start();

    /// <summary>Stops the actor after the current message.</summary>
    void Stop();

    /// <summary>Replaces the actor instance.</summary>
    void Restart(Exception cause);

    /// <summary>Pauses message processing.</summary>
    void Suspend();

    /// <summary>Enqueues a system message, which overtakes user messages.</summary>
    void SendSystemMessage(ISystemMessage message);
}

/// <summary>Base of every reference: equality by path and uid.</summary>
public abstract class ActorRefBase : IActorRef
{
    /// <inheritdoc />
    public abstract ActorPath Path { get; }

    /// <inheritdoc />
    public void Tell(object message, IActorRef sender)
    {
        if (message is null)
        {
            TellNull(sender);
            return;
        }

        TellInternal(message, sender);
    }

    /// <summary>No actor takes null; only the answer to an ask may be null.</summary>
    private protected virtual void TellNull(IActorRef sender) => throw new InvalidMessageException("Message is null.");

    /// <summary>Delivers a message that is known not to be null.</summary>
    protected abstract void TellInternal(object message, IActorRef sender);

    /// <inheritdoc />
    public override string ToString() =>
        Path.Uid == ActorPath.UndefinedUid ? $"[{Path}]" : $"[{Path}#{Path.Uid}]";

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is IActorRef other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path.GetHashCode());

    /// <inheritdoc />
    public virtual bool Equals(IActorRef? other) =>
        other is not null && (ReferenceEquals(this, other) || (Path.Uid == other.Path.Uid && Path.Equals(other.Path)));

    /// <inheritdoc />
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        IActorRef other => CompareTo(other),
        _ => throw new ArgumentException($"Object must be an {nameof(IActorRef)}.", nameof(obj)),
    };

    /// <inheritdoc />
    public int CompareTo(IActorRef? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byPath = Path.CompareTo(other.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other.Path.Uid);
    }
}

/// <summary>Base of the engine's own references.</summary>
public abstract class InternalActorRefBase : ActorRefBase, IInternalActorRef
{
    /// <inheritdoc />
    public abstract IInternalActorRef Parent { get; }

    /// <inheritdoc />
    public abstract IActorRefProvider Provider { get; }

    /// <inheritdoc />
    public abstract bool IsTerminated { get; }

    /// <inheritdoc />
    public abstract bool IsLocal { get; }

    /// <inheritdoc />
    public abstract IActorRef GetChild(IReadOnlyList<string> name);

    /// <inheritdoc />
    public abstract void Resume(Exception? causedByFailure = null);

    /// <inheritdoc />
    public abstract void Start();

    /// <inheritdoc />
    public abstract void Stop();

    /// <inheritdoc />
    public abstract void Restart(Exception cause);

    /// <inheritdoc />
    public abstract void Suspend();

    /// <inheritdoc />
    public abstract void SendSystemMessage(ISystemMessage message);
}

/// <summary>A reference without a cell behind it.</summary>
public abstract class MinimalActorRef : InternalActorRefBase, ILocalRef
{
    /// <inheritdoc />
    public override IInternalActorRef Parent => ActorRefs.Nobody;

    /// <inheritdoc />
    public override bool IsTerminated => false;

    /// <inheritdoc />
    public override bool IsLocal => true;

    /// <inheritdoc />
    public override IActorRef GetChild(IReadOnlyList<string> name) =>
        name.All(string.IsNullOrEmpty) ? this : ActorRefs.Nobody;

    /// <inheritdoc />
    public override void Resume(Exception? causedByFailure = null)
    {
    }

    /// <inheritdoc />
    public override void Start()
    {
    }

    /// <inheritdoc />
    public override void Stop()
    {
    }

    /// <inheritdoc />
    public override void Restart(Exception cause)
    {
    }

    /// <inheritdoc />
    public override void Suspend()
    {
    }

    /// <inheritdoc />
    public override void SendSystemMessage(ISystemMessage message)
    {
    }

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender)
    {
    }
}

/// <summary>The reference to no actor: swallows everything.</summary>
public sealed class Nobody : MinimalActorRef
{
    /// <summary>The one instance.</summary>
    public static readonly Nobody Instance = new();

    private readonly ActorPath _path = new RootActorPath(Address.AllSystems, "/Nobody");

    private Nobody()
    {
    }

    /// <inheritdoc />
    public override ActorPath Path => _path;

    /// <inheritdoc />
    public override IInternalActorRef Parent => this;

    /// <summary>Nobody belongs to no system.</summary>
    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody does not provide");
}

/// <summary>The two well-known references.</summary>
public static class ActorRefs
{
    /// <summary>Nobody: the answer of a look-up that found nothing.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>No sender: a null reference, as in Akka.NET.</summary>
    [SuppressMessage("Usage", "CA2211", Justification = "read-only")]
    public static readonly IActorRef NoSender = null!;
}

/// <summary>Helpers on references.</summary>
public static class ActorRefExtensions
{
    /// <summary>True for null and for <see cref="Nobody"/>.</summary>
    public static bool IsNobody([NotNullWhen(false)] this IActorRef? actorRef) => actorRef is null or Nobody;

    /// <summary>The reference, or the alternative when it is nobody.</summary>
    public static IActorRef GetOrElse(this IActorRef actorRef, Func<IActorRef> elseValue) =>
        actorRef.IsNobody() ? elseValue() : actorRef;
}

/// <summary>Tell and Forward that take the sender from the running actor.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Tells with the running actor as sender, or none outside of an actor.</summary>
    public static void Tell(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.GetCurrentSelfOrNoSender());

    /// <summary>Tells with the sender of the message being handled.</summary>
    public static void Forward(this IActorRef receiver, object message) =>
        receiver.Tell(message, ActorCell.GetCurrentSenderOrNoSender());
}

using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Stands where no actor is: what it is told goes to dead letters.</summary>
public class EmptyLocalActorRef : MinimalActorRef
{
    private readonly IActorRefProvider _provider;
    private readonly ActorPath _path;
    private readonly EventStream _eventStream;

    /// <summary>Makes the reference.</summary>
    public EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) =>
        (_provider, _path, _eventStream) = (provider, path, eventStream);

    /// <inheritdoc />
    public override ActorPath Path => _path;

    /// <inheritdoc />
    public override IActorRefProvider Provider => _provider;

    /// <inheritdoc />
    public override bool IsTerminated => true;

    /// <inheritdoc />
    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is Watch watch && !watch.Watcher.Equals(this))
        {
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, false, false));
        }
    }

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is DeadLetter letter)
        {
            Deliver(letter.Message, letter.Sender, letter);
        }
        else
        {
            Deliver(message, sender, null);
        }
    }

    /// <summary>Answers what the engine answers for an absent actor.</summary>
    protected bool Answer(object message, IActorRef? sender)
    {
        switch (message)
        {
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, null), this);
                return true;
            case IDeadLetterSuppression suppressed when message is not DeadLetter:
                _eventStream.Publish(new SuppressedDeadLetter(suppressed, sender ?? _provider.DeadLetters, this));
                return true;
            default:
                return false;
        }
    }

    private protected virtual void Deliver(object message, IActorRef? sender, DeadLetter? letter)
    {
        if (!Answer(message, sender))
        {
            _eventStream.Publish(letter ?? new DeadLetter(message, sender ?? _provider.DeadLetters, this));
        }
    }

    private protected void Publish(object letter) => _eventStream.Publish(letter);
}

/// <summary>The dead letters of a system.</summary>
public class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    /// <inheritdoc />
    public override bool IsTerminated => false;

    private protected override void Deliver(object message, IActorRef? sender, DeadLetter? letter)
    {
        switch (message)
        {
            case Identify identify:
                sender?.Tell(new ActorIdentity(identify.MessageId, ActorRefs.Nobody), this);
                break;
            case IDeadLetterSuppression suppressed:
                // The recipient is this one even where an actor passed its letter on, as in Akka.NET.
                Publish(new SuppressedDeadLetter(suppressed, sender ?? this, this));
                break;
            default:
                Publish(new DeadLetter(message, sender ?? this, letter?.Recipient ?? this));
                break;
        }
    }
}

/// <summary>Swallows everything, without dead letters.</summary>
public sealed class IgnoreActorRef : MinimalActorRef
{
    private readonly IActorRefProvider _provider;
    private readonly ActorPath _path;

    /// <summary>Makes the reference.</summary>
    public IgnoreActorRef(IActorRefProvider provider) =>
        (_provider, _path) = (provider, new RootActorPath(new Address("akka", "local")) / "ignore");

    /// <inheritdoc />
    public override ActorPath Path => _path;

    /// <inheritdoc />
    public override IActorRefProvider Provider => _provider;

    /// <summary>True for this kind of reference.</summary>
    public static bool IsIgnoreRefPath(string? path) => path is "akka://local/ignore";
}

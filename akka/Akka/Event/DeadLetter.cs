using Akka.Actor;

namespace Akka.Event;

/// <summary>Marks a message whose loss is nothing to report: it becomes a <see cref="SuppressedDeadLetter"/>.</summary>
public interface IDeadLetterSuppression
{
}

/// <summary>A message that did not reach an actor.</summary>
public abstract class AllDeadLetters(object message, IActorRef? sender, IActorRef? recipient)
{
    public object Message { get; } = message;

    public IActorRef? Sender { get; } = sender;

    public IActorRef? Recipient { get; } = recipient;

    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>The recipient is dead or never was.</summary>
public sealed class DeadLetter : AllDeadLetters
{
    public DeadLetter(object message, IActorRef? sender, IActorRef? recipient) : base(message, sender, recipient)
    {
        ArgumentNullException.ThrowIfNull(message);
    }
}

/// <summary>A dead letter that nobody needs to hear of.</summary>
public sealed class SuppressedDeadLetter : AllDeadLetters
{
    public SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef? sender, IActorRef? recipient)
        : base(message, sender, recipient)
    {
        ArgumentNullException.ThrowIfNull(message);
    }
}

/// <summary>A message that was thrown away on purpose, such as at a full mailbox.</summary>
public sealed class Dropped : AllDeadLetters
{
    public Dropped(object message, string reason, IActorRef? sender, IActorRef? recipient)
        : base(message, sender, recipient) => Reason = reason;

    public Dropped(object message, string reason, IActorRef? recipient) : this(message, reason, null, recipient)
    {
    }

    public string Reason { get; }
}

/// <summary>A message that its receiver has no handler for.</summary>
public sealed class UnhandledMessage(object message, IActorRef? sender, IActorRef? recipient)
    : AllDeadLetters(message, sender, recipient);

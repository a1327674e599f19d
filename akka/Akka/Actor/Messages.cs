using Akka.Event;

namespace Akka.Actor;

/// <summary>A message that the engine handles before the actor's own behaviour.</summary>
public interface IAutoReceivedMessage;

/// <summary>A message that must not come from an untrusted remote system.</summary>
public interface IPossiblyHarmful;

/// <summary>A message that does not reset an actor's receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>A message that is never put through a serialiser on local tells.</summary>
public interface INoSerializationVerificationNeeded;

/// <summary>Tells a watcher that a watched actor has stopped. Its sender is that actor.</summary>
public sealed class Terminated : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression,
    INoSerializationVerificationNeeded
{
    /// <summary>Makes the notice.</summary>
    public Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
    {
        ActorRef = actorRef;
        ExistenceConfirmed = existenceConfirmed;
        AddressTerminated = addressTerminated;
    }

    /// <summary>The actor that stopped.</summary>
    public IActorRef ActorRef { get; }

    /// <summary>True when the stopped actor itself said so; false when none was found under the reference.</summary>
    public bool ExistenceConfirmed { get; }

    /// <summary>True when the whole remote system is gone.</summary>
    public bool AddressTerminated { get; }

    /// <inheritdoc />
    public override string ToString() =>
        $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Stops an actor when it reaches the head of the mailbox.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    private PoisonPill()
    {
    }

    /// <summary>The one instance.</summary>
    public static PoisonPill Instance { get; } = new();

    /// <inheritdoc />
    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes an actor fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceivedMessage, IPossiblyHarmful
{
    private Kill()
    {
    }

    /// <summary>The one instance.</summary>
    public static Kill Instance { get; } = new();

    /// <inheritdoc />
    public override string ToString() => "<Kill>";
}

/// <summary>Asks any actor who it is; answered with <see cref="ActorIdentity"/>.</summary>
public sealed class Identify : IAutoReceivedMessage, INotInfluenceReceiveTimeout
{
    /// <summary>Makes the question.</summary>
    public Identify(object messageId) => MessageId = messageId;

    /// <summary>Comes back in the answer.</summary>
    public object MessageId { get; }

    /// <inheritdoc />
    public override string ToString() => $"<Identify>: {MessageId}";
}

/// <summary>The answer to <see cref="Identify"/>.</summary>
public sealed class ActorIdentity
{
    /// <summary>Makes the answer.</summary>
    public ActorIdentity(object messageId, IActorRef? subject)
    {
        MessageId = messageId;
        Subject = subject!;
    }

    /// <summary>The id of the question.</summary>
    public object MessageId { get; }

    /// <summary>The actor, or null when none was found.</summary>
    public IActorRef Subject { get; }

    /// <inheritdoc />
    public override string ToString() => $"<ActorIdentity>: {Subject} - MessageId={MessageId}";
}

/// <summary>Told to an actor that received nothing for its receive timeout.</summary>
public sealed class ReceiveTimeout : IPossiblyHarmful, IDeadLetterSuppression
{
    private ReceiveTimeout()
    {
    }

    /// <summary>The one instance.</summary>
    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>Success or failure as a message.</summary>
public abstract class Status
{
    /// <summary>It worked.</summary>
    public sealed class Success : Status
    {
        /// <summary>A success that carries nothing.</summary>
        public static readonly Success Instance = new(null);

        /// <summary>The value.</summary>
        public readonly object? Status;

        /// <summary>Makes a success.</summary>
        public Success(object? status) => Status = status;

        /// <inheritdoc />
        public override string ToString() => Status is null ? "Success" : $"Success: {Status}";
    }

    /// <summary>It failed; as the answer to an Ask it faults the task with <see cref="Cause"/>.</summary>
    public sealed class Failure : Status
    {
        /// <summary>Why.</summary>
        public readonly Exception Cause;

        /// <summary>What was being worked on, if known.</summary>
        public readonly object? State;

        /// <summary>Makes a failure.</summary>
        public Failure(Exception cause)
            : this(cause, null)
        {
        }

        /// <summary>Makes a failure with the state it happened in.</summary>
        public Failure(Exception cause, object? state)
        {
            Cause = cause;
            State = state;
        }

        /// <inheritdoc />
        public override string ToString() => State is null ? $"Failure: {Cause}" : $"Failure[{State}]: {Cause}";
    }
}

/// <summary>A message and who sent it.</summary>
public readonly struct Envelope : IEquatable<Envelope>
{
    /// <summary>Makes an envelope.</summary>
    public Envelope(object message, IActorRef sender)
    {
        Message = message;
        Sender = sender;
    }

    /// <summary>Makes an envelope; without sender it shows the system's dead letters.</summary>
    public Envelope(object message, IActorRef sender, ActorSystem system)
        : this(message, sender ?? system.DeadLetters)
    {
    }

    /// <summary>The message.</summary>
    public object Message { get; }

    /// <summary>The sender.</summary>
    public IActorRef Sender { get; }

    /// <inheritdoc />
    public bool Equals(Envelope other) => Equals(Message, other.Message) && Equals(Sender, other.Sender);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Envelope other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Message, Sender);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Envelope left, Envelope right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Envelope left, Envelope right) => !left.Equals(right);

    /// <inheritdoc />
    public override string ToString() => $"<Envelope>: {Message} from {Sender}";
}

using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>What actors, journals and snapshot stores say to each other.</summary>
public interface IPersistenceMessage : INoSerializationVerificationNeeded;

/// <summary>Between actors and journals.</summary>
public interface IJournalMessage : IPersistenceMessage;

/// <summary>To a journal.</summary>
public interface IJournalRequest : IJournalMessage;

/// <summary>From a journal. Answers to an actor that has stopped since are nobody's loss.</summary>
public interface IJournalResponse : IJournalMessage, IDeadLetterSuppression;

/// <summary>The events up to a number are gone for good.</summary>
public sealed record DeleteMessagesSuccess(long ToSequenceNr);

/// <summary>The events up to a number may or may not be gone.</summary>
public sealed record DeleteMessagesFailure(Exception Cause, long ToSequenceNr) : INoSerializationVerificationNeeded;

/// <summary>Deletes events up to a number, that one included.</summary>
public sealed record DeleteMessagesTo(string PersistenceId, long ToSequenceNr, IActorRef PersistentActor)
    : IJournalRequest;

/// <summary>Writes events, in order. Every event gets an answer, after one for the whole.</summary>
public sealed class WriteMessages(
    IEnumerable<IPersistentEnvelope> messages, IActorRef persistentActor, int actorInstanceId) : IJournalRequest
{
    /// <summary>The events, in order.</summary>
    public IEnumerable<IPersistentEnvelope> Messages { get; } = messages;

    /// <summary>Who is answered.</summary>
    public IActorRef PersistentActor { get; } = persistentActor;

    /// <summary>The incarnation that asks; it ignores answers to another one.</summary>
    public int ActorInstanceId { get; } = actorInstanceId;
}

/// <summary>The journal took the write; an answer for each event follows.</summary>
public sealed class WriteMessagesSuccessful : IJournalResponse
{
    private WriteMessagesSuccessful()
    {
    }

    /// <summary>The one instance.</summary>
    public static WriteMessagesSuccessful Instance { get; } = new();
}

/// <summary>The write failed as a whole.</summary>
/// <param name="Cause">Why.</param>
/// <param name="WriteCount">How many atomic writes an answer follows for.</param>
public sealed record WriteMessagesFailed(Exception Cause, int WriteCount) : IJournalResponse;

/// <summary>An event is stored.</summary>
public sealed record WriteMessageSuccess(IPersistentRepresentation Persistent, int ActorInstanceId) : IJournalResponse;

/// <summary>An event cannot be stored, and is not; the actor goes on.</summary>
public sealed record WriteMessageRejected(IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId)
    : IJournalResponse;

/// <summary>An event may or may not be stored; the actor stops.</summary>
public sealed record WriteMessageFailure(IPersistentRepresentation Persistent, Exception Cause, int ActorInstanceId)
    : IJournalResponse;

/// <summary>It is the turn of an event that is not stored.</summary>
public sealed record LoopMessageSuccess(object Message, int ActorInstanceId) : IJournalResponse;

/// <summary>Reads events back, at most <paramref name="Max"/> of them, and then the highest number.</summary>
public sealed record ReplayMessages(
    long FromSequenceNr, long ToSequenceNr, long Max, string PersistenceId, IActorRef PersistentActor) : IJournalRequest;

/// <summary>An event that was read back.</summary>
public sealed record ReplayedMessage(IPersistentRepresentation Persistent) : IJournalResponse;

/// <summary>All events were read back.</summary>
/// <param name="HighestSequenceNr">The highest number ever written, deleted events included; 0: none.</param>
public sealed record RecoverySuccess(long HighestSequenceNr) : IJournalResponse;

/// <summary>Not all events could be read back.</summary>
public sealed record ReplayMessagesFailure(Exception Cause) : IJournalResponse;

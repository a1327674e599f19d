using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Whose events, and where they are kept.</summary>
public interface IPersistentIdentity
{
    /// <summary>Identifies the entity for ever: its events are found by it.</summary>
    string PersistenceId { get; }

    /// <summary>The path of the journal's settings; empty: the default journal.</summary>
    string JournalPluginId { get; }

    /// <summary>The path of the snapshot store's settings; empty: the default store.</summary>
    string SnapshotPluginId { get; }
}

/// <summary>Something an actor hands to its journal, in order.</summary>
public interface IPersistentEnvelope
{
    /// <summary>What it holds.</summary>
    object Payload { get; }

    /// <summary>Who sent the command it came from.</summary>
    IActorRef Sender { get; }

    /// <summary>How many answers it gets.</summary>
    int Size { get; }
}

/// <summary>One event as a journal keeps it.</summary>
public interface IPersistentRepresentation
{
    /// <summary>The event.</summary>
    object Payload { get; }

    /// <summary>The name of the event's type, if the journal gives one; else empty.</summary>
    string Manifest { get; }

    /// <summary>Whose event.</summary>
    string PersistenceId { get; }

    /// <summary>Its number among the entity's events, from 1.</summary>
    long SequenceNr { get; }

    /// <summary>When it was written, in ticks of UTC; 0: not said.</summary>
    long Timestamp { get; }

    /// <summary>Which incarnation wrote it.</summary>
    string WriterGuid { get; }

    /// <summary>True for events that old journals marked instead of deleting.</summary>
    bool IsDeleted { get; }

    /// <summary>Who sent the command it came from; not stored.</summary>
    IActorRef? Sender { get; }

    /// <summary>A copy with another time.</summary>
    IPersistentRepresentation WithTimestamp(long newTimestamp);

    /// <summary>A copy with another event.</summary>
    IPersistentRepresentation WithPayload(object payload);

    /// <summary>A copy with another manifest.</summary>
    IPersistentRepresentation WithManifest(string manifest);

    /// <summary>A copy with other circumstances.</summary>
    IPersistentRepresentation Update(
        long sequenceNr, string persistenceId, bool isDeleted, IActorRef? sender, string writerGuid);
}

/// <summary>One event as a journal keeps it. Equal in everything but the time.</summary>
public class Persistent : IPersistentRepresentation, IEquatable<IPersistentRepresentation>
{
    /// <summary>Makes it.</summary>
    public Persistent(
        object payload,
        long sequenceNr = 0L,
        string? persistenceId = null,
        string? manifest = null,
        bool isDeleted = false,
        IActorRef? sender = null,
        string? writerGuid = null,
        long timestamp = 0L)
    {
        Payload = payload;
        SequenceNr = sequenceNr;
        PersistenceId = persistenceId ?? Undefined;
        Manifest = manifest ?? Undefined;
        IsDeleted = isDeleted;
        Sender = sender;
        WriterGuid = writerGuid ?? Undefined;
        Timestamp = timestamp;
    }

    /// <summary>What stands where nothing was said.</summary>
    public static string Undefined { get; } = "";

    /// <inheritdoc />
    public object Payload { get; }

    /// <inheritdoc />
    public string Manifest { get; }

    /// <inheritdoc />
    public string PersistenceId { get; }

    /// <inheritdoc />
    public long SequenceNr { get; }

    /// <inheritdoc />
    public long Timestamp { get; }

    /// <inheritdoc />
    public bool IsDeleted { get; }

    /// <inheritdoc />
    public IActorRef? Sender { get; }

    /// <inheritdoc />
    public string WriterGuid { get; }

    /// <inheritdoc />
    public IPersistentRepresentation WithTimestamp(long newTimestamp) =>
        Timestamp == newTimestamp ? this : Copy(Payload, Manifest, newTimestamp);

    /// <inheritdoc />
    public IPersistentRepresentation WithPayload(object payload) => Copy(payload, Manifest, Timestamp);

    /// <inheritdoc />
    public IPersistentRepresentation WithManifest(string manifest) =>
        Manifest == manifest ? this : Copy(Payload, manifest, Timestamp);

    /// <inheritdoc />
    public IPersistentRepresentation Update(
        long sequenceNr, string persistenceId, bool isDeleted, IActorRef? sender, string writerGuid) =>
        new Persistent(Payload, sequenceNr, persistenceId, Manifest, isDeleted, sender, writerGuid);

    /// <inheritdoc />
    public bool Equals(IPersistentRepresentation? other) => other is not null && (ReferenceEquals(this, other) ||
        (Equals(Payload, other.Payload) && Manifest == other.Manifest && PersistenceId == other.PersistenceId
            && SequenceNr == other.SequenceNr && IsDeleted == other.IsDeleted && Equals(Sender, other.Sender)
            && WriterGuid == other.WriterGuid));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as IPersistentRepresentation);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(PersistenceId, SequenceNr, WriterGuid);

    /// <inheritdoc />
    public override string ToString() =>
        $"Persistent<pid: {PersistenceId}, seqNr: {SequenceNr}, deleted: {IsDeleted}, manifest: {Manifest}, " +
        $"sender: {Sender}, payload: {Payload}, writerGuid: {WriterGuid}>";

    private Persistent Copy(object payload, string manifest, long timestamp) =>
        new(payload, SequenceNr, PersistenceId, manifest, IsDeleted, Sender, WriterGuid, timestamp);
}

/// <summary>Events of one entity that a journal stores all or not at all.</summary>
public sealed class AtomicWrite : IPersistentEnvelope, IEquatable<AtomicWrite>
{
    private readonly IImmutableList<IPersistentRepresentation> _events;

    /// <summary>One event.</summary>
    public AtomicWrite(IPersistentRepresentation @event)
        : this(ImmutableArray.Create(@event))
    {
    }

    /// <summary>Several events.</summary>
    /// <exception cref="ArgumentException">There is none, or they are of several entities.</exception>
    public AtomicWrite(IImmutableList<IPersistentRepresentation> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (payload.Count == 0)
        {
            throw new ArgumentException("Payload of AtomicWrite must not be empty.", nameof(payload));
        }

        PersistenceId = payload[0].PersistenceId;
        if (payload.Any(p => p.PersistenceId != PersistenceId))
        {
            throw new ArgumentException("AtomicWrite must contain messages of one persistenceId.", nameof(payload));
        }

        _events = payload;
        LowestSequenceNr = payload[0].SequenceNr;
        HighestSequenceNr = payload[^1].SequenceNr;
    }

    /// <summary>The events: an immutable list of <see cref="IPersistentRepresentation"/>.</summary>
    public object Payload => _events;

    /// <summary>Nobody: the senders stand in the events.</summary>
    public IActorRef Sender => ActorRefs.NoSender;

    /// <inheritdoc />
    public int Size => _events.Count;

    /// <summary>Whose events.</summary>
    public string PersistenceId { get; }

    /// <summary>The number of the first event.</summary>
    public long LowestSequenceNr { get; }

    /// <summary>The number of the last event.</summary>
    public long HighestSequenceNr { get; }

    /// <inheritdoc />
    public bool Equals(AtomicWrite? other) => other is not null && _events.SequenceEqual(other._events);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as AtomicWrite);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(PersistenceId, LowestSequenceNr, HighestSequenceNr);

    /// <inheritdoc />
    public override string ToString() =>
        $"AtomicWrite<pid: {PersistenceId}, lowSeqNr: {LowestSequenceNr}, highSeqNr: {HighestSequenceNr}, size: {Size}>";

    internal IImmutableList<IPersistentRepresentation> Events => _events;
}

/// <summary>An event that is not stored: it takes its turn among those that are.</summary>
internal sealed record NonPersistentMessage(object Payload, IActorRef Sender) : IPersistentEnvelope
{
    public int Size => 1;
}

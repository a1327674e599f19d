using Akka.Event;

namespace Akka.Persistence;

/// <summary>Between actors and snapshot stores.</summary>
public interface ISnapshotMessage : IPersistenceMessage;

/// <summary>To a snapshot store.</summary>
public interface ISnapshotRequest : ISnapshotMessage;

/// <summary>From a snapshot store.</summary>
public interface ISnapshotResponse : ISnapshotMessage;

/// <summary>Which snapshot: whose, after which event, saved when.</summary>
public sealed record SnapshotMetadata
{
    /// <summary>Of no particular time.</summary>
    public SnapshotMetadata(string persistenceId, long sequenceNr)
        : this(persistenceId, sequenceNr, DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc))
    {
    }

    /// <summary>Of a time, in UTC.</summary>
    public SnapshotMetadata(string persistenceId, long sequenceNr, DateTime timestamp) =>
        (PersistenceId, SequenceNr, Timestamp) = (persistenceId, sequenceNr, timestamp);

    /// <summary>Whose.</summary>
    public string PersistenceId { get; }

    /// <summary>The last event that is in it.</summary>
    public long SequenceNr { get; }

    /// <summary>When it was saved, in UTC.</summary>
    public DateTime Timestamp { get; }
}

/// <summary>A snapshot and which one it is.</summary>
public sealed record SelectedSnapshot(SnapshotMetadata Metadata, object Snapshot);

/// <summary>Told to the recovering actor before its events.</summary>
public sealed record SnapshotOffer(SnapshotMetadata Metadata, object Snapshot);

/// <summary>Which snapshots are meant; the latest of them is loaded. All bounds are included.</summary>
public sealed record SnapshotSelectionCriteria
{
    /// <summary>Up to a number and a time, optionally from a number and a time.</summary>
    public SnapshotSelectionCriteria(
        long maxSequenceNr, DateTime maxTimeStamp, long minSequenceNr = 0L, DateTime? minTimestamp = null)
    {
        MaxSequenceNr = maxSequenceNr;
        MaxTimeStamp = maxTimeStamp;
        MinSequenceNr = minSequenceNr;
        MinTimestamp = minTimestamp ?? DateTime.MinValue;
    }

    /// <summary>Up to a number, of any time.</summary>
    public SnapshotSelectionCriteria(long maxSequenceNr)
        : this(maxSequenceNr, DateTime.MaxValue)
    {
    }

    /// <summary>All of them.</summary>
    public static SnapshotSelectionCriteria Latest { get; } = new(long.MaxValue, DateTime.MaxValue);

    /// <summary>None.</summary>
    public static SnapshotSelectionCriteria None { get; } = new(0L, DateTime.MinValue);

    /// <summary>The highest number.</summary>
    public long MaxSequenceNr { get; }

    /// <summary>The latest time.</summary>
    public DateTime MaxTimeStamp { get; }

    /// <summary>The lowest number.</summary>
    public long MinSequenceNr { get; }

    /// <summary>The earliest time.</summary>
    public DateTime? MinTimestamp { get; }

    internal SnapshotSelectionCriteria Limit(long toSequenceNr) => toSequenceNr < MaxSequenceNr
        ? new SnapshotSelectionCriteria(toSequenceNr, MaxTimeStamp, MinSequenceNr, MinTimestamp)
        : this;

    internal bool IsMatch(SnapshotMetadata metadata) =>
        metadata.SequenceNr <= MaxSequenceNr && metadata.Timestamp <= MaxTimeStamp
        && metadata.SequenceNr >= MinSequenceNr && metadata.Timestamp >= MinTimestamp;
}

/// <summary>Loads the latest snapshot that fits and is not beyond an event.</summary>
public sealed record LoadSnapshot(string PersistenceId, SnapshotSelectionCriteria Criteria, long ToSequenceNr)
    : ISnapshotRequest;

/// <summary>The snapshot, or null when none fits.</summary>
public sealed record LoadSnapshotResult(SelectedSnapshot? Snapshot, long ToSequenceNr)
    : ISnapshotResponse, IDeadLetterSuppression;

/// <summary>Whether one fits is not known.</summary>
public sealed record LoadSnapshotFailed(Exception Cause) : ISnapshotResponse, IDeadLetterSuppression;

/// <summary>Saves a snapshot over one of the same number.</summary>
public sealed record SaveSnapshot(SnapshotMetadata Metadata, object Snapshot) : ISnapshotRequest;

/// <summary>The snapshot is saved.</summary>
public sealed record SaveSnapshotSuccess(SnapshotMetadata Metadata) : ISnapshotResponse;

/// <summary>The snapshot may or may not be saved; the actor goes on.</summary>
public sealed record SaveSnapshotFailure(SnapshotMetadata Metadata, Exception Cause) : ISnapshotResponse;

/// <summary>Deletes one snapshot.</summary>
public sealed record DeleteSnapshot(SnapshotMetadata Metadata) : ISnapshotRequest;

/// <summary>The snapshot is gone.</summary>
public sealed record DeleteSnapshotSuccess(SnapshotMetadata Metadata) : ISnapshotResponse;

/// <summary>The snapshot may or may not be gone.</summary>
public sealed record DeleteSnapshotFailure(SnapshotMetadata Metadata, Exception Cause) : ISnapshotResponse;

/// <summary>Deletes all snapshots that fit.</summary>
public sealed record DeleteSnapshots(string PersistenceId, SnapshotSelectionCriteria Criteria) : ISnapshotRequest;

/// <summary>The snapshots are gone.</summary>
public sealed record DeleteSnapshotsSuccess(SnapshotSelectionCriteria Criteria) : ISnapshotResponse;

/// <summary>The snapshots may or may not be gone.</summary>
public sealed record DeleteSnapshotsFailure(SnapshotSelectionCriteria Criteria, Exception Cause) : ISnapshotResponse;

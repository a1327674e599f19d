using Akka.Actor;

namespace Akka.Persistence;

/// <summary>Told to the actor when its recovery is over, before its first command.</summary>
public sealed class RecoveryCompleted
{
    /// <summary>The one instance.</summary>
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is RecoveryCompleted;

    /// <inheritdoc />
    public override int GetHashCode() => typeof(RecoveryCompleted).GetHashCode();

    /// <inheritdoc />
    public override string ToString() => nameof(RecoveryCompleted);
}

/// <summary>What an actor recovers: from which snapshot, up to which event.</summary>
public sealed class Recovery
{
    /// <summary>The latest snapshot and every event.</summary>
    public Recovery()
        : this(SnapshotSelectionCriteria.Latest)
    {
    }

    /// <summary>A snapshot that fits, and every event after it.</summary>
    public Recovery(SnapshotSelectionCriteria fromSnapshot)
        : this(fromSnapshot, long.MaxValue)
    {
    }

    /// <summary>A snapshot that fits, and the events after it up to a sequence number, that one included.</summary>
    public Recovery(SnapshotSelectionCriteria fromSnapshot, long toSequenceNr)
        : this(fromSnapshot, toSequenceNr, long.MaxValue)
    {
    }

    /// <summary>As above, with at most so many events.</summary>
    public Recovery(
        SnapshotSelectionCriteria? fromSnapshot = null,
        long toSequenceNr = long.MaxValue,
        long replayMax = long.MaxValue)
    {
        FromSnapshot = fromSnapshot ?? SnapshotSelectionCriteria.Latest;
        ToSequenceNr = toSequenceNr;
        ReplayMax = replayMax;
    }

    /// <summary>The latest snapshot and every event.</summary>
    public static Recovery Default { get; } = new(SnapshotSelectionCriteria.Latest);

    /// <summary>Nothing is replayed; only the highest sequence number is read, so that persisting can go on.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0);

    /// <summary>Which snapshot to begin with.</summary>
    public SnapshotSelectionCriteria FromSnapshot { get; }

    /// <summary>The last event to replay.</summary>
    public long ToSequenceNr { get; }

    /// <summary>The most events to replay.</summary>
    public long ReplayMax { get; }
}

/// <summary>Neither a snapshot nor an event came within <c>recovery-event-timeout</c>.</summary>
public sealed class RecoveryTimedOutException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public RecoveryTimedOutException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public RecoveryTimedOutException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>An actor that chooses what it recovers.</summary>
public interface IPersistenceRecovery
{
    /// <summary>Asked once per incarnation.</summary>
    Recovery Recovery { get; }
}

namespace Trader.Messages;

/// <summary>
/// Keys of the event journal and the snapshots, behind their plugin's <c>key-prefix</c>; those of Akka.Persistence.Redis, except the last.
/// </summary>
public static partial class RedisKeys
{
    /// <summary>Before a persistence id: sorted set, score and text of one event each.</summary>
    public const string JournalEvents = "journal:persisted:";

    /// <summary>Behind a journal's key: string, the highest number ever written.</summary>
    public const string JournalHighest = ":highestSequenceNr";

    /// <summary>Behind a journal's key: string, the number up to which events were deleted on purpose. Absent: none.</summary>
    public const string JournalDeletedTo = ":deletedTo";

    /// <summary>Before a persistence id: sorted set, score and text of one snapshot each.</summary>
    public const string Snapshots = "snapshot:";
}

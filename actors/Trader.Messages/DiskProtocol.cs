namespace Trader.Messages;

/// <summary>One record of the append-only journal.</summary>
/// <param name="Kind">Dotted name, e.g. <c>panic.accepted</c>; its first part names the actor that wrote it.</param>
/// <param name="AtMs">Unix ms.</param>
/// <param name="Fields">What was seen, decided, sent, answered; bounded by the journal's record limit.</param>
public sealed record JournalRecord(string Kind, long AtMs, IReadOnlyList<KeyValuePair<string, string>> Fields);

/// <summary>
/// The node's own disk: the journal (S12) and the local halt latch (S4). Every command gets exactly one reply to its sender.
/// </summary>
public static partial class DiskProtocol
{
    /// <summary>Replies <see cref="Appended"/> after the record has been fsynced, else <see cref="NotAppended"/>.</summary>
    public sealed record Append(long Seq, JournalRecord Record);

    /// <summary>Asks for the records whose kind starts with <paramref name="KindPrefix"/>, oldest first. Reply: <see cref="Recovered"/>.</summary>
    public sealed record Recover(string KindPrefix);

    /// <summary>Writes the local halt latch. Reply: <see cref="LatchSet"/> or <see cref="LatchNotSet"/>.</summary>
    public sealed record SetLatch(HaltRecord Halt);

    /// <summary>
    /// Removes the latch after a person cleared the halt (S14); its record stays in the journal. Names the event whose halt was cleared: a
    /// latch of another event stays. Reply: <see cref="LatchCleared"/>, also when there was none, or <see cref="LatchNotCleared"/>.
    /// </summary>
    public sealed record ClearLatch(EventId EventId);

    public sealed record Appended(long Seq);

    public sealed record NotAppended(long Seq, string Why);

    /// <param name="Records">Oldest first, at most the newest 10,000.</param>
    /// <param name="Latch">The halt latch that stands when the question is answered, null when there is none.</param>
    /// <param name="Damage">Non-null when the journal could not be read whole; then what is not there proves nothing.</param>
    public sealed record Recovered(IReadOnlyList<JournalRecord> Records, HaltRecord? Latch, string? Damage);

    public sealed record LatchSet(EventId EventId);

    public sealed record LatchNotSet(EventId EventId, string Why);

    public sealed record LatchCleared(EventId EventId);

    public sealed record LatchNotCleared(EventId EventId, string Why);
}

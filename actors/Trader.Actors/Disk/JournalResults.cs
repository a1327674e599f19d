namespace Trader.Actors.Disk;

/// <summary>What became of a batch: all of it is on disk, or none of it is part of the journal.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <param name="LastSeq">Number of the batch's last record in the journal.</param>
    public sealed record Written(long LastSeq) : AppendResult;

    /// <param name="Why">The system's own words, e.g. <c>No space left on device</c>.</param>
    public sealed record Failed(string Why) : AppendResult;
}

/// <summary>A journal that was opened, or why it could not be.</summary>
public abstract record JournalOpening
{
    private JournalOpening()
    {
    }

    public sealed record Opened(JournalFile Journal) : JournalOpening;

    /// <param name="Why">One line that says what to do.</param>
    public sealed record Refused(string Why) : JournalOpening;
}

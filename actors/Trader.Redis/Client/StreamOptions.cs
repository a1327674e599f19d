namespace Trader.Redis;

/// <summary>How streams are read. A freeze of the server is noticed within BlockMs + ReplyGraceMs = 1.8 s.</summary>
public sealed record StreamOptions
{
    /// <summary>How long the server may hold a read without an entry, in ms.</summary>
    public int BlockMs { get; init; } = 1000;

    /// <summary>How much longer than BlockMs an answer may take, in ms. Also the deadline of reads that do not block,
    /// plus BlockMs.</summary>
    public int ReplyGraceMs { get; init; } = 800;

    /// <summary>Entries per read.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>Limit on the fields of one entry, names and values, in bytes; beyond it an entry comes as
    /// IsOversized.</summary>
    public int MaxEntryBytes { get; init; } = 256 * 1024;

    /// <summary>How often entries of dead consumers are looked for, in ms.</summary>
    public int ClaimEveryMs { get; init; } = 1000;

    /// <summary>An entry that was neither acknowledged nor kept alive for this long is taken over, in ms. Keep work in
    /// progress alive at least three times as often.</summary>
    public int ClaimIdleMs { get; init; } = 5000;

    /// <summary>Wait before trying again what the server refused, in ms.</summary>
    public int RetryMs { get; init; } = 250;

    internal TimeSpan ReplyDeadline => TimeSpan.FromMilliseconds(BlockMs + ReplyGraceMs);

    /// <summary>A connection for blocking reads: silence is normal for BlockMs, and suspicious only with the grace on
    /// top.</summary>
    internal RedisOptions ForBlocking(RedisOptions options) => options with { SilenceLimitMs = BlockMs + ReplyGraceMs };
}

/// <summary>What a stream reader met that its owner should log.</summary>
public enum StreamNoticeKind
{
    /// <summary>The stream was deleted or flushed and begins anew; it is read from its beginning.</summary>
    StreamRestarted,

    /// <summary>The consumer group did not exist and was created from the stream's beginning.</summary>
    GroupCreated,

    /// <summary>Entries of this group that nobody acknowledged or kept alive were taken over.</summary>
    Claimed,

    /// <summary>Pending entries had been deleted from the stream; they were acknowledged.</summary>
    DeletedEntriesDropped,

    /// <summary>The server refused a command (WRONGTYPE, NOPERM, OOM, READONLY, LOADING, …); it is tried
    /// again.</summary>
    Refused,
}

/// <summary>A notice and a line for the log, without secrets (S16).</summary>
public sealed record StreamNotice(StreamNoticeKind Kind, string Detail);

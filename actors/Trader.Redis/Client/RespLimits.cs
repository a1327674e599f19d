namespace Trader.Redis;

/// <summary>
/// What one reply may cost. A reply beyond a limit ends the connection, never the process: the limits are checked on
/// the declared size, before memory is taken, and memory is taken only for what has arrived.
/// </summary>
public sealed record RespLimits
{
    /// <summary>Longest bulk string, verbatim string or bulk error, in bytes. Redis itself allows 512 MiB.</summary>
    public int MaxBulkBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Longest line: a simple string, an error, a number or a length, in bytes.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024;

    /// <summary>Values in one reply, all levels together; a map entry counts as two.</summary>
    public int MaxElements { get; init; } = 1024 * 1024;

    /// <summary>How deep arrays, maps, sets, pushes and attributes may nest.</summary>
    public int MaxDepth { get; init; } = 16;

    /// <summary>Bytes of one whole reply.</summary>
    public long MaxReplyBytes { get; init; } = 64L * 1024 * 1024;
}

namespace Trader.Redis;

/// <summary>Why there is no connection.</summary>
public enum RedisDownReason
{
    /// <summary>No TCP connection: refused, unresolvable, or no answer within the connect timeout.</summary>
    Unreachable,

    /// <summary>TLS could not be agreed, or a certificate file could not be read.</summary>
    TlsFailed,

    /// <summary>The server refused us (WRONGPASS, NOAUTH, NOPERM, a database out of range, …).</summary>
    Refused,

    /// <summary>The server ended the connection, or the network did.</summary>
    ConnectionLost,

    /// <summary>The server sent nothing while it owed a reply: frozen, or the connection is half-open.</summary>
    Silent,

    /// <summary>The server sends, but the oldest command is unanswered far beyond its deadline.</summary>
    Overdue,

    /// <summary>The server sent something that is no reply or is beyond a limit.</summary>
    Malformed,

    /// <summary>We ended it.</summary>
    Stopped,
}

/// <summary>Why there is no connection, and a line for the log that holds no secret (S16).</summary>
public sealed record RedisDown(RedisDownReason Reason, string Detail);

/// <summary>The state of a link to Redis, as its owner is told.</summary>
public abstract record RedisLinkState
{
    private RedisLinkState()
    {
    }

    /// <summary>An attempt begins; <paramref name="Attempt"/> counts from 1 since the last time the link was
    /// up.</summary>
    public sealed record Connecting(int Attempt) : RedisLinkState;

    /// <summary>Connected, authenticated, and in the right database.</summary>
    /// <param name="Protocol">2 or 3.</param>
    public sealed record Up(int Protocol) : RedisLinkState;

    /// <summary>Not connected. The next attempt comes after <paramref name="RetryIn"/>; with reason Stopped there is
    /// none.</summary>
    public sealed record Down(RedisDownReason Reason, string Detail, TimeSpan RetryIn) : RedisLinkState;
}

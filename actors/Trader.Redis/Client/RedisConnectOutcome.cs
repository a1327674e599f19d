using System.Diagnostics.CodeAnalysis;

namespace Trader.Redis;

/// <summary>A connection, or why there is none.</summary>
public readonly record struct RedisConnectOutcome
{
    private RedisConnectOutcome(RedisConnection? connection, RedisDown? failure)
    {
        Connection = connection;
        Failure = failure;
    }

    public RedisConnection? Connection { get; }

    public RedisDown? Failure { get; }

    /// <summary>Tells which of the two there is.</summary>
    [MemberNotNullWhen(true, nameof(Connection))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsConnected => Connection is not null;

    internal static RedisConnectOutcome Connected(RedisConnection connection) => new(connection, null);

    internal static RedisConnectOutcome Failed(RedisDown failure) => new(null, failure);
}

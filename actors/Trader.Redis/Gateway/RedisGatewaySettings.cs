namespace Trader.Redis.Gateway;

/// <summary>Figures of the Redis gateway.</summary>
/// <param name="Endpoint">Where Redis is.</param>
/// <param name="Redis">Times and limits of connections.</param>
/// <param name="Streams">How streams are read; its claim idle time is the worker's.</param>
/// <param name="CommandDeadline">Longest wait for a command's answer.</param>
/// <param name="HeartbeatLength">About how many heartbeats are kept.</param>
/// <param name="RecordLength">About how many refusals and alarms are kept.</param>
/// <param name="IssuedMemory">How long an issued event id is remembered, so that issuing it again adds nothing.</param>
public sealed record RedisGatewaySettings(
    RedisEndpoint Endpoint,
    RedisOptions Redis,
    StreamOptions Streams,
    TimeSpan CommandDeadline,
    int HeartbeatLength,
    int RecordLength,
    TimeSpan IssuedMemory)
{
    /// <summary>Events remembered in <c>system:panic_close:processed</c> before refusals are no longer added.</summary>
    public const int ProcessedLimit = 100_000;
}

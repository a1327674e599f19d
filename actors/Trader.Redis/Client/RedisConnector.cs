namespace Trader.Redis;

/// <summary>Makes connections.</summary>
public static class RedisConnector
{
    /// <summary>Connects, authenticates and selects the database, all within the connect timeout.</summary>
    public static async Task<RedisConnectOutcome> Connect(RedisTarget target, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        (RedisEndpoint endpoint, RedisOptions options, TimeProvider time) = target;
        using CancellationTokenSource timeout = new(TimeSpan.FromMilliseconds(options.ConnectTimeoutMs), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        (Stream? stream, RedisDown? unreachable) =
            await RedisTransport.Open(endpoint, options.Tls, either.Token).ConfigureAwait(false);
        if (stream is null)
        {
            return RedisConnectOutcome.Failed(cancel.IsCancellationRequested ? RedisConnection.Stopped : unreachable!);
        }

        RedisConnection connection = RedisConnection.Begin(stream, options, time);
        CancellationTokenRegistration stop = either.Token.Register(() => connection.Close(
            cancel.IsCancellationRequested
                ? RedisConnection.Stopped
                : new RedisDown(RedisDownReason.Silent, $"{endpoint}: handshake timed out")));
        await using (stop.ConfigureAwait(false))
        {
            (connection.Protocol, RedisDown? refused) =
                await RedisHandshake.Run(connection, endpoint, options).ConfigureAwait(false);
            if (refused is null)
            {
                return RedisConnectOutcome.Connected(connection);
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            return RedisConnectOutcome.Failed(refused);
        }
    }
}

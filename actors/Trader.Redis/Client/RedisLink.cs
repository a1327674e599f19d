namespace Trader.Redis;

/// <summary>
/// Keeps one connection at a time alive: connect, serve, wait, again. What is done on a connection is the owner's
/// <c>serve</c>; when it returns the connection is closed.
/// </summary>
internal sealed class RedisLink(RedisTarget target, Action<RedisLinkState> onState)
{
    /// <summary>
    /// Runs until <paramref name="stop"/>; the last state told is always Down with reason Stopped. Faults only when a
    /// callback of the owner throws: the owner is told Stopped, and the exception is the owner's to see.
    /// </summary>
    public async Task Run(Func<RedisConnection, CancellationToken, Task> serve, CancellationToken stop)
    {
        TimeSpan cap = TimeSpan.FromMilliseconds(target.Options.BackOffCapMs);
        BackOff backOff = new(TimeSpan.FromMilliseconds(target.Options.BackOffFirstMs), cap, Random.Shared);
        int attempt = 0;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                onState(new RedisLinkState.Connecting(++attempt));
                RedisConnectOutcome outcome = await RedisConnector.Connect(target, stop).ConfigureAwait(false);
                RedisDown? down = outcome.Failure;
                if (outcome.IsConnected)
                {
                    attempt = 0;
                    long upSince = target.Time.GetTimestamp();
                    down = await Serve(outcome.Connection, serve, stop).ConfigureAwait(false);

                    // A server that accepts and drops at once must not be asked again at the shortest wait for ever.
                    if (target.Time.GetElapsedTime(upSince) >= cap)
                    {
                        backOff.Reset();
                    }
                }

                if (stop.IsCancellationRequested)
                {
                    return;
                }

                TimeSpan wait = backOff.Next();
                onState(new RedisLinkState.Down(down!.Reason, down.Detail, wait));
                await Delay(wait, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            RedisDown stopped = RedisConnection.Stopped;
            onState(new RedisLinkState.Down(stopped.Reason, stopped.Detail, TimeSpan.Zero));
        }
    }

    private async Task<RedisDown> Serve(
        RedisConnection connection, Func<RedisConnection, CancellationToken, Task> serve, CancellationToken stop)
    {
        await using (connection.ConfigureAwait(false))
        {
            using CancellationTokenRegistration end = stop.Register(() => connection.Close(RedisConnection.Stopped));

            // Serving begins first, so that whoever hears Up can use what it serves.
            Task serving = serve(connection, stop);
            onState(new RedisLinkState.Up(connection.Protocol));
            await serving.ConfigureAwait(false);
            connection.Close(RedisConnection.Stopped);
            return await connection.Closed.ConfigureAwait(false);
        }
    }

    private async Task Delay(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            await Task.Delay(wait, target.Time, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition sees the stop.
        }
    }
}

namespace Trader.Redis;

/// <summary>
/// The first words on a connection: RESP3 with HELLO where the server knows it, otherwise RESP2 with AUTH; then SELECT.
/// Only error codes are passed on: an old server's "unknown command" error quotes the arguments, password included
/// (S16). A server in cluster mode is refused here: steps over several keys are one step each, and there they would answer CROSSSLOT one by
/// one, some of them in the middle of work (X36).
/// </summary>
internal static class RedisHandshake
{
    /// <summary>The protocol version agreed on (2 or 3), or why the server would not have us.</summary>
    public static async Task<(int Protocol, RedisDown? Down)> Run(
        RedisConnection connection, RedisEndpoint endpoint, RedisOptions options)
    {
        TimeSpan deadline = TimeSpan.FromMilliseconds(options.ConnectTimeoutMs);
        int protocol = 3;
        RedisResult hello = await connection.Execute(Hello(endpoint, options), deadline).ConfigureAwait(false);

        // ERR: HELLO is unknown (before 6). NOPROTO: no RESP3. NOAUTH: before 6 every command but AUTH says so.
        // NOPERM: an ACL without HELLO. In each of them plain AUTH may still succeed, and if it does not, its answer
        // is the clear one.
        if (hello.Kind == RedisResultKind.ServerError && hello.ErrorCode is "ERR" or "NOPROTO" or "NOAUTH" or "NOPERM")
        {
            protocol = 2;
            if (await Authenticate(connection, endpoint, hello, deadline).ConfigureAwait(false) is { } refused)
            {
                return (0, refused);
            }
        }
        else if (!hello.IsValue)
        {
            return (0, Failure(connection, endpoint, "HELLO", hello));
        }
        else if (hello.Value.TryMember("mode"u8, out RespValue mode) && mode.TryText(out string word) && word == "cluster")
        {
            return (0, Cluster(endpoint));
        }

        // An error may also have been a refusal of the whole connection (maxclients): only an answer shows that it
        // lives.
        if (protocol == 2 && await Look(connection, endpoint, deadline).ConfigureAwait(false) is { } unfit)
        {
            return (0, unfit);
        }

        if (endpoint.Database != 0)
        {
            RedisCommand select = RedisCommand.Of("SELECT", endpoint.Database);
            RedisResult selected = await connection.Execute(select, deadline).ConfigureAwait(false);
            if (!selected.IsValue)
            {
                return (0, Failure(connection, endpoint, "SELECT", selected));
            }
        }

        return (protocol, null);
    }

    private static async Task<RedisDown?> Authenticate(
        RedisConnection connection, RedisEndpoint endpoint, RedisResult hello, TimeSpan deadline)
    {
        if (endpoint.Password is not { } password)
        {
            return hello.ErrorCode == "NOAUTH" ? Failure(connection, endpoint, "HELLO", hello) : null;
        }

        RedisCommand auth = endpoint.User is { } user
            ? RedisCommand.Of("AUTH", user, password)
            : RedisCommand.Of("AUTH", password);
        RedisResult authenticated = await connection.Execute(auth, deadline).ConfigureAwait(false);
        return authenticated.IsValue ? null : Failure(connection, endpoint, "AUTH", authenticated);
    }

    private static async Task<RedisDown?> Look(RedisConnection connection, RedisEndpoint endpoint, TimeSpan deadline)
    {
        RedisResult info = await connection.Execute(RedisCommand.Of("INFO", "cluster"), deadline).ConfigureAwait(false);
        if (info.Kind is not (RedisResultKind.Value or RedisResultKind.ServerError))
        {
            return Failure(connection, endpoint, "INFO", info);
        }

        return info.IsValue && info.Value.TryText(out string text) && text.Contains("cluster_enabled:1", StringComparison.Ordinal)
            ? Cluster(endpoint)
            : null;
    }

    private static RedisCommand Hello(RedisEndpoint endpoint, RedisOptions options) => endpoint.Password is { } password
        ? RedisCommand.Of("HELLO", 3, "AUTH", endpoint.User ?? "default", password, "SETNAME", options.ClientName)
        : RedisCommand.Of("HELLO", 3, "SETNAME", options.ClientName);

    private static RedisDown Cluster(RedisEndpoint endpoint) => new(
        RedisDownReason.Refused,
        $"{endpoint}: this server runs in cluster mode, and Redis Cluster is not supported; name one that runs with cluster-enabled no");

    private static RedisDown Failure(
        RedisConnection connection, RedisEndpoint endpoint, string step, RedisResult result) =>
        result.Kind switch
        {
            RedisResultKind.ServerError =>
                new RedisDown(RedisDownReason.Refused, $"{endpoint}: {step} was refused with {result.ErrorCode}"),
            RedisResultKind.TimedOut => new RedisDown(RedisDownReason.Silent, $"{endpoint}: {step} was not answered"),
            RedisResultKind.ConnectionLost or RedisResultKind.NotConnected or RedisResultKind.Overloaded =>
                connection.Down ?? new RedisDown(RedisDownReason.ConnectionLost, $"{endpoint}: lost at {step}"),
            RedisResultKind.Value => throw new InvalidOperationException("a success is no failure"),
            _ => throw new InvalidOperationException($"unknown kind {result.Kind}"),
        };
}

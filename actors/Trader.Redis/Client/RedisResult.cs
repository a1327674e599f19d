namespace Trader.Redis;

/// <summary>What became of a command. A caller switches on all of them.</summary>
public enum RedisResultKind
{
    /// <summary>The server answered; <see cref="RedisResult.Value"/> holds the answer.</summary>
    Value,

    /// <summary>The server refused, so nothing changed; <see cref="RedisResult.ErrorCode"/> says why (WRONGTYPE, OOM,
    /// READONLY, NOAUTH, NOPERM, LOADING, MISCONF, NOGROUP, …). A script that fails half-way is the one
    /// exception.</summary>
    ServerError,

    /// <summary>There is no connection. The command was not sent and will not be: nothing is queued over an
    /// outage.</summary>
    NotConnected,

    /// <summary>Too much is in flight already. The command was not sent.</summary>
    Overloaded,

    /// <summary>Sent, and no reply within its deadline. The server may or may not have run it.</summary>
    TimedOut,

    /// <summary>Sent, and the connection ended before the reply. The server may or may not have run it.</summary>
    ConnectionLost,
}

/// <summary>The outcome of one command. Outages, refusals and late replies are outcomes, never exceptions.</summary>
public readonly record struct RedisResult
{
    private RedisResult(RedisResultKind kind, RespValue value)
    {
        Kind = kind;
        Value = value;
    }

    internal static readonly RedisResult NotConnected = new(RedisResultKind.NotConnected, default);
    internal static readonly RedisResult Overloaded = new(RedisResultKind.Overloaded, default);
    internal static readonly RedisResult TimedOut = new(RedisResultKind.TimedOut, default);
    internal static readonly RedisResult ConnectionLost = new(RedisResultKind.ConnectionLost, default);

    public RedisResultKind Kind { get; }

    /// <summary>The reply when <see cref="Kind"/> is Value or ServerError, else null.</summary>
    public RespValue Value { get; }

    public bool IsValue => Kind == RedisResultKind.Value;

    /// <summary>True when the server may have run the command although no reply was seen (TimedOut,
    /// ConnectionLost).</summary>
    public bool IsOutcomeUnknown => Kind is RedisResultKind.TimedOut or RedisResultKind.ConnectionLost;

    /// <summary>The server's error code, or empty when there is no server error.</summary>
    public string ErrorCode => Value.ErrorCode;

    /// <summary>The server's error text, code included, or empty. Some servers quote arguments in it (S16).</summary>
    public string ErrorText => Value.IsError && Value.TryText(out string text) ? text : "";

    internal static RedisResult Reply(RespValue value) =>
        new(value.IsError ? RedisResultKind.ServerError : RedisResultKind.Value, value);

    /// <summary>Kind and error code: fit for a log line.</summary>
    public override string ToString() => Kind == RedisResultKind.ServerError ? $"{Kind} {ErrorCode}" : Kind.ToString();
}

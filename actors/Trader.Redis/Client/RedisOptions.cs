namespace Trader.Redis;

/// <summary>
/// Limits and times of a connection. The defaults notice a frozen or half-open server within 2 s: an idle one by
/// PingIntervalMs + PingDeadlineMs = 1.5 s, a busy one by SilenceLimitMs = 1.5 s.
/// </summary>
public sealed record RedisOptions
{
    /// <summary>For TCP, TLS and the handshake together, in ms.</summary>
    public int ConnectTimeoutMs { get; init; } = 1500;

    /// <summary>After this long without traffic a PING is sent, in ms.</summary>
    public int PingIntervalMs { get; init; } = 500;

    /// <summary>An unanswered PING ends the connection after this long, in ms.</summary>
    public int PingDeadlineMs { get; init; } = 1000;

    /// <summary>With a command in flight, not one byte received for this long ends the connection, in ms. A
    /// connection for blocking commands needs more than their blocking time.</summary>
    public int SilenceLimitMs { get; init; } = 1500;

    /// <summary>First wait before a reconnect, in ms; it doubles per failure and is jittered by half.</summary>
    public int BackOffFirstMs { get; init; } = 50;

    /// <summary>Longest wait before a reconnect, in ms.</summary>
    public int BackOffCapMs { get; init; } = 2000;

    /// <summary>Commands awaiting a reply; one more is refused as Overloaded.</summary>
    public int MaxInFlight { get; init; } = 16 * 1024;

    /// <summary>Bytes accepted but not yet taken by the socket; more are refused as Overloaded.</summary>
    public int MaxUnsentBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Limits on one reply.</summary>
    public RespLimits Reply { get; init; } = new();

    /// <summary>How a <c>rediss</c> endpoint is checked.</summary>
    public RedisTls Tls { get; init; } = new();

    /// <summary>Name shown by CLIENT LIST; no spaces.</summary>
    public string ClientName { get; init; } = "trader";
}

/// <summary>TLS settings. The server's certificate and host name are always checked; there is no way to turn that
/// off.</summary>
public sealed record RedisTls
{
    /// <summary>PEM file of the authorities to trust instead of the machine's; empty: the machine's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>PEM file of our own certificate, for servers that ask for one (Redis' default); empty: none.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>PEM file of that certificate's unencrypted key; empty: it stands in the certificate's file.</summary>
    public string KeyFile { get; init; } = "";
}

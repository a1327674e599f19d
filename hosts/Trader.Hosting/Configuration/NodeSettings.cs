using System.Net;
using Akka.Configuration;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Watchdog;
using Trader.Messages;

namespace Trader.Hosting.Configuration;

/// <summary>Everything a node was told, checked: whoever holds one need not check again.</summary>
/// <param name="NodeName">Names this node; see <c>trader.node-name</c>.</param>
/// <param name="StateDir">Absolute path.</param>
/// <param name="Ports">Listening port of every role, offset included.</param>
/// <param name="Engine">The <c>akka</c> block for the actor engine.</param>
public sealed record NodeSettings(
    string NodeName,
    string StateDir,
    IReadOnlyDictionary<Role, int> Ports,
    RedisSettings Redis,
    ExchangeSettings Exchange,
    ExitBrainSettings ExitBrain,
    WatchdogSettings Watchdog,
    PanicCloseSettings PanicClose,
    LinkSettings Link,
    HttpSettings Http,
    JournalSettings Journal,
    Config Engine);

/// <param name="Password">Null when the server wants none.</param>
/// <param name="ProbeEvery">A silent connection is probed this often and given up after twice that.</param>
public sealed record RedisSettings(
    string Host,
    int Port,
    int Database,
    string? User,
    Secret? Password,
    bool Tls,
    TimeSpan ConnectDeadline,
    TimeSpan CommandDeadline,
    TimeSpan ProbeEvery,
    TimeSpan ReconnectFirst,
    TimeSpan ReconnectMost)
{
    /// <summary>Address for log lines; carries no secret.</summary>
    public override string ToString() => $"{(Tls ? "rediss" : "redis")}://{Host}:{Port}/{Database}";
}

/// <param name="Environment">What the address is, not what a flag says (S15).</param>
/// <param name="BaseUrl">Scheme, host and port.</param>
/// <param name="Key">Null when the environment holds none: then the role must not report ready (E51).</param>
/// <param name="Doubts">Settings that contradict each other about the account. While there is one no role is ready (E51).</param>
public sealed record ExchangeSettings(
    string Venue,
    VenueEnvironment Environment,
    Uri BaseUrl,
    Secret? Key,
    Secret? Secret,
    TimeSpan ConnectDeadline,
    TimeSpan ReadDeadline,
    TimeSpan OrderDeadline,
    TimeSpan ReceiveWindow,
    TimeSpan ClockEvery,
    int WarmConnections,
    int OrdersPer10Seconds,
    int OrdersPerMinute,
    int ExitReservePer10Seconds,
    IReadOnlyList<string> Doubts);

/// <param name="Peers">Address of every peer whose events can be watched.</param>
/// <param name="PanicClose">Every worker a panic is handed to; at least one.</param>
public sealed record LinkSettings(
    IReadOnlyDictionary<LinkPeer, Uri> Peers,
    IReadOnlyList<Uri> PanicClose,
    TimeSpan AnswerDeadline,
    TimeSpan RetryFirst,
    TimeSpan RetryMost,
    TimeSpan PanicDeadline,
    int ReaderQueue);

public sealed record HttpSettings(IPAddress Bind, int MaxConnections);

/// <param name="SegmentBytes">A segment that has grown to this is closed.</param>
/// <param name="RecordBytes">A larger record is refused.</param>
public sealed record JournalSettings(long SegmentBytes, int RecordBytes);

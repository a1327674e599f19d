using System.Net;
using Akka.Configuration;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.PositionState;
using Trader.Actors.Watchdog;
using Trader.Exchange;
using Trader.Exchange.Binance;
using Trader.Messages;
using Trader.Redis.Gateway;

namespace Trader.Hosting.Configuration;

/// <summary>Everything a node was told, checked: whoever holds one need not check again.</summary>
/// <param name="NodeName">Names this node; see <c>trader.node-name</c>.</param>
/// <param name="StateDir">Absolute path.</param>
/// <param name="Ports">Listening port of every role, offset included.</param>
/// <param name="Engine">The <c>akka</c> block for the actor engine.</param>
public sealed partial record NodeSettings(
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
    Config Engine)
{
    public required PositionStateSettings PositionState { get; init; }

    public required IReadOnlyList<RoleViolation> Contradictions { get; init; }

    /// <summary>What keeps this role, and no other, from starting.</summary>
    public IReadOnlyList<Violation> RefusedFor(Role role) => [.. Contradictions.Where(c => c.Role == role).Select(c => c.What)];
}

/// <param name="Gateway">What the Redis gateway is made from.</param>
/// <param name="Password">For redaction only; null when the server wants none.</param>
public sealed record RedisSettings(RedisGatewaySettings Gateway, Secret? Password)
{
    /// <summary>Address for log lines; carries no secret.</summary>
    public override string ToString() => Gateway.Endpoint.ToString();
}

/// <param name="Key">Null when the environment holds none: then the role must not report ready (E51).</param>
public sealed record ExchangeSettings(
    BinanceOptions Options, ExchangeGatewaySettings Gateway, Secret? Key, Secret? Secret)
{
    /// <summary>Settings that contradict each other about the account. While there is one no role is ready (E51).</summary>
    public IReadOnlyList<string> Doubts => Gateway.AccountDoubts;

    /// <summary>What the address is, not what a flag says (S15).</summary>
    public VenueEnvironment Environment => Options.Environment.Kind;

    public Uri BaseUrl => Options.Environment.BaseAddress;
}

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

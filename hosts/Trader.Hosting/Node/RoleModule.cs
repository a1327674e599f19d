using Akka.Actor;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;

namespace Trader.Hosting.Node;

/// <summary>What a role's actor is made from.</summary>
/// <param name="Local">Role actors that already run in this process, so that the watchdog can death-watch the brain (DESIGN section 6).</param>
public sealed record RoleContext(
    NodeSettings Settings,
    IActorRef Redis,
    IActorRef Exchange,
    IActorRef Link,
    IActorRef Disk,
    TimeProvider Time,
    IMeter Meter,
    IReadOnlyDictionary<Role, IActorRef> Local);

/// <summary>
/// One role: its name, port and tag follow from <see cref="Role"/>, its readiness from the actor's answer to
/// <c>RoleProtocol.GetHealth</c>; only the actor itself is left to say.
/// </summary>
/// <param name="TakesPanics">Its port serves <c>POST /panic-close</c>, and its actor takes <c>PanicEntry</c>.</param>
/// <param name="NeedsAccount">It is not ready without credentials or while the account is in doubt (E51).</param>
public sealed record RoleModule(Role Role, bool TakesPanics, bool NeedsAccount, Func<RoleContext, Props> Props);

/// <summary>The gateway actors a node is built on; a test or the simulator swaps these and nothing else.</summary>
public sealed record NodeGateways(Props Redis, Props Exchange, Props Disk);

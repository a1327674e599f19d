using Akka.Actor;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;

namespace Trader.Hosting.Node;

/// <summary>What a role's actor is made from.</summary>
/// <param name="Local">Role actors that already run in this process, so that the watchdog can death-watch the brain
/// (DESIGN section 6).</param>
/// <param name="Companions">The role's other actors, by name; they are created before its first one.</param>
public sealed record RoleContext(
    NodeSettings Settings, Surroundings Around, IReadOnlyDictionary<Role, IActorRef> Local,
    IReadOnlyDictionary<string, IActorRef> Companions);

/// <summary>Another actor of a role, a sibling of its first one. When it is given up the process ends, and systemd starts a whole one.</summary>
/// <param name="Name">One of <see cref="Trader.Messages.Roles"/>.</param>
public sealed record Companion(string Name, Func<RoleContext, Props> Props);

/// <summary>One role; its name, port, tag and paths follow from <paramref name="Role"/>.</summary>
/// <param name="TakesPanics">Its port serves <c>POST /panic-close</c>, and its actor takes <c>PanicEntry</c>.</param>
/// <param name="NeedsAccount">It is not ready without credentials or while the account is in doubt (E51).</param>
/// <param name="Props">The actor.</param>
/// <param name="NotReady">
/// Why the role cannot do its duty, given its last heartbeat (at most <see cref="ReadinessBoard.MaxAge"/> old); empty
/// when it can.
/// </param>
/// <param name="Busy">
/// Whether a heartbeat says that something is in flight that a clean stop waits for; null for a role that never has
/// such work.
/// </param>
public sealed record RoleModule(
    Role Role,
    bool TakesPanics,
    bool NeedsAccount,
    Func<RoleContext, Props> Props,
    Func<IActorRef, RoleBeat, Task<IReadOnlyList<string>>> NotReady,
    Func<RoleBeat, bool>? Busy = null)
{
    public IReadOnlyList<Companion> Companions { get; init; } = [];

    /// <summary>
    /// The role's own figures. One defined <see cref="MetricDefinition.AtZero"/> stands at <c>/metrics</c> from the start; a gauge, and what has
    /// labels, from its first measurement on.
    /// </summary>
    public IReadOnlyList<MetricDefinition> Metrics { get; init; } = [];

    /// <summary>The types of events and snapshots that the role's persistent actors store; any other is refused.</summary>
    public IReadOnlyList<PersistedType> Persisted { get; init; } = [];

    /// <summary>
    /// What this role must not start with although another role may: every role reads the whole settings, and a guard must not stay down
    /// over what concerns the gate.
    /// </summary>
    public Func<NodeSettings, IReadOnlyList<Violation>> Refuses { get; init; } = settings => settings.RefusedFor(Role);

    /// <summary>What the role serves on its port beside the paths that every role has.</summary>
    public IReadOnlyList<RoleRoute> Routes { get; init; } = [];
}

/// <summary>The gateway actors a node is built on; a test swaps these and nothing else.</summary>
/// <param name="Exchange">Null when no role here needs the account: then no connection to an exchange is opened at
/// all.</param>
public sealed record NodeGateways(Props Redis, Props? Exchange, Props Disk);

using Akka.Actor;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Http;

/// <summary>What one role serves on its port.</summary>
/// <param name="Port">0 lets the system choose (tests).</param>
/// <param name="Readiness">Answers at once, from memory.</param>
/// <param name="Panic">
/// Puts a trigger into the worker's mailbox; false when there is no worker to take it. Null for a role that takes none.
/// </param>
public sealed record RoleEndpoint(
    Role Role, int Port, EventHub Hub, Func<Readiness> Readiness, Func<PanicEntry, bool>? Panic = null)
{
    /// <summary>The role's own paths.</summary>
    public IReadOnlyList<RoleRoute> Routes { get; init; } = [];

    /// <summary>The actor of this name, null while it is not there.</summary>
    public Func<string, IActorRef?> Actor { get; init; } = _ => null;
}

using Trader.Hosting.Configuration;
using Trader.Hosting.Logging;
using Trader.Hosting.Node;

namespace Trader.Gate.Embedded;

/// <summary>How a strategy hosts the gate itself.</summary>
public sealed record EmbeddedNodeOptions
{
    /// <summary>
    /// Any of apply-layer (always needed), governor and position-state. The guards (exit-brain, watchdog, panic-close) are refused: one that
    /// dies with the strategy guards nothing (S11).
    /// </summary>
    public IReadOnlyList<Role> Roles { get; init; } = [Role.Governor, Role.PositionState, Role.ApplyLayer];

    /// <summary>HOCON laid over <c>akka.hocon</c>, as <c>--config</c> of a node; null for none.</summary>
    public string? Config { get; init; }

    /// <summary>The process environment: the documented variables, read as every node reads them.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Unique among the nodes that share a Redis; null: as the settings have it.</summary>
    public string? NodeName { get; init; }

    /// <summary>Gets the node's log lines.</summary>
    public required Stream Log { get; init; }

    /// <summary>How long a call of the gate waits for a result, zero to ten seconds.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>
/// The plan chain inside a strategy's process: the same roles, settings, ports and checks as <c>./trader up --roles</c>. Redis is still
/// needed: permits, switch and records live there, and the guards see the account from their own processes.
/// </summary>
public sealed class EmbeddedNode : IAsyncDisposable
{
    private readonly NodeHost node;
    private readonly LineWriter lines;

    private EmbeddedNode(NodeHost node, LineWriter lines, TimeSpan wait)
    {
        (this.node, this.lines) = (node, lines);
        Gate = new InProcessOrderGate(() => node.Actor(Trader.Messages.Roles.IntentDesk), wait);
    }

    public IOrderGate Gate { get; }

    /// <summary>Ends when the node can do nothing more by itself; its result says why. A strategy without its node should end too.</summary>
    public Task<string> Ended => node.Ended;

    /// <summary>Why a role cannot do its duty; empty when it can.</summary>
    public IReadOnlyList<string> NotReady(Role role) => node.Readiness(role).Reasons;

    /// <exception cref="InvalidDataException">Settings or roles are wrong; the message has a line for every violation.</exception>
    /// <exception cref="Trader.Hosting.Http.PortTakenException">Nothing was started.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<EmbeddedNode> StartAsync(EmbeddedNodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Roles.Contains(Role.ApplyLayer) || options.Roles.Any(role => role is Role.ExitBrain or Role.Watchdog or Role.PanicClose))
        {
            throw new InvalidDataException(
                "a strategy hosts apply-layer, and with it governor and position-state if it likes; the guards run as processes of their own");
        }

        var read = SettingsLoader.Load(new SettingsSources(
            Path.Combine(AppContext.BaseDirectory, "akka.hocon"), options.Config, options.Environment, NodeName: options.NodeName));
        List<RoleModule> modules = [.. options.Roles.Distinct().Select(Wiring.Module)];
        var violations = read.Settings is { } checkedSettings
            ? modules.SelectMany(module => module.Refuses(checkedSettings)).Distinct().ToList()
            : read.Violations;
        if (read.Settings is not { } settings || violations.Count > 0)
        {
            throw new InvalidDataException(string.Join('\n', violations));
        }

        Directory.CreateDirectory(settings.StateDir);
        var lines = new LineWriter(options.Log);
        try
        {
            var log = new LineLogger(lines, TimeProvider.System);
            foreach (var notice in read.Notices)
            {
                log.Log(LineLevel.Warning, LineLogger.NodeTag, notice);
            }

            var node = await NodeHost.StartAsync(new NodeParts(
                settings, modules, meter => Wiring.Gateways(settings, modules, TimeProvider.System, meter), options.Environment,
                TimeProvider.System, log, lines)).ConfigureAwait(false);
            return new EmbeddedNode(node, lines, options.Wait);
        }
        catch
        {
            await lines.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The clean stop: what is in flight is finished, at most about ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync().ConfigureAwait(false);
        await lines.DisposeAsync().ConfigureAwait(false);
    }
}

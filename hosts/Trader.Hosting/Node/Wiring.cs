using Akka.Actor;
using Trader.Actors.ApplyLayer;
using Trader.Actors.Disk;
using Trader.Actors.ExitBrain;
using Trader.Actors.Governor;
using Trader.Actors.PanicClose;
using Trader.Actors.Ports;
using Trader.Actors.PositionState;
using Trader.Actors.Watchdog;
using Trader.Exchange;
using Trader.Exchange.Binance;
using Trader.Hosting.Configuration;
using Trader.Hosting.Ess;
using Trader.Hosting.Http;
using Trader.Hosting.Intents;
using Trader.Hosting.Metrics;
using Trader.Messages;
using Trader.Redis;
using Trader.Redis.Gateway;
using Trader.Redis.Persistence;

namespace Trader.Hosting.Node;

/// <summary>The production wiring: which actors make a role, and which gateways make a node. Tests run it
/// too.</summary>
public static class Wiring
{
    public static RoleModule Module(Role role) => role switch
    {
        Role.ExitBrain => new RoleModule(
            role, TakesPanics: false, NeedsAccount: true,
            c => ExitBrainActor.Props(c.Settings.ExitBrain, c.Around),
            (_, beat) => Task.FromResult(BrainNotReady(beat)))
        {
            Metrics = GuardMetrics.ExitBrain,
        },
        Role.Watchdog => new RoleModule(
            role, TakesPanics: false, NeedsAccount: false,
            c => WatchdogActor.Props(c.Settings.Watchdog, c.Around, c.Local.GetValueOrDefault(Role.ExitBrain)),
            // Its heartbeat is its readiness: it judges whatever else is down.
            (_, beat) => Task.FromResult(WatchdogNotReady(beat)))
        {
            Metrics = GuardMetrics.Watchdog,
        },
        Role.PanicClose => new RoleModule(
            role, TakesPanics: true, NeedsAccount: true,
            c => PanicCloseActor.Props(c.Settings.PanicClose, c.Around),
            WorkerNotReady,
            Busy: beat => PanicWire.Find(beat.Fields, "running") is { Length: > 0 })
        {
            Metrics = GuardMetrics.PanicClose,
        },
        Role.Governor => new RoleModule(
            role, TakesPanics: false, NeedsAccount: true,
            c => GovernorActor.Props(c.Settings.Governor, c.Around),
            (_, beat) => Task.FromResult(GovernorNotReady(beat)))
        {
            Refuses = settings => [.. settings.RefusedFor(role), .. PermitModeCheck.Of(settings)],
            Companions = [FlattenWiring.Companion],
            Metrics = [.. GovernorMetrics.Definitions, .. FlattenWiring.Metrics],
            Persisted = [.. FlattenWiring.Persisted],
        },
        Role.PositionState => new RoleModule(
            role, TakesPanics: false, NeedsAccount: true,
            c => PositionStateActor.Props(c.Settings.PositionState, c.Around),
            (_, beat) => Task.FromResult(PositionStateNotReady(beat)))
        {
            Metrics = PositionStateMetrics.Definitions,
        },
        Role.ApplyLayer => new RoleModule(
            role, TakesPanics: false, NeedsAccount: true,
            c => ApplyLayerActor.Props(c.Settings.ApplyLayer, c.Around),
            GateNotReady,
            Busy: beat => PanicWire.Find(beat.Fields, "in_flight") is not (null or "0"))
        {
            Refuses = settings => [.. settings.RefusedFor(role), .. PermitModeCheck.Of(settings)],
            Companions = [EssModule.Companion, IntentModule.Companion],
            Metrics = [.. EssModule.Metrics, .. GateMetricDefinitions.All, .. IntentModule.Metrics],
            Routes = [.. EssModule.Routes, .. IntentModule.Routes],
            Persisted = EssModule.Persisted,
        },
    };

    /// <param name="roles">Without a role that needs the account no connection to an exchange is opened.</param>
    public static NodeGateways Gateways(NodeSettings settings, IReadOnlyList<RoleModule> roles, TimeProvider time, IMeter meter)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new NodeGateways(
            RedisGateway.Props(settings.Redis.Gateway, time, meter),
            roles.Any(r => r.NeedsAccount) ? Exchange(settings.Exchange, time) : null,
            DiskGateway.Props(settings.StateDir, settings.NodeName, time, settings.EssLatch));
    }

    /// <summary>What the journal and the snapshot store need that settings of the engine cannot hold: they speak to the same Redis.</summary>
    /// <exception cref="ArgumentException">Two roles here store something under one manifest.</exception>
    public static RedisPersistenceSetup Persistence(NodeParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var redis = parts.Settings.Redis.Gateway;
        return new RedisPersistenceSetup(
            new RedisTarget(redis.Endpoint, redis.Redis, parts.Time), redis.CommandDeadline,
            new PersistedTypes(parts.Modules.SelectMany(m => m.Persisted)));
    }

    private static Props Exchange(ExchangeSettings settings, TimeProvider time)
    {
        // Without a key the exchange itself refuses, and the role says why it is not ready (E51); a made-up answer
        // here would be a second place that decides what credentials are.
        var credentials = new BinanceCredentials(
            settings.Key?.Reveal() ?? "not-set", settings.Secret?.Reveal() ?? "not-set");
        return ExchangeGateway.Props(new BinanceClient(settings.Options, credentials, time), settings.Gateway, time);
    }

    private static IReadOnlyList<string> BrainNotReady(RoleBeat beat) =>
        !HeartbeatWire.TryRead(beat.Fields, out var heartbeat, out var why) ? [$"its heartbeat cannot be read: {why}"]
        : heartbeat.Status == BrainStatus.Degraded ? [$"DEGRADED: {PanicWire.Find(beat.Fields, ExitBrainActor.DegradedField) ?? "see its log lines"}"]
        : [];

    private static async Task<IReadOnlyList<string>> GateNotReady(IActorRef gate, RoleBeat beat) =>
        (await gate.Ask<ApplyLayerProtocol.Readiness>(new ApplyLayerProtocol.GetReadiness(), ReadinessBoard.MaxAge)
            .ConfigureAwait(false)).Why;

    private static IReadOnlyList<string> GovernorNotReady(RoleBeat beat) =>
        PanicWire.Find(beat.Fields, "trouble") is { Length: > 0 } trouble ? [trouble] : [];

    /// <summary>In its own words.</summary>
    private static IReadOnlyList<string> PositionStateNotReady(RoleBeat beat) =>
        PanicWire.Find(beat.Fields, "not_ready") is { Length: > 0 } why ? [why] : [];

    private static IReadOnlyList<string> WatchdogNotReady(RoleBeat beat) =>
        PanicWire.Find(beat.Fields, WatchdogActor.RefusedByField) is { Length: > 0 } workers
            ? [WatchdogActor.TokenRefused(workers)]
            : [];

    private static async Task<IReadOnlyList<string>> WorkerNotReady(IActorRef worker, RoleBeat beat)
    {
        var answer = await worker.Ask<PanicCloseProtocol.Readiness>(
            new PanicCloseProtocol.GetReadiness(), ReadinessBoard.MaxAge)
            .ConfigureAwait(false);
        return answer.Ready ? [] : answer.Why;
    }
}

using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Link;
using Trader.Hosting.Logging;
using Trader.Hosting.Metrics;
using Trader.Messages;

namespace Trader.Hosting.Node;

/// <summary>What a node is made of besides its settings.</summary>
/// <param name="Environment">The process environment: link token, systemd's socket.</param>
public sealed record NodeParts(
    NodeSettings Settings,
    IReadOnlyList<RoleModule> Modules,
    Func<MetricRegistry, NodeGateways> Gateways,
    IReadOnlyDictionary<string, string> Environment,
    TimeProvider Time,
    LineLogger Log,
    LineWriter Lines);

/// <summary>
/// One process's set of roles, from bound ports to goodbye. Ports come first: a node that cannot have them starts
/// nothing. Everything else follows the same order on every start, and is undone in the opposite order.
/// </summary>
public sealed class NodeHost : IAsyncDisposable
{
    /// <summary>Below the phase's deadline, which would report a failed stop instead of an unfinished drain.</summary>
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Every second look is told to Redis: that is once a second.</summary>
    private const int LooksPerReport = 2;

    private readonly NodeParts _parts;
    private readonly MetricRegistry _metrics;
    private readonly ReadinessBoard _board;
    private readonly ServiceNotifier _notifier;
    private readonly PanicPoster _poster;
    private readonly Dictionary<Role, EventHub> _hubs;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Role, IActorRef> _roles = [];
    private RoleServer? _server;
    private IHost? _actors;
    private Task _looking = Task.CompletedTask;
    private IActorRef _guardian = ActorRefs.Nobody;
    private volatile IActorRef? _worker;
    private volatile IReadOnlyDictionary<string, IActorRef> _byName = new Dictionary<string, IActorRef>();

    private NodeHost(NodeParts parts, Secret token)
    {
        _parts = parts;
        _metrics = new MetricRegistry([.. NodeMetrics.Definitions, .. parts.Modules.SelectMany(m => m.Metrics)]);
        _board = new ReadinessBoard(parts.Time);
        _notifier = new ServiceNotifier(parts.Environment);
        _poster = new PanicPoster(parts.Settings.Link, token);
        _hubs = parts.Modules.ToDictionary(
            m => m.Role, m => new EventHub(m.Role, parts.Settings.Link.ReaderQueue, _metrics, parts.Time));
    }

    /// <summary>Ends when the node can do nothing more by itself; its result says why.</summary>
    public Task<string> Ended => _ended.Task;

    public IReadOnlyDictionary<Role, int> Ports => _server?.Ports ?? new Dictionary<Role, int>();

    public Readiness Readiness(Role role) => _board.Of(role);

    /// <summary>An actor of a role that runs here, by its name in <see cref="Roles"/>; null while it is not there. For code in this process.</summary>
    public IActorRef? Actor(string name) => _stopping.IsCancellationRequested ? null : _byName.GetValueOrDefault(name);

    /// <exception cref="PortTakenException">Nothing was started.</exception>
    /// <exception cref="InvalidDataException">The link token cannot be used.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<NodeHost> StartAsync(NodeParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var token = LinkToken.Obtain(parts.Environment, parts.Settings.StateDir);
        var settings = parts.Settings;
        parts.Log.Redact([settings.Redis.Password, settings.Exchange.Key, settings.Exchange.Secret, token]);
        var node = new NodeHost(parts, token);
        try
        {
            await node.Start(token).ConfigureAwait(false);
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return node;
    }

    /// <summary>
    /// The clean stop: says goodbye on every link, so that watchers know a stop from a death, lets the roles finish
    /// what is in flight, then ends actors, readers and ports. Takes at most about ten seconds.
    /// </summary>
    public async Task StopAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _notifier.Send("STOPPING=1");
        _board.Stopping();
        foreach (var hub in _hubs.Values)
        {
            hub.Publish(LinkProtocol.StoppingEvent, []);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        if (_actors is not null)
        {
            // Runs the engine's coordinated shutdown, and with it Drain.
            await _actors.StopAsync().ConfigureAwait(false);
        }

        if (_server is not null)
        {
            await _server.StopAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _actors?.Dispose();
        _poster.Dispose();
        _notifier.Dispose();
        _stopping.Dispose();
    }

    private async Task Start(Secret token)
    {
        var settings = _parts.Settings;
        foreach (var module in _parts.Modules)
        {
            _board.Fix(module.Role, module.NeedsAccount ? AccountReasons(settings.Exchange) : []);
        }

        NodeMetrics.Attach(_metrics, _parts.Lines);
        _metrics.Collect(ShowReadiness);
        _server = await RoleServer.StartAsync(
            [.. _parts.Modules.Select(Endpoint)], settings.Http, _metrics, token,
            new LineLoggerProvider(_parts.Log)).ConfigureAwait(false);
        _actors = BuildActors();
        await _actors.StartAsync().ConfigureAwait(false);
        _looking = Task.Run(LookAtRoles);
        if (!_notifier.Send("READY=1"))
        {
            _parts.Log.Log(
                LineLevel.Error, LineLogger.NodeTag,
                "systemd's notification socket cannot be reached: the unit will not become active");
        }
    }

    /// <summary>The actor system in a host of its own: the ports are bound before, and close after it.</summary>
    private IHost BuildActors()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IHostLifetime, ForeignLifetime>();
        builder.Services.AddAkka("trader", akka => akka
            .AddHocon(_parts.Settings.Engine, HoconAddMode.Prepend)
            .AddSetup(Wiring.Persistence(_parts))
            .WithActors(Plant));
        var host = builder.Build();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(
            () => _ended.TrySetResult("the actor system ended"));
        return host;
    }

    private async Task Plant(ActorSystem system, IActorRegistry registry)
    {
        system.EventStream.Publish(new LineLoggerActor.Attach(_parts.Log));
        var gateways = _parts.Gateways(_metrics);
        var link = LinkGateway.Props(new LinkGatewayParts(
            _parts.Settings.Link, _hubs.ToDictionary(h => h.Key.Peer(), h => h.Value), _poster, _parts.Time, _metrics));
        var (settings, modules, time, metrics) = (_parts.Settings, _parts.Modules, _parts.Time, _metrics);
        var guardian = system.ActorOf(
            Props.Create(
                () => new TraderGuardian(
                    settings, gateways, link, modules, time, metrics, RoleGone, why => _ended.TrySetResult(why), _board.Common)), "trader");
        registry.Register<TraderGuardian>(guardian);
        _guardian = guardian;
        var tree = await guardian.Ask<TraderGuardian.Tree>(
            new TraderGuardian.GetTree(), TimeSpan.FromSeconds(5)).ConfigureAwait(false);
        foreach (var (role, actor) in tree.Roles)
        {
            _roles.Add(role, actor);
        }

        _worker = _roles.GetValueOrDefault(Role.PanicClose);
        _byName = tree.Companions.Concat(tree.Roles.Select(r => KeyValuePair.Create(r.Key.Name(), r.Value)))
            .ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "drain-roles", Drain);
    }

    private RoleEndpoint Endpoint(RoleModule module) => new(
        module.Role, _parts.Settings.Ports[module.Role], _hubs[module.Role], () => _board.Of(module.Role),
        module.TakesPanics ? TakePanic : null)
    {
        Routes = module.Routes,
        Actor = Actor,
    };

    private bool TakePanic(PanicEntry entry)
    {
        if (_worker is not { } worker || _stopping.IsCancellationRequested)
        {
            return false;
        }

        worker.Tell(entry, ActorRefs.NoSender);
        return true;
    }

    /// <summary>
    /// The readiness loop. systemd hears of life only while every role's own loop beats: a timer of this host's would
    /// vouch for a dead actor (X8g).
    /// </summary>
    private async Task LookAtRoles()
    {
        using var timer = new PeriodicTimer(LookEvery, _parts.Time);
        var looks = 0;
        do
        {
            await Task.WhenAll(_parts.Modules.Select(LookAtRole)).ConfigureAwait(false);
            if (looks++ % LooksPerReport == 0)
            {
                ReportRoles();
            }

            if (_hubs.Values.All(h => h.LastBeat?.Age <= ReadinessBoard.MaxAge))
            {
                _notifier.Send("WATCHDOG=1");
            }
        }
        while (await Tick(timer).ConfigureAwait(false));
    }

    private void ReportRoles()
    {
        foreach (var role in _hubs.Keys)
        {
            _guardian.Tell(new TraderGuardian.ShowRole(role, _board.Of(role).Reasons), ActorRefs.NoSender);
        }
    }

    private async Task<bool> Tick(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task LookAtRole(RoleModule module)
    {
        if (_hubs[module.Role].LastBeat is not { } beat || beat.Age > ReadinessBoard.MaxAge)
        {
            return;
        }

        try
        {
            _board.Heard(module.Role, await module.NotReady(_roles[module.Role], beat).ConfigureAwait(false));
        }
        catch (AskTimeoutException)
        {
            // No answer is an answer: the board lets the last one grow old.
        }
    }

    /// <summary>Waits until no role is busy by a heartbeat that is younger than the wish to stop. The phase's
    /// deadline bounds it.</summary>
    private async Task<Akka.Done> Drain()
    {
        var began = _parts.Time.GetTimestamp();
        foreach (var module in _parts.Modules)
        {
            // A heartbeat from before the stop could miss work that began since.
            while (module.Busy is { } busy && _parts.Time.GetElapsedTime(began) < LongestDrain
                && _hubs[module.Role].LastBeat is { } beat
                && (beat.Age > _parts.Time.GetElapsedTime(began) || busy(beat)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), _parts.Time).ConfigureAwait(false);
            }
        }

        return Akka.Done.Instance;
    }

    private void RoleGone(Role role, bool last)
    {
        if (role == Role.PanicClose)
        {
            _worker = null;
        }

        // While another role lives here it is worth more than a restart; alone, the process ends so that systemd
        // starts it anew.
        if (last)
        {
            _ended.TrySetResult($"{role.Name()} was given up, and no other role runs here");
        }
    }

    private void ShowReadiness()
    {
        foreach (var role in _hubs.Keys)
        {
            _metrics.Gauge("trader_role_ready", _board.Of(role).Ready ? 1 : 0, ("role", role.Name()));
        }
    }

    private static IEnumerable<string> AccountReasons(ExchangeSettings exchange)
    {
        if (exchange.Key is null || exchange.Secret is null)
        {
            yield return "BINANCE_API_KEY or BINANCE_API_SECRET is not set";
        }

        foreach (var doubt in exchange.Doubts)
        {
            yield return doubt;
        }
    }

    /// <summary>The process decides when it starts and stops; the host of the actors must not listen to signals
    /// itself.</summary>
    private sealed class ForeignLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

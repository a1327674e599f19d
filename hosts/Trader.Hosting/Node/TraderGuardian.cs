using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Node;

/// <summary>
/// Root of the node's actors, <c>/user/trader</c>: creates the gateways and then the roles, restarts what fails, and
/// raises an alarm for every role that is given up and for messages that reached nobody (S11).
/// </summary>
internal sealed class TraderGuardian : ReceiveActor, IWithTimers
{
    /// <summary>A role that fails more often than this within a minute is broken, not unlucky: it is stopped, and
    /// that is an alarm.</summary>
    private const int MaxRestartsPerMinute = 10;

    private static readonly TimeSpan ReportLostEvery = TimeSpan.FromSeconds(5);

    /// <summary>Asks for the tree. Reply: <see cref="Tree"/>.</summary>
    public sealed record GetTree;

    /// <param name="Companions">By name.</param>
    public sealed record Tree(IReadOnlyDictionary<Role, IActorRef> Roles, IReadOnlyDictionary<string, IActorRef> Companions);

    /// <summary>What the node finds out about a role's readiness, for Redis.</summary>
    /// <param name="NotReady">Empty when it is ready.</param>
    public sealed record ShowRole(Role Role, IReadOnlyList<string> NotReady);

    private sealed record ReportLost;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly TimeProvider _time;
    private readonly IMeter _meter;
    private readonly Action<Role, bool> _roleGone;
    private readonly Action<string> _broken;
    private readonly Action<string?> _redisRefuses;
    private string? _refusal;
    private readonly Dictionary<Role, IActorRef> _roles = [];
    private readonly IActorRef _redis;
    private readonly string _node;
    private readonly Dictionary<string, int> _lost = new(StringComparer.Ordinal);

    /// <param name="roleGone">Told when a role was given up, and whether it was the last one here.</param>
    /// <param name="broken">Told why the node cannot go on: a role without a gateway looks alive and can do nothing.</param>
    /// <param name="redisRefuses">Told why Redis will not have us, and null when it does.</param>
    public TraderGuardian(
        NodeSettings settings, NodeGateways gateways, Props link, IReadOnlyList<RoleModule> modules,
        TimeProvider time, IMeter meter, Action<Role, bool> roleGone, Action<string> broken, Action<string?> redisRefuses)
    {
        (_time, _meter, _roleGone, _broken, _redisRefuses, _node) = (time, meter, roleGone, broken, redisRefuses, settings.NodeName);
        _redis = Context.Watch(Context.ActorOf(gateways.Redis, "redis"));
        var exchange = gateways.Exchange is { } props
            ? Context.Watch(Context.ActorOf(props, "exchange"))
            : Context.System.DeadLetters;
        var disk = Context.Watch(Context.ActorOf(gateways.Disk, "disk"));
        var links = Context.Watch(Context.ActorOf(link, "link"));
        var around = new Surroundings(_redis, exchange, links, disk, time, meter, Guid.NewGuid, settings.NodeName);
        var all = new Dictionary<string, IActorRef>(StringComparer.Ordinal);
        foreach (var module in modules.OrderBy(m => m.Role))
        {
            var companions = new Dictionary<string, IActorRef>(StringComparer.Ordinal);
            var context = new RoleContext(settings, around, new Dictionary<Role, IActorRef>(_roles), companions);
            foreach (var companion in module.Companions)
            {
                all[companion.Name] = companions[companion.Name] = Context.Watch(Context.ActorOf(companion.Props(context), companion.Name));
            }

            _roles[module.Role] = Context.Watch(Context.ActorOf(module.Props(context), module.Role.Name()));
        }

        Receive<GetTree>(_ => Sender.Tell(new Tree(new Dictionary<Role, IActorRef>(_roles), all)));
        Receive<ShowRole>(m => _redis.Tell(new RedisProtocol.PublishRoleReport(m.Role.Name(), _node, RoleReport.Line(m.NotReady))));
        Receive<RedisProtocol.Connected>(_ => HandleConnected());
        Receive<RedisProtocol.Disconnected>(HandleDisconnected);
        Receive<Terminated>(HandleTerminated);
        Receive<DeadLetter>(m => HandleLost("trader_dead_letters_total", m.Message, m.Recipient));
        Receive<UnhandledMessage>(m => HandleLost("trader_unhandled_messages_total", m.Message, m.Recipient));
        Receive<ReportLost>(_ => HandleReportLost());
        // The simple commands' replies need no handling: an alarm that could not be published stands in the log, and a report comes again.
        Receive<RedisProtocol.Done>(_ => { });
        Receive<RedisProtocol.NotDone>(_ => { });
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(
            MaxRestartsPerMinute, TimeSpan.FromMinutes(1), Akka.Actor.SupervisorStrategy.DefaultDecider.Decide);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
        _redis.Tell(new RedisProtocol.WatchConnection());
        Timers.StartPeriodicTimer(nameof(ReportLost), new ReportLost(), ReportLostEvery, ReportLostEvery);
    }

    // While it stops, its children's last mail is no alarm.
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    /// <summary>
    /// A Redis that is away comes back by itself; one that refuses us does not, and no role says so in a line of its own. It holds until a
    /// connection stands: a try that got no answer in between proves nothing.
    /// </summary>
    private void HandleDisconnected(RedisProtocol.Disconnected gone)
    {
        if (gone.Refused && gone.Why != _refusal)
        {
            _refusal = gone.Why;
            _redisRefuses(gone.Why);
            _log.Error("Redis cannot be used: {0}", gone.Why);
        }
    }

    private void HandleConnected()
    {
        _refusal = null;
        _redisRefuses(null);
    }

    private void HandleTerminated(Terminated message)
    {
        if (!_roles.ContainsValue(message.ActorRef))
        {
            var name = message.ActorRef.Path.Name;
            Alarm("ACTOR_GIVEN_UP", $"{name} is stopped; this process ends, so that a new one starts with all of them");
            _broken($"{name} was given up");
            return;
        }

        var role = _roles.Single(r => r.Value.Equals(message.ActorRef)).Key;
        _roles.Remove(role);
        Alarm("ROLE_GIVEN_UP", $"{role.Name()} failed more than {MaxRestartsPerMinute} times in a minute, "
            + "or ended itself, and is stopped");
        _roleGone(role, _roles.Count == 0);
    }

    private void HandleLost(string metric, object message, IActorRef? recipient)
    {
        _meter.Count(metric, 1, ("message", message.GetType().Name));
        // A confirmation that comes after its asker's work is done is nobody's loss; an alarm about a lost alarm
        // would feed itself.
        if (message is not (RedisProtocol.PublishAlarm or RedisProtocol.PublishRoleReport or RedisProtocol.Done
            or DiskProtocol.Appended or DiskProtocol.LatchSet))
        {
            var what = $"{message.GetType().Name} to {recipient?.Path.ToStringWithoutAddress() ?? "nobody"}";
            _lost[what] = _lost.GetValueOrDefault(what) + 1;
        }
    }

    private void HandleReportLost()
    {
        if (_lost.Count > 0)
        {
            var (what, count) = _lost.MaxBy(l => l.Value);
            Alarm("MESSAGES_LOST", $"{_lost.Values.Sum()} messages reached nobody, most of them: {count} x {what}");
            _lost.Clear();
        }
    }

    private void Alarm(string code, string text)
    {
        _log.Error(LogText.Critical + "{0}: {1}", code, text);
        _redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(code, text, _time.GetUtcNow().ToUnixTimeMilliseconds())));
    }
}

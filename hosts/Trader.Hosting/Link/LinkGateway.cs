using Akka.Actor;
using Trader.Actors.Ports;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Messages;

namespace Trader.Hosting.Link;

/// <param name="Hubs">The event streams that this node serves; one per role that it runs.</param>
public sealed record LinkGatewayParts(
    LinkSettings Settings, IReadOnlyDictionary<LinkPeer, EventHub> Hubs, PanicPoster Poster,
    TimeProvider Time, IMeter Meter);

/// <summary>Who watches which peer. It outlives a restart of the gateway, so that no watcher is forgotten silently
/// (S11).</summary>
internal sealed class LinkWatchers
{
    public Dictionary<LinkPeer, HashSet<IActorRef>> ByPeer { get; } = [];

    /// <summary>Those who are told which workers would take a panic.</summary>
    public HashSet<IActorRef> PanicAccess { get; } = [];
}

/// <summary>
/// The only actor that speaks the direct link (DESIGN section 4). It never awaits: connections report to it as
/// messages and posts are piped back, so that a peer that hangs holds up nothing.
/// </summary>
public sealed class LinkGateway : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan WarmEvery = TimeSpan.FromSeconds(15);

    private sealed record Reported(LinkPeer Peer, long Connection, object Message);

    private sealed record Posted(IActorRef Asker, EventId EventId, string? Why);

    private sealed record KeepWarm;

    private sealed record Warmed(WorkerCheck Check);

    private readonly LinkGatewayParts _parts;
    private readonly LinkWatchers _watchers;
    private readonly Dictionary<LinkPeer, (long Connection, PeerLink Link)> _links = [];
    private readonly HashSet<LinkPeer> _up = [];
    private long _connections;
    private LinkProtocol.PanicAccess? _checked;

    internal LinkGateway(LinkGatewayParts parts, LinkWatchers watchers)
    {
        (_parts, _watchers) = (parts, watchers);
        Receive<LinkProtocol.Watch>(HandleWatch);
        Receive<LinkProtocol.Announce>(HandleAnnounce);
        Receive<LinkProtocol.SendPanic>(HandleSendPanic);
        Receive<Reported>(HandleReported);
        Receive<Posted>(HandlePosted);
        Receive<KeepWarm>(_ => HandleKeepWarm());
        Receive<LinkProtocol.WatchPanicAccess>(_ => HandleWatchPanicAccess());
        Receive<Warmed>(HandleWarmed);
        Receive<Terminated>(HandleTerminated);
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(LinkGatewayParts parts)
    {
        var watchers = new LinkWatchers();
        return Akka.Actor.Props.Create(() => new LinkGateway(parts, watchers));
    }

    protected override void PreStart()
    {
        foreach (var peer in _watchers.ByPeer.Keys)
        {
            Connect(peer);
        }

        Timers.StartPeriodicTimer(nameof(KeepWarm), new KeepWarm(), TimeSpan.Zero, WarmEvery);
    }

    protected override void PostStop()
    {
        foreach (var (_, link) in _links.Values)
        {
            // Its loop ends by itself; waiting for it here would hold up the stop.
            _ = link.DisposeAsync().AsTask();
        }
    }

    private void HandleWatch(LinkProtocol.Watch message)
    {
        Context.Watch(Sender);
        if (_watchers.ByPeer.TryGetValue(message.Peer, out var watchers))
        {
            if (watchers.Add(Sender) && _up.Contains(message.Peer))
            {
                Sender.Tell(new LinkProtocol.Up(message.Peer));
            }

            return;
        }

        _watchers.ByPeer.Add(message.Peer, [Sender]);
        Connect(message.Peer);
    }

    private void HandleAnnounce(LinkProtocol.Announce message)
    {
        // A role that this node does not serve has no readers here.
        if (_parts.Hubs.TryGetValue(message.As, out var hub))
        {
            hub.Publish(message.Event, message.Fields);
        }
    }

    private void HandleSendPanic(LinkProtocol.SendPanic message)
    {
        var (asker, id) = (Sender, message.Trigger.EventId);
        _parts.Poster.Send(message.Trigger).PipeTo(
            Self,
            success: why => new Posted(asker, id, why),
            failure: e => new Posted(asker, id, e.GetType().Name));
    }

    private void HandlePosted(Posted message)
    {
        _parts.Meter.Count("trader_link_panics_total", 1, ("delivered", message.Why is null ? "yes" : "no"));
        message.Asker.Tell(message.Why is null
            ? new LinkProtocol.PanicDelivered(message.EventId)
            : new LinkProtocol.PanicNotDelivered(message.EventId, message.Why));
    }

    private void HandleReported(Reported message)
    {
        var peer = message.Peer;
        if (!_links.TryGetValue(peer, out var open) || open.Connection != message.Connection)
        {
            // From a connection that was closed because its last watcher died.
            return;
        }

        if (message.Message is LinkProtocol.Up)
        {
            _up.Add(peer);
            _parts.Meter.Gauge("trader_link_up", 1, ("peer", peer.RoleOf().Name()));
        }
        else if (message.Message is LinkProtocol.Lost)
        {
            _up.Remove(peer);
            _parts.Meter.Gauge("trader_link_up", 0, ("peer", peer.RoleOf().Name()));
            _parts.Meter.Count("trader_link_lost_total", 1, ("peer", peer.RoleOf().Name()));
        }

        foreach (var watcher in _watchers.ByPeer[peer])
        {
            watcher.Tell(message.Message);
        }
    }

    private void HandleKeepWarm() =>
        _parts.Poster.Warm().PipeTo(Self, success: check => new Warmed(check), failure: _ => new Warmed(new WorkerCheck(0, [])));

    private void HandleWatchPanicAccess()
    {
        Context.Watch(Sender);
        _watchers.PanicAccess.Add(Sender);
        // What was learnt before it asked; the next check may be long in coming.
        if (_checked is not null)
        {
            Sender.Tell(_checked);
        }
    }

    private void HandleWarmed(Warmed message)
    {
        _checked = new LinkProtocol.PanicAccess(message.Check.Reached, message.Check.Refusing);
        _parts.Meter.Gauge("trader_link_panic_workers_reached", _checked.Reached);
        _parts.Meter.Gauge("trader_link_panic_workers_refusing", _checked.RefusedBy.Count);
        foreach (var watcher in _watchers.PanicAccess)
        {
            watcher.Tell(_checked);
        }
    }

    private void HandleTerminated(Terminated message)
    {
        _watchers.PanicAccess.Remove(message.ActorRef);
        var left = _watchers.ByPeer.Where(w => w.Value.Remove(message.ActorRef) && w.Value.Count == 0);
        foreach (var peer in left.Select(w => w.Key).ToList())
        {
            _watchers.ByPeer.Remove(peer);
            _up.Remove(peer);
            if (_links.Remove(peer, out var open))
            {
                _ = open.Link.DisposeAsync().AsTask();
            }
        }
    }

    private void Connect(LinkPeer peer)
    {
        var self = Self;
        var connection = ++_connections;
        _links[peer] = (connection, new PeerLink(
            peer, _parts.Settings, _parts.Time, message => self.Tell(new Reported(peer, connection, message))));
    }
}

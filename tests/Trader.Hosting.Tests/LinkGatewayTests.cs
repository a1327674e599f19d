using System.Net;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Link;
using Trader.Hosting.Metrics;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The gateway actor between two ends of a real link in one process.</summary>
public sealed class LinkGatewayTests : TestKit, IAsyncLifetime
{
    private static readonly Secret Token = new(new string('k', 40));

    private readonly MetricRegistry _metrics = new(NodeMetrics.Definitions);
    private readonly List<PanicEntry> _panics = [];
    private readonly EventHub _brain;
    private readonly EventHub _worker;
    private RoleServer _server = null!;
    private PanicPoster _poster = null!;
    private IActorRef _gateway = null!;

    public LinkGatewayTests()
    {
        _brain = new EventHub(Role.ExitBrain, 16, _metrics, TimeProvider.System);
        _worker = new EventHub(Role.PanicClose, 16, _metrics, TimeProvider.System);
    }

    public async Task InitializeAsync()
    {
        _server = await RoleServer.StartAsync(
            [
                new RoleEndpoint(Role.ExitBrain, 0, _brain, () => Readiness.Starting),
                new RoleEndpoint(Role.PanicClose, 0, _worker, () => Readiness.Starting, Take),
            ],
            new HttpSettings(IPAddress.Loopback, 64), _metrics, Token, logs: null);
        var settings = PeerLinkTests.Settings(_server.Ports[Role.PanicClose]) with
        {
            Peers = new Dictionary<LinkPeer, Uri>
            {
                [LinkPeer.ExitBrain] = new($"http://127.0.0.1:{_server.Ports[Role.ExitBrain]}"),
                [LinkPeer.PanicClose] = new($"http://127.0.0.1:{_server.Ports[Role.PanicClose]}"),
            },
        };
        _poster = new PanicPoster(settings, Token);
        _gateway = Sys.ActorOf(LinkGateway.Props(new LinkGatewayParts(
            settings, new Dictionary<LinkPeer, EventHub> { [LinkPeer.ExitBrain] = _brain }, _poster, TimeProvider.System, _metrics)));
    }

    public async Task DisposeAsync()
    {
        await Sys.Terminate();
        _poster.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public void What_one_role_announces_its_watcher_sees()
    {
        _gateway.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain), TestActor);
        ExpectMsg<LinkProtocol.Up>();
        _gateway.Tell(new LinkProtocol.Announce(LinkPeer.ExitBrain, "heartbeat", [new("status", "ALIVE")]));
        Assert.Equal([new("status", "ALIVE")], ExpectMsg<LinkProtocol.EventSeen>().Fields);
        // A role that this node does not serve has no readers; saying something for it is no error.
        _gateway.Tell(new LinkProtocol.Announce(LinkPeer.Watchdog, "heartbeat", []));
        _gateway.Tell(new LinkProtocol.Announce(LinkPeer.ExitBrain, "stopping", []));
        Assert.Equal("stopping", ExpectMsg<LinkProtocol.EventSeen>().Event);
    }

    [Fact]
    public async Task A_watcher_that_comes_late_or_after_a_restart_is_told()
    {
        _gateway.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain), TestActor);
        ExpectMsg<LinkProtocol.Up>();
        var late = CreateTestProbe();
        _gateway.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain), late.Ref);
        Assert.Equal(LinkPeer.ExitBrain, late.ExpectMsg<LinkProtocol.Up>().Peer);
        await _server.StopAsync(TimeSpan.FromSeconds(1));
        ExpectMsg<LinkProtocol.Lost>();
        late.ExpectMsg<LinkProtocol.Lost>();
        // A server that is going down may take one more connection and end it before it refuses them.
        Assert.Equal(LinkPeer.ExitBrain, (await FishForMessageAsync<LinkProtocol.Refused>(_ => true)).Peer);
    }

    [Fact]
    public void The_connection_ends_with_its_last_watcher_and_returns_with_the_next()
    {
        var watcher = CreateTestProbe();
        _gateway.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain), watcher.Ref);
        watcher.ExpectMsg<LinkProtocol.Up>();
        Sys.Stop(watcher.Ref);
        AwaitAssert(() => Assert.Contains("trader_link_readers{role=\"exit-brain\"} 0", _metrics.Text(), StringComparison.Ordinal));
        _gateway.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain), TestActor);
        ExpectMsg<LinkProtocol.Up>();
    }

    [Fact]
    public async Task A_panic_is_answered_once_it_is_in_the_worker_s_mailbox_and_else_with_a_reason()
    {
        var trigger = new PanicTrigger(EventId.FromGuid(Guid.NewGuid()), "TEST", PanicIssuer.Watchdog, 1707840128456);
        _gateway.Tell(new LinkProtocol.SendPanic(trigger), TestActor);
        Assert.Equal(trigger.EventId, ExpectMsg<LinkProtocol.PanicDelivered>().EventId);
        Assert.Equal(trigger.EventId.Value, PanicWire.Find(Assert.Single(_panics).Fields, "event_id"));
        await _server.StopAsync(TimeSpan.FromSeconds(1));
        _gateway.Tell(new LinkProtocol.SendPanic(trigger), TestActor);
        var refused = ExpectMsg<LinkProtocol.PanicNotDelivered>();
        Assert.Equal(trigger.EventId, refused.EventId);
        Assert.NotEmpty(refused.Why);
    }

    private bool Take(PanicEntry entry)
    {
        _panics.Add(entry);
        return true;
    }
}

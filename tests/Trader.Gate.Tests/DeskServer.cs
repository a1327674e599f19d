using System.Net;
using Akka.Actor;
using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Trader.Hosting.Node;
using Trader.Messages;

namespace Trader.Gate.Tests;

/// <summary>The apply-layer role's real port with its real routes; the desk behind it says what a test says.</summary>
internal sealed class DeskServer : IAsyncDisposable
{
    private readonly ActorSystem system = ActorSystem.Create("desk");
    private readonly MetricRegistry metrics = new(NodeMetrics.Definitions);
    private RoleServer server = null!;

    public static string Token { get; } = new('k', 40);

    /// <summary>What the desk was asked.</summary>
    public List<object> Asked { get; } = [];

    /// <summary>The desk's answer; null: none.</summary>
    public Func<object, GateVerdict?> Answer { get; set; } = _ => null;

    public Uri Address => new($"http://127.0.0.1:{server.Ports[Role.ApplyLayer]}");

    public static async Task<DeskServer> Start()
    {
        var made = new DeskServer();
        var desk = made.system.ActorOf(Props.Create(() => new Desk(made)));
        made.server = await RoleServer.StartAsync(
            [
                new RoleEndpoint(
                    Role.ApplyLayer, 0, new EventHub(Role.ApplyLayer, 4, made.metrics, TimeProvider.System), () => Readiness.Starting)
                {
                    Routes = Wiring.Module(Role.ApplyLayer).Routes,
                    Actor = name => name == Roles.IntentDesk ? desk : null,
                },
            ],
            new HttpSettings(IPAddress.Loopback, 64), made.metrics, new Secret(Token), logs: null);
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await system.Terminate();
    }

    private sealed class Desk : ReceiveActor
    {
        public Desk(DeskServer of) => ReceiveAny(message =>
        {
            lock (of.Asked)
            {
                of.Asked.Add(message);
            }

            if (of.Answer(message) is { } verdict)
            {
                Sender.Tell(verdict);
            }
        });
    }
}

using Trader.Hosting.Configuration;
using Trader.Hosting.Http;
using Trader.Hosting.Metrics;
using Trader.Messages;

namespace Trader.Hosting.Tests;

/// <summary>A brain's event stream in a process of its own, so that a test can kill or freeze it. Prints its port;
/// ends with its input.</summary>
internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        var port = int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture);
        var metrics = new MetricRegistry([]);
        var hub = new EventHub(Role.ExitBrain, 16, metrics, TimeProvider.System);
        hub.Publish(LinkProtocol.HeartbeatEvent, [new("status", "ALIVE")]);
        await using var server = await RoleServer.StartAsync(
            [new RoleEndpoint(Role.ExitBrain, port, hub, () => new Readiness([]))],
            new HttpSettings(System.Net.IPAddress.Loopback, 64), metrics, new Secret(new string('t', 32)), logs: null);
        Console.WriteLine(server.Ports[Role.ExitBrain]);
        while (await Console.In.ReadLineAsync() is not null)
        {
            hub.Publish(LinkProtocol.HeartbeatEvent, [new("status", "ALIVE")]);
        }
    }
}

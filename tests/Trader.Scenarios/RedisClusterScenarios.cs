using System.Net.Sockets;
using System.Text;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Scenarios.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>A real Redis in cluster mode, all its slots on this one node: the keys of one step lie in different slots there (X36).</summary>
public sealed class RedisClusterScenarios
{
    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "X36")]
    public async Task X36_every_role_says_once_that_a_cluster_is_not_supported_and_does_nothing()
    {
        await using var fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            Redis = new RedisServerOptions { ConfigLines = ["cluster-enabled yes"] },
            Environment = new Dictionary<string, string?> { ["TESTNET"] = "false" },
        });
        fleet.Hold(1);
        var row = fleet.OpenPositions()[0];
        using var cluster = new Inline(fleet.Redis.Port);
        Assert.Equal("+OK", await cluster.Say("CLUSTER ADDSLOTSRANGE 0 16383"));
        await fleet.Until("the cluster to be up", async () => (await cluster.Say($"SET {RedisKeys.EssState} {RedisKeys.EssClear}")) == "+OK");
        Assert.StartsWith("$", await cluster.Say(
            $"XADD {RedisKeys.Plans} * plan_id 0000000000000001 symbol {row.Spec.Name} decision EXECUTE action FULL_CLOSE_PROPOSED"), StringComparison.Ordinal);
        Assert.Equal("+OK", await cluster.Say($$"""SET {{RedisKeys.Permit}}0000000000000001 '{"granted":true}'"""));

        const string line = "this server runs in cluster mode, and Redis Cluster is not supported";
        var nodes = RoleNames.All.Select(role => (Role: role, Node: fleet.StartNode(role.Name(), ["--roles", role.Name()]))).ToList();
        foreach (var (role, node) in nodes)
        {
            await fleet.Said(node, line);
            await fleet.Until($"{role.Name()} to say why it is not ready", async () => (await Ready(fleet, role)).Contains(line, StringComparison.Ordinal));
        }

        foreach (var (_, node) in nodes)
        {
            Assert.Equal(1, node.Lines.Count(said => said.Contains("Redis cannot be used: ", StringComparison.Ordinal)));
            Assert.DoesNotContain(node.Lines, said => said.Contains("CROSSSLOT", StringComparison.Ordinal));
        }

        Assert.Empty(fleet.Orders());
        Assert.Equal(":1", await cluster.Say($"XLEN {RedisKeys.Plans}"));
        Assert.Equal(":0", await cluster.Say($"EXISTS {RedisKeys.PlanResults}"));
        Assert.Equal(":0", await cluster.Say($"EXISTS {RedisKeys.PlanTaken}0000000000000001"));
    }

    private static async Task<string> Ready(TraderFleet fleet, Role role)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{fleet.Ports[role]}/health/ready"));
        return response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
    }

    /// <summary>Commands as lines of text, which every Redis understands: our own client refuses this server.</summary>
    private sealed class Inline : IDisposable
    {
        private readonly TcpClient client;
        private readonly StreamReader reader;

        public Inline(int port)
        {
            client = new TcpClient("127.0.0.1", port);
            reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        }

        /// <summary>The first line of the answer; a text's own line is read and left out.</summary>
        public async Task<string> Say(string command)
        {
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"));
            var answer = await reader.ReadLineAsync() ?? "";
            if (answer.StartsWith('$') && answer != "$-1")
            {
                await reader.ReadLineAsync();
            }

            return answer;
        }

        public void Dispose()
        {
            reader.Dispose();
            client.Dispose();
        }
    }
}

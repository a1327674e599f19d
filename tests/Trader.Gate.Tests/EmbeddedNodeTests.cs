using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Trader.Gate.Embedded;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.PaperExchange.Engine;
using Trader.Testing;
using Xunit;

namespace Trader.Gate.Tests;

/// <summary>The plan chain inside this process, against a real Redis and the paper exchange.</summary>
public sealed class EmbeddedNodeTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("trader-embedded-").FullName;
    private readonly MemoryStream log = new();
    private RedisServer redis = null!;
    private RedisConsole console = null!;
    private PaperExchangeServer exchange = null!;
    private string config = "";

    public async Task InitializeAsync()
    {
        redis = await RedisServer.Start();
        console = RedisConsole.Open(redis.Url);
        exchange = await PaperExchangeServer.StartAsync(new PaperOptions { Symbols = 5 });
        Assert.True(exchange.Engine.SetPosition("SOLUSDT", Trader.PaperExchange.Engine.PositionSide.Both, 2m));
        config = Path.Combine(folder, "overlay.hocon");
        var ports = new[] { "apply-layer", "governor", "position-state" }
            .Select(role => $"trader.roles.{role}.port = {FreePort().ToString(CultureInfo.InvariantCulture)}");
        // What is tried here is the door; the cooldown of P3.3 has its own tests.
        await File.WriteAllLinesAsync(config, [.. ports, "trader.position-state.cooldown = 0s"]);
    }

    public async Task DisposeAsync()
    {
        await console.DisposeAsync();
        await exchange.DisposeAsync();
        await redis.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("rule", "S6")]
    [Trait("rule", "S8")]
    public async Task S6_a_strategy_that_hosts_the_gate_gets_the_verdicts_of_both_permits_the_switch_and_its_own_last_life()
    {
        var half = OrderIntent.Of(IntentId.Of("s", "half"), Symbol.Parse("SOLUSDT"), IntentAction.Close50, null);
        await using (var node = await Start())
        {
            await Ready(node);
            var sold = Assert.IsType<GateVerdict.Decided>(await Final(node.Gate, half));
            Assert.Equal((true, 1m, ""), (sold.Executed, sold.Filled, sold.Error));
            Assert.Equal(sold.Result.AtMs, Assert.IsType<GateVerdict.Decided>(await node.Gate.SubmitAsync(half)).Result.AtMs);

            await console.Text("SET", RedisKeys.KillSwitch, "true");
            Assert.Equal("kill_switch_active", (await Final(node.Gate, OrderIntent.Close(IntentId.Of("s", "rest"), half.Symbol))).Error);
            await console.Text("SET", RedisKeys.KillSwitch, "false");
            // Nobody minds positions here, so nothing is opened.
            var open = OrderIntent.Open(IntentId.Of("s", "open"), half.Symbol, Trader.Messages.OrderSide.Buy, 1m) with { Price = 150m, KillScore = 0.1m };
            Assert.False((await Final(node.Gate, open)).Executed);
        }

        await using (var node = await Start())
        {
            Assert.True((await Final(node.Gate, half)).Executed);
            Assert.True((await node.Gate.VerdictAsync(half.Id.Plan)).Executed);
            Assert.IsType<GateVerdict.ContentChanged>(
                await node.Gate.SubmitAsync(OrderIntent.Close(half.Id, half.Symbol)));
            Assert.IsType<GateVerdict.NotKnown>(await node.Gate.VerdictAsync(IntentId.Of("s", "never").Plan));
        }

        Assert.Single(exchange.Ledger.Read(0), entry => entry.Kind == LedgerKind.Order);
        Assert.Equal("3", await console.Text("XLEN", RedisKeys.Plans));
    }

    [Fact]
    [Trait("rule", "S1")]
    public async Task S1_without_Redis_nothing_is_submitted_and_nothing_is_guessed()
    {
        await using var node = await Start();
        await Ready(node);
        await redis.Kill();
        await Eventually.Come("Redis to be missed", () =>
            Task.FromResult(node.NotReady(Role.ApplyLayer).Any(why => why.Contains("Redis", StringComparison.Ordinal)) ? "missed" : null));
        var close = OrderIntent.Close(IntentId.Of("s", "1"), Symbol.Parse("SOLUSDT"));

        Assert.Equal(
            NotSubmittedReason.RedisUnavailable, Assert.IsType<GateVerdict.NotSubmitted>(await node.Gate.SubmitAsync(close)).Reason);
        Assert.IsType<GateVerdict.Pending>(await node.Gate.VerdictAsync(close.Id.Plan));
        await redis.Restart();
        await Ready(node);
        Assert.True((await Final(node.Gate, close)).Executed);
    }

    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_a_strategy_hosts_no_guard_and_wrong_settings_start_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Start(Role.ApplyLayer, Role.ExitBrain));
        await Assert.ThrowsAsync<InvalidDataException>(() => Start(Role.Governor));
        await File.AppendAllTextAsync(config, "\ntrader.intents.max-in-hand = 1\n");
        var wrong = await Assert.ThrowsAsync<InvalidDataException>(() => Start());

        Assert.Contains("trader.intents.max-in-hand", wrong.Message, StringComparison.Ordinal);
    }

    private Task<EmbeddedNode> Start(params Role[] roles)
    {
        var options = new EmbeddedNodeOptions
        {
            Config = config,
            NodeName = "strategy",
            Log = Stream.Synchronized(log),
            Wait = TimeSpan.FromSeconds(5),
            Environment = new Dictionary<string, string>
            {
                ["REDIS_URL"] = redis.Url,
                ["BINANCE_BASE_URL"] = exchange.BaseAddress.ToString().TrimEnd('/'),
                ["BINANCE_TESTNET"] = "true",
                ["BINANCE_API_KEY"] = exchange.Key,
                ["BINANCE_API_SECRET"] = exchange.Secret,
                ["TRADER_STATE_DIR"] = Path.Combine(folder, "state"),
                ["QUANTUM_ETC_DIR"] = Path.Combine(folder, "etc"),
                ["QUANTUM_RUN_DIR"] = Path.Combine(folder, "run"),
            },
        };
        return EmbeddedNode.StartAsync(roles.Length == 0 ? options : options with { Roles = roles });
    }

    private static async Task Ready(EmbeddedNode node)
    {
        foreach (var role in new[] { Role.ApplyLayer, Role.Governor, Role.PositionState })
        {
            await Eventually.Come($"{role} to be ready", () => Task.FromResult(node.NotReady(role).Count == 0 ? "ready" : null));
        }
    }

    /// <summary>As a strategy does it: until it is final.</summary>
    private async Task<GateVerdict> Final(IOrderGate gate, OrderIntent intent)
    {
        try
        {
            return await Eventually.Come($"a final verdict of {intent.Id}", async () =>
                await gate.SubmitAsync(intent) is { IsFinal: true } verdict ? verdict : null);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Encoding.UTF8.GetString(log.ToArray())}", e);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The sample as somebody runs it: a process of its own beside the whole system, with nothing but the gate's address and token.</summary>
public sealed class SampleStrategyScenarios : IAsyncLifetime
{
    private static readonly string[] Symbols = ["SOLUSDT", "XRPUSDT", "LINKUSDT", "LTCUSDT"];

    private TraderFleet Fleet { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            // Fifteen seconds between buying and selling are P3.3's scenarios' business; and a machine may be slow without being unsafe.
            Settings = "trader.position-state.cooldown = 0s, trader.apply-layer { permit-wait = 8s, brain-silence = 3s }",
        });
        var gate = Fleet.StartNode("gate", ["--roles", "apply-layer"]);
        Fleet.StartNode("gov", ["--roles", "governor"]);
        Fleet.StartNode("p33", ["--roles", "position-state"]);
        Fleet.StartWorker();
        Fleet.StartWatchdog();
        Fleet.StartBrain();
        await Fleet.Said(gate, "PRODUCTION MODE");
        await Fleet.Until("entries to be open", async () =>
            await Fleet.Console.Text("EXISTS", RedisKeys.EntriesGate, RedisKeys.EssState) == "2"
            && await Fleet.Console.Text("GET", RedisKeys.EntriesGate) == "open" && await Fleet.Console.Text("GET", RedisKeys.EssState) == "clear");
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();

    [Fact]
    [Trait("rule", "S6")]
    public async Task S6_the_sample_buys_and_sells_through_the_gate_and_a_persons_switch_stops_it()
    {
        // On a loaded machine a heartbeat may be late just then, and an open is refused for it: that is the gate's duty, and another symbol's turn.
        var strategy = Start(Symbols[0]);
        var (symbol, tries) = (Symbols[0], 1);
        while (await Ended(strategy) != 0)
        {
            Assert.Contains(strategy.Lines, line => line.StartsWith("OpenLong", StringComparison.Ordinal) && line.Contains("refused: ", StringComparison.Ordinal));
            Assert.DoesNotContain(Fleet.Orders(), o => o.Symbol == symbol);
            Assert.True(tries < Symbols.Length, Fleet.Tails());
            symbol = Symbols[tries++];
            strategy = Start(symbol);
        }

        var orders = Fleet.Orders();
        var quantity = Fleet.Exchange.Engine.Symbols.Single(spec => spec.Name == symbol) is var spec
            ? spec.FloorToStep(decimal.Round(100 / spec.InitialPrice, 8)) : 0;
        Assert.Equal(2, orders.Count);
        Assert.All(orders, o => Assert.StartsWith("ap-", o.ClientOrderId, StringComparison.Ordinal));
        Assert.Equal((OrderSide.Buy, symbol, quantity), (orders[0].Side, orders[0].Symbol, orders[0].Quantity));
        Assert.Equal((OrderSide.Sell, symbol, quantity, "true"), (orders[1].Side, orders[1].Symbol, orders[1].Quantity, orders[1].Request!.ReduceOnly));
        Assert.Empty(Fleet.OpenPositions());
        // What it printed are the plans of the stream, each once, with both permits consumed.
        foreach (var plan in Plans(strategy))
        {
            Assert.Single(await Fleet.Console.Stream(RedisKeys.Plans), row => row["plan_id"] == plan);
            Assert.Equal("0", await Fleet.Console.Text("EXISTS", RedisKeys.Permit + plan, RedisKeys.PositionStatePermit + plan));
        }

        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "true");
        await Fleet.Until("a refusal by the switch", async () =>
        {
            // Not read in time counts as on and is said so; then it is asked again.
            var stopped = Start("ADAUSDT");
            Assert.Equal(1, await Ended(stopped));
            return stopped.Lines.Any(line => line.EndsWith("refused: kill_switch_active", StringComparison.Ordinal));
        });

        Assert.Equal(2, Fleet.Orders().Count);
    }

    private async Task<int> Ended(NodeProcess strategy)
    {
        await Fleet.Until("the sample to end", () => strategy.HasExited, TimeSpan.FromSeconds(90));
        return await strategy.End();
    }

    private static IEnumerable<string> Plans(NodeProcess strategy) => strategy.Lines
        .Where(line => line.EndsWith("executed", StringComparison.Ordinal)).Select(line => Regex.Match(line, "plan ([0-9a-f]{16})").Groups[1].Value);

    private NodeProcess Start(string symbol) => Fleet.StartProgram(
        "samples/DipBuyer", [symbol, "0.2"],
        new Dictionary<string, string?>
        {
            ["TRADER_GATE_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Fleet.Ports[Role.ApplyLayer]}"),
        });
}

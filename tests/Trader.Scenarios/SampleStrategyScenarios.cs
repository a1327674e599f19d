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
    private TraderFleet Fleet { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            // Fifteen seconds between buying and selling are P3.3's scenarios' business.
            Settings = "trader.position-state.cooldown = 0s",
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
        var strategy = Start("SOLUSDT");
        await Fleet.Said(strategy, "OpenLong SOLUSDT");
        await Fleet.Until("the sample to end", () => strategy.HasExited);

        Assert.True(strategy.ExitCode == 0, Fleet.Tails());
        var orders = Fleet.Orders();
        Assert.Equal(2, orders.Count);
        Assert.All(orders, o => Assert.StartsWith("ap-", o.ClientOrderId, StringComparison.Ordinal));
        Assert.Equal((OrderSide.Buy, "SOLUSDT", 0.66m), (orders[0].Side, orders[0].Symbol, orders[0].Quantity));
        Assert.Equal((OrderSide.Sell, "SOLUSDT", 0.66m, "true"), (orders[1].Side, orders[1].Symbol, orders[1].Quantity, orders[1].Request!.ReduceOnly));
        Assert.Empty(Fleet.OpenPositions());
        // What it printed are the plans of the stream, each once, with both permits consumed.
        foreach (var plan in Plans(strategy))
        {
            Assert.Single(await Fleet.Console.Stream(RedisKeys.Plans), row => row["plan_id"] == plan);
            Assert.Equal("0", await Fleet.Console.Text("EXISTS", RedisKeys.Permit + plan, RedisKeys.PositionStatePermit + plan));
        }

        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "true");
        var stopped = Start("ADAUSDT");
        await Fleet.Until("the stopped sample to end", () => stopped.HasExited);

        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains(stopped.Lines, line => line.EndsWith("refused: kill_switch_active", StringComparison.Ordinal));
        Assert.Equal(2, Fleet.Orders().Count);
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

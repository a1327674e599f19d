using Trader.Messages;
using Trader.PaperExchange;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios;

/// <summary>The whole chain as six processes: an exit the brain decides becomes a plan, two permits, one reducing order, and no panic.</summary>
public sealed class ExitThroughGateScenarios : IAsyncLifetime
{
    private TraderFleet Fleet { get; set; } = null!;

    private NodeProcess Brain { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(new FleetOptions
        {
            Paper = new PaperOptions { Symbols = 20, WarmUp = true },
            Settings = "trader.exit-brain.exits-refused = 6s",
        });
        var gate = Fleet.StartNode("gate", ["--roles", "apply-layer"]);
        Fleet.StartNode("gov", ["--roles", "governor"]);
        Fleet.StartNode("p33", ["--roles", "position-state"]);
        Fleet.StartWorker();
        Fleet.StartWatchdog();
        Brain = Fleet.StartBrain();
        await Fleet.Said(gate, "PRODUCTION MODE");
        await Fleet.Until("the gate to entries to be open", async () =>
            await Fleet.Console.Text("EXISTS", RedisKeys.EntriesGate) == "1" && await Fleet.Console.Text("GET", RedisKeys.EntriesGate) == "open");
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();

    [Fact]
    [Trait("rule", "S6")]
    [Trait("covers", "A2,A45")]
    public async Task S6_a_stop_loss_leaves_through_the_gate_and_nothing_panics()
    {
        var name = Lose();
        await Fleet.Until("the position to be closed", () => Fleet.OpenPositions().Count == 0);

        var order = Assert.Single(Fleet.Orders());
        Assert.Equal((name, "true"), (order.Symbol, order.Request!.ReduceOnly));
        Assert.StartsWith("ap-", order.ClientOrderId, StringComparison.Ordinal);
        Assert.Equal("0", await Fleet.Console.Text("XLEN", RedisKeys.PanicClose));
        await Fleet.Until("the result", async () =>
            (await Fleet.Console.Stream(RedisKeys.PlanResults)).Any(row => row["executed"] == "True" && row["symbol"] == name));
    }

    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_exits_that_are_refused_on_end_end_in_a_panic_and_a_persons_switch_does_not()
    {
        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "true");
        var name = Lose();
        await Fleet.Until("several refusals by the switch", async () =>
            (await Fleet.Console.Stream(RedisKeys.PlanResults)).Count(row => row["error"] == "kill_switch_active") >= 4);
        Assert.DoesNotContain(Brain.Lines, line => line.Contains("DEGRADED: exits refused", StringComparison.Ordinal));
        Assert.Equal("0", await Fleet.Console.Text("XLEN", RedisKeys.PanicClose));

        // A hold that nobody takes away: P3.3 denies from now on.
        await Fleet.Console.Text("SET", RedisKeys.ReconcileHold + name, "1");
        await Fleet.Console.Text("SET", RedisKeys.KillSwitch, "false");
        await Fleet.Said(Brain, "DEGRADED: exits refused: " + name);
        await Fleet.Until("everything to be closed by the worker", () => Fleet.OpenPositions().Count == 0);
        Assert.All(Fleet.Orders(), o => Assert.StartsWith("pc-", o.ClientOrderId, StringComparison.Ordinal));
    }

    /// <summary>A long position 20 percent under water: beyond every stop loss.</summary>
    private string Lose()
    {
        var engine = Fleet.Exchange.Engine;
        var spec = engine.Symbols[0];
        var size = Math.Max(spec.MinQuantity, spec.FloorToStep(200m / spec.InitialPrice));
        Assert.True(engine.SetPosition(spec.Name, Side.Both, size, spec.InitialPrice * 1.2m));
        return spec.Name;
    }
}

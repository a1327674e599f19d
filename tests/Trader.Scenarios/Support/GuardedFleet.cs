using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios.Support;

/// <summary>
/// Brain, watchdog and worker as three processes, shared by the scenarios of one class. <see cref="Arm"/> brings it from
/// whatever a scenario left behind to the state in which the next one begins.
/// </summary>
public class GuardedFleet : IAsyncLifetime
{
    private const string OftenSaid = "trader.watchdog.status-every = 1s";

    public TraderFleet Fleet { get; private set; } = null!;

    public NodeProcess Brain { get; set; } = null!;

    public NodeProcess Watchdog { get; set; } = null!;

    public NodeProcess Worker { get; set; } = null!;

    protected virtual FleetOptions Options => new()
    {
        Paper = new PaperOptions { Symbols = 60, WarmUp = true },
        Settings = OftenSaid,
    };

    public async Task InitializeAsync()
    {
        Fleet = await TraderFleet.Start(Options);
        Worker = Fleet.StartWorker();
        Watchdog = Fleet.StartWatchdog();
        Brain = Fleet.StartBrain();
    }

    public async Task DisposeAsync() => await Fleet.DisposeAsync();

    /// <summary>
    /// All three alive, linked and armed, nothing halted, this many positions open and the brain knows them. The halt is
    /// cleared and the brain started in the runbook's order.
    /// </summary>
    internal async Task<Marks> Arm(int positions)
    {
        Fleet.Exchange.Faults.Clear();
        Fleet.Exchange.LatencyMs = 0;
        Fleet.Hold(positions);
        await Fleet.Console.Do("DEL", RedisKeys.TradingState);
        Worker = Worker.HasExited ? Fleet.StartWorker() : Worker;
        Watchdog = Watchdog.HasExited ? Fleet.StartWatchdog() : Watchdog;
        Brain = Brain.HasExited ? Fleet.StartBrain() : Brain;
        await Armed(positions);
        return await Marks.Take(Fleet);
    }

    internal async Task Armed(int positions)
    {
        await Fleet.Until("the worker to be ready", async () =>
            await Fleet.Get(Role.PanicClose, "/health/live") is { } answer && !answer.StartsWith("no answer", StringComparison.Ordinal)
            && (await Fleet.Get(Role.PanicClose, "/metrics")).Contains("\ntrader_panic_close_ready 1", StringComparison.Ordinal));
        // New heartbeats only: what the last scenario's brain left behind proves nothing about this one's.
        var after = await Fleet.Console.LastId(RedisKeys.Heartbeat);
        await Fleet.Until($"heartbeats with {positions} positions and an open gate", async () =>
            await Fleet.Heartbeats(after) is [_, .., var beat] && beat["status"] == "ALIVE"
            && beat.Count("active_positions") == positions && Fleet.NowMs() - beat.Ms < 2000
            && await Fleet.Console.Text("GET", RedisKeys.EntriesGate) == "open");
        await Fleet.Until("the watchdog to be linked and armed", async () =>
            await Fleet.Get(Role.Watchdog, "/metrics") is { } metrics
            && metrics.Contains("trader_link_up{peer=\"exit-brain\"} 1", StringComparison.Ordinal)
            && metrics.Contains("trader_link_up{peer=\"panic-close\"} 1", StringComparison.Ordinal)
            && metrics.Contains("trader_watchdog_armed 1", StringComparison.Ordinal));
        var mark = Watchdog.Mark;
        await Fleet.Said(Watchdog, $"status=ALIVE, positions={positions}", mark);
    }
}

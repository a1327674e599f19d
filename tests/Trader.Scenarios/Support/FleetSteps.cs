using System.Globalization;
using Trader.Hosting.Configuration;
using Trader.Messages;
using Trader.PaperExchange.Engine;
using Trader.Testing;
using Xunit;

namespace Trader.Scenarios.Support;

/// <summary>What operators and scenarios do to a fleet, each step waiting for its effect.</summary>
internal static class FleetSteps
{
    private const decimal Notional = 200m;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Closes whatever is open and opens this many positions, long and short by turns.</summary>
    public static void Hold(this TraderFleet fleet, int positions)
    {
        var engine = fleet.Exchange.Engine;
        foreach (var row in fleet.OpenPositions())
        {
            Assert.True(engine.SetPosition(row.Spec.Name, row.Side, 0));
        }

        foreach (var (spec, i) in engine.Symbols.Take(positions).Select((spec, i) => (spec, i)))
        {
            var size = Math.Max(spec.MinQuantity, spec.FloorToStep(Notional / spec.InitialPrice));
            var side = !engine.IsHedge ? Side.Both : i % 2 == 0 ? Side.Long : Side.Short;
            Assert.True(engine.SetPosition(spec.Name, side, i % 2 == 0 ? size : -size));
        }
    }

    /// <summary>Waits until the worker is ready by its own words.</summary>
    public static Task Listens(this TraderFleet fleet, NodeProcess worker, int mark = 0) =>
        fleet.Said(worker, "Listening for panic_close events...", mark);

    /// <summary>A trigger as ops types it; its event id.</summary>
    public static async Task<string> OrderPanic(this TraderFleet fleet, string? eventId = null)
    {
        var id = eventId ?? Guid.NewGuid().ToString();
        await fleet.Console.Add(RedisKeys.PanicClose, Trigger(id, fleet.NowMs()));
        return id;
    }

    public static (string, string)[] Trigger(string eventId, long tsMs, string issuedBy = "ops") =>
    [
        ("event_id", eventId), ("reason", "SCENARIO"), ("severity", "CRITICAL"), ("issued_by", issuedBy),
        ("ts", tsMs.ToString(CultureInfo.InvariantCulture)),
    ];

    public static long NowMs(this TraderFleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    }

    public static async Task<bool> IsHalted(this TraderFleet fleet) =>
        (await fleet.Console.Hash(RedisKeys.TradingState)).GetValueOrDefault("halted") == "true";

    /// <summary>Entries that were read and not acknowledged.</summary>
    public static async Task<long> Pending(this TraderFleet fleet)
    {
        var summary = await fleet.Console.Do("XPENDING", RedisKeys.PanicClose, RedisKeys.PanicGroup);
        return summary.Items[0].TryInteger(out var count) ? count : throw new InvalidOperationException("XPENDING");
    }

    /// <summary>Waits until the group exists and has acknowledged everything it has read.</summary>
    public static Task NothingPending(this TraderFleet fleet) => fleet.Until("XPENDING to be 0", async () =>
        await fleet.Console.Text("EXISTS", RedisKeys.PanicClose) == "1"
        && (await fleet.Console.Text("XINFO", "GROUPS", RedisKeys.PanicClose)).Contains(RedisKeys.PanicGroup, StringComparison.Ordinal)
        && await fleet.Pending() == 0);

    public static Task Flat(this TraderFleet fleet) =>
        fleet.Until("the exchange to show no position", () => fleet.OpenPositions().Count == 0);

    public static async Task<string> Get(this TraderFleet fleet, Role role, string path)
    {
        try
        {
            return await Http.GetStringAsync(new Uri($"http://127.0.0.1:{fleet.Ports[role]}{path}"));
        }
        catch (HttpRequestException e)
        {
            return $"no answer: {e.HttpRequestError}";
        }
    }

    /// <summary>The exit brain's newest heartbeats, oldest first.</summary>
    public static Task<IReadOnlyList<StreamRow>> Heartbeats(this TraderFleet fleet, string after = "0-0") =>
        fleet.Console.Stream(RedisKeys.Heartbeat, after);

    /// <summary>Waits for so many heartbeats from now on: time passes by events, not by a sleep.</summary>
    public static async Task Beats(this TraderFleet fleet, int count)
    {
        var after = await fleet.Console.LastId(RedisKeys.Heartbeat);
        await fleet.Until($"{count} more heartbeats", async () => (await fleet.Heartbeats(after)).Count >= count);
    }

    /// <summary>These texts stand in these lines, in this order, other lines between them or not.</summary>
    public static void InOrder(IEnumerable<string> lines, params string[] texts)
    {
        var all = lines.ToList();
        var at = 0;
        foreach (var text in texts)
        {
            var found = all.FindIndex(at, line => line.Contains(text, StringComparison.Ordinal));
            Assert.True(found >= 0, $"'{text}' does not follow in:\n{string.Join('\n', all)}");
            at = found + 1;
        }
    }

    /// <summary>Each position that stood open got exactly one order: MARKET, reducing, opposite side, full size (E14).</summary>
    public static void OneReducingOrderEach(IReadOnlyList<LedgerEntry> orders, IReadOnlyList<PositionRow> stood)
    {
        Assert.Equal(stood.Count, orders.Count);
        foreach (var row in stood)
        {
            var order = Assert.Single(orders, o => o.Symbol == row.Spec.Name && o.PositionSide == row.Side);
            Assert.Equal("MARKET", order.Request!.Type);
            Assert.Equal(row.State.Amount > 0 ? OrderSide.Sell : OrderSide.Buy, order.Side);
            Assert.Equal(Math.Abs(row.State.Amount), order.Quantity);
            if (row.Side == Side.Both)
            {
                Assert.Equal("true", order.Request.ReduceOnly);
            }
        }
    }
}

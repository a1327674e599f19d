using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Watchdog;
using Trader.Messages;

namespace Trader.Actors.Tests;

/// <summary>The documented figures and small makers of facts.</summary>
internal static class Documented
{
    public const string BrainId = "exit_brain_main";

    public static readonly WatchdogSettings Watchdog = new(
        BrainId, Seconds(5), Seconds(5), Seconds(30), Seconds(3), Ms(50), Seconds(30), Seconds(10), 3, Seconds(1), Ms(100));

    public static readonly PanicCloseSettings PanicClose = new(
        "eew_test", Seconds(60), Seconds(5), Seconds(10), Ms(100), Ms(100), Seconds(10), Ms(250), 3, Seconds(1), Seconds(5));

    public static readonly ExitRuleSettings NoExits = new(null, null, null, null, null, null);

    public static readonly ExitBrainSettings Brain = new(
        BrainId, Seconds(1), Ms(500), Ms(500), Seconds(3), Seconds(5), NoExits, Seconds(10), Seconds(20));

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    public static Heartbeat Beat(
        long ts, int positions = 0, BrainStatus status = BrainStatus.Alive, long? decided = null, string? service = BrainId) =>
        new(service, status, positions, decided, 12, 0, ts);

    public static Position Pos(
        string symbol, decimal amount, decimal mark = 100m, decimal entry = 100m, decimal liquidation = 0m,
        PositionSide side = PositionSide.Both) =>
        new(new PositionKey(Symbol.Parse(symbol), side), amount, entry, mark, liquidation, 0m);

    public static PanicTrigger Trigger(string id = "e1", long ts = 1_000_000_000_000) =>
        new(Event(id), "TEST", PanicIssuer.Ops, ts);

    public static EventId Event(string id) =>
        EventId.TryParse(id, out var parsed) ? parsed : throw new ArgumentException("bad id", nameof(id));

    public static ExchangeProtocol.PositionsRead Read(params Position[] positions) => new(1, positions, []);
}

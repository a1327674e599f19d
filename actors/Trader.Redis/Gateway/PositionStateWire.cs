using System.Globalization;
using Trader.Messages;

namespace Trader.Redis.Gateway;

/// <summary>Fields of the position state brain's keys (apply-layer contract 1.2, 3.7), and Redis' answers about them.</summary>
internal static class PositionStateWire
{
    /// <summary>Keys of one symbol's facts, in the order the script wants them.</summary>
    public static IEnumerable<string> FactKeys(Symbol symbol) =>
    [
        RedisKeys.PositionLedger + symbol, RedisKeys.PositionLedgerCopy + symbol, RedisKeys.ReconcileHold + symbol,
        RedisKeys.LastExecution + symbol, RedisKeys.ReconcileState + symbol,
    ];

    public static object? ReadLedgers(RespValue value, RedisProtocol.ReadLedgers ask)
    {
        var items = value.Items;
        if (items.Length != ask.Symbols.Count + 1 || !items[0].TryInteger(out var now))
        {
            return null;
        }

        var ledgers = new Dictionary<Symbol, LedgerFacts>(ask.Symbols.Count);
        for (var i = 0; i < ask.Symbols.Count; i++)
        {
            var row = items[i + 1].Items;
            if (row.Length != 8 || !row[0].TryText(out var trouble) || !row[5].TryInteger(out var held))
            {
                return null;
            }

            ledgers[ask.Symbols[i]] = new LedgerFacts(
                Text(row[1]), Text(row[3]), Text(row[2]), held != 0, Latest(Ms(row[6], 1), Ms(row[4], 1000)), Ms(row[7], 1), trouble);
        }

        return new RedisProtocol.LedgersRead(ask.ReadId, now, ledgers);
    }

    public static object? ReadFill(RespValue value, RedisProtocol.EnterFill command)
    {
        if (value.Items.Length != 2 || !value.Items[0].TryText(out var word) || !value.Items[1].TryText(out var current))
        {
            return null;
        }

        FillVerdict? verdict = word switch
        {
            "applied" => FillVerdict.Applied,
            "known" => FillVerdict.Known,
            "changed" => FillVerdict.Changed,
            "none" => FillVerdict.NoLedger,
            "old" => FillVerdict.TooOld,
            _ => null,
        };
        return verdict is { } known
            ? new RedisProtocol.FillEntered(command, known, current.Length == 0 ? null : current)
            : null;
    }

    public static object? ReadMismatch(RespValue value) =>
        new RedisProtocol.MismatchRead(LedgerFacts.TryAmount(Text(value), out var seconds) && seconds >= 0 ? seconds : null);

    /// <summary>What was last executed, for readers of the ledger's copy.</summary>
    public static string[] CopyFields(RedisProtocol.EnterFill enter, long entryMs)
    {
        var (seconds, after) = (Whole(entryMs / 1000), enter.After ?? 0);
        return
        [
            "last_known_amt", LedgerFacts.Plain(after), "ledger_amt", LedgerFacts.Plain(after),
            "last_side", Side(after), "ledger_side", Side(after), "last_order_id", enter.Fill.OrderId,
            "last_result_plan_id", enter.PlanId, "last_executed_qty", LedgerFacts.Plain(enter.Fill.Quantity),
            "updated_at", seconds, "ts_epoch", seconds, "source", "position_state_brain",
        ];
    }

    public static string[] SnapshotFields(PositionPublication p) =>
    [
        "position_amt", LedgerFacts.Plain(p.Amount), "side", p.Amount == 0 ? "NONE" : Side(p.Amount),
        "entry_price", LedgerFacts.Plain(p.EntryPrice), "mark_price", LedgerFacts.Plain(p.MarkPrice),
        "unrealized_pnl", LedgerFacts.Plain(p.UnrealizedProfit), "ts_epoch", Whole(p.AtMs / 1000), "source", p.Source,
    ];

    public static string[] StateFields(PositionPublication p) =>
    [
        "symbol", p.Symbol.Value, "position_amt", LedgerFacts.Plain(p.Amount), "side", Side(p.Amount),
        "quantity", LedgerFacts.Plain(Math.Abs(p.Amount)), "entry_price", LedgerFacts.Plain(p.EntryPrice),
        "mark_price", LedgerFacts.Plain(p.MarkPrice), "current_price", LedgerFacts.Plain(p.MarkPrice),
        "unrealized_pnl", LedgerFacts.Plain(p.UnrealizedProfit), "ts_epoch", Whole(p.AtMs / 1000), "source", "position_state_brain",
    ];

    public static string[] ReconcileFields(PositionPublication p)
    {
        var difference = p.Amount - (p.Ledger ?? 0);
        var largest = Math.Max(Math.Max(Math.Abs(p.Amount), Math.Abs(p.Ledger ?? 0)), 0.0001m);
        List<string> fields =
        [
            "status", p.Status, "reason", p.Reason, "exchange_amt", LedgerFacts.Plain(p.Amount),
            "ledger_amt", p.Ledger is { } ledger ? LedgerFacts.Plain(ledger) : "",
            "diff_amt", p.Ledger is null ? "" : LedgerFacts.Plain(Math.Abs(difference)),
            "diff_pct", p.Ledger is null ? "" : LedgerFacts.Plain(Math.Round(Math.Abs(difference) / largest * 100, 4)),
            "last_seen_ts", Whole(p.AtMs / 1000),
        ];
        if (p.DriftSinceMs is { } since)
        {
            fields.AddRange(["drift_since", Whole(since)]);
        }

        return [.. fields];
    }

    public static string[] EventFields(string name, Symbol symbol, string reason, long atMs, params string[] more) =>
        ["event", name, "symbol", symbol.Value, "reason", reason, .. more, "ts", Whole(atMs / 1000)];

    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Side(decimal amount) => amount > 0 ? "LONG" : amount < 0 ? "SHORT" : "FLAT";

    private static string? Text(RespValue value) => value.TryText(out var text) ? text : null;

    /// <summary>A number that a person or another service wrote; null when it is none.</summary>
    private static long? Ms(RespValue value, decimal factor) =>
        LedgerFacts.TryAmount(Text(value), out var number) && number > 0 && number < long.MaxValue / 1000m ? (long)(number * factor) : null;

    private static long? Latest(long? a, long? b) => a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);
}

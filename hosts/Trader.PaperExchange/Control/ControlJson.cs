using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Control;

/// <summary>The control surface's own shapes: decimals as texts, absent values as null.</summary>
internal static class ControlJson
{
    public static void WriteEntry(Utf8JsonWriter json, LedgerEntry entry)
    {
        var request = entry.Request;
        json.WriteStartObject();
        json.WriteNumber("sequence", entry.Sequence);
        json.WriteString("kind", Name(entry.Kind));
        json.WriteString("outcome", Name(entry.Outcome));
        WriteNumber(json, "receivedMs", request?.ReceivedMs);
        WriteNumber(json, "receivedUs", request?.ReceivedUs);
        json.WriteNumber("executedMs", entry.ExecutedMs);
        json.WriteNumber("executedUs", entry.ExecutedUs);
        json.WriteString("endpoint", request?.Endpoint);
        json.WriteString("symbol", entry.Symbol);
        json.WriteString("side", request?.Side ?? entry.Side?.Text());
        json.WriteString("type", request?.Type);
        json.WriteString("quantity", request is null ? entry.Quantity?.Plain() : request.Quantity);
        json.WriteString("reduceOnly", request?.ReduceOnly);
        json.WriteString("positionSide", request is null ? entry.PositionSide?.Text() : request.PositionSide);
        json.WriteString("clientOrderId", entry.ClientOrderId);
        WriteNumber(json, "orderId", entry.OrderId);
        json.WriteString("price", entry.Price?.Plain());
        json.WriteString("fee", entry.Fee?.Plain());
        json.WriteString("positionBefore", entry.PositionBefore?.Plain());
        json.WriteString("positionAfter", entry.PositionAfter?.Plain());
        json.WriteString("fault", request?.Fault);
        WriteNumber(json, "httpStatus", entry.HttpStatus);
        WriteNumber(json, "code", entry.Code);
        json.WriteEndObject();
    }

    public static void WriteSummary(Utf8JsonWriter json, Venue venue)
    {
        var engine = venue.Engine;
        var totals = engine.Ledger.Totals;
        var rows = engine.Positions().Where(row => row.State.Amount != 0).ToArray();
        json.WriteStartObject();
        json.WriteNumber("symbols", engine.Symbols.Count);
        json.WriteString("mode", engine.IsHedge ? "hedge" : "one-way");
        json.WriteNumber("latencyMs", venue.LatencyMs);
        json.WriteNumber("openPositions", rows.Length);
        json.WriteString("grossNotional", rows.Sum(row => Math.Abs(row.Notional)).Padded(8));
        json.WriteNumber("openOrders", engine.OpenOrders().Count);
        json.WriteNumber("orderRequests", totals.OrderRequests);
        json.WriteNumber("ordersAccepted", totals.OrdersAccepted);
        json.WriteNumber("ordersRefused", totals.OrdersRefused);
        json.WriteNumber("ordersNotExecuted", totals.OrdersNotExecuted);
        json.WriteNumber("cancels", totals.Cancels);
        json.WriteNumber("fills", totals.Fills);
        json.WriteNumber("increasingFills", totals.IncreasingFills);
        json.WriteNumber("flips", totals.Flips);
        json.WriteNumber("firstOrderReceivedMs", totals.FirstOrderReceivedMs);
        json.WriteNumber("firstOrderReceivedUs", totals.FirstOrderReceivedUs);
        json.WriteNumber("lastFillMs", totals.LastFillMs);
        json.WriteNumber("lastFillUs", totals.LastFillUs);
        json.WriteNumber("nowMs", engine.Clock.TrueNowMs);
        json.WriteNumber("nowUs", engine.Clock.MonotonicUs);
        json.WriteEndObject();
    }

    public static void WritePositions(Utf8JsonWriter json, PaperEngine engine)
    {
        json.WriteStartArray();
        foreach (var row in engine.Positions().Where(row => row.State.Amount != 0))
        {
            json.WriteStartObject();
            json.WriteString("symbol", row.Spec.Name);
            json.WriteString("side", row.Side.Text());
            json.WriteString("amount", row.State.Amount.Padded(row.Spec.QuantityPrecision));
            json.WriteString("entryPrice", row.State.EntryPrice.Plain());
            json.WriteString("markPrice", row.MarkPrice.Plain());
            json.WriteString("notional", row.Notional.Padded(8));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteOrders(Utf8JsonWriter json, PaperEngine engine)
    {
        json.WriteStartArray();
        foreach (var order in engine.OpenOrders())
        {
            json.WriteOrder(order, query: true);
        }
        json.WriteEndArray();
    }

    public static void WriteFaults(Utf8JsonWriter json, IReadOnlyList<FaultRule> rules)
    {
        json.WriteStartArray();
        foreach (var rule in rules)
        {
            WriteFault(json, rule);
        }
        json.WriteEndArray();
    }

    public static void WriteFault(Utf8JsonWriter json, FaultRule rule)
    {
        json.WriteStartObject();
        json.WriteNumber("id", rule.Id);
        json.WriteString("spec", rule.Spec.Text);
        json.WriteNumber("hits", rule.Hits);
        json.WriteBoolean("spent", rule.IsSpent);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Name(LedgerKind kind) => kind switch
    {
        LedgerKind.Order => "order",
        LedgerKind.Cancel => "cancel",
        LedgerKind.Fill => "fill",
        LedgerKind.Expire => "expire",
        LedgerKind.Adjust => "adjust",
        LedgerKind.Price => "price",
        LedgerKind.Mode => "mode",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Name(LedgerOutcome outcome) => outcome switch
    {
        LedgerOutcome.Accepted => "accepted",
        LedgerOutcome.Refused => "refused",
        LedgerOutcome.NotExecuted => "not-executed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}

using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;
using Trader.PaperExchange.Http;

namespace Trader.PaperExchange.Control;

/// <summary>The control calls, one line each in <see cref="Create"/>.</summary>
internal static class ControlRoutes
{
    public static Dictionary<(string Method, string Path), Func<Parameters, Reply>> Create(Venue venue) => new()
    {
        [("GET", "/paper/summary")] = _ => Reply.Write(json => ControlJson.WriteSummary(json, venue)),
        [("GET", "/paper/ledger")] = arguments => Ledger(venue, arguments),
        [("GET", "/paper/positions")] = _ => Reply.Write(json => ControlJson.WritePositions(json, venue.Engine)),
        [("POST", "/paper/positions")] = arguments => SetPosition(venue.Engine, arguments),
        [("POST", "/paper/price")] = arguments => SetPrice(venue.Engine, arguments),
        [("POST", "/paper/status")] = arguments => SetStatus(venue.Engine, arguments),
        [("GET", "/paper/orders")] = _ => Reply.Write(json => ControlJson.WriteOrders(json, venue.Engine)),
        [("POST", "/paper/orders")] = arguments => PlaceOrder(venue.Engine, arguments),
        [("POST", "/paper/orders/fill")] = arguments => FillOrder(venue.Engine, arguments),
        [("GET", "/paper/faults")] = _ => Reply.Write(json => ControlJson.WriteFaults(json, venue.Faults.Rules)),
        [("POST", "/paper/faults")] = arguments => AddFault(venue.Faults, arguments),
        [("DELETE", "/paper/faults")] = arguments => ClearFaults(venue.Faults, arguments),
        [("POST", "/paper/clock")] = arguments => SetClock(venue.Engine.Clock, arguments),
        [("POST", "/paper/mode")] = arguments => SetMode(venue.Engine, arguments),
        [("POST", "/paper/latency")] = arguments => SetLatency(venue, arguments),
    };

    private static Reply Ledger(Venue venue, Parameters arguments)
    {
        var entries = venue.Engine.Ledger.Read(
            arguments.Long("after") ?? 0, (int)Math.Clamp(arguments.Long("limit") ?? int.MaxValue, 0, int.MaxValue));
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            foreach (var entry in entries)
            {
                ControlJson.WriteEntry(json, entry);
            }
            json.WriteEndArray();
        });
    }

    private static Reply SetPosition(PaperEngine engine, Parameters arguments)
    {
        var side = Wire.ToPositionSide(arguments.NonEmpty("side") ?? "BOTH");
        if (arguments.NonEmpty("symbol") is not { } symbol || arguments.Decimal("amount") is not { } amount
            || side is null)
        {
            return ControlPipeline.Refuse("symbol, amount (signed) and side (BOTH, LONG or SHORT) are wanted");
        }
        return engine.SetPosition(symbol, side.Value, amount, arguments.Decimal("entryPrice"))
            ? Done()
            : ControlPipeline.Refuse("unknown symbol, or the side does not fit the position mode or the amount's sign");
    }

    private static Reply SetPrice(PaperEngine engine, Parameters arguments) =>
        arguments.NonEmpty("symbol") is { } symbol && arguments.Decimal("price") is { } price
            && engine.SetMarkPrice(symbol, price)
            ? Done()
            : ControlPipeline.Refuse("a known symbol and a price above 0 are wanted");

    private static Reply SetStatus(PaperEngine engine, Parameters arguments) =>
        arguments.NonEmpty("symbol") is { } symbol
        && Wire.ToSymbolStatus(arguments["status"] ?? "") is { } status
        && engine.SetStatus(symbol, status)
            ? Done()
            : ControlPipeline.Refuse("a known symbol and a status (TRADING, SETTLING, CLOSE) are wanted");

    private static Reply PlaceOrder(PaperEngine engine, Parameters arguments)
    {
        var (order, error) = OrderParser.Parse(arguments);
        if (order is null)
        {
            return Reply.Of(error ?? ApiError.Of(-1013));
        }
        var receipt = OrderHandlers.ToReceipt("paper", arguments, engine.Clock.TrueNowMs, engine.Clock.MonotonicUs);
        var outcome = engine.Place(order, receipt);
        return outcome.Error is { } refusal
            ? Reply.Of(refusal)
            : Reply.Write(json => OrderHandlers.WriteOutcome(json, order with { WantsResult = true }, outcome));
    }

    private static Reply FillOrder(PaperEngine engine, Parameters arguments) =>
        arguments.NonEmpty("symbol") is { } symbol
        && engine.FillResting(symbol, arguments.Long("orderId"), arguments.NonEmpty("clientOrderId"),
            arguments.Decimal("quantity"))
            ? Done()
            : ControlPipeline.Refuse(
                "symbol and orderId or clientOrderId of an open order are wanted, and perhaps a quantity");

    private static Reply AddFault(FaultBoard faults, Parameters arguments)
    {
        if (arguments.NonEmpty("spec") is not { } text)
        {
            return ControlPipeline.Refuse("spec is wanted, for example order:BTCUSDT:-1007-executed:count=1");
        }
        if (FaultSpec.Parse(text, out var error) is not { } spec)
        {
            return ControlPipeline.Refuse(error);
        }
        return faults.Add(spec) is { } rule
            ? Reply.Write(json => ControlJson.WriteFault(json, rule))
            : ControlPipeline.Refuse($"more than {FaultBoard.Capacity} faults");
    }

    private static Reply ClearFaults(FaultBoard faults, Parameters arguments)
    {
        var id = arguments.Long("id");
        var cleared = faults.Clear(id is null ? null : (int)id);
        return Reply.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("cleared", cleared);
            json.WriteEndObject();
        });
    }

    private static Reply SetClock(ServerClock clock, Parameters arguments)
    {
        if (arguments.Long("skewMs") is not { } skewMs)
        {
            return ControlPipeline.Refuse("skewMs is wanted, and perhaps driftPpm");
        }
        clock.Set(skewMs, arguments.Long("driftPpm") ?? 0);
        return Done();
    }

    private static Reply SetMode(PaperEngine engine, Parameters arguments)
    {
        if (arguments.Flag("hedge") is not { } hedge)
        {
            return ControlPipeline.Refuse("hedge (true or false) is wanted");
        }
        engine.ForceMode(hedge);
        return Done();
    }

    private static Reply SetLatency(Venue venue, Parameters arguments)
    {
        if (arguments.Decimal("ms") is not { } ms || ms is < 0 or > 600_000)
        {
            return ControlPipeline.Refuse("ms from 0 to 600000 is wanted");
        }
        venue.LatencyMs = (double)ms;
        return Done();
    }

    private static Reply Done() => Reply.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", true);
        json.WriteEndObject();
    });
}

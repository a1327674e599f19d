using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Http;

/// <summary>Placing, finding and cancelling orders.</summary>
internal sealed class OrderHandlers(Venue venue)
{
    private PaperEngine Engine => venue.Engine;

    public Reply Place(FapiCall call)
    {
        var (order, error) = OrderParser.Parse(call.Parameters);
        error ??= order is null ? null : Engine.Check(order);
        error ??= venue.Limiter.CountOrders(1, 1);
        error ??= CheckDeadline(call);
        if (order is null || error is not null)
        {
            var refusal = error ?? ApiError.Of(-1013);
            Engine.Ledger.AddStopped(LedgerKind.Order, LedgerOutcome.Refused, call.Receipt, refusal);
            return Reply.Of(refusal);
        }
        var outcome = Engine.Place(order, call.Receipt, call.Fault?.FillFraction ?? 1);
        return outcome.Error is { } refused
            ? Reply.Of(refused)
            : Reply.Write(json => WriteOutcome(json, order, outcome));
    }

    public Reply Query(FapiCall call) => Find(call, openOnly: false);

    public Reply OpenOrder(FapiCall call) => Find(call, openOnly: true);

    public Reply OpenOrders(FapiCall call)
    {
        var symbol = call.Parameters.NonEmpty("symbol");
        if (symbol is not null && !Engine.Knows(symbol))
        {
            return Reply.Of(ApiError.Of(-1121));
        }
        var orders = Engine.OpenOrders(symbol);
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            foreach (var order in orders)
            {
                json.WriteOrder(order, query: true);
            }
            json.WriteEndArray();
        });
    }

    public Reply Cancel(FapiCall call)
    {
        if (CheckIds(call.Parameters) is { } error)
        {
            return Stopped(LedgerKind.Cancel, call, error);
        }
        var parameters = call.Parameters;
        var cancelled = Engine.Cancel(
            parameters["symbol"] ?? "", parameters.Long("orderId"), parameters["origClientOrderId"], call.Receipt);
        return cancelled is null ? Reply.Of(ApiError.Of(-2011)) : Reply.Write(json => json.WriteOrder(cancelled));
    }

    public Reply CancelAll(FapiCall call)
    {
        if (CheckSymbol(call.Parameters) is { } error)
        {
            return Stopped(LedgerKind.Cancel, call, error);
        }
        Engine.CancelAll(call.Parameters["symbol"] ?? "", call.Receipt);
        return AllCancelled();
    }

    public Reply OpenAlgoOrders(FapiCall call) =>
        call.Parameters.NonEmpty("symbol") is { } symbol && !Engine.Knows(symbol)
            ? Reply.Of(ApiError.Of(-1121))
            : Reply.Write(json =>
            {
                json.WriteStartArray();
                json.WriteEndArray();
            });

    public Reply CancelAllAlgo(FapiCall call) =>
        CheckSymbol(call.Parameters) is { } error ? Stopped(LedgerKind.Cancel, call, error) : AllCancelled();

    /// <summary>How a request goes into the ledger: its texts, untouched.</summary>
    public static Receipt ToReceipt(string endpoint, Parameters parameters, long receivedMs, long receivedUs) => new()
    {
        Endpoint = endpoint,
        ReceivedMs = receivedMs,
        ReceivedUs = receivedUs,
        Symbol = parameters["symbol"],
        Side = parameters["side"],
        Type = parameters["type"],
        Quantity = parameters["quantity"],
        ReduceOnly = parameters["reduceOnly"],
        PositionSide = parameters["positionSide"],
        ClientOrderId = parameters["newClientOrderId"] ?? parameters["origClientOrderId"],
    };

    public static void WriteOutcome(Utf8JsonWriter json, OrderRequest request, PlaceOutcome outcome)
    {
        if (outcome.Error is { } error)
        {
            json.WriteError(error);
            return;
        }
        var shown = request.WantsResult ? outcome.Final : outcome.Accepted;
        json.WriteOrder(shown ?? throw new InvalidOperationException("an accepted order without an order"));
    }

    /// <summary>The engine checks the window again: a request that queued too long is refused there (-5028).</summary>
    public ApiError? CheckDeadline(FapiCall call) =>
        call.EngineDeadlineMs is { } deadline && Engine.Clock.NowMs > deadline
            && call.Fault?.Kind.Execution != FaultExecution.Late
            ? ApiError.Of(-5028)
            : null;

    public ApiError? CheckSymbol(Parameters parameters) =>
        parameters.NonEmpty("symbol") is not { } symbol ? ApiError.Missing("symbol")
        : Engine.Knows(symbol) ? null
        : ApiError.Of(-1121);

    private static Reply AllCancelled() => Reply.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", 200);
        json.WriteString("msg", "The operation of cancel all open order is done.");
        json.WriteEndObject();
    });

    private ApiError? CheckIds(Parameters parameters) => CheckSymbol(parameters)
        ?? (parameters.Long("orderId") is null && parameters.NonEmpty("origClientOrderId") is null
            ? ApiError.Missing("orderId")
            : null);

    private Reply Find(FapiCall call, bool openOnly)
    {
        if (CheckIds(call.Parameters) is { } error)
        {
            return Reply.Of(error);
        }
        var parameters = call.Parameters;
        var order = Engine.Find(
            parameters["symbol"] ?? "", parameters.Long("orderId"), parameters["origClientOrderId"]);
        return order is null || (openOnly && !order.IsOpen)
            ? Reply.Of(ApiError.Of(-2013))
            : Reply.Write(json => json.WriteOrder(order, query: true));
    }

    private Reply Stopped(LedgerKind kind, FapiCall call, ApiError error)
    {
        Engine.Ledger.AddStopped(kind, LedgerOutcome.Refused, call.Receipt, error);
        return Reply.Of(error);
    }
}

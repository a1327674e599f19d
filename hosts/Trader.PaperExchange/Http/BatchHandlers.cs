using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Faults;

namespace Trader.PaperExchange.Http;

/// <summary>Orders in batches: HTTP 200 with one result per element, in the order of the request.</summary>
internal sealed class BatchHandlers(Venue venue, OrderHandlers orders)
{
    /// <summary>Most orders in one batch.</summary>
    public const int MaxOrders = 5;

    /// <summary>Most cancels in one batch.</summary>
    public const int MaxCancels = 10;

    private PaperEngine Engine => venue.Engine;

    public Reply Place(FapiCall call)
    {
        var elements = ReadOrders(call.Parameters, out var error);
        error ??= venue.Limiter.CountOrders(MaxOrders, 1);
        error ??= orders.CheckDeadline(call);
        if (error is not null)
        {
            foreach (var receipt in Receipts(call))
            {
                Engine.Ledger.AddStopped(LedgerKind.Order, LedgerOutcome.Refused, receipt, error);
            }
            return Reply.Of(error);
        }
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            foreach (var element in elements)
            {
                PlaceElement(json, call, element);
            }
            json.WriteEndArray();
        });
    }

    public Reply Cancel(FapiCall call)
    {
        var parameters = call.Parameters;
        var error = orders.CheckSymbol(parameters);
        // Documented with capitals, sent in lower case by one widespread client.
        var ids = ReadList(parameters["orderIdList"] ?? parameters["orderidlist"]);
        var clientIds = ReadList(parameters["origClientOrderIdList"] ?? parameters["origclientorderidlist"]);
        error ??= ids is null && clientIds is null ? ApiError.Missing("orderIdList")
            : (ids ?? clientIds)?.Count is 0 or > MaxCancels ? ApiError.Of(-4082)
            : null;
        if (error is not null)
        {
            Engine.Ledger.AddStopped(LedgerKind.Cancel, LedgerOutcome.Refused, call.Receipt, error);
            return Reply.Of(error);
        }
        return Reply.Write(json =>
        {
            json.WriteStartArray();
            foreach (var id in ids ?? clientIds ?? [])
            {
                long? orderId = ids is null ? null : long.TryParse(id, out var number) ? number : -1;
                var clientId = ids is null ? id : null;
                var cancelled = Engine.Cancel(parameters["symbol"] ?? "", orderId, clientId, call.Receipt);
                if (cancelled is null)
                {
                    json.WriteError(ApiError.Of(-2011));
                }
                else
                {
                    json.WriteOrder(cancelled);
                }
            }
            json.WriteEndArray();
        });
    }

    /// <summary>One receipt per element, or the request's own when it cannot be read.</summary>
    public static IReadOnlyList<Receipt> Receipts(FapiCall call)
    {
        var elements = ReadOrders(call.Parameters, out _);
        return elements.Count == 0
            ? [call.Receipt]
            : elements.Select(element => ElementReceipt(call, element)).ToArray();
    }

    private void PlaceElement(Utf8JsonWriter json, FapiCall call, Parameters element)
    {
        var (order, error) = OrderParser.Parse(element);
        var reduces = order is not null && OrderRules.IsReducingForm(order.Side, order.PositionSide, order.ReduceOnly);
        var fault = venue.Faults.Take("order", element["symbol"], batchElement: true, reduces);
        var receipt = ElementReceipt(call, element);
        if (fault is not null)
        {
            receipt = receipt with { Fault = fault.Spec.Text, Answer = receipt.Answer ?? fault.Kind.Answer };
        }
        if (order is null || fault?.Kind.Execution == FaultExecution.Never)
        {
            var told = fault?.Kind.Answer ?? error ?? ApiError.Of(-1013);
            var outcome = order is null ? LedgerOutcome.Refused : LedgerOutcome.NotExecuted;
            Engine.Ledger.AddStopped(LedgerKind.Order, outcome, receipt, told);
            json.WriteError(told);
            return;
        }
        var result = Engine.Place(order, receipt, fault?.FillFraction ?? 1);
        if (fault?.Kind.Answer is { } lie)
        {
            json.WriteError(lie);
            return;
        }
        OrderHandlers.WriteOutcome(json, order, result);
    }

    private static Receipt ElementReceipt(FapiCall call, Parameters element) =>
        OrderHandlers.ToReceipt(call.Endpoint, element, call.Receipt.ReceivedMs, call.Receipt.ReceivedUs) with
        {
            Fault = call.Receipt.Fault,
            Answer = call.Receipt.Answer,
        };

    private static List<Parameters> ReadOrders(Parameters parameters, out ApiError? error)
    {
        var elements = new List<Parameters>();
        error = null;
        if (parameters.NonEmpty("batchOrders") is not { } text)
        {
            error = ApiError.Missing("batchOrders");
            return elements;
        }
        try
        {
            using var json = JsonDocument.Parse(text);
            elements.AddRange(json.RootElement.EnumerateArray().Select(element => new Parameters().AddJson(element)));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON that is not an array of objects.
            elements.Clear();
            error = ApiError.Invalid("batchOrders");
            return elements;
        }
        error = elements.Count is 0 or > MaxOrders ? ApiError.Of(-4082) : null;
        return elements;
    }

    private static List<string>? ReadList(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.EnumerateArray()
                .Select(element => element.ValueKind == JsonValueKind.String
                    ? element.GetString() ?? ""
                    : element.GetRawText())
                .ToList();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

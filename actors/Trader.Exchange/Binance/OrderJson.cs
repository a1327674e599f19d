using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <param name="State">How the order stands; never Refused or Unknown.</param>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="Executed">Base units.</param>
/// <param name="ClientId">The id that we gave it, as the exchange repeats it.</param>
public sealed record OrderState(CloseState State, string OrderId, decimal Executed, string ClientId);

/// <summary>Reads order objects: alone, in a batch answer, and as a list of which only the symbols matter.</summary>
internal static class OrderJson
{
    private static readonly ExchangeFault NotAnOrder =
        new(FaultKind.Unreadable, 0, "the answer is no order and no error");

    /// <summary>One order object, or the error object that stands in its place.</summary>
    public static Result<OrderState> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            var result = ReadObject(ref reader);
            reader.Read();
            return result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "order: the answer is not valid JSON");
        }
    }

    /// <summary>A batch answer: one element per order sent, in that order.</summary>
    public static Result<IReadOnlyList<Result<OrderState>>> ReadBatch(ReadOnlySpan<byte> json, int expected)
    {
        var answers = new List<Result<OrderState>>(expected);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return BinanceErrors.TryReadError(json, out var code, out var message)
                    ? BinanceErrors.Judge(200, code, message)
                    : NotAnOrder;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                answers.Add(ReadObject(ref reader));
            }

            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "batchOrders: the answer is not valid JSON");
        }

        return answers.Count == expected
            ? answers
            : new ExchangeFault(FaultKind.Unreadable, 0, $"batchOrders: {answers.Count} answers to {expected} orders");
    }

    /// <summary>The symbols that occur in a list of open orders. An order without a readable symbol makes the list
    /// unreadable.</summary>
    public static Result<IReadOnlySet<Symbol>> ReadSymbols(ReadOnlySpan<byte> json)
    {
        var symbols = new HashSet<Symbol>();
        var unreadable = new ExchangeFault(FaultKind.Unreadable, 0, "openOrders: not a list of orders");
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return unreadable;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject
                    || !Symbol.TryParse(ReadSymbol(ref reader), out var symbol))
                {
                    return unreadable;
                }

                symbols.Add(symbol);
            }

            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return unreadable;
        }

        return symbols;
    }

    private static string? ReadSymbol(ref Utf8JsonReader reader)
    {
        string? symbol = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
            {
                reader.Read();
                symbol = VenueJson.Text(ref reader);
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        return symbol;
    }

    private static Result<OrderState> ReadObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return NotAnOrder;
        }

        string? status = null, client = null, message = null;
        long? orderId = null, code = null;
        decimal? executed = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                status = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("orderId"u8))
            {
                reader.Read();
                orderId = VenueJson.TryLong(ref reader, out var id) ? id : null;
            }
            else if (reader.ValueTextEquals("executedQty"u8))
            {
                reader.Read();
                executed = VenueJson.TryDecimal(ref reader, out var quantity) && quantity >= 0 ? quantity : null;
            }
            else if (reader.ValueTextEquals("clientOrderId"u8))
            {
                reader.Read();
                client = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                code = VenueJson.TryLong(ref reader, out var number) ? number : null;
            }
            else if (reader.ValueTextEquals("msg"u8))
            {
                reader.Read();
                message = VenueJson.Text(ref reader);
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        if (code is < 0 and > int.MinValue)
        {
            return BinanceErrors.Judge(200, (int)code.Value, message ?? "");
        }

        return State(status) is { } state && orderId is not null && executed is not null
            ? new OrderState(state, $"{orderId}", executed.Value, client ?? "")
            : NotAnOrder;
    }

    /// <summary>Null for a word that is not in the documented list: then the order's fate is not known.</summary>
    private static CloseState? State(string? status) => status switch
    {
        "NEW" or "PARTIALLY_FILLED" => CloseState.Working,
        "FILLED" => CloseState.Filled,
        "CANCELED" or "REJECTED" or "EXPIRED" or "EXPIRED_IN_MATCH" => CloseState.Ended,
        _ => null,
    };
}

using System.Buffers;
using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>
/// The one place that turns an order into the exchange's words, so single, batch and approved ones cannot differ: a MARKET order that
/// answers with its final state, marked reduce-only in one-way mode and bound by position side in hedge mode, where the
/// flag itself is refused (-1106; S5).
/// </summary>
internal static class CloseOrderText
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    public static void AddForm(RequestText text, CloseOrder order) =>
        AddForm(text, order.Key, order.Side, order.Quantity, order.ReduceOnly, order.Id);

    /// <summary>An order from the gate, in the same words; an open in one-way mode carries neither flag nor leg.</summary>
    public static void AddForm(RequestText text, ApprovedOrder order) =>
        AddForm(text, order.Key, order.Side, order.Quantity, order.ReduceOnly, order.Id);

    /// <summary>The <c>batchOrders</c> parameter before percent-encoding. All values are JSON strings, as in the
    /// documented example.</summary>
    public static ReadOnlySpan<byte> BatchJson(IReadOnlyList<CloseOrder> orders)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * orders.Count);
        using var json = new Utf8JsonWriter(buffer, Unchecked);
        Span<byte> quantity = stackalloc byte[VenueDecimal.MaxPlainLength];
        json.WriteStartArray();
        foreach (var order in orders)
        {
            json.WriteStartObject();
            json.WriteString("symbol"u8, order.Symbol.Value);
            json.WriteString("side"u8, SideText(order.Side));
            json.WriteString("type"u8, "MARKET"u8);
            json.WriteString("quantity"u8, quantity[..VenueDecimal.Format(order.Quantity, quantity)]);
            if (order.ReduceOnly)
            {
                json.WriteString("reduceOnly"u8, "true"u8);
            }
            else
            {
                json.WriteString("positionSide"u8, PositionSideText(order.Key.Side));
            }

            json.WriteString("newClientOrderId"u8, order.Id.Value);
            json.WriteString("newOrderRespType"u8, "RESULT"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void AddForm(
        RequestText text, PositionKey key, OrderSide side, decimal quantity, bool reduceOnly, ClientOrderId id)
    {
        text.Add("symbol"u8, key.Symbol.Value)
            .Add("side"u8, SideText(side))
            .Add("type"u8, "MARKET"u8)
            .Add("quantity"u8, quantity);
        if (reduceOnly)
        {
            text.Add("reduceOnly"u8, "true"u8);
        }
        else if (key.Side != PositionSide.Both)
        {
            text.Add("positionSide"u8, PositionSideText(key.Side));
        }

        text.Add("newClientOrderId"u8, id.Value)
            .Add("newOrderRespType"u8, "RESULT"u8);
    }

    private static ReadOnlySpan<byte> SideText(OrderSide side) =>
        side switch { OrderSide.Buy => "BUY"u8, OrderSide.Sell => "SELL"u8 };

    private static ReadOnlySpan<byte> PositionSideText(PositionSide side) => side switch
    {
        PositionSide.Both => "BOTH"u8,
        PositionSide.Long => "LONG"u8,
        PositionSide.Short => "SHORT"u8,
    };
}

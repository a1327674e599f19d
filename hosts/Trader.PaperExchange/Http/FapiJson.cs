using System.Text.Json;
using Trader.PaperExchange.Engine;
using Trader.PaperExchange.Limits;

namespace Trader.PaperExchange.Http;

/// <summary>
/// The exchange's JSON shapes, written out: prices, quantities and money as padded texts, ids and times as numbers.
/// </summary>
internal static class FapiJson
{
    public static void WriteError(this Utf8JsonWriter json, ApiError error)
    {
        json.WriteStartObject();
        json.WriteNumber("code", error.Code);
        json.WriteString("msg", error.Message);
        json.WriteEndObject();
    }

    /// <summary>An order as placing and cancelling answer it (<c>cumQty</c>), or as queries do (<c>time</c>).</summary>
    public static void WriteOrder(this Utf8JsonWriter json, PaperOrder order, bool query = false)
    {
        var spec = order.Spec;
        json.WriteStartObject();
        json.WriteNumber("orderId", order.OrderId);
        json.WriteString("symbol", spec.Name);
        json.WriteString("status", order.Status.Text());
        json.WriteString("clientOrderId", order.ClientOrderId);
        json.WriteString("price", order.Price.Padded(spec.PricePrecision));
        json.WriteString("avgPrice", AveragePrice(order, query));
        json.WriteString("origQty", order.Quantity.Padded(spec.QuantityPrecision));
        json.WriteString("executedQty", order.ExecutedQuantity.Padded(spec.QuantityPrecision));
        if (!query)
        {
            json.WriteString("cumQty", order.ExecutedQuantity.Padded(spec.QuantityPrecision));
        }
        json.WriteString("cumQuote", order.CumulativeQuote.Padded(spec.PricePrecision + spec.QuantityPrecision));
        json.WriteString("timeInForce", order.TimeInForce.Text());
        json.WriteString("type", order.Type.Text());
        json.WriteBoolean("reduceOnly", order.ReduceOnly);
        json.WriteBoolean("closePosition", false);
        json.WriteString("side", order.Side.Text());
        json.WriteString("positionSide", order.PositionSide.Text());
        json.WriteString("stopPrice", 0m.Padded(spec.PricePrecision));
        json.WriteString("workingType", "CONTRACT_PRICE");
        json.WriteBoolean("priceProtect", false);
        json.WriteString("origType", order.Type.Text());
        json.WriteString("priceMatch", "NONE");
        json.WriteString("selfTradePreventionMode", "EXPIRE_MAKER");
        json.WriteNumber("goodTillDate", 0);
        if (query)
        {
            json.WriteNumber("time", order.TimeMs);
        }
        json.WriteNumber("updateTime", order.UpdateTimeMs);
        json.WriteEndObject();
    }

    public static void WriteRateLimits(this Utf8JsonWriter json, RateLimits limits, bool withWeight)
    {
        if (withWeight)
        {
            WriteRateLimit(json, "REQUEST_WEIGHT", "MINUTE", 1, limits.WeightPerMinute);
        }
        WriteRateLimit(json, "ORDERS", "MINUTE", 1, limits.OrdersPerMinute);
        WriteRateLimit(json, "ORDERS", "SECOND", 10, limits.OrdersPer10Seconds);
    }

    public static void WriteSymbol(this Utf8JsonWriter json, SymbolSpec spec, SymbolStatus status)
    {
        json.WriteStartObject();
        json.WriteString("symbol", spec.Name);
        json.WriteString("pair", spec.Name);
        json.WriteString("contractType", "PERPETUAL");
        json.WriteNumber("deliveryDate", 4133404800000);
        json.WriteNumber("onboardDate", 1569398400000);
        json.WriteString("status", status.Text());
        json.WriteString("maintMarginPercent", "2.5000");
        json.WriteString("requiredMarginPercent", "5.0000");
        json.WriteString("baseAsset", spec.BaseAsset);
        json.WriteString("quoteAsset", "USDT");
        json.WriteString("marginAsset", "USDT");
        json.WriteNumber("pricePrecision", spec.PricePrecision);
        json.WriteNumber("quantityPrecision", spec.QuantityPrecision);
        json.WriteNumber("baseAssetPrecision", 8);
        json.WriteNumber("quotePrecision", 8);
        json.WriteString("underlyingType", "COIN");
        json.WriteStartArray("underlyingSubType");
        json.WriteEndArray();
        json.WriteString("triggerProtect", "0.0500");
        json.WriteString("liquidationFee", "0.012500");
        json.WriteString("marketTakeBound", "0.05");
        json.WriteNumber("maxMoveOrderLimit", 10000);
        WriteFilters(json, spec);
        WriteTexts(json, "orderTypes",
            ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"]);
        WriteTexts(json, "timeInForce", ["GTC", "IOC", "FOK", "GTX"]);
        WriteTexts(json, "permissionSets", ["GRID", "COPY"]);
        json.WriteEndObject();
    }

    private static void WriteFilters(Utf8JsonWriter json, SymbolSpec spec)
    {
        json.WriteStartArray("filters");
        WriteFilter(json, "PRICE_FILTER", ("minPrice", spec.TickSize.Plain()), ("maxPrice", spec.MaxPrice.Plain()),
            ("tickSize", spec.TickSize.Plain()));
        WriteFilter(json, "LOT_SIZE", ("stepSize", spec.StepSize.Plain()), ("maxQty", spec.MaxQuantity.Plain()),
            ("minQty", spec.MinQuantity.Plain()));
        // The real list varies the order of members from row to row, so this one does too.
        WriteFilter(json, "MARKET_LOT_SIZE", ("maxQty", spec.MarketMaxQuantity.Plain()),
            ("minQty", spec.MinQuantity.Plain()),
            ("stepSize", spec.StepSize.Plain()));
        json.WriteStartObject();
        json.WriteString("filterType", "MAX_NUM_ORDERS");
        json.WriteNumber("limit", OrderRules.MaxOpenOrdersPerSymbol);
        json.WriteEndObject();
        WriteFilter(json, "MIN_NOTIONAL", ("notional", spec.MinNotional.Plain()));
        WriteFilter(json, "PERCENT_PRICE", ("multiplierUp", spec.MultiplierUp.Padded(4)),
            ("multiplierDown", spec.MultiplierDown.Padded(4)), ("multiplierDecimal", "4"));
        WriteFilter(json, "POSITION_RISK_CONTROL", ("positionControlSide", "NONE"));
        json.WriteEndArray();
    }

    private static void WriteFilter(Utf8JsonWriter json, string type,
        params ReadOnlySpan<(string Name, string Value)> members)
    {
        json.WriteStartObject();
        json.WriteString("filterType", type);
        foreach (var (name, value) in members)
        {
            json.WriteString(name, value);
        }
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, ReadOnlySpan<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
    }

    private static void WriteRateLimit(Utf8JsonWriter json, string type, string interval, int intervalNum, int limit)
    {
        json.WriteStartObject();
        json.WriteString("rateLimitType", type);
        json.WriteString("interval", interval);
        json.WriteNumber("intervalNum", intervalNum);
        json.WriteNumber("limit", limit);
        json.WriteEndObject();
    }

    /// <summary>
    /// Unfilled: "0.00" where an order is placed or cancelled, "0.00000" where it is queried. Filled: five decimals as
    /// recorded, more where the price itself has more, since five would show a 1e-8 price as zero.
    /// </summary>
    private static string AveragePrice(PaperOrder order, bool query) => order.ExecutedQuantity == 0
        ? query ? "0.00000" : "0.00"
        : order.AveragePrice.Padded(Math.Max(5, order.Spec.PricePrecision));
}

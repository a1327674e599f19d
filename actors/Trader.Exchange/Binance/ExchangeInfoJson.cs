using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>How many orders an account may send.</summary>
/// <param name="PerTenSeconds">Documented default 300.</param>
/// <param name="PerMinute">Documented default 1200.</param>
public sealed record OrderLimits(int PerTenSeconds, int PerMinute)
{
    /// <summary>What every account gets unless the exchange says otherwise (USD-M general-info page).</summary>
    public static OrderLimits Documented { get; } = new(300, 1200);
}

/// <param name="Lots">Market-order limits of every symbol whose row could be read.</param>
/// <param name="Orders">Order limits, documented ones where the answer named none.</param>
/// <param name="WeightPerMinute">Request weight per minute and IP; null where the answer named none.</param>
public sealed record ExchangeInfo(
    IReadOnlyDictionary<Symbol, MarketLot> Lots, OrderLimits Orders, int? WeightPerMinute);

/// <summary>Reads <c>/fapi/v1/exchangeInfo</c> (about 2 MB) in one pass, and the <c>rateLimits</c> list that two
/// endpoints share.</summary>
internal static class ExchangeInfoJson
{
    public static Result<ExchangeInfo> Read(ReadOnlySpan<byte> json)
    {
        var lots = new Dictionary<Symbol, MarketLot>(1024);
        var limits = default(Limits);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return NotRead("the answer is not an object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("symbols"u8))
                {
                    reader.Read();
                    ReadSymbols(ref reader, lots);
                }
                else if (reader.ValueTextEquals("rateLimits"u8))
                {
                    reader.Read();
                    limits = ReadLimits(ref reader);
                }
                else
                {
                    VenueJson.SkipProperty(ref reader);
                }
            }

            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NotRead("the answer is not valid JSON");
        }

        return lots.Count == 0
            ? NotRead("no symbol with readable limits")
            : new ExchangeInfo(lots, limits.Orders(), limits.Weight);
    }

    /// <summary>Reads <c>/fapi/v1/rateLimit/order</c>.</summary>
    public static Result<OrderLimits> ReadOrderLimits(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                var limits = ReadLimits(ref reader);
                if (limits.TenSeconds is not null || limits.Minute is not null)
                {
                    return limits.Orders();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "rateLimit/order: the answer is not valid JSON");
        }

        return new ExchangeFault(FaultKind.Unreadable, 0, "rateLimit/order: no order limit in the answer");
    }

    private static ExchangeFault NotRead(string why) => new(FaultKind.Unreadable, 0, $"exchangeInfo: {why}");

    private static void ReadSymbols(ref Utf8JsonReader reader, Dictionary<Symbol, MarketLot> lots)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            string? name = null;
            MarketLot? lot = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("symbol"u8))
                {
                    reader.Read();
                    name = VenueJson.Text(ref reader);
                }
                else if (reader.ValueTextEquals("filters"u8))
                {
                    reader.Read();
                    lot = ReadLot(ref reader);
                }
                else
                {
                    VenueJson.SkipProperty(ref reader);
                }
            }

            // A row without readable limits is left out: its closes go out whole, see CloseOrder.Cut.
            if (lot is not null && Symbol.TryParse(name, out var symbol))
            {
                lots[symbol] = lot;
            }
        }
    }

    private static MarketLot? ReadLot(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        MarketLot? market = null, any = null;
        decimal notional = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var (type, lot, least) = ReadFilter(ref reader);
            notional = type == "MIN_NOTIONAL" ? least : notional;
            market = type == "MARKET_LOT_SIZE" ? lot : market;
            any = type == "LOT_SIZE" ? lot : any;
        }

        return (market ?? any) is { } read ? read with { MinNotional = notional } : null;
    }

    private static (string? Type, MarketLot? Lot, decimal Notional) ReadFilter(ref Utf8JsonReader reader)
    {
        string? type = null;
        decimal min = 0, max = 0, step = 0, notional = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("filterType"u8))
            {
                reader.Read();
                type = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("minQty"u8))
            {
                reader.Read();
                VenueJson.TryDecimal(ref reader, out min);
            }
            else if (reader.ValueTextEquals("maxQty"u8))
            {
                reader.Read();
                VenueJson.TryDecimal(ref reader, out max);
            }
            else if (reader.ValueTextEquals("stepSize"u8))
            {
                reader.Read();
                VenueJson.TryDecimal(ref reader, out step);
            }
            else if (reader.ValueTextEquals("notional"u8))
            {
                reader.Read();
                VenueJson.TryDecimal(ref reader, out notional);
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        // A minimum of zero means "one step"; a step or maximum of zero means that this filter sets no market limit.
        var usable = step > 0 && max >= step && min >= 0 && min <= max;
        return (type, usable ? new MarketLot(min > 0 ? min : step, max, step) : null, Math.Max(0, notional));
    }

    private static Limits ReadLimits(ref Utf8JsonReader reader)
    {
        var limits = default(Limits);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return limits;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadLimit(ref reader, ref limits);
            }
            else
            {
                reader.Skip();
            }
        }

        return limits;
    }

    private static void ReadLimit(ref Utf8JsonReader reader, ref Limits limits)
    {
        string? type = null, interval = null;
        long number = 0, limit = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("rateLimitType"u8))
            {
                reader.Read();
                type = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("interval"u8))
            {
                reader.Read();
                interval = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("intervalNum"u8))
            {
                reader.Read();
                VenueJson.TryLong(ref reader, out number);
            }
            else if (reader.ValueTextEquals("limit"u8))
            {
                reader.Read();
                VenueJson.TryLong(ref reader, out limit);
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        if (limit is > 0 and <= 1_000_000)
        {
            limits.Take(type, interval, number, (int)limit);
        }
    }

    private struct Limits
    {
        public int? TenSeconds;
        public int? Minute;
        public int? Weight;

        public void Take(string? type, string? interval, long number, int limit)
        {
            switch (type, interval, number)
            {
                case ("ORDERS", "SECOND", 10):
                    TenSeconds = limit;
                    break;
                case ("ORDERS", "MINUTE", 1):
                    Minute = limit;
                    break;
                case ("REQUEST_WEIGHT", "MINUTE", 1):
                    Weight = limit;
                    break;
                default:
                    // Other intervals do not exist on USD-M futures today, and a new one must not stop the reading.
                    break;
            }
        }

        public readonly OrderLimits Orders() => new(
            TenSeconds ?? OrderLimits.Documented.PerTenSeconds, Minute ?? OrderLimits.Documented.PerMinute);
    }
}

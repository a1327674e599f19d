using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>The small answers: server time, position mode, mark prices, "done".</summary>
internal static class AccountJson
{
    public static bool TryServerTime(ReadOnlySpan<byte> json, out long serverMs)
    {
        serverMs = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            return TryFind(ref reader, "serverTime"u8) && VenueJson.TryLong(ref reader, out serverMs)
                && serverMs is > 0 and < 253_402_300_800_000; // the year 10000
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    public static Result<bool> ReadHedgeMode(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (TryFind(ref reader, "dualSidePosition"u8)
                && reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            {
                return reader.TokenType == JsonTokenType.True;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "positionSide/dual: the answer is not valid JSON");
        }

        return new ExchangeFault(FaultKind.Unreadable, 0, "positionSide/dual: no dualSidePosition in the answer");
    }

    /// <summary><c>{"code":200,"msg":"..."}</c>; any other code is the error that it names.</summary>
    public static Result<Done> ReadDone(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (TryFind(ref reader, "code"u8) && VenueJson.TryLong(ref reader, out var code))
            {
                return code == 200 ? default(Done) : BinanceErrors.Read(200, json);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "cancel: the answer is not valid JSON");
        }

        return new ExchangeFault(FaultKind.Unreadable, 0, "cancel: no code in the answer");
    }

    public static Result<IReadOnlyDictionary<Symbol, decimal>> ReadMarkPrices(ReadOnlySpan<byte> json)
    {
        var prices = new Dictionary<Symbol, decimal>();
        var unreadable = new ExchangeFault(FaultKind.Unreadable, 0, "premiumIndex: not a list of prices");
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return unreadable;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadMarkPrice(ref reader, prices);
            }

            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return unreadable;
        }

        return prices;
    }

    private static void ReadMarkPrice(ref Utf8JsonReader reader, Dictionary<Symbol, decimal> prices)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        string? name = null;
        decimal price = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
            {
                reader.Read();
                name = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("markPrice"u8))
            {
                reader.Read();
                VenueJson.TryDecimal(ref reader, out price);
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        if (price > 0 && Symbol.TryParse(name, out var symbol))
        {
            prices[symbol] = price;
        }
    }

    /// <summary>Stops at the value of one property of the outermost object.</summary>
    private static bool TryFind(ref Utf8JsonReader reader, ReadOnlySpan<byte> property)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(property))
            {
                return reader.Read();
            }

            VenueJson.SkipProperty(ref reader);
        }

        return false;
    }
}

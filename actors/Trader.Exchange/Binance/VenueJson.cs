using System.Text.Json;

namespace Trader.Exchange.Binance;

/// <summary>The few ways in which a JSON value of an exchange is read. None throws for a value of the wrong
/// kind.</summary>
internal static class VenueJson
{
    /// <summary>A name, an id or a message; longer text is not one. Limits what a hostile answer can make us
    /// keep.</summary>
    private const int MaxTextBytes = 4096;

    /// <summary>From a property name, past its value.</summary>
    public static void SkipProperty(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>At a value: the text of a JSON string, else null; composite values are passed over whole.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > MaxTextBytes)
        {
            reader.Skip();
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8 or a lone surrogate: this one value is bad, the document goes on (S7).
            return null;
        }
    }

    /// <summary>At a value: a decimal as a JSON string or number, read exactly.</summary>
    public static bool TryDecimal(ref Utf8JsonReader reader, out decimal value)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
        {
            return VenueDecimal.TryParse(reader.ValueSpan, out value);
        }

        value = 0;
        reader.Skip();
        return false;
    }

    /// <summary>At a value: a whole number as a JSON number or string.</summary>
    public static bool TryLong(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        if (!TryDecimal(ref reader, out var number) || number != decimal.Truncate(number)
            || number is < long.MinValue or > long.MaxValue)
        {
            return false;
        }

        value = (long)number;
        return true;
    }
}

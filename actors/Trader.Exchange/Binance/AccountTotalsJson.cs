using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <summary>Reads the two totals of an account answer; both or neither.</summary>
internal static class AccountTotalsJson
{
    public static Result<AccountTotals> Read(ReadOnlySpan<byte> json)
    {
        decimal? wallet = null, profit = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Unreadable("not an object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("totalWalletBalance"u8))
                {
                    wallet = Next(ref reader);
                }
                else if (reader.ValueTextEquals("totalUnrealizedProfit"u8))
                {
                    profit = Next(ref reader);
                }
                else
                {
                    VenueJson.SkipProperty(ref reader);
                }
            }

            // To the end: half an answer is none.
            if (reader.TokenType != JsonTokenType.EndObject)
            {
                return Unreadable("it ends too early");
            }
        }
        catch (JsonException)
        {
            return Unreadable("not valid JSON");
        }
        catch (InvalidOperationException)
        {
            return Unreadable("not valid JSON");
        }

        return wallet is { } w && profit is { } p ? new AccountTotals(w, p) : Unreadable("a total is missing or no number");
    }

    private static decimal? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return VenueJson.TryDecimal(ref reader, out var value) ? value : null;
    }

    private static ExchangeFault Unreadable(string why) => new(FaultKind.Unreadable, 0, "account: " + why);
}

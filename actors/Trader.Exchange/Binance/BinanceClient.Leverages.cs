using System.Text.Json;
using Trader.Messages;

namespace Trader.Exchange.Binance;

/// <content>Leverage per symbol.</content>
public sealed partial class BinanceClient
{
    /// <summary>
    /// <c>GET /fapi/v2/positionRisk</c>: the leverage set for every symbol that the exchange lists. v3 leaves out both the leverage and the
    /// symbols without a position. Rows that cannot be read are left out.
    /// </summary>
    public async Task<Result<IReadOnlyDictionary<Symbol, int>>> GetLeveragesAsync() =>
        (await SignedBodyAsync(HttpMethod.Get, "/fapi/v2/positionRisk", Empty, PositionRiskWeight, ReadPriority.Background)
            .ConfigureAwait(false))
        .Match(body => ReadLeverages(body.Span), fault => fault);

    private static Result<IReadOnlyDictionary<Symbol, int>> ReadLeverages(ReadOnlySpan<byte> json)
    {
        var leverages = new Dictionary<Symbol, int>();
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return new ExchangeFault(FaultKind.Unreadable, 0, "positionRisk: the answer is not a list");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadLeverage(ref reader, leverages);
            }

            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ExchangeFault(FaultKind.Unreadable, 0, "positionRisk: the answer is not valid JSON");
        }

        return leverages;
    }

    private static void ReadLeverage(ref Utf8JsonReader reader, Dictionary<Symbol, int> leverages)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        string? name = null;
        long leverage = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
            {
                reader.Read();
                name = VenueJson.Text(ref reader);
            }
            else if (reader.ValueTextEquals("leverage"u8))
            {
                reader.Read();
                leverage = VenueJson.TryLong(ref reader, out var value) ? value : 0;
            }
            else
            {
                VenueJson.SkipProperty(ref reader);
            }
        }

        // In hedge mode a symbol has two rows and one leverage.
        if (Symbol.TryParse(name, out var symbol) && leverage is > 0 and <= 1000)
        {
            leverages[symbol] = (int)leverage;
        }
    }
}

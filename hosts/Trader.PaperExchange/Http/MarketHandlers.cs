using System.Text.Json;
using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Http;

/// <summary>Public market data.</summary>
internal sealed class MarketHandlers(Venue venue)
{
    private const long FundingIntervalMs = 8L * 3600 * 1000;

    private PaperEngine Engine => venue.Engine;

    public Reply Ping(FapiCall call) => Reply.Write(json =>
    {
        _ = call;
        json.WriteStartObject();
        json.WriteEndObject();
    });

    public Reply Time(FapiCall call) => Reply.Write(json =>
    {
        _ = call;
        json.WriteStartObject();
        json.WriteNumber("serverTime", Engine.Clock.NowMs);
        json.WriteEndObject();
    });

    public Reply ExchangeInfo(FapiCall call) => Reply.Write(json =>
    {
        _ = call;
        json.WriteStartObject();
        json.WriteString("timezone", "UTC");
        json.WriteNumber("serverTime", Engine.Clock.NowMs);
        json.WriteString("futuresType", "U_MARGINED");
        json.WriteStartArray("rateLimits");
        json.WriteRateLimits(venue.Limiter.Limits, withWeight: true);
        json.WriteEndArray();
        json.WriteStartArray("exchangeFilters");
        json.WriteEndArray();
        json.WriteStartArray("assets");
        json.WriteStartObject();
        json.WriteString("asset", "USDT");
        json.WriteBoolean("marginAvailable", true);
        json.WriteString("autoAssetExchange", "-10000");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("symbols");
        foreach (var (spec, status, _) in Engine.Markets())
        {
            json.WriteSymbol(spec, status);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Reply PremiumIndex(FapiCall call) => PerSymbol(call, WritePremiumIndex);

    public Reply TickerPrice(FapiCall call) => PerSymbol(call, WriteTickerPrice);

    private Reply PerSymbol(FapiCall call, Action<Utf8JsonWriter, SymbolSpec, decimal> write)
    {
        if (call.Parameters.NonEmpty("symbol") is not { } symbol)
        {
            return Reply.Write(json =>
            {
                json.WriteStartArray();
                foreach (var (spec, _, markPrice) in Engine.Markets())
                {
                    write(json, spec, markPrice);
                }
                json.WriteEndArray();
            });
        }
        if (!Engine.Knows(symbol))
        {
            return Reply.Of(ApiError.Of(-1121));
        }
        var market = Engine.Markets().First(market => market.Spec.Name == symbol);
        return Reply.Write(json => write(json, market.Spec, market.MarkPrice));
    }

    private void WritePremiumIndex(Utf8JsonWriter json, SymbolSpec spec, decimal markPrice)
    {
        var now = Engine.Clock.NowMs;
        json.WriteStartObject();
        json.WriteString("symbol", spec.Name);
        json.WriteString("markPrice", markPrice.Padded(8));
        json.WriteString("indexPrice", markPrice.Padded(8));
        json.WriteString("estimatedSettlePrice", markPrice.Padded(8));
        json.WriteString("lastFundingRate", "0.00010000");
        json.WriteString("interestRate", "0.00010000");
        json.WriteNumber("nextFundingTime", ((now / FundingIntervalMs) + 1) * FundingIntervalMs);
        json.WriteNumber("time", now);
        json.WriteEndObject();
    }

    private void WriteTickerPrice(Utf8JsonWriter json, SymbolSpec spec, decimal markPrice)
    {
        json.WriteStartObject();
        json.WriteString("symbol", spec.Name);
        json.WriteString("price", markPrice.Padded(spec.PricePrecision));
        json.WriteNumber("time", Engine.Clock.NowMs);
        json.WriteEndObject();
    }
}

using Trader.PaperExchange.Engine;

namespace Trader.PaperExchange.Http;

/// <summary>The public surface, one line per route. Everything else is 404 -5000.</summary>
internal static class Routes
{
    public static Dictionary<(string Method, string Path), Route> Create(Venue venue)
    {
        var market = new MarketHandlers(venue);
        var account = new AccountHandlers(venue);
        var orders = new OrderHandlers(venue);
        var batch = new BatchHandlers(venue, orders);
        var positionWeight = venue.Limiter.Limits.PositionRiskWeight;
        return new Dictionary<(string, string), Route>
        {
            [("GET", "/fapi/v1/ping")] = new("ping", Always(1), false, market.Ping),
            [("GET", "/fapi/v1/time")] = new("time", Always(1), false, market.Time),
            [("GET", "/fapi/v1/exchangeInfo")] = new("exchangeInfo", Always(1), false, market.ExchangeInfo),
            [("GET", "/fapi/v1/premiumIndex")] = new("premiumIndex", Symbol(1, 10), false, market.PremiumIndex),
            [("GET", "/fapi/v1/ticker/price")] = new("tickerPrice", Symbol(1, 2), false, market.TickerPrice),
            [("GET", "/fapi/v2/ticker/price")] = new("tickerPrice", Symbol(1, 2), false, market.TickerPrice),
            [("GET", "/fapi/v2/positionRisk")] =
                new("positionRisk", Always(positionWeight), true, account.PositionRiskV2),
            [("GET", "/fapi/v3/positionRisk")] =
                new("positionRisk", Always(positionWeight), true, account.PositionRiskV3),
            [("GET", "/fapi/v2/account")] = new("account", Always(5), true, account.AccountV2),
            [("GET", "/fapi/v3/account")] = new("account", Always(5), true, account.AccountV3),
            [("GET", "/fapi/v2/balance")] = new("balance", Always(5), true, account.Balance),
            [("GET", "/fapi/v3/balance")] = new("balance", Always(5), true, account.Balance),
            [("GET", "/fapi/v1/positionSide/dual")] = new("getMode", Always(30), true, account.GetMode),
            [("POST", "/fapi/v1/positionSide/dual")] = new("setMode", Always(1), true, account.SetMode),
            [("GET", "/fapi/v1/rateLimit/order")] = new("rateLimitOrder", Always(1), true, account.RateLimitOrder),
            [("POST", "/fapi/v1/order")] = new("order", Always(0), true, orders.Place, LedgerKind.Order),
            [("GET", "/fapi/v1/order")] = new("queryOrder", Always(1), true, orders.Query),
            [("DELETE", "/fapi/v1/order")] = new("cancelOrder", Always(1), true, orders.Cancel, LedgerKind.Cancel),
            [("POST", "/fapi/v1/batchOrders")] = new("batch", Always(5), true, batch.Place, LedgerKind.Order),
            [("DELETE", "/fapi/v1/batchOrders")] = new("cancelBatch", Always(1), true, batch.Cancel, LedgerKind.Cancel),
            [("GET", "/fapi/v1/openOrders")] = new("openOrders", Symbol(1, 40), true, orders.OpenOrders),
            [("GET", "/fapi/v1/openOrder")] = new("openOrder", Always(1), true, orders.OpenOrder),
            [("DELETE", "/fapi/v1/allOpenOrders")] =
                new("cancelAll", Always(1), true, orders.CancelAll, LedgerKind.Cancel),
            // The algo book exists and is empty: no route here places such an order.
            [("GET", "/fapi/v1/openAlgoOrders")] = new("openAlgoOrders", Symbol(1, 40), true, orders.OpenAlgoOrders),
            [("DELETE", "/fapi/v1/algoOpenOrders")] =
                new("cancelAllAlgo", Always(1), true, orders.CancelAllAlgo, LedgerKind.Cancel),
            [("GET", "/fapi/v1/leverageBracket")] = new("leverageBracket", Always(1), true, account.LeverageBracket),
        };
    }

    private static Func<Parameters, int> Always(int weight) => _ => weight;

    private static Func<Parameters, int> Symbol(int one, int all) =>
        parameters => parameters.NonEmpty("symbol") is null ? all : one;
}

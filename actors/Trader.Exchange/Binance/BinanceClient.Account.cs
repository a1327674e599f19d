using System.Net;

namespace Trader.Exchange.Binance;

/// <param name="WalletBalance"><c>totalWalletBalance</c>: all assets, in USD where the account uses several.</param>
/// <param name="UnrealizedProfit"><c>totalUnrealizedProfit</c>.</param>
public sealed record AccountTotals(decimal WalletBalance, decimal UnrealizedProfit);

/// <summary>The account's totals.</summary>
public sealed partial class BinanceClient
{
    private const int AccountWeight = 5;

    private volatile bool _accountFromV2;

    /// <summary>
    /// <c>GET /fapi/v3/account</c>, which lists open positions only; on an exchange that does not have it (404), <c>v2</c> from then on.
    /// Gives way to the reads of a panic.
    /// </summary>
    public async Task<Result<AccountTotals>> GetAccountTotalsAsync()
    {
        if (!_accountFromV2)
        {
            var v3 = await SignedAsync(HttpMethod.Get, "/fapi/v3/account", Empty, AccountWeight, ReadPriority.Minding).ConfigureAwait(false);
            if (!v3.TryGet(out var answer, out var fault))
            {
                return fault;
            }

            if (answer.Status != (int)HttpStatusCode.NotFound)
            {
                return Good(answer).Match(body => AccountTotalsJson.Read(body.Span), f => f);
            }
        }

        var v2 = await SignedBodyAsync(HttpMethod.Get, "/fapi/v2/account", Empty, AccountWeight, ReadPriority.Minding).ConfigureAwait(false);
        // Only a v2 that answers proves that the 404 meant the route.
        _accountFromV2 |= v2.TryGet(out _, out _);
        return v2.Match(body => AccountTotalsJson.Read(body.Span), f => f);
    }
}

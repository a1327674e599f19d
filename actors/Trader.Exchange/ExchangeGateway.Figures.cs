using static Trader.Messages.ExchangeProtocol;

namespace Trader.Exchange;

/// <summary>The account's money.</summary>
public sealed partial class ExchangeGateway
{
    private void ReceiveFigures() => Receive<GetAccountFigures>(query => Answer(
        _client.GetAccountTotalsAsync(),
        totals => new AccountFiguresRead(query.ReadId, totals.WalletBalance, totals.UnrealizedProfit),
        fault => new AccountFiguresNotRead(query.ReadId, fault)));
}

namespace Trader.Messages;

/// <summary>The account's money, for the emergency stop's triggers.</summary>
public static partial class ExchangeProtocol
{
    /// <summary>
    /// Reads the account's totals; may be refused to spare the request budget. Reply: <see cref="AccountFiguresRead"/> or
    /// <see cref="AccountFiguresNotRead"/>.
    /// </summary>
    public sealed record GetAccountFigures(long ReadId);

    /// <param name="WalletBalance">Quote currency, all assets together as the venue sums them; without open positions.</param>
    /// <param name="UnrealizedProfit">Of all open positions, negative in loss.</param>
    public sealed record AccountFiguresRead(long ReadId, decimal WalletBalance, decimal UnrealizedProfit);

    public sealed record AccountFiguresNotRead(long ReadId, ExchangeFault Fault);
}

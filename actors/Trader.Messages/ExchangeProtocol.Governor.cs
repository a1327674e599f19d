namespace Trader.Messages;

/// <summary>Prices, for what an open would be worth.</summary>
public static partial class ExchangeProtocol
{
    /// <summary>Reads the mark price of every symbol. It is refused first when the request budget runs low.</summary>
    public sealed record GetMarkPrices(long ReadId);

    /// <param name="Prices">Quote currency per base unit, above zero.</param>
    public sealed record MarkPricesRead(long ReadId, IReadOnlyDictionary<Symbol, decimal> Prices);

    public sealed record MarkPricesNotRead(long ReadId, ExchangeFault Fault);
}

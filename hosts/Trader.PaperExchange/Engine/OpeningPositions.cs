namespace Trader.PaperExchange.Engine;

/// <summary>Opens the positions an exchange starts with.</summary>
public static class OpeningPositions
{
    private const double SmallestNotional = 50;
    private const double NotionalSpread = 400;

    /// <summary>How many times the MARKET maximum an oversized position is.</summary>
    private const decimal Oversize = 2.5m;

    /// <summary>
    /// Opens <paramref name="count"/> positions on symbols spread over the universe, long and short by turns, notional
    /// log-uniform from 50 to 20000 USDT; none needs more than one MARKET order, except the first <paramref
    /// name="oversized"/>.
    /// </summary>
    public static void Open(PaperEngine engine, int count, int oversized, int seed)
    {
        var symbols = engine.Symbols;
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, symbols.Count);
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var spec = symbols[(int)((long)i * symbols.Count / count)];
            var notional = (decimal)(SmallestNotional * Math.Pow(NotionalSpread, random.NextDouble()));
            var wanted = i < oversized ? spec.MarketMaxQuantity * Oversize : notional / spec.InitialPrice;
            var largest = i < oversized ? spec.MaxQuantity * Oversize : spec.MarketMaxQuantity;
            var quantity = Math.Clamp(spec.FloorToStep(wanted), spec.MinQuantity, largest);
            var isLong = i % 2 == 0;
            var side = !engine.IsHedge ? PositionSide.Both : isLong ? PositionSide.Long : PositionSide.Short;
            engine.SetPosition(spec.Name, side, isLong ? quantity : -quantity);
        }
    }
}

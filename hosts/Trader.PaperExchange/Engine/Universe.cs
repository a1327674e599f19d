using System.Globalization;

namespace Trader.PaperExchange.Engine;

/// <summary>
/// Makes the list of tradable symbols: a fixed head of well-known contracts and awkward ones, then seeded inventions
/// whose price, tick, step and maximum quantities have the shape of the real list. The same count and seed always give
/// the same list.
/// </summary>
public static class Universe
{
    /// <summary>How many symbols the real list had that the latency targets speak of.</summary>
    public const int DefaultCount = 674;

    /// <summary>A universe at least this large holds the symbol that is not ASCII.</summary>
    public const int NonAsciiFrom = 100;

    /// <summary>Most symbols a universe may hold.</summary>
    public const int MaxCount = 2000;

    private static readonly SymbolSpec[] Head =
    [
        // name, price, price precision, tick, quantity precision, step, lot max, market max, min notional
        Known("BTC", 60000.00m, 2, 0.10m, 3, 0.001m, 1000m, 120m, 50m),
        Known("ETH", 3000.00m, 2, 0.01m, 3, 0.001m, 10000m, 2000m, 20m),
        Known("BNB", 600.000m, 3, 0.010m, 2, 0.01m, 100000m, 2000m, 5m),
        Known("SOL", 150.0000m, 4, 0.0100m, 2, 0.01m, 1000000m, 80000m, 5m),
        Known("XRP", 0.5200m, 4, 0.0001m, 1, 0.1m, 10000000m, 2000000m, 5m),
        Known("ADA", 0.40000m, 5, 0.00010m, 0, 1m, 30000000m, 3000000m, 5m),
        Known("DOGE", 0.120000m, 6, 0.000010m, 0, 1m, 50000000m, 30000000m, 5m),
        Known("1000SATS", 0.0002000m, 7, 0.0000001m, 0, 1m, 60000000000m, 6000000000m, 5m),
        Known("BTTC", 0.00000095m, 8, 0.00000001m, 0, 1m, 100000000000m, 10000000000m, 5m),
        Known("TENS", 0.0310000m, 7, 0.0000100m, 0, 10m, 20000000m, 1000000m, 5m),
        Known("BCH", 400.00m, 2, 0.01m, 3, 0.001m, 10000m, 850m, 20m),
        Known("LTC", 80.00m, 2, 0.01m, 3, 0.001m, 10000m, 5000m, 20m),
        Known("LINK", 14.000m, 3, 0.001m, 2, 0.01m, 1000000m, 40000m, 20m),
        Known("AVAX", 27.0000m, 4, 0.0010m, 0, 1m, 1000000m, 50000m, 5m),
        Known("SUI", 1.800000m, 6, 0.000100m, 1, 0.1m, 7000000m, 1000000m, 5m),
        Known("DOT", 4.500m, 3, 0.001m, 1, 0.1m, 5000000m, 100000m, 5m),
        Known("1000PEPE", 0.0110000m, 7, 0.0000001m, 0, 1m, 1000000000m, 450000000m, 5m),
        Known("XAU", 2600.00m, 2, 0.01m, 3, 0.001m, 10000m, 1000m, 5m),
    ];

    private static readonly SymbolSpec NonAscii =
        Known("币安人生", 0.15000m, 5, 0.00001m, 0, 1m, 30000000m, 2000000m, 5m);

    /// <summary>Makes <paramref name="count"/> symbols (1 to <see cref="MaxCount"/>).</summary>
    public static IReadOnlyList<SymbolSpec> Create(int count, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        var symbols = new List<SymbolSpec>(count);
        symbols.AddRange(Head.Take(count));
        var taken = symbols.Select(symbol => symbol.Name).ToHashSet(StringComparer.Ordinal);
        var random = new Random(seed);
        while (symbols.Count < count)
        {
            var invented = symbols.Count == NonAsciiFrom - 1 ? NonAscii : Invent(random);
            if (taken.Add(invented.Name))
            {
                symbols.Add(invented);
            }
        }
        return symbols;
    }

    private static SymbolSpec Known(
        string asset, decimal price, int pricePrecision, decimal tick, int quantityPrecision, decimal step,
        decimal lotMax, decimal marketMax, decimal minNotional) => new()
        {
            Name = asset + "USDT",
            BaseAsset = asset,
            PricePrecision = pricePrecision,
            QuantityPrecision = quantityPrecision,
            TickSize = tick,
            StepSize = step,
            MinQuantity = step,
            MaxQuantity = lotMax,
            MarketMaxQuantity = marketMax,
            MinNotional = minNotional,
            InitialPrice = price,
        };

    /// <summary>
    /// Prices are log-uniform from 0.0001 to 3000; a tick is about a ten-thousandth of the price, a step worth under a
    /// dollar.
    /// </summary>
    private static SymbolSpec Invent(Random random)
    {
        var magnitude = -4 + (random.NextDouble() * 7.5);
        var price = (decimal)Math.Pow(10, magnitude);
        var pricePrecision = Math.Clamp(4 - (int)Math.Floor(magnitude), 2, 8);
        var quantityPrecision = Math.Clamp((int)Math.Ceiling(magnitude), 0, 3);
        var tick = PowerOfTen(-pricePrecision);
        var step = PowerOfTen(-quantityPrecision);
        // Lot limits are round powers of ten worth tens of millions; the market limit is an eighth to a half of that.
        var lotMax = PowerOfTen((int)Math.Round(7.5 - magnitude));
        var marketMax = Math.Max(step, Math.Floor(lotMax / random.Next(2, 9) / step) * step);
        var asset = InventName(random);
        return new SymbolSpec
        {
            Name = asset + "USDT",
            BaseAsset = asset,
            PricePrecision = pricePrecision,
            QuantityPrecision = quantityPrecision,
            TickSize = tick,
            StepSize = step,
            MinQuantity = step,
            MaxQuantity = lotMax,
            MarketMaxQuantity = marketMax,
            MinNotional = 5m,
            InitialPrice = Math.Max(tick, Math.Round(price, pricePrecision)),
        };
    }

    private static string InventName(Random random)
    {
        var length = random.Next(3, 6);
        return string.Create(length, random, static (letters, source) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('A' + source.Next(26));
            }
        });
    }

    private static decimal PowerOfTen(int exponent) =>
        decimal.Parse("1E" + exponent.ToString(CultureInfo.InvariantCulture), NumberStyles.Float,
            CultureInfo.InvariantCulture);
}

namespace Trader.PaperExchange.Engine;

/// <summary>The engine's switches. Those that settle what public material leaves open say so.</summary>
public sealed record EngineSettings
{
    /// <summary>Position mode at start.</summary>
    public bool Hedge { get; init; }

    /// <summary>Wallet at start, USDT.</summary>
    public decimal WalletBalance { get; init; } = 1_000_000m;

    /// <summary>The leverage of every symbol.</summary>
    public int Leverage { get; init; } = 20;

    /// <summary>How far from the mark price a MARKET order fills, in hundredths of a percent.</summary>
    public decimal SlippageBps { get; init; } = 2m;

    /// <summary>Commission of taking, as a fraction of notional.</summary>
    public decimal TakerFee { get; init; } = 0.0005m;

    /// <summary>Commission of a resting order that fills, as a fraction of notional.</summary>
    public decimal MakerFee { get; init; } = 0.0002m;

    /// <summary>Open question: what an oversized one-way reduce-only order gets.</summary>
    public OversizePolicy Oversize { get; init; } = OversizePolicy.Trim;

    /// <summary>
    /// Open question: is a client order id refused (-4116) once any order had it, or only while that order is open.
    /// </summary>
    public bool ClientIdUniqueForEver { get; init; }

    /// <summary>Maintenance margin as a fraction of notional, the same for every symbol.</summary>
    public const decimal MaintenanceRate = 0.005m;
}

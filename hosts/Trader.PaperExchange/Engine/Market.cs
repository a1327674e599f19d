namespace Trader.PaperExchange.Engine;

/// <summary>
/// One symbol's changing part: mark price, status and its three possible positions. Guarded by the engine's lock.
/// </summary>
internal sealed class Market(SymbolSpec spec)
{
    private readonly Position _both = new();
    private readonly Position _long = new();
    private readonly Position _short = new();

    public SymbolSpec Spec { get; } = spec;

    public decimal MarkPrice { get; set; } = spec.InitialPrice;

    public SymbolStatus Status { get; set; } = SymbolStatus.Trading;

    public Position Position(PositionSide side) => side switch
    {
        PositionSide.Both => _both,
        PositionSide.Long => _long,
        PositionSide.Short => _short,
        _ => throw new ArgumentOutOfRangeException(nameof(side)),
    };

    /// <summary>Something is held on some side.</summary>
    public bool IsHeld => _both.Now.Amount != 0 || _long.Now.Amount != 0 || _short.Now.Amount != 0;
}

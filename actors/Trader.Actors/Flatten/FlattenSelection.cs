using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>What of an account is to be closed (flatten contract 2.3, rows 12 to 15).</summary>
/// <param name="Seen">Rows the exchange returned.</param>
/// <param name="NonZero">Positions of more than <see cref="Epsilon"/>.</param>
/// <param name="Above">Of these, what is to be closed.</param>
/// <param name="Dust">Of these, what is left because it is worth too little.</param>
/// <param name="Unreadable">Rows that could not be understood; each is an error and stops no other (S7).</param>
/// <param name="NoPrices">There are positions, and none has a mark price: nothing was filtered.</param>
internal sealed record FlattenSelection(
    int Seen,
    IReadOnlyList<Position> NonZero,
    IReadOnlyList<Position> Above,
    IReadOnlyList<Position> Dust,
    IReadOnlyList<UnreadableRow> Unreadable,
    bool NoPrices)
{
    /// <summary>Base units; an amount up to this is not a position (F24).</summary>
    public const decimal Epsilon = 0.00000001m;

    /// <summary>What the cap is held against: dust and unreadable rows count, because a glitch may well show itself as either.</summary>
    public int Suspicious => NonZero.Count + Unreadable.Count;

    public static FlattenSelection Of(ExchangeProtocol.PositionsRead read, decimal minNotionalUsd)
    {
        ArgumentNullException.ThrowIfNull(read);
        var nonZero = read.Positions.Where(IsPosition).ToList();
        // A position whose worth is unknown may be worth much.
        var dust = nonZero.Where(p => p.MarkPrice > 0 && p.Notional < minNotionalUsd).ToList();
        return new FlattenSelection(
            read.Rows, nonZero, nonZero.Except(dust).ToList(), dust, read.Unreadable,
            nonZero.Count > 0 && nonZero.All(p => p.MarkPrice <= 0));
    }

    public static bool IsPosition(Position position)
    {
        ArgumentNullException.ThrowIfNull(position);
        return position.Quantity > Epsilon;
    }
}

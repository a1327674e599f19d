namespace Trader.Messages;

/// <summary>
/// A MARKET order that can only reduce the position it was made from (S5, S6). There is no way to build one except by cutting a
/// position into slices, so the sum of an event's close orders never exceeds the position that was just read.
/// </summary>
public sealed class CloseOrder
{
    /// <summary>A position that needs more slices than this is closed this far and reported as failed for the rest.</summary>
    public const int MaxSlices = 50;

    private CloseOrder(Position position, decimal quantity, int slice, ClientOrderId id)
    {
        Position = position;
        Quantity = quantity;
        Slice = slice;
        Id = id;
    }

    public Position Position { get; }

    public PositionKey Key => Position.Key;

    public Symbol Symbol => Position.Symbol;

    public OrderSide Side => Position.ClosingSide;

    /// <summary>In base units, positive, already on the exchange's step.</summary>
    public decimal Quantity { get; }

    /// <summary>Zero-based index among the slices of this position.</summary>
    public int Slice { get; }

    public ClientOrderId Id { get; }

    /// <summary>One-way mode marks a close with the reduce-only flag; hedge mode binds it by position side (-1106 otherwise).</summary>
    public bool ReduceOnly => Key.Side == PositionSide.Both;

    /// <summary>
    /// Cuts a position into as few equal slices as the exchange's market-order maximum allows, every one on the step size.
    /// </summary>
    /// <param name="position">The position as just read.</param>
    /// <param name="lot">The symbol's limits; null when they could not be read: then one order of the whole amount goes out, because
    /// an order the exchange may refuse is better than none.</param>
    /// <param name="eventId">The event that asked for the close.</param>
    /// <param name="life">See <see cref="ClientOrderId.ForClose"/>.</param>
    /// <returns>Empty when nothing of the position reaches one step: dust that no market order can close.</returns>
    public static IReadOnlyList<CloseOrder> Cut(Position position, MarketLot? lot, EventId eventId, int life)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (lot is null)
        {
            return [new CloseOrder(position, position.Quantity, 0, ClientOrderId.ForClose(eventId, position.Key, 0, life))];
        }

        var steps = decimal.Floor(position.Quantity / lot.StepSize);
        var maxSteps = Math.Max(1m, decimal.Floor(lot.MaxQuantity / lot.StepSize));
        if (steps < 1m || steps * lot.StepSize < lot.MinQuantity)
        {
            return [];
        }

        var count = decimal.Ceiling(steps / maxSteps);
        if (count > MaxSlices)
        {
            count = MaxSlices;
            steps = maxSteps * MaxSlices;
        }

        var each = decimal.Floor(steps / count);
        var larger = steps - (each * count);
        var slices = new List<CloseOrder>((int)count);
        for (var i = 0; i < count; i++)
        {
            var quantity = (each + (i < larger ? 1m : 0m)) * lot.StepSize;
            slices.Add(new CloseOrder(position, quantity, i, ClientOrderId.ForClose(eventId, position.Key, i, life)));
        }

        return slices;
    }

    public override string ToString() => $"{Key} {Side} {Quantity} ({Id})";
}

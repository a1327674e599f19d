using System.Diagnostics.CodeAnalysis;

namespace Trader.Messages;

/// <summary>What a strategy may want done. There is no word that both opens and closes.</summary>
public enum IntentAction
{
    /// <summary>Buys; opens a long position or adds to one. Needs a quantity.</summary>
    OpenLong,

    /// <summary>Sells; opens a short position or adds to one. Needs a quantity.</summary>
    OpenShort,

    CloseFull,

    Close75,

    Close50,

    Close25,

    /// <summary>Sells from a long position by quantity, at most all of it.</summary>
    ReduceLong,

    /// <summary>Buys back of a short position by quantity, at most all of it.</summary>
    ReduceShort,
}

/// <summary>
/// One decision of a strategy, handed in at the order gate: valid once it exists. What it becomes is a plan (<see cref="OrderIntentWire"/>),
/// which passes the same permits, switch and stops as any other (S6).
/// </summary>
public sealed record OrderIntent
{
    /// <summary>Beyond any quantity or price.</summary>
    public const decimal Largest = 100_000_000_000_000m;

    public const decimal LargestLeverage = 1000m;

    private OrderIntent(IntentId id, Symbol symbol, IntentAction action, decimal? quantity)
    {
        (Id, Symbol, Action) = (id, symbol, action);
        Quantity = quantity is { } given ? Plain(given) : null;
    }

    public IntentId Id { get; }

    public Symbol Symbol { get; }

    public IntentAction Action { get; }

    /// <summary>Base units, above zero; null for a close, which takes its share of the position.</summary>
    public decimal? Quantity { get; }

    /// <summary>
    /// Quote currency per base unit that the decision was made at, above zero up to 1e14. The order is a market order; the price is what
    /// limits are reckoned with, and an open without a position needs it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Beyond its range; so for all of these.</exception>
    public decimal? Price { get; init => field = Plain(Checked(value, IsAmount(value), nameof(Price))); }

    /// <summary>Danger, 0 to 1; without one nothing is opened. An exit is never held up by it.</summary>
    public decimal? KillScore { get; init => field = Plain(Checked(value, IsFraction(value), nameof(KillScore))); }

    /// <summary>0 to 1.</summary>
    public decimal? Confidence { get; init => field = Plain(Checked(value, IsFraction(value), nameof(Confidence))); }

    /// <summary>Above 0 up to 1000. Told to the permit givers; it changes no setting of the account.</summary>
    public decimal? Leverage { get; init => field = Plain(Checked(value, IsLeverage(value), nameof(Leverage))); }

    /// <summary>Which leg of a symbol that hedge mode holds both ways; for closes only, the other actions name theirs.</summary>
    public PositionSide Leg { get; init => field = Checked(value, FitsLeg(Action, value), nameof(Leg)); }

    /// <summary>When it was decided, unix ms by the strategy's clock; null: when it is handed in. Opens older than a minute are refused.</summary>
    public long? CreatedAtMs { get; init => field = Checked(value, IsTime(value), nameof(CreatedAtMs)); }

    /// <summary>False for a quantity where there is none, none where there must be one, or one beyond its range.</summary>
    public static bool TryCreate(
        IntentId id, Symbol symbol, IntentAction action, decimal? quantity, [NotNullWhen(true)] out OrderIntent? intent)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(symbol);
        intent = NeedsQuantity(action) == quantity is not null && IsAmount(quantity)
            ? new OrderIntent(id, symbol, action, quantity)
            : null;
        return intent is not null;
    }

    /// <param name="side">Buy opens a long position, Sell a short one.</param>
    /// <param name="quantity">Base units, above zero up to 1e14.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantity is beyond its range.</exception>
    public static OrderIntent Open(IntentId id, Symbol symbol, OrderSide side, decimal quantity) => Of(
        id, symbol, side switch { OrderSide.Buy => IntentAction.OpenLong, OrderSide.Sell => IntentAction.OpenShort }, quantity);

    /// <summary>Closes all of the position, whichever way it is.</summary>
    public static OrderIntent Close(IntentId id, Symbol symbol) => Of(id, symbol, IntentAction.CloseFull, null);

    /// <exception cref="ArgumentOutOfRangeException">The quantity does not go with the action, or is beyond its range.</exception>
    public static OrderIntent Of(IntentId id, Symbol symbol, IntentAction action, decimal? quantity) =>
        TryCreate(id, symbol, action, quantity, out var intent)
            ? intent
            : throw new ArgumentOutOfRangeException(nameof(quantity), quantity, $"does not go with {action}, or is not above 0 up to 1e14");

    public static bool NeedsQuantity(IntentAction action) => action switch
    {
        IntentAction.OpenLong or IntentAction.OpenShort or IntentAction.ReduceLong or IntentAction.ReduceShort => true,
        IntentAction.CloseFull or IntentAction.Close75 or IntentAction.Close50 or IntentAction.Close25 => false,
    };

    /// <summary>Above 0 up to <see cref="Largest"/>; null is no amount and in order.</summary>
    public static bool IsAmount(decimal? value) => value is null or (> 0 and <= Largest);

    /// <summary>0 to 1, or null.</summary>
    public static bool IsFraction(decimal? value) => value is null or (>= 0 and <= 1);

    /// <summary>Above 0 up to <see cref="LargestLeverage"/>, or null.</summary>
    public static bool IsLeverage(decimal? value) => value is null or (> 0 and <= LargestLeverage);

    /// <summary>Unix ms from 2001 to the year 5138, or null: seconds are not taken for milliseconds.</summary>
    public static bool IsTime(long? value) => value is null or (>= 1_000_000_000_000 and <= 99_999_999_999_999);

    public static bool FitsLeg(IntentAction action, PositionSide leg) => leg == PositionSide.Both || !NeedsQuantity(action);

    private static T Checked<T>(T value, bool good, string name) =>
        good ? value : throw new ArgumentOutOfRangeException(name, value, "is beyond its range");

    /// <summary>Without trailing zeros: 1.0 and 1.00 are one content.</summary>
    private static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;

    private static decimal? Plain(decimal? value) => value is { } given ? Plain(given) : null;
}

using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>
/// One position leg of a run: one attempt to close it per event and life (S8), and what became of that. Whether it is closed is not
/// decided here but by reading positions again (S3).
/// </summary>
internal sealed class Leg(Position seen)
{
    /// <summary>After this many look-ups that found nothing, 250 ms apart, the order never reached the exchange.</summary>
    private const int NotFoundLimit = 8;

    private readonly Dictionary<ClientOrderId, CloseState?> orders = [];
    private readonly Dictionary<ClientOrderId, int> notFound = [];

    public Position Seen { get; private set; } = seen;

    public PositionKey Key => Seen.Key;

    /// <summary>What must be answered before the close may go out: a cancel, a look-up of an earlier life's order.</summary>
    public HashSet<object> WaitsFor { get; } = [];

    public IReadOnlyList<CloseOrder> Slices { get; private set; } = [];

    /// <summary>Close orders of an earlier life of this event; looked up before anything is sent again (S8).</summary>
    public IReadOnlyList<ClientOrderId> EarlierIds { get; set; } = [];

    public bool Sent => SentAt is not null;

    /// <summary>When its orders went out, on the run's clock; null: not yet.</summary>
    public TimeSpan? SentAt { get; private set; }

    public bool OpenAtLastRead { get; set; } = true;

    /// <summary>Why it was not closed, in one line, as far as known.</summary>
    public string? Trouble { get; set; }

    public string OrderId { get; private set; } = "";

    public bool AllAnswered => Sent && orders.Values.All(state => state is not null);

    /// <summary>Orders that may still change the position: sent, and not known to be over.</summary>
    public IEnumerable<ClientOrderId> Unsettled =>
        orders.Where(o => o.Value is CloseState.Unknown or CloseState.Working).Select(o => o.Key);

    /// <summary>
    /// Every order filled and together they cover the position, or one has not said how it ended: then a position that is still shown
    /// may be a read that lags behind.
    /// </summary>
    public bool MayStillVanish =>
        Sent && (orders.Values.Any(state => state is null or CloseState.Unknown or CloseState.Working)
            || (AllFilled && Slices.Sum(slice => slice.Quantity) == Seen.Quantity));

    /// <summary>Slices that nobody has sent under this life's ids, as far as look-ups have shown (S8).</summary>
    public IReadOnlyList<CloseOrder> Unattempted => [.. Slices.Where(slice => !orders.ContainsKey(slice.Id))];

    public bool AllFilled => Sent && orders.Values.All(state => state is CloseState.Filled);

    public void Plan(IReadOnlyList<CloseOrder> slices)
    {
        Slices = slices;
        Trouble = slices.Count == 0 ? "below the exchange's smallest quantity" : null;
    }

    public void MarkSent(TimeSpan now)
    {
        SentAt = now;
        foreach (var slice in Unattempted)
        {
            orders[slice.Id] = null;
        }
    }

    public void Answer(ClientOrderId id, CloseState state, string orderId, string? trouble)
    {
        // An answer that is over for good is never overwritten by a later, vaguer one.
        if (orders.GetValueOrDefault(id) is CloseState.Filled or CloseState.Ended or CloseState.Refused)
        {
            return;
        }

        orders[id] = state;
        OrderId = orderId.Length > 0 ? orderId : OrderId;
        Trouble = state switch
        {
            CloseState.Filled or CloseState.Working => Trouble,
            CloseState.Ended => "ended without being wholly filled",
            CloseState.Refused or CloseState.Unknown => trouble,
        };
    }

    public void NotFound(ClientOrderId id)
    {
        notFound[id] = notFound.GetValueOrDefault(id) + 1;
        if (notFound[id] >= NotFoundLimit && orders.GetValueOrDefault(id) is CloseState.Unknown)
        {
            orders[id] = CloseState.Refused;
            Trouble = "the exchange never received the order";
        }
    }
}

using Trader.Actors.PanicClose;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>How an order of a flatten stands, for its line, its counter and its record.</summary>
internal enum FlattenOrder
{
    /// <summary>On its way, or of unknown outcome.</summary>
    Open,

    /// <summary>The exchange took it.</summary>
    Accepted,

    /// <summary>The exchange did not take it, never got it, or ended it without filling it.</summary>
    Failed,
}

/// <summary>
/// The account of one flatten: a panic run's ledger, cut down to what was selected, sent in waves. Pure: it decides, the actor acts.
/// Positions that appear meanwhile are not closed, only counted: one arm, one attempt.
/// </summary>
internal sealed class FlattenRun
{
    /// <summary>Orders of one wave: the exchange's batch. The latch is looked at before each.</summary>
    public const int WaveOrders = 5;

    /// <summary>
    /// Orders that may be unanswered at a time, three waves: what a latch that is removed can no longer hold back. 44 positions take three
    /// round trips like this; one wave at a time would take nine.
    /// </summary>
    public const int MaxUnanswered = 15;

    private readonly PanicRun closer;
    private readonly FlattenSelection selection;
    private readonly List<Leg> ready = [];
    private readonly HashSet<PositionKey> dust;
    private readonly Dictionary<ClientOrderId, FlattenOrder> orders = [];
    private readonly Dictionary<ClientOrderId, CloseOrder> sent = [];
    private readonly HashSet<ClientOrderId> unanswered = [];
    private int rowsUnreadable;
    private int dustShown;

    public FlattenRun(EventId id, PanicCloseSettings closer, FlattenSelection selection, long startedMs)
    {
        this.selection = selection;
        rowsUnreadable = selection.Unreadable.Count;
        dustShown = selection.Dust.Count;
        dust = [.. selection.Dust.Select(p => p.Key)];
        this.closer = new PanicRun(closer with { MaxRounds = 1 }, 0, startedMs);
        this.closer.Triggers.Add(new PanicTrigger(id, "TESTNET_FLATTEN", PanicIssuer.Ops, startedMs));
    }

    /// <summary>Why orders are held back from now on; empty while none are.</summary>
    public string Stopped { get; private set; } = "";

    public bool AnythingReady => Stopped.Length == 0 && ready.Count > 0;

    /// <summary>A wave may go once the latch has been looked at.</summary>
    public bool MayAsk => AnythingReady && (unanswered.Count == 0 || unanswered.Count + WaveOrders <= MaxUnanswered);

    /// <summary>Nothing is left to send and everything sent is answered.</summary>
    public bool AllAnswered => !AnythingReady && unanswered.Count == 0 && (Stopped.Length > 0 || !AnythingWaits);

    /// <summary>A leg still waits for its resting orders to be cancelled.</summary>
    public bool AnythingWaits => closer.Legs.Any(leg => leg.WaitsFor.Count > 0 && !leg.Sent && leg.Slices.Count > 0);

    /// <summary>Orders of unknown outcome. They are looked up until they are known, also when the position is gone (S8).</summary>
    public IReadOnlyList<CloseOrder> Unknown =>
        [.. closer.Legs.SelectMany(leg => leg.Unsettled).Where(id => orders[id] == FlattenOrder.Open).Select(id => sent[id])];

    /// <summary>Those, and orders that were accepted and are not over while their position is still shown.</summary>
    public IReadOnlyList<CloseOrder> ToLookUp => [.. Unknown.Concat(closer.ToLookUp().Select(open => sent[open.Id])).Distinct()];

    public int Sent => sent.Count;

    public int Accepted => orders.Values.Count(state => state == FlattenOrder.Accepted);

    public IEnumerable<Leg> Unsent => closer.Legs.Where(leg => !leg.Sent && leg.Slices.Count > 0);

    /// <summary>Positions that no order can be made for: below the exchange's smallest quantity.</summary>
    public IReadOnlyList<Leg> Unclosable => [.. closer.Legs.Where(leg => leg.Slices.Count == 0)];

    /// <summary>Plans one attempt for every selected position, biggest first.</summary>
    /// <param name="lots">Empty where they could not be read.</param>
    /// <param name="resting">Symbols whose resting orders are cancelled first; empty when they stay.</param>
    public IReadOnlyList<Leg> Plan(IReadOnlyDictionary<Symbol, MarketLot> lots, IReadOnlySet<Symbol> resting)
    {
        var legs = closer.Plan(
            new ExchangeProtocol.PositionsRead(0, selection.Above, selection.Unreadable), lots, resting);
        ready.AddRange(legs.Where(leg => leg.WaitsFor.Count == 0 && leg.Slices.Count > 0));
        return legs;
    }

    public void Release(Symbol cancelled) => ready.AddRange(closer.Release(cancelled));

    public void ReleaseAll() => ready.AddRange(closer.ReleaseAll());

    public void Stop(string why) => Stopped = Stopped.Length == 0 ? why : Stopped;

    /// <summary>Whole legs, at least one, up to <see cref="WaveOrders"/> orders; the slices of one big position stay together.</summary>
    public IReadOnlyList<CloseOrder> TakeWave(TimeSpan now)
    {
        var wave = new List<CloseOrder>();
        while (ready.Count > 0 && (wave.Count == 0 || wave.Count + ready[0].Slices.Count <= WaveOrders))
        {
            wave.AddRange(ready[0].Slices);
            ready[0].MarkSent(now);
            ready.RemoveAt(0);
        }

        foreach (var order in wave)
        {
            orders[order.Id] = FlattenOrder.Open;
            sent[order.Id] = order;
            unanswered.Add(order.Id);
        }

        return wave;
    }

    /// <summary>Takes in an answer or a found order.</summary>
    /// <returns>The order and what it has become, when that is news; null otherwise.</returns>
    public (CloseOrder Order, FlattenOrder Now)? Answer(ClientOrderId id, CloseState state, string orderId, ExchangeFault? fault)
    {
        if (!sent.TryGetValue(id, out var order))
        {
            return null;
        }

        unanswered.Remove(id);
        closer.Answer(id, state, orderId, fault);
        return Settle(order, state switch
        {
            CloseState.Filled or CloseState.Working => FlattenOrder.Accepted,
            CloseState.Refused or CloseState.Ended => FlattenOrder.Failed,
            CloseState.Unknown => FlattenOrder.Open,
        });
    }

    /// <summary>The exchange knows no such order; after enough looks it never got it.</summary>
    public (CloseOrder Order, FlattenOrder Now)? NotFound(ClientOrderId id)
    {
        if (!sent.TryGetValue(id, out var order))
        {
            return null;
        }

        closer.NotFound(id);
        return closer.Legs.Any(leg => leg.Unsettled.Contains(id)) ? null : Settle(order, FlattenOrder.Failed);
    }

    /// <summary>S3: what the exchange shows decides. An order whose outcome is unknown is waited for as well.</summary>
    public ReadVerdict Verify(ExchangeProtocol.PositionsRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        rowsUnreadable = read.Unreadable.Count;
        dustShown = read.Positions.Count(p => dust.Contains(p.Key) && FlattenSelection.IsPosition(p));
        var verdict = closer.Verify(new ExchangeProtocol.PositionsRead(
            read.ReadId, [.. read.Positions.Where(p => FlattenSelection.IsPosition(p) && !dust.Contains(p.Key))], read.Unreadable));
        LastReadFailed = false;
        return verdict is ReadVerdict.Flat or ReadVerdict.Failed && Unknown.Count > 0 ? ReadVerdict.Unsettled : verdict;
    }

    /// <summary>Without a good last read nothing counts as closed (S3).</summary>
    public bool LastReadFailed { get; private set; }

    public void NoteUnread() => LastReadFailed = true;

    public int Residual => rowsUnreadable + dustShown + closer.Legs.Count(leg => leg.OpenAtLastRead || LastReadFailed);

    /// <summary>What is still open and was to be closed, and why, one line each.</summary>
    public IEnumerable<(string Position, string Why)> Left => closer.Legs.Where(leg => leg.OpenAtLastRead)
        .Select(leg => (leg.Key.ToString(), leg.Trouble
            ?? (!leg.Sent && Stopped.Length > 0 ? "not attempted: " + Stopped : "the exchange still shows it")));

    public FlattenStatus Status =>
        LastReadFailed ? FlattenStatus.Failed
        : Residual == 0 ? FlattenStatus.Flat
        : closer.Legs.Any(leg => !leg.OpenAtLastRead) || Residual == dustShown ? FlattenStatus.Partial
        : FlattenStatus.Failed;

    public FlattenFigures Figures(int errors, long tookMs) => new(
        selection.Seen, selection.NonZero.Count, selection.Above.Count, selection.Unreadable.Count, Sent, Accepted, errors,
        [.. selection.Dust.Select(p => p.Key.ToString())], Residual, Stopped, tookMs);

    private (CloseOrder, FlattenOrder)? Settle(CloseOrder order, FlattenOrder now)
    {
        // Over is over: an accepted order that is later seen to have ended early shows in what is left, not in a second count.
        if (now == FlattenOrder.Open || orders[order.Id] != FlattenOrder.Open)
        {
            return null;
        }

        orders[order.Id] = now;
        return (order, now);
    }
}

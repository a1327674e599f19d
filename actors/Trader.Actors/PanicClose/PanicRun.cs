using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>What a read of positions means for a run.</summary>
public enum ReadVerdict
{
    /// <summary>The exchange shows nothing any more.</summary>
    Flat,

    /// <summary>Something is shown that an order of ours may still close: read again.</summary>
    Unsettled,

    /// <summary>Positions are shown that no order has been planned for yet: plan them.</summary>
    NewPositions,

    /// <summary>What is shown will stay: it has failed.</summary>
    Failed,
}

/// <summary>
/// The account of one panic close: which legs, which orders, what the exchange said, what it showed afterwards. Pure: it decides, the
/// actor acts. Several events that arrive during a run share it and are completed by it.
/// </summary>
/// <param name="settings">The worker's figures.</param>
/// <param name="life">Zero for the first attempt at the event, one more for each resumption after a crash.</param>
/// <param name="startedMs">Unix ms.</param>
public sealed class PanicRun(PanicCloseSettings settings, int life, long startedMs)
{
    private readonly SortedDictionary<PositionKey, Leg> legs = [];
    private readonly Dictionary<ClientOrderId, Leg> byOrder = [];
    private readonly Dictionary<PositionKey, List<ClientOrderId>> earlier = [];
    private readonly Dictionary<ClientOrderId, (Leg Leg, int Slice, int Life)> further = [];
    private IReadOnlyList<UnreadableRow> unreadable = [];
    private bool accountRead;
    private bool lastReadFailed;
    private int rounds;

    public List<PanicTrigger> Triggers { get; } = [];

    public int Life => life;

    /// <summary>An earlier life of this worker accepted the event; its journal says so.</summary>
    public bool Resumed { get; init; }

    /// <summary>Every order that went out has its answer, whether or not all went out.</summary>
    public bool SentAnswered => legs.Values.All(leg => leg.AllAnswered || !leg.Sent);

    /// <summary>Nothing waits to be sent any more.</summary>
    public bool AllSent => legs.Values.All(leg => leg.Sent || leg.Slices.Count == 0);

    public long StartedMs => startedMs;

    /// <summary>The event whose id the close orders carry.</summary>
    public EventId Lead => Triggers[0].EventId;

    public int LegCount => legs.Count + unreadable.Count;

    public decimal Notional => legs.Values.Sum(leg => leg.Seen.Notional);

    public bool AllAnswered => legs.Values.All(leg => leg.AllAnswered || leg.Slices.Count == 0);

    internal IEnumerable<Leg> Legs => legs.Values;

    public bool Owns(EventId id) => Triggers.Any(t => t.EventId == id);

    /// <summary>Takes in what an earlier life of this event had planned, so that closed legs count and orders are looked up.</summary>
    public void Remember(PositionKey key, IEnumerable<ClientOrderId> ids)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!earlier.TryGetValue(key, out var known))
        {
            earlier[key] = known = [];
        }

        known.AddRange(ids);
    }

    /// <summary>Takes in a run of the same event that gave way, so that its orders are looked up too.</summary>
    public void Remember(PanicRun before)
    {
        ArgumentNullException.ThrowIfNull(before);
        foreach (var leg in before.legs.Values)
        {
            Remember(leg.Key, leg.EarlierIds.Concat(leg.Slices.Select(slice => slice.Id)));
        }
    }

    /// <summary>
    /// Plans the legs of this read that have no plan yet, biggest notional first (DESIGN section 5), and notes which are gone.
    /// </summary>
    internal IReadOnlyList<Leg> Plan(
        ExchangeProtocol.PositionsRead read,
        IReadOnlyDictionary<Symbol, MarketLot> lots,
        IReadOnlySet<Symbol> resting)
    {
        accountRead = true;
        rounds++;
        NoteOpen(read);
        if (rounds == 1)
        {
            foreach (var key in earlier.Keys.Where(key => !legs.ContainsKey(key)))
            {
                // Closed by the earlier life: it belongs to the total, and the exchange no longer shows it.
                if (read.Positions.All(p => p.Key != key))
                {
                    legs[key] = new Leg(new Position(key, 0, 0, 0, 0, 0)) { OpenAtLastRead = false };
                }
            }
        }

        var fresh = new List<Leg>();
        foreach (var position in read.Positions.Where(p => !legs.ContainsKey(p.Key)))
        {
            var leg = new Leg(position);
            leg.Plan(CloseOrder.Cut(position, lots.GetValueOrDefault(position.Symbol), Lead, life));
            leg.EarlierIds = EarlierIds(leg);
            legs[position.Key] = leg;
            fresh.Add(leg);
            foreach (var slice in leg.Slices)
            {
                byOrder[slice.Id] = leg;
            }

            if (resting.Contains(position.Symbol))
            {
                leg.WaitsFor.Add(position.Symbol);
            }

            leg.WaitsFor.UnionWith(leg.EarlierIds);
        }

        return fresh.OrderByDescending(leg => leg.Seen.Notional).ThenBy(leg => leg.Key).ToList();
    }

    /// <summary>
    /// What may have been sent for this leg before: what this worker's journal names, and, because ids are derived, what any worker would
    /// have sent, up to this very life: two workers can count the same one. The position may have been bigger then and cut into more
    /// slices, so one more than now is asked for, and <see cref="Further"/> goes on while there are any.
    /// </summary>
    private IReadOnlyList<ClientOrderId> EarlierIds(Leg leg)
    {
        var ids = (earlier.GetValueOrDefault(leg.Key) ?? []).ToHashSet();
        for (var before = 0; life > 0 && before <= life && leg.Slices.Count > 0; before++)
        {
            for (var slice = 0; slice < leg.Slices.Count; slice++)
            {
                ids.Add(ClientOrderId.ForClose(Lead, leg.Key, slice, before));
            }

            if (Derive(leg, leg.Slices.Count, before) is { } next)
            {
                ids.Add(next);
            }
        }

        return [.. ids];
    }

    /// <summary>The id to look up next, when this one was beyond the present slices and has been found; the leg waits for it.</summary>
    internal (Symbol Symbol, ClientOrderId Id)? Further(ClientOrderId found)
    {
        if (!further.Remove(found, out var at) || at.Leg.Sent || Derive(at.Leg, at.Slice + 1, at.Life) is not { } next)
        {
            return null;
        }

        at.Leg.WaitsFor.Add(next);
        return (at.Leg.Key.Symbol, next);
    }

    private ClientOrderId? Derive(Leg leg, int slice, int before)
    {
        if (slice >= CloseOrder.MaxSlices)
        {
            return null;
        }

        var id = ClientOrderId.ForClose(Lead, leg.Key, slice, before);
        further[id] = (leg, slice, before);
        return id;
    }

    /// <summary>Removes a precondition and returns the legs that may go out now, biggest first.</summary>
    internal IReadOnlyList<Leg> Release(object precondition)
    {
        var ready = new List<Leg>();
        foreach (var leg in legs.Values)
        {
            if (leg.WaitsFor.Remove(precondition) && leg.WaitsFor.Count == 0 && !leg.Sent && leg.Slices.Count > 0)
            {
                ready.Add(leg);
            }
        }

        return ready.OrderByDescending(leg => leg.Seen.Notional).ToList();
    }

    internal IReadOnlyList<Leg> ReleaseAll()
    {
        var ready = legs.Values.Where(leg => leg.WaitsFor.Count > 0 && !leg.Sent && leg.Slices.Count > 0).ToList();
        ready.ForEach(leg => leg.WaitsFor.Clear());
        return ready;
    }

    /// <summary>The leg of an order of this life, null for any other.</summary>
    internal Leg? Answer(ClientOrderId id, CloseState state, string orderId, ExchangeFault? fault)
    {
        if (!byOrder.TryGetValue(id, out var leg))
        {
            return null;
        }

        leg.Answer(id, state, orderId, fault?.ToString());
        return leg;
    }

    public void NotFound(ClientOrderId id)
    {
        if (byOrder.TryGetValue(id, out var leg))
        {
            leg.NotFound(id);
        }
    }

    public IReadOnlyList<(Symbol Symbol, ClientOrderId Id)> ToLookUp() =>
        legs.Values.Where(leg => leg.OpenAtLastRead)
            .SelectMany(leg => leg.Unsettled.Select(id => (leg.Key.Symbol, id))).ToList();

    public void NoteUnread() => lastReadFailed = true;

    /// <summary>What besides open positions keeps the account from being called flat, as it stands among the failed symbols.</summary>
    public IReadOnlyList<string> Doubts { get; set; } = [];

    /// <summary>When the newest close went out that filled and whose position the last read no longer shows; null: there is none.</summary>
    public TimeSpan? NewestFillShown => legs.Values.Where(leg => leg.AllFilled && !leg.OpenAtLastRead).Max(leg => leg.SentAt);

    /// <summary>S3: what the exchange shows decides, not what it answered to the orders.</summary>
    public ReadVerdict Verify(ExchangeProtocol.PositionsRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        NoteOpen(read);
        if (read.Positions.Any(p => !legs.ContainsKey(p.Key)) && rounds < settings.MaxRounds)
        {
            return ReadVerdict.NewPositions;
        }

        NoteUnplanned(read);
        var open = legs.Values.Where(leg => leg.OpenAtLastRead).ToList();
        if (open.Count == 0 && unreadable.Count == 0)
        {
            return ReadVerdict.Flat;
        }

        return open.Any(leg => leg.MayStillVanish) ? ReadVerdict.Unsettled : ReadVerdict.Failed;
    }

    public PanicCompletion Complete(EventId id, long nowMs)
    {
        var failed = new List<string>();
        if (!accountRead)
        {
            failed.Add(PanicCompletion.Unreadable);
        }

        // Without a good last read nothing counts as closed.
        failed.AddRange(legs.Values.Where(leg => leg.OpenAtLastRead || lastReadFailed).Select(leg => leg.Key.ToString()));
        failed.AddRange(unreadable.Select(row => row.Symbol));
        if (accountRead && lastReadFailed && failed.Count == 0)
        {
            failed.Add(PanicCompletion.Unreadable);
        }

        // An order that still rests, or may, can reopen the account under the halt: that is not flat (X22).
        failed.AddRange(Doubts);
        var closed = lastReadFailed ? 0 : legs.Values.Count(leg => !leg.OpenAtLastRead);
        return new PanicCompletion(id, closed + failed.Count, closed, failed, startedMs, Math.Max(nowMs, startedMs));
    }

    private void NoteOpen(ExchangeProtocol.PositionsRead read)
    {
        lastReadFailed = false;
        unreadable = read.Unreadable;
        var shown = read.Positions.Select(p => p.Key).ToHashSet();
        foreach (var leg in legs.Values)
        {
            leg.OpenAtLastRead = shown.Contains(leg.Key);
        }
    }

    /// <summary>Positions that keep appearing after the last round are on the account and not closed: they are failures.</summary>
    private void NoteUnplanned(ExchangeProtocol.PositionsRead read)
    {
        foreach (var position in read.Positions.Where(p => !legs.ContainsKey(p.Key)))
        {
            legs[position.Key] = new Leg(position) { Trouble = "appeared after the last round of closes" };
        }
    }
}

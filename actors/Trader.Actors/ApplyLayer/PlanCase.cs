using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>How far a plan has come.</summary>
internal enum CaseStage
{
    /// <summary>It waits for permits, positions, or its symbol. Nothing has been consumed.</summary>
    Waiting,

    /// <summary>The atomic step is on its way.</summary>
    Taking,

    /// <summary>Taken; an open's intent is being written to disk.</summary>
    Recording,

    /// <summary>Taken; the switch, and what stops opens, is being read for the last time.</summary>
    Confirming,

    /// <summary>The order is on its way.</summary>
    Sending,

    /// <summary>The order's fate is being looked up.</summary>
    Resolving,
}

/// <summary>One plan in hand, from its entry in the stream to its end.</summary>
internal sealed class PlanCase(string streamId, Plan plan, TimeSpan seenAt, bool redelivered)
{
    public string StreamId { get; } = streamId;

    public Plan Plan { get; } = plan;

    /// <summary>Of its order, should there be one.</summary>
    public ClientOrderId OrderId => field ??= ClientOrderId.ForPlan(Plan.Id);

    public string Digest { get; } = PlanRecordText.DigestOf(plan);

    /// <summary>Monotonic; the permit wait counts from here.</summary>
    public TimeSpan SeenAt { get; } = seenAt;

    /// <summary>The stream gave this entry out before: an earlier life may have taken the plan.</summary>
    public bool Redelivered { get; } = redelivered;

    public CaseStage Stage { get; set; }

    public bool Ended { get; set; }

    /// <summary>Redis has its digest.</summary>
    public bool Registered { get; set; }

    /// <summary>An earlier life may have taken it, and nobody has looked yet: its order may be out, and nothing may be said of its end.</summary>
    public bool MayBeTaken => Redelivered && !Registered;

    /// <summary>A look at it is on its way.</summary>
    public bool Asked { get; set; }

    public TimeSpan LookAt { get; set; } = seenAt;

    /// <summary>What it last waited for.</summary>
    public string Reason { get; set; } = "init";

    public PermitSeen Governor { get; set; } = PermitSeen.Absent;

    public PermitSeen PositionState { get; set; } = PermitSeen.Absent;

    /// <summary>The order as it was last made up.</summary>
    public OrderDraft? Draft { get; set; }

    public GatePass? Pass { get; set; }

    /// <summary>When the question was asked that the order leaves on.</summary>
    public TimeSpan ConfirmedAt { get; set; }

    /// <summary>When the first such question was asked; null before it was answered.</summary>
    public TimeSpan? FirstConfirmAt { get; set; }

    /// <summary>Made once, out of <see cref="Pass"/>.</summary>
    public ApprovedOrder? Order { get; set; }

    /// <summary>When its order may first have been sent.</summary>
    public TimeSpan SentAt { get; set; }

    /// <summary>When the step was asked for that everything was checked by.</summary>
    public TimeSpan TakenAt { get; set; }

    public int Lookups { get; set; }

    public bool LookingUp { get; set; }

    public TimeSpan LookupAt { get; set; }

    /// <summary>When the look-up under way was asked for.</summary>
    public TimeSpan LookupAskedAt { get; set; }

    /// <summary>The result that says unknown has been written.</summary>
    public bool SaidUnknown { get; set; }

    /// <summary>Set when an earlier life took it: no order is ever sent for it, only looked for.</summary>
    public PlanRecordText? Inherited { get; set; }

    /// <summary>The step was asked for, and nobody knows whether it was done.</summary>
    public bool TakeUnknown { get; set; }

    /// <summary>This entry took the plan, or may have, by this life or an earlier one: its end is ours to say.</summary>
    public bool Taken => Pass is not null || Inherited is not null || TakeUnknown;

    /// <summary>From the atomic step to the order's known end.</summary>
    public bool InFlight => Stage != CaseStage.Waiting;
}

/// <summary>The plans in hand, bounded; and which symbols have an order under way. One order at a time and symbol.</summary>
internal sealed class PlanTable
{
    private readonly Dictionary<string, PlanCase> byEntry = new(StringComparer.Ordinal);
    private readonly Dictionary<PlanId, PlanCase> byPlan = [];
    private readonly Dictionary<ClientOrderId, PlanCase> byOrder = [];
    private readonly Dictionary<Symbol, List<PlanCase>> busy = [];
    private readonly Dictionary<string, RedisProtocol.PlanSeen> behind = new(StringComparer.Ordinal);

    public int Count => byEntry.Count + behind.Count;

    public int InFlight { get; private set; }

    /// <summary>Plans that are taken, or being taken, and whose order has not left.</summary>
    public int Ahead { get; private set; }

    public IReadOnlyCollection<PlanCase> All => byEntry.Values;

    /// <summary>False when this plan, or this entry, is in hand already.</summary>
    public bool TryAdd(PlanCase plan) => !byEntry.ContainsKey(plan.StreamId) && byPlan.TryAdd(plan.Plan.Id, plan)
        && byEntry.TryAdd(plan.StreamId, plan);

    /// <summary>
    /// Entries that stand behind another entry of their plan and may be the one that an earlier life took: which of them it was, Redis is
    /// asked when the first has ended.
    /// </summary>
    public IReadOnlyCollection<string> Behind => behind.Keys;

    public void StandBehind(RedisProtocol.PlanSeen seen) => behind.Add(seen.StreamId, seen);

    /// <summary>The next entry of a plan of which none is in hand any more; null when there is none.</summary>
    public RedisProtocol.PlanSeen? Next(PlanId id)
    {
        if (behind.Count == 0 || byPlan.ContainsKey(id) || behind.Values.FirstOrDefault(seen => seen.Plan.Id == id) is not { } next)
        {
            return null;
        }

        behind.Remove(next.StreamId);
        return next;
    }

    public bool Holds(string streamId) => byEntry.ContainsKey(streamId) || behind.ContainsKey(streamId);

    public PlanCase? Of(PlanId id) => byPlan.GetValueOrDefault(id);

    /// <summary>The plan in flight whose order this is.</summary>
    public PlanCase? Of(ClientOrderId id) => byOrder.GetValueOrDefault(id);

    /// <summary>Another plan's order is under way for the symbol, or its fate is not known.</summary>
    public PlanCase? Blocker(PlanCase plan) =>
        busy.GetValueOrDefault(plan.Plan.Symbol)?.FirstOrDefault(other => other != plan);

    public void Advance(PlanCase plan, CaseStage stage)
    {
        var was = plan.InFlight;
        Ahead -= IsAhead(plan.Stage) ? 1 : 0;
        Ahead += IsAhead(stage) ? 1 : 0;
        plan.Stage = stage;
        Mark(plan, was, plan.InFlight);
    }

    /// <summary>Takes it out of hand; one that never was in hand leaves the others alone.</summary>
    public void End(PlanCase plan)
    {
        plan.Ended = true;
        if (byEntry.GetValueOrDefault(plan.StreamId) == plan)
        {
            byEntry.Remove(plan.StreamId);
            byPlan.Remove(plan.Plan.Id);
            Ahead -= IsAhead(plan.Stage) ? 1 : 0;
            Mark(plan, plan.InFlight, isNow: false);
        }
    }

    private static bool IsAhead(CaseStage stage) => stage is CaseStage.Taking or CaseStage.Recording or CaseStage.Confirming;

    private void Mark(PlanCase plan, bool was, bool isNow)
    {
        if (was == isNow)
        {
            return;
        }

        InFlight += isNow ? 1 : -1;
        if (isNow)
        {
            byOrder[plan.OrderId] = plan;
        }
        else
        {
            byOrder.Remove(plan.OrderId);
        }

        if (!busy.TryGetValue(plan.Plan.Symbol, out var there))
        {
            busy[plan.Plan.Symbol] = there = [];
        }

        if (isNow)
        {
            there.Add(plan);
        }
        else
        {
            there.Remove(plan);
            if (there.Count == 0)
            {
                busy.Remove(plan.Plan.Symbol);
            }
        }
    }
}

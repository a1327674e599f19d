using Trader.Messages;
using TradePlan = Trader.Messages.Plan;

namespace Trader.Simulation.Gate;

/// <summary>One recorded taking of a plan, with the permits that it consumed; null for none.</summary>
internal sealed record Taking(GateConnection By, int Memory, RedisProtocol.TakePlan Asked, PermitTexts? Consumed)
{
    public bool Sent { get; set; }
}

/// <summary>
/// The gate's rules, held against the truth whenever an order leaves: what passed through the gateways counts, and what Redis, disks and
/// the account really hold. The actors are asked nothing.
/// </summary>
internal sealed class GateChecks(GateStage stage)
{
    /// <summary>A timer and the step that uses it may lie this far apart.</summary>
    private const double SlackMs = 1;

    private readonly Dictionary<PlanId, List<Taking>> takings = [];

    public PermitBook Permits { get; } = new(stage);

    public ResultChecks Results { get; } = new(stage);

    /// <summary>Counts how often Redis lost what it held; a taking that it forgot binds nobody.</summary>
    public int Memory { get; private set; }

    public int Orders { get; private set; }

    /// <summary>Symbols that an order went out for.</summary>
    public HashSet<Symbol> Traded { get; } = [];

    public void Flushed()
    {
        Memory++;
        Results.Flushed();
    }

    public IReadOnlyList<Taking> Takings(PlanId plan) => takings.GetValueOrDefault(plan) ?? [];

    public void Asked(GateConnection by, object command)
    {
        if (command is RedisProtocol.TakePlan take)
        {
            by.Truth.SizedBy[take.Draft.Plan] = by.Truth.Positions;
        }
    }

    public void Executed(GateConnection by, RedisCommandInFlight command, object answer)
    {
        switch (answer)
        {
            case RedisProtocol.KillSwitchRead read:
                by.Truth.Readings[read.Round] = new LastReading(command.IssuedMs, read.Seen, ForOpens: false, null);
                break;
            case RedisProtocol.EntryConfirmed read:
                by.Truth.Readings[read.Round] = new LastReading(command.IssuedMs, read.Seen, ForOpens: true, read.Closed);
                break;
        }
    }

    public void Delivered(GateConnection by, RedisCommandInFlight command, object reply)
    {
        if (reply is RedisProtocol.PlanTaken taken)
        {
            by.Truth.ToldTakenMs[taken.Pass.Draft.Plan] = stage.NowMs;
        }

        var seen = reply switch
        {
            RedisProtocol.KillSwitchRead read => Reached(by.Truth, read.Round, read.Seen),
            RedisProtocol.EntryConfirmed read => Reached(by.Truth, read.Round, read.Seen),
            RedisProtocol.GateLooked looked => looked.KillSwitch,
            _ => null,
        };
        if (seen is not null && command.IssuedMs >= by.Truth.NewestSwitch.AskedMs)
        {
            by.Truth.NewestSwitch = (command.IssuedMs, seen.IsOn);
        }
    }

    public void ReadBegins(GateNode node, long readId) => node.Truth.ReadsAskedMs[readId] = stage.NowMs;

    /// <summary>The exchange's answer reaches a process.</summary>
    public void Heard(GateNode node, object answer)
    {
        var truth = node.Truth;
        switch (answer)
        {
            case ExchangeProtocol.PositionsRead read:
                truth.Positions = new SightedPositions(truth.ReadsAskedMs[read.ReadId], read);
                break;
            case ExchangeProtocol.ApprovedAnswered { State: CloseState.Filled or CloseState.Ended or CloseState.Refused } answered:
                Told(truth, answered.Id, over: true);
                break;
            case ExchangeProtocol.ApprovedAnswered answered:
                Told(truth, answered.Id, over: false);
                break;
            case ExchangeProtocol.OrderFound found:
                Told(truth, found.Id, found.State is CloseState.Filled or CloseState.Ended or CloseState.Refused);
                break;
            case ExchangeProtocol.OrderNotFound missing:
                Told(truth, missing.Id, over: false, settled: true);
                break;
        }
    }

    /// <summary>A taking is recorded: once per plan, as long as Redis remembers (S8).</summary>
    public void Taken(GateConnection by, RedisProtocol.TakePlan take, PermitTexts? consumed)
    {
        var plan = take.Draft.Plan;
        if (Takings(plan).Any(t => t.Memory == Memory))
        {
            stage.Break("S8", $"plan {plan} is taken by {by.Node} a second time");
        }

        if (!takings.TryGetValue(plan, out var list))
        {
            takings[plan] = list = [];
        }

        list.Add(new Taking(by, Memory, take, consumed));
    }

    public void Recorded(GateNode node, JournalRecord record, bool onDisk)
    {
        if (onDisk && record.Kind == "apply.taken" && PanicWire.Find(record.Fields, "plan_id") is { } plan)
        {
            node.Truth.OnDisk.Add(plan);
        }
    }

    public void OrderLeaves(GateNode node, ApprovedOrder order)
    {
        Orders++;
        Traded.Add(order.Symbol);
        stage.Note(node.Name, $"SENDS {order} {(order.Opens ? "open" : "reduce")}");
        var taking = Takings(order.Plan).LastOrDefault(t => t.By == node.Connection);
        if (taking is null || taking.Asked.Draft is not { } draft
            || (draft.Key, draft.Side, draft.Quantity, draft.Opens) != (order.Key, order.Side, order.Quantity, order.Opens))
        {
            stage.Break("S6", $"{node} sends {order}, which no taking by it is recorded for");
            return;
        }

        if (taking.Sent || Takings(order.Plan).Any(t => t.Sent && t.Memory == taking.Memory))
        {
            stage.Break("S8", $"{node} sends {order}, and one was sent for the plan before");
        }

        taking.Sent = true;
        CheckSwitch(node, order);
        CheckSize(node, order);
        CheckPlan(node, taking);
        if (order.Opens)
        {
            CheckOpen(node, order);
        }

        node.Truth.UnderWay[order.Symbol] = (order.Plan, stage.NowMs);
    }

    private static KillSwitchSeen Reached(GateTruth truth, long round, KillSwitchSeen seen)
    {
        var reading = truth.Readings[round];
        truth.Reached[reading.ForOpens] = reading;
        return seen;
    }

    /// <summary>The reading that an order may leave on: the newest of its kind, asked for after the gate knew that it had taken the plan.</summary>
    private static LastReading? ReadingFor(GateTruth truth, ApprovedOrder order) =>
        truth.Reached.GetValueOrDefault(order.Opens) is { } last
            && truth.ToldTakenMs.TryGetValue(order.Plan, out var told) && last.AskedMs >= told
            ? last
            : null;

    /// <param name="settled">The exchange knows no such order; so long after it was sent, that is its end.</param>
    private void Told(GateTruth truth, ClientOrderId id, bool over, bool settled = false)
    {
        if (truth.UnderWay.FirstOrDefault(u => ClientOrderId.ForPlan(u.Value.Plan) == id) is { Key: { } symbol, Value.SentMs: var sentMs })
        {
            truth.TouchedMs[symbol] = stage.NowMs;
            if (over || (settled && stage.NowMs - sentMs >= GateFigures.LookupSettledMs))
            {
                truth.UnderWay.Remove(symbol);
            }
        }
    }

    /// <summary>
    /// S1, A14: the order leaves on a reading that was asked for after its taking and reached the gate, is fresh, and was served while the switch was off; and on no
    /// older knowledge than it has.
    /// </summary>
    private void CheckSwitch(GateNode node, ApprovedOrder order)
    {
        var truth = node.Truth;
        if (ReadingFor(truth, order) is not { } last)
        {
            stage.Break("S1", $"{node} sends {order} without having read the kill switch for it");
        }
        else if (last.Switch.IsOn)
        {
            stage.Break("S1", $"{node} sends {order} on a kill switch that says {last.Switch.Shown}");
        }
        else if (stage.NowMs - last.AskedMs > (order.Opens ? GateFigures.SwitchToOrderMs : GateFigures.SwitchMaxAgeMs) + SlackMs)
        {
            stage.Break("S1", $"{node} sends {order} on a reading of the kill switch of {stage.NowMs - last.AskedMs:F0} ms ago");
        }
        else if (truth.NewestSwitch is { On: true } newest && newest.AskedMs > last.AskedMs)
        {
            stage.Break("S1", $"{node} sends {order} and knows better of the kill switch");
        }
    }

    /// <summary>S5: sized by a position read that began after what it did to the symbol itself; never above it, never the other way.</summary>
    private void CheckSize(GateNode node, ApprovedOrder order)
    {
        var truth = node.Truth;
        if (truth.UnderWay.TryGetValue(order.Symbol, out var other))
        {
            stage.Break("S5", $"{node} sends {order} while the order of {other.Plan} is under way in the symbol");
        }
        else if (truth.SizedBy.GetValueOrDefault(order.Plan) is not { } sight)
        {
            stage.Break("S5", $"{node} sends {order} without having read positions");
        }
        else if (truth.TouchedMs.TryGetValue(order.Symbol, out var touched) && sight.AskedMs <= touched)
        {
            stage.Break("S5", $"{node} sends {order} by positions that it asked for before its last order there had ended");
        }
        else if (!order.Opens && (sight.Read.Positions.FirstOrDefault(p => p.Key == order.Key) is not { } leg
            || order.Side != leg.ClosingSide || order.Quantity > leg.Quantity))
        {
            stage.Break("S5", $"{node} sends {order}, and has read {string.Join(", ", sight.Read.Positions.Select(p => $"{p.Key} {p.Amount}"))}");
        }
    }

    /// <summary>S6: both permits were there, allow this very order, and are consumed; or none is needed, and that is proven.</summary>
    private void CheckPlan(GateNode node, Taking taking)
    {
        var (take, draft) = (taking.Asked, taking.Asked.Draft);
        if (Results.PlanOf(take.Record.StreamId) is not { } plan || plan.Id != draft.Plan || plan.Symbol != draft.Symbol)
        {
            stage.Break("S6", $"{node} sends {draft}, which entry {take.Record.StreamId} does not ask for");
            return;
        }

        CheckWish(node, plan, draft);
        if (taking.Consumed is not { } permits)
        {
            if (!stage.Schedule.Bypass || stage.Schedule.Environment == VenueEnvironment.Production)
            {
                stage.Break("S6", $"{node} sends {draft} without permits");
            }

            return;
        }

        var fault = Permits.Fault(RedisKeys.Permit + draft.Plan, permits.Governor, draft, plan.ActionText)
            ?? Permits.Fault(RedisKeys.PositionStatePermit + draft.Plan, permits.PositionState, draft, plan.ActionText);
        if (fault is not null)
        {
            stage.Break("S6", $"{node} sends {draft}: {fault}");
        }
    }

    private void CheckWish(GateNode node, TradePlan plan, OrderDraft draft)
    {
        var held = node.Truth.SizedBy.GetValueOrDefault(plan.Id)?.Read.Positions.FirstOrDefault(p => p.Key == draft.Key);
        var most = draft.Opens ? plan.Quantity : plan.WantedClose(held?.Quantity ?? 0);
        if (plan.Decision != PlanDecision.Execute || (plan.Effect == PlanEffect.Opens) != draft.Opens || plan.Effect == PlanEffect.Neither
            || (draft.Opens && plan.Side != draft.Side) || draft.Quantity > (most ?? decimal.MaxValue))
        {
            stage.Break("S6", $"{node} sends {draft} for {plan.ActionText} {plan.Side} {plan.Quantity}");
        }
    }

    /// <summary>S6, S12: nothing stopped opens when it was last read; the taking is on disk.</summary>
    private void CheckOpen(GateNode node, ApprovedOrder order)
    {
        var truth = node.Truth;
        var last = ReadingFor(truth, order);
        if (last is not { ForOpens: true, Closed: null })
        {
            stage.Break("S6", $"{node} opens with {order}, last read: {last?.Closed?.ToString() ?? "nothing about opens"}");
        }
        else if (truth.Latched)
        {
            stage.Break("S6", $"{node} opens with {order} under the emergency stop's latch");
        }
        else if (!truth.OnDisk.Contains(order.Plan.Value))
        {
            stage.Break("S12", $"{node} opens with {order} before its taking is on disk");
        }
    }
}

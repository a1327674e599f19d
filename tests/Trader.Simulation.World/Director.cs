using Trader.Messages;

namespace Trader.Simulation;

/// <summary>Carries out a plan: faults while the window lasts, people who help and hinder, then healing, then what must come of it.</summary>
internal sealed class Director(Stage stage)
{
    private const double LivenessMs = 120_000;

    private readonly List<EventId> known = [];
    private double quietAtMs;
    private double brainGoneMs = double.PositiveInfinity;
    private double lastOpsPanicMs = double.NegativeInfinity;
    private double haltClearedMs = double.NegativeInfinity;

    public void Begin()
    {
        var plan = stage.Plan;
        foreach (var node in stage.Nodes.All)
        {
            stage.After(stage.Between(0, 1_500), node.Start);
        }

        foreach (var e in plan.NodeEvents)
        {
            stage.After(e.AtMs, () => Strike(stage.Nodes[e.Node], e));
        }

        foreach (var e in plan.RedisEvents)
        {
            stage.After(e.AtMs, () => stage.Redis.Strike(e.Fault, Math.Min(e.ForMs, plan.WindowMs + 3_000 - stage.NowMs)));
        }

        foreach (var p in plan.Partitions)
        {
            stage.After(p.AtMs, () =>
            {
                if (p.A != p.B)
                {
                    stage.Links.Part(p.A, p.B, p.ForMs);
                }
                else
                {
                    stage.Redis.CutOff(stage.Nodes[p.A], p.ForMs);
                }
            });
        }

        foreach (var at in plan.OperatorAtMs)
        {
            stage.After(at, OperatorActs);
        }

        stage.Every(1_700, () => !stage.Quiet, MarketMoves);
        stage.Every(1_000, () => true, OperatorLooks);
        quietAtMs = plan.WindowMs + 3_000;
        stage.After(quietAtMs, BecomeQuiet);
    }

    /// <summary>Whether the run may end; breaks LIVENESS when it is too late for what must still happen.</summary>
    public bool IsOver()
    {
        if (!stage.Quiet)
        {
            return false;
        }

        var missing = Missing();
        if (missing is null)
        {
            return stage.NowMs > Math.Max(quietAtMs, lastOpsPanicMs) + 12_000;
        }

        if (stage.NowMs > quietAtMs + LivenessMs)
        {
            stage.Break("LIVENESS", missing);
            return true;
        }

        return false;
    }

    private void Strike(SimNode node, NodeEvent e)
    {
        var forGood = double.IsInfinity(e.ForMs);
        if (node.State != NodeState.Running && !forGood)
        {
            return;
        }

        switch (e.Fault)
        {
            case NodeFault.Crash:
                node.Crash();
                break;
            case NodeFault.Freeze:
                node.Freeze();
                break;
            case NodeFault.CleanStop:
                node.StopCleanly();
                break;
            case NodeFault.HostLoss:
                stage.Links.LoseHost(node);
                node.Crash();
                break;
        }

        if (forGood)
        {
            brainGoneMs = stage.NowMs;
            return;
        }

        stage.After(e.ForMs, () => Revive(node));
    }

    private void Revive(SimNode node)
    {
        if (node.Name == Plan.Brain && stage.NowMs > brainGoneMs)
        {
            return;
        }

        stage.Links.FindHost(node);
        node.Thaw();
        node.Start();
    }

    private void BecomeQuiet()
    {
        stage.Note("director", "QUIET: no more faults");
        stage.Quiet = true;
        stage.Links.Heal();
        foreach (var node in stage.Nodes.All)
        {
            stage.After(stage.Between(0, 2_000), () => Revive(node));
        }
    }

    private void MarketMoves()
    {
        if (stage.Chance(0.08))
        {
            stage.Exchange.Account.FillSomeResting();
        }

        if (stage.Redis.Readable && stage.Redis.Data.GateOpen && !stage.Redis.Data.Halted && stage.Chance(0.1))
        {
            stage.Exchange.Account.OpenSome();
        }
    }

    private void OperatorActs()
    {
        known.AddRange(stage.Checks.Events.All.Where(e => e.Valid).Select(e => e.Id).Except(known));
        switch (stage.Pick(7))
        {
            case 0:
                AddPanic(NewId(), "ops", stage.UnixMs, valid: true);
                break;
            case 1:
                AddPanic(NewId(), "watchdog", stage.UnixMs - 61_500, valid: false);
                break;
            case 2:
                AddPanic(NewId(), "ops", stage.UnixMs + 300_000, valid: false);
                break;
            case 3:
                AddPanic(NewId(), "mallory", stage.UnixMs, valid: false);
                break;
            case 4:
                stage.Redis.Data.Add(stage.Redis.Data.Panics, [new("garbage", new string('x', 200)), new("ts", "NaN")]);
                stage.Redis.Readers.Wake();
                break;
            case 5 when known.Count > 0:
                // The same id once more, in an entry of its own.
                var id = known[stage.Pick(known.Count)];
                AddPanic(id, "ops", stage.UnixMs, valid: true);
                break;
            default:
                ClearHalt();
                break;
        }
    }

    /// <summary>A person acts on alarms: what three events could not close is asked for once more.</summary>
    private void OperatorLooks()
    {
        var account = stage.Exchange.Account;
        var brainAway = !stage.Nodes.Brain.Running;
        if (stage.Quiet && brainAway && !account.Flat && stage.NowMs - quietAtMs > 50_000 && stage.NowMs - lastOpsPanicMs > 30_000
            && AlarmRaised())
        {
            lastOpsPanicMs = stage.NowMs;
            AddPanic(NewId(), "ops", stage.UnixMs, valid: true);
        }

        if (!stage.Quiet && account.Flat && stage.Redis.Data.Halted && stage.Chance(0.03))
        {
            ClearHalt();
        }
    }

    private bool AlarmRaised() => stage.Nodes.All.Any(node => node.Disk.Journal.Any(r => r.Kind == "watchdog.alarm"))
        || stage.Checks.Alarms.Overlaps(["PANIC_NOT_COMPLETED", "RESTING_ORDERS_REMAIN", PanicCompletion.RestingUnknown, "PANIC_CLOSE_INCOMPLETE"]);

    private void ClearHalt()
    {
        if (!stage.Redis.Data.Halted || !stage.Redis.Available)
        {
            return;
        }

        stage.Note("operator", "clears the halt");
        haltClearedMs = stage.NowMs;
        foreach (var e in stage.Checks.Events.All.Where(e => stage.Redis.Data.Witnessed(e.Id)))
        {
            e.ClearedByPersonAtMs = stage.NowMs;
        }

        stage.Redis.Data.ClearHalt();
    }

    private EventId NewId()
    {
        var bytes = new byte[16];
        stage.Random.NextBytes(bytes);
        return EventId.FromGuid(new Guid(bytes));
    }

    private void AddPanic(EventId id, string issuer, long ts, bool valid)
    {
        if (!stage.Redis.Available)
        {
            return;
        }

        stage.Note("operator", $"adds panic {id} as {issuer}, ts {ts - stage.UnixMs} ms off, {(valid ? "valid" : "bad")}");
        stage.Checks.Events.Note(id, valid).InStream |= valid;
        stage.Redis.Data.Add(stage.Redis.Data.Panics,
        [
            new("event_id", id.Value), new("reason", "DRILL"), new("severity", "CRITICAL"), new("issued_by", issuer),
            new("ts", ts.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]);
        stage.Redis.Readers.Wake();
    }

    /// <summary>What must have happened by the end and has not; null when all has.</summary>
    private string? Missing()
    {
        var account = stage.Exchange.Account;
        var brainDead = stage.Plan.BrainStaysDead && !stage.Nodes.Brain.Running;
        if (brainDead && !account.Flat)
        {
            return $"the brain is dead and {account.Now.Count} positions are open, watchdog {stage.Checks.Watch.Phase}";
        }

        if (brainDead && stage.Checks.Watch.Phase == "armed")
        {
            return "the brain is dead and the watchdog is armed";
        }

        var clearedSince = haltClearedMs > stage.Checks.LastHaltSetMs;
        if (brainDead && !stage.Redis.Data.Halted && !clearedSince)
        {
            return "the brain is dead and trading is not halted";
        }

        var open = stage.Checks.Events.All.FirstOrDefault(e => e.Valid && !e.EverCompleted && !e.EndedOtherwise
            && (e.InStream || e.AcceptedOnDisk.Count > 0));
        return open is not null ? $"event {open.Id} has no completion" : null;
    }
}

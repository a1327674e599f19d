using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>Carries out a schedule: faults, people and other hands while the window lasts, then healing, then what must come of it.</summary>
internal sealed class GateDirector
{
    /// <summary>Every plan must have its result so long after the last fault.</summary>
    private const double LivenessMs = 60_000;

    /// <summary>Longer than any order may still be on its way.</summary>
    private const double SettledMs = 9_000;

    private static readonly string[] SwitchedOn = ["true", "1", "ON", " yes ", "x", "True\n"];

    private static readonly string[] SwitchedOff = ["false", "0", "", " Off "];

    private readonly GateStage stage;
    private readonly GateProducer producer;
    private readonly Queue<StepEvent> steps;
    private readonly Dictionary<GateNode, double> awayUntilMs = [];
    private readonly double quietAtMs;

    public GateDirector(GateStage stage)
    {
        this.stage = stage;
        producer = new GateProducer(stage, new PermitWriter(stage));
        var plan = stage.Schedule;
        steps = new Queue<StepEvent>(plan.StepEvents.OrderBy(e => e.AtStep));
        quietAtMs = plan.CutOffs.Select(c => c.AtMs + c.ForMs).Append(plan.WindowMs + 3_000).Max();
    }

    public void Begin()
    {
        var plan = stage.Schedule;
        foreach (var node in stage.Nodes)
        {
            stage.After(stage.Between(0, 300), node.Start);
        }

        foreach (var e in plan.NodeEvents)
        {
            stage.After(e.AtMs, () => Strike(e.Node, e.Fault, e.ForMs));
        }

        foreach (var e in plan.RedisEvents)
        {
            stage.After(e.AtMs, () => stage.Redis.Strike(e.Fault, Math.Min(e.ForMs, quietAtMs - stage.NowMs)));
        }

        foreach (var e in plan.CutOffs)
        {
            stage.After(e.AtMs, () =>
            {
                if (stage.Find(e.Node) is { } node)
                {
                    stage.Redis.CutOff(node, e.ForMs);
                }
            });
        }

        foreach (var e in plan.PersonEvents)
        {
            stage.After(e.AtMs, () => Person(e.Does));
        }

        foreach (var e in plan.ClockJumps.Where(jump => stage.Find(jump.Node) is not null))
        {
            stage.After(e.AtMs, () => stage.Find(e.Node)!.ClockErrorMs = e.ErrorMs);
        }

        stage.Brain.Begin();
        stage.Took = node =>
        {
            if (!stage.Quiet && stage.Chance(plan.Slyness))
            {
                stage.After(stage.Between(0, 4), () => Spoil(node));
            }
        };
        stage.Every(plan.PlanEveryMs, () => stage.NowMs < plan.WindowMs, () =>
        {
            if (stage.Chance(0.8))
            {
                producer.Add();
            }
        });
        if (plan.StrangerEveryMs > 0)
        {
            stage.Every(plan.StrangerEveryMs, () => stage.NowMs < plan.WindowMs, stage.Exchange.Account.Stranger);
        }

        stage.After(quietAtMs, BecomeQuiet);
    }

    /// <summary>A process may be struck between any two messages.</summary>
    public void AfterStep()
    {
        while (!stage.Quiet && steps.TryPeek(out var next) && stage.World.Steps >= next.AtStep)
        {
            steps.Dequeue();
            Strike(next.Node, next.Fault, next.ForMs);
        }
    }

    /// <summary>Whether the run may end; breaks LIVENESS when it is too late for what must still happen.</summary>
    public bool IsOver()
    {
        var healedAtMs = awayUntilMs.Values.Append(quietAtMs).Max();
        if (!stage.Quiet || stage.NowMs < healedAtMs + SettledMs)
        {
            return false;
        }

        if ((stage.Checks.Results.Missing() ?? stage.Ledgers.Missing()) is { } missing)
        {
            if (stage.NowMs > healedAtMs + LivenessMs)
            {
                stage.Break("LIVENESS", missing);
            }

            return stage.Broken is not null;
        }

        stage.Checks.Results.AtTheEnd();
        stage.Ledgers.AtTheEnd();
        return true;
    }

    /// <summary>What must not be late by a millisecond: between a plan's taking and its order.</summary>
    private void Spoil(GateNode node)
    {
        // The longest is enough for another gate to have given this one up.
        var forMs = stage.Chance(0.6) ? stage.Between(1, 400) : stage.Chance(0.5) ? stage.Between(400, 9_000) : stage.Between(15_500, 20_000);
        switch (stage.Pick(9))
        {
            case 0 or 1 or 2:
                Person(PersonDoes.SwitchOn);
                break;
            case 3:
                Person(PersonDoes.Halt);
                stage.After(forMs, () => Person(PersonDoes.ClearHalt));
                break;
            case 4:
                Person(PersonDoes.StopMarker);
                stage.After(forMs, () => Person(PersonDoes.ClearStopMarker));
                break;
            case 5:
                stage.Exchange.Account.Stranger();
                break;
            case 6:
                stage.Redis.CutOff(node, forMs);
                break;
            default:
                Strike(node.Name, stage.Chance(0.6) ? NodeFault.Crash : NodeFault.Freeze, forMs);
                break;
        }
    }

    private void Strike(string name, NodeFault fault, double forMs)
    {
        if (stage.Find(name) is not { Running: true } node)
        {
            return;
        }

        if (fault == NodeFault.Crash)
        {
            node.Crash();
        }
        else
        {
            node.Freeze();
        }

        awayUntilMs[node] = stage.NowMs + forMs;
        stage.After(forMs, () => Revive(node));
    }

    private static void Revive(GateNode node)
    {
        node.Thaw();
        node.Start();
    }

    private void Person(PersonDoes does)
    {
        var keys = stage.Keys;
        switch (does)
        {
            case PersonDoes.LatchFile or PersonDoes.ClearLatchFile:
                var node = stage.Gates[stage.Pick(2)];
                node.Disk.SetLatch(node, does == PersonDoes.LatchFile);
                return;
            case var _ when !stage.Redis.Available:
                return;
            case PersonDoes.SwitchOn when stage.Chance(0.15):
                keys.SetOther(RedisKeys.KillSwitch);
                break;
            case PersonDoes.SwitchOn:
                keys.Set(RedisKeys.KillSwitch, SwitchedOn[stage.Pick(SwitchedOn.Length)]);
                break;
            case PersonDoes.SwitchOff when stage.Chance(0.5):
                keys.Delete(RedisKeys.KillSwitch);
                break;
            case PersonDoes.SwitchOff:
                keys.Set(RedisKeys.KillSwitch, SwitchedOff[stage.Pick(SwitchedOff.Length)]);
                break;
            case PersonDoes.Halt:
                keys.SetFields(RedisKeys.TradingState, ("halted", stage.Chance(0.5) ? "true" : "1"));
                break;
            case PersonDoes.ClearHalt:
                keys.Delete(RedisKeys.TradingState);
                break;
            case PersonDoes.StopMarker:
                keys.Set(RedisKeys.EssActive, "1");
                break;
            case PersonDoes.ClearStopMarker:
                keys.Delete(RedisKeys.EssActive);
                break;
        }

        if (does == PersonDoes.SwitchOn && stage.Chance(0.8))
        {
            stage.After(stage.Between(5, 1_500), () => Person(PersonDoes.SwitchOff));
        }

        stage.Note("person", $"{does}: kill switch {stage.Redis.Switch.Shown}, closed {stage.Redis.Closed()?.Why.ToString() ?? "no"}");
    }

    private void BecomeQuiet()
    {
        stage.Note("director", "QUIET: no more faults");
        stage.Quiet = true;
        foreach (var key in new[] { RedisKeys.KillSwitch, RedisKeys.TradingState, RedisKeys.EssActive })
        {
            stage.Keys.Delete(key);
        }

        foreach (var node in stage.Nodes)
        {
            node.Disk.SetLatch(node, latched: false);
            stage.After(stage.Between(0, 2_000), () =>
            {
                // One that stands still goes on doing so: what it wakes up to is the last of its faults.
                if (stage.NowMs >= awayUntilMs.GetValueOrDefault(node))
                {
                    Revive(node);
                }
            });
        }
    }
}

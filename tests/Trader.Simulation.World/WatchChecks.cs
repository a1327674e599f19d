using Trader.Messages;

namespace Trader.Simulation;

/// <summary>S1, S2 and S11: who was heard when, and what followed from silence.</summary>
internal sealed class WatchChecks(Stage stage)
{
    /// <summary>Detection adds a judge period and the way of a message.</summary>
    private const double MarginMs = 400;

    /// <summary>
    /// A guard counts as alive while its Redis key stands (2 s) and until the brain's next turn: the gate may stay open that much longer
    /// than the 5 s of silence.
    /// </summary>
    private const double GuardSlackMs = 2_000 + 1_900 + MarginMs;

    /// <summary>A turn of the brain: its period and the longest read.</summary>
    private static readonly double TurnMs = (Figures.Brain.LoopEvery + Figures.Brain.ReadDeadline).TotalMilliseconds;

    /// <summary>How long what the brain said of the gate stands.</summary>
    private static readonly double KeyMs = 3 * Figures.Brain.LoopEvery.TotalMilliseconds;

    private readonly Dictionary<(string Node, int Life, EventId Event), double> mustEnd = [];
    private readonly HashSet<(string, int, EventId)> ended = [];
    private readonly HashSet<EventId> raised = [];
    private readonly Dictionary<EventId, double> decidedMs = [];
    private readonly HashSet<long> linkTimes = [];
    private double armedUnheardMs;
    private double heardMs;
    private double degradedHeardMs = double.NegativeInfinity;
    private double abruptEndMs = double.NegativeInfinity;
    private double endMs = double.NegativeInfinity;
    private double endedLifeFromMs;
    private double goodbyeHeardMs = double.NegativeInfinity;
    private double gateUntilMs;

    /// <summary>The newest phase that the watchdog said it is in.</summary>
    public string Phase { get; private set; } = "";

    public int Raised => raised.Count;

    public void Started(SimNode node)
    {
        if (node.Role == LinkPeer.Watchdog)
        {
            heardMs = stage.NowMs;
            Phase = "";
        }
    }

    public void Stopped(SimNode node)
    {
        if (node.Role == LinkPeer.ExitBrain && node.State == NodeState.Down)
        {
            abruptEndMs = node.DiedAtMs == stage.NowMs ? stage.NowMs : abruptEndMs;
            (endMs, endedLifeFromMs) = (stage.NowMs, node.StartedAtMs);
        }

        foreach (var key in mustEnd.Keys.Where(key => key.Node == node.Name).ToList())
        {
            mustEnd.Remove(key);
        }
    }

    public void Heard(SimNode node, object message)
    {
        if (node.Role != LinkPeer.Watchdog)
        {
            return;
        }

        var heartbeat = message switch
        {
            RedisProtocol.HeartbeatSeen { Backlog: false } seen => seen.Heartbeat,
            LinkProtocol.EventSeen { Peer: LinkPeer.ExitBrain, Event: LinkProtocol.HeartbeatEvent } seen
                when HeartbeatWire.TryRead(seen.Fields, out var read, out _) => read,
            _ => null,
        };
        goodbyeHeardMs = message is LinkProtocol.EventSeen { Peer: LinkPeer.ExitBrain, Event: LinkProtocol.StoppingEvent }
            ? stage.NowMs : goodbyeHeardMs;
        // What came by the link already says nothing when Redis repeats it.
        var repeated = message is RedisProtocol.HeartbeatSeen && heartbeat is not null && linkTimes.Contains(heartbeat.TsMs);
        if (heartbeat is not null && !repeated)
        {
            if (message is LinkProtocol.EventSeen)
            {
                linkTimes.Add(heartbeat.TsMs);
            }

            heardMs = stage.NowMs;
            degradedHeardMs = heartbeat.Status == BrainStatus.Degraded ? stage.NowMs : degradedHeardMs;
        }
    }

    /// <summary>S11: the watchdog, running, says that it is armed while it has long heard nothing.</summary>
    public void Announced(SimNode node, LinkProtocol.Announce announce)
    {
        if (node.Role != LinkPeer.Watchdog || PanicWire.Find(announce.Fields, "phase") is not { } phase)
        {
            return;
        }

        if (phase == "armed" && Phase != "armed")
        {
            heardMs = Math.Max(heardMs, Phase.Length == 0 ? node.StartedAtMs : heardMs);
            // Armed although this life has heard nothing: the halt was cleared before it began, and its watching begins now.
            armedUnheardMs = Phase is "standing_by" or "fired" && heardMs <= node.StartedAtMs ? stage.NowMs : 0;
        }

        Phase = phase;
        var since = Math.Max(Math.Max(heardMs, armedUnheardMs), node.RunningSinceMs);
        var silent = stage.NowMs - since;
        if (phase == "armed" && silent > Figures.Watchdog.HeartbeatMissing.TotalMilliseconds + MarginMs
            && stage.NowMs - node.RunningSinceMs > MarginMs)
        {
            stage.Break("S11", $"the watchdog says armed, {silent:F0} ms after the last heartbeat reached it");
        }
    }

    /// <summary>
    /// It is written down before it is sent (E28), at most one turn of the judge earlier: a brain that is heard again meanwhile comes too
    /// late for this panic, so the silence of the decision counts.
    /// </summary>
    public void Decided(EventId id) => decidedMs.TryAdd(id, stage.NowMs - heardMs);

    /// <summary>S11: no panic while a healthy brain is heard.</summary>
    public void PanicRaised(SimNode node, PanicTrigger trigger)
    {
        if (node.Role != LinkPeer.Watchdog || !raised.Add(trigger.EventId))
        {
            return;
        }

        stage.Note("watchdog", $"raises {trigger.EventId} {trigger.Reason}");
        var silent = decidedMs.GetValueOrDefault(trigger.EventId, stage.NowMs - heardMs);
        var reason = trigger.Reason;
        // A fresh event of an outage that was reported before needs no new silence (S10), even if no beat has said "fired" yet.
        var before = Phase;
        Phase = "fired";
        if (before == "fired")
        {
            return;
        }

        // While the watchdog itself stood still it could act on nothing it found there.
        // A goodbye that a partition swallowed was not said: to the watchdog that end is a death, on the safe side.
        var deathMs = goodbyeHeardMs >= endedLifeFromMs ? abruptEndMs : endMs;
        var abruptMs = deathMs > node.StoppedAtMs ? Math.Max(deathMs, node.RunningSinceMs) : deathMs;

        var justified = reason switch
        {
            _ when reason.Contains("HEARTBEAT_MISSING", StringComparison.Ordinal) => silent > 5_000,
            _ when reason.Contains("UNGUARDED", StringComparison.Ordinal) => silent > 3_000,
            _ when reason.Contains("PROCESS_DEAD", StringComparison.Ordinal) => stage.NowMs - abruptMs < 20_000,
            _ when reason.Contains("DEGRADED", StringComparison.Ordinal) => degradedHeardMs == heardMs || stage.NowMs - degradedHeardMs < 20_000,
            _ => true,
        };
        if (!justified)
        {
            stage.Break("S11", $"panic {reason} while the brain was last heard {silent:F0} ms ago");
        }
    }

    /// <summary>S1, S11: no live watchdog, or no live worker, and the brain opens the gate all the same.</summary>
    public void GateOpened(SimNode brain)
    {
        CheckGuard("watchdog", [stage.Nodes.Watchdog]);
        CheckGuard("worker", stage.Nodes.Workers);

        void CheckGuard(string what, IReadOnlyList<SimNode> guards)
        {
            var silent = guards.Min(g => g.Running ? 0 : stage.NowMs - g.StoppedAtMs);
            if (silent > Figures.Brain.GuardSilence.TotalMilliseconds + GuardSlackMs
                && stage.NowMs - brain.RunningSinceMs > GuardSlackMs)
            {
                stage.Break("S1", $"the gate is opened {silent:F0} ms after the last {what} stopped");
            }
        }
    }

    public void GateSet(SimNode brain, double issuedMs, int forMs)
    {
        // A frozen Redis executes late what was asked before; the brain was alive when it asked.
        gateUntilMs = Math.Max(gateUntilMs, stage.NowMs + forMs);
        if (!brain.Running && stage.NowMs - issuedMs < 1_000 && stage.NowMs - brain.StoppedAtMs > 2_000)
        {
            stage.Break("S1", "the gate is opened by a brain that does not run");
        }

        // What the brain knows of the halt may be three turns old, not more (S4, E19).
        var halted = issuedMs - stage.Redis.Data.HaltedSinceMs;
        if (stage.Redis.Data.Halted && halted > KeyMs + MarginMs)
        {
            stage.Break("S4", $"the gate is opened under a halt that stood for {halted:F0} ms when the brain said so");
        }
    }

    /// <summary>S1: what opened the gate has run out, so it is closed.</summary>
    public void AfterStep()
    {
        if (stage.Redis.Data.GateOpen && stage.NowMs > gateUntilMs)
        {
            stage.Break("S1", "the gate is open and nobody keeps it open");
        }

        var redis = stage.Redis;
        if (redis.Data.GateOpen && redis.Data.Halted && redis.Available)
        {
            // A Redis or a path that was held up may have brought the brain an old answer, or brings its old words now.
            var since = Math.Max(redis.Data.HaltedSinceMs, Math.Max(redis.TroubledAtMs, redis.ReleasedAtMs));
            var open = stage.NowMs - Math.Max(since, stage.Nodes.Brain.RunningSinceMs);
            if (open > TurnMs + KeyMs + MarginMs)
            {
                stage.Break("S4", $"the gate is open {open:F0} ms into a halt");
            }
        }
    }

    /// <summary>S2: with a healthy exchange a panic that a worker has in hand ends in time, whatever Redis does.</summary>
    public void PostDelivered(SimNode worker, EventId id)
    {
        if (!stage.Plan.HealthyExchange && !stage.Quiet)
        {
            return;
        }

        if (worker.Disk.Journal.Any(r => Ends(r.Kind) && PanicWire.Find(r.Fields, "event_id") == id.Value))
        {
            return;
        }

        var key = (worker.Name, worker.Life, id);
        var boundMs = Figures.Worker("").HaltWait.TotalMilliseconds + 12_000;
        if (ended.Contains(key) || !mustEnd.TryAdd(key, stage.NowMs))
        {
            return;
        }

        stage.After(boundMs, () =>
        {
            if (mustEnd.ContainsKey(key) && worker.IsLife(key.Life))
            {
                stage.Break("S2", $"{worker} was handed {id} {boundMs:F0} ms ago and has not ended it");
            }
        });
    }

    private static bool Ends(string kind) => kind is "panic.refused" or "panic.abandoned" or "panic.completed";

    public void Ended(SimNode worker, EventId id)
    {
        var key = (worker.Name, worker.Life, id);
        ended.Add(key);
        mustEnd.Remove(key);
    }

    public void Recorded(SimNode node, string kind, EventId id)
    {
        if (Ends(kind))
        {
            Ended(node, id);
        }
    }

}

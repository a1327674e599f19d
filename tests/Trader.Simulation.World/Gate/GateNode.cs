using Akka.Actor;
using Trader.Actors.ApplyLayer;
using Trader.Actors.Ports;
using Trader.Actors.PositionState;
using Trader.Messages;

namespace Trader.Simulation.Gate;

internal enum GateRole
{
    Gate,
    PositionState,
}

/// <summary>A process of the gate's world: the production actor of its role, four simulated gateways, a disk that outlives it.</summary>
internal sealed class GateNode(GateStage stage, string name, GateRole role) : SimProcess(stage, name)
{
    public GateRole Role => role;

    /// <summary>How wrong its wall clock is.</summary>
    public double ClockErrorMs { get; set; }

    public GateDisk Disk { get; } = new(stage, name);

    public GateConnection Connection { get; private set; } = null!;

    public IActorRef LinkGateway { get; private set; } = ActorRefs.Nobody;

    /// <summary>What this life has read and asked, as far as the rules need it.</summary>
    public GateTruth Truth => Connection.Truth;

    protected override void Boot(ActorSystem system, TimeProvider time)
    {
        Redis = Connection = stage.Redis.Connect(this);
        var redis = Gateway("redis", (message, sender, _) => stage.Redis.Handle(Connection, message, sender));
        var exchange = Gateway("exchange", (message, sender, _) => stage.Exchange.Handle(this, message, sender));
        var disk = Gateway("disk", (message, sender, self) => Disk.Handle(this, message, sender, self));
        LinkGateway = Gateway("link", (message, sender, _) => stage.Brain.Handle(this, message, sender));
        Connection.Gateway = redis;
        var around = new Surroundings(redis, exchange, LinkGateway, disk,
            new WrongClock(time, () => ClockErrorMs), NoMeter.Instance, NextGuid, Name);
        system.ActorOf(
            role switch
            {
                GateRole.Gate => ApplyLayerActor.Props(GateFigures.Gate(stage.Schedule), around),
                GateRole.PositionState => PositionStateActor.Props(GateFigures.PositionState(stage.Schedule), around),
            }, role.ToString());
    }

    protected override void Ended()
    {
        Disk.Crash();
        stage.Redis.Drop(Redis!);
    }
}

/// <summary>A node's disk: the journal, which may refuse, hang or be slow, and the emergency stop's latch file.</summary>
internal sealed class GateDisk(GateStage stage, string node)
{
    private readonly List<JournalRecord> journal = [];
    private readonly Queue<JournalRecord> inFlight = new();
    private readonly List<(int Life, IActorRef Watcher)> watchers = [];
    private double freeAtMs;
    private bool full;

    public IReadOnlyList<JournalRecord> Journal => journal;

    public bool Latched { get; private set; }

    /// <summary>kill -9: a prefix of what was under way reached the disk.</summary>
    public void Crash()
    {
        for (var survivors = stage.Pick(inFlight.Count + 1); survivors > 0; survivors--)
        {
            journal.Add(inFlight.Dequeue());
        }

        inFlight.Clear();
        freeAtMs = 0;
    }

    /// <summary>The watcher looks several times a second; a file that came is seen with its next look.</summary>
    public void SetLatch(GateNode owner, bool latched)
    {
        Latched = latched;
        stage.Note(node, latched ? "ESS_ON appears" : "ESS_ON goes");
        foreach (var (life, watcher) in watchers.Where(w => owner.IsLife(w.Life)).ToList())
        {
            stage.After(stage.Between(1, 250), () => Show(owner, life, watcher));
        }
    }

    public void Handle(GateNode owner, object message, IActorRef asker, IActorRef self)
    {
        switch (message)
        {
            case DiskProtocol.WatchEssLatch:
                watchers.Add((owner.Life, asker));
                Show(owner, owner.Life, asker);
                break;
            case DiskProtocol.Append append:
                Append(owner, append, asker, self);
                break;
            default:
                throw new InvalidOperationException($"The disk was told {message}.");
        }
    }

    private void Show(GateNode owner, int life, IActorRef watcher)
    {
        if (owner.IsLife(life))
        {
            var latched = Latched;
            owner.LinkGateway.Tell((Action)(() =>
            {
                owner.Truth.Latched = latched;
                watcher.Tell(new DiskProtocol.EssLatchSeen(new EssLatch("ESS_ON", latched, "")), ActorRefs.NoSender);
            }));
        }
    }

    private void Append(GateNode owner, DiskProtocol.Append append, IActorRef asker, IActorRef self)
    {
        if (stage.Quiet)
        {
            full = false;
        }
        else if (stage.Schedule.DiskFaults > 0 && stage.Chance(0.05))
        {
            full = !full && stage.Chance(0.5);
        }

        var refused = full;
        var slow = !stage.Quiet && stage.Chance(stage.Schedule.DiskFaults * 0.2);
        freeAtMs = Math.Max(freeAtMs, stage.NowMs) + (slow ? stage.Between(50, 1_500) : stage.Between(0.2, 4));
        if (!refused)
        {
            inFlight.Enqueue(append.Record);
        }

        var life = owner.Life;
        Action finish = () =>
        {
            if (!refused)
            {
                journal.Add(inFlight.Dequeue());
            }

            stage.Checks.Recorded(owner, append.Record, onDisk: !refused);
            asker.Tell(refused ? new DiskProtocol.NotAppended(append.Seq, "No space left on device") : new DiskProtocol.Appended(append.Seq), self);
        };
        stage.After(freeAtMs - stage.NowMs, () =>
        {
            if (owner.IsLife(life))
            {
                self.Tell(finish);
            }
        });
    }
}

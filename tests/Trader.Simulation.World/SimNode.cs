using Akka.Actor;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Ports;
using Trader.Actors.Watchdog;
using Trader.Messages;

namespace Trader.Simulation;

/// <summary>A process of the panic world: the role's production actor, four simulated gateways, and a disk that outlives it.</summary>
internal sealed class SimNode(Stage stage, string name, LinkPeer role) : SimProcess(stage, name)
{
    public LinkPeer Role => role;

    public SimDisk Disk { get; } = new(stage, name);

    public IActorRef Main { get; private set; } = ActorRefs.Nobody;

    public IActorRef LinkGateway { get; private set; } = ActorRefs.Nobody;

    /// <summary>This life has announced that it stops.</summary>
    public bool Stopping { get; private set; }

    /// <summary>This life's last heartbeat on the direct link, null before the first.</summary>
    public LinkProtocol.Announce? LatestBeat { get; set; }

    /// <summary>SIGTERM: the goodbye goes out, then the process ends.</summary>
    public void StopCleanly()
    {
        if (State != NodeState.Running)
        {
            return;
        }

        stage.Note(Name, "STOPS CLEANLY");
        Stopping = true;
        stage.Links.Goodbye(this);
        var life = Life;
        stage.After(stage.Between(20, 400), () =>
        {
            if (IsLife(life))
            {
                End();
            }
        });
    }

    protected override void Boot(ActorSystem system, TimeProvider time)
    {
        Stopping = false;
        LatestBeat = null;
        var connection = Redis = stage.Redis.Connect(this);
        var redis = Gateway("redis", (message, sender, _) => stage.Redis.Handle(connection, message, sender));
        var exchange = Gateway("exchange", (message, sender, _) => stage.Exchange.Handle(this, message, sender));
        var disk = Gateway("disk", (message, sender, self) => Disk.Handle(this, message, sender, self));
        LinkGateway = Gateway("link", (message, sender, _) => stage.Links.Handle(this, message, sender));
        connection.Gateway = redis;
        var around = new Surroundings(redis, exchange, LinkGateway, disk,
            new WrongClock(time, () => stage.Plan.ClockErrorMs[Name]), NoMeter.Instance, NextGuid, Name);
        Main = system.ActorOf(Production(around), role.ToString());
        stage.Checks.Started(this);
    }

    protected override void Ended()
    {
        Disk.Crash();
        stage.Redis.Drop(Redis!);
        stage.Links.Ended(this);
        stage.Checks.Stopped(this);
    }

    protected override void Froze() => stage.Checks.Stopped(this);

    private Props Production(Surroundings around) => role switch
    {
        LinkPeer.ExitBrain => ExitBrainActor.Props(Figures.Brain, around),
        LinkPeer.Watchdog => WatchdogActor.Props(Figures.Watchdog, around),
        LinkPeer.PanicClose => PanicCloseActor.Props(Figures.Worker(Name), around),
        LinkPeer.Governor or LinkPeer.PositionState or LinkPeer.ApplyLayer =>
            throw new InvalidOperationException($"{role} plays in the gate's world"),
    };
}

/// <summary>The four processes and the host they may lose.</summary>
internal sealed class Nodes
{
    public Nodes(Stage stage)
    {
        Brain = new SimNode(stage, Plan.Brain, LinkPeer.ExitBrain);
        Watchdog = new SimNode(stage, Plan.Watchdog, LinkPeer.Watchdog);
        Workers = [new SimNode(stage, Plan.Worker1, LinkPeer.PanicClose), new SimNode(stage, Plan.Worker2, LinkPeer.PanicClose)];
        All = [Brain, Watchdog, .. Workers];
    }

    public SimNode Brain { get; }

    public SimNode Watchdog { get; }

    public IReadOnlyList<SimNode> Workers { get; }

    public IReadOnlyList<SimNode> All { get; }

    public SimNode this[string name] => All.First(node => node.Name == name);
}

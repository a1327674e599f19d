using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Simulation;
using Trader.Actors.ExitBrain;
using Trader.Actors.PanicClose;
using Trader.Actors.Ports;
using Trader.Actors.Watchdog;
using Trader.Messages;

namespace Trader.Simulation;

internal enum NodeState
{
    Down,
    Running,
    Frozen,
}

/// <summary>A process: its own actor system with the production actor, four simulated gateways, and a disk that outlives it.</summary>
internal sealed class SimNode(Stage stage, string name, LinkPeer role)
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        "akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off");

    private ActorSystem? system;

    public string Name => name;

    public LinkPeer Role => role;

    public NodeState State { get; private set; }

    /// <summary>Counts starts; with the name it names one life of the process.</summary>
    public int Life { get; private set; }

    public double StartedAtMs { get; private set; }

    /// <summary>Since when it has been running without a break.</summary>
    public double RunningSinceMs { get; private set; }

    /// <summary>When it last stopped running, for whatever cause.</summary>
    public double StoppedAtMs { get; private set; } = double.NegativeInfinity;

    /// <summary>When it last ended without a goodbye.</summary>
    public double DiedAtMs { get; private set; } = double.NegativeInfinity;

    public SimDisk Disk { get; } = new(stage, name);

    public IActorRef Main { get; private set; } = ActorRefs.Nobody;

    public IActorRef LinkGateway { get; private set; } = ActorRefs.Nobody;

    public RedisConnection? Redis { get; private set; }

    /// <summary>This life has announced that it stops.</summary>
    public bool Stopping { get; private set; }

    /// <summary>This life's last heartbeat on the direct link, null before the first.</summary>
    public LinkProtocol.Announce? LatestBeat { get; set; }

    public bool Running => State == NodeState.Running;

    /// <summary>Whether this life goes on, running or frozen.</summary>
    public bool IsLife(int life) => State != NodeState.Down && Life == life;

    public void Start()
    {
        if (State != NodeState.Down)
        {
            return;
        }

        Life++;
        Stopping = false;
        LatestBeat = null;
        State = NodeState.Running;
        StartedAtMs = RunningSinceMs = stage.NowMs;
        stage.Note(name, $"STARTS (life {Life})");
        system = ActorSystem.Create(name, ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(Quiet), new SimulationSetup(stage.World)));
        Redis = stage.Redis.Connect(this);
        var redis = Gateway("redis", (message, sender, _) => stage.Redis.Handle(Redis, message, sender));
        var exchange = Gateway("exchange", (message, sender, _) => stage.Exchange.Handle(this, message, sender));
        var disk = Gateway("disk", (message, sender, self) => Disk.Handle(this, message, sender, self));
        LinkGateway = Gateway("link", (message, sender, _) => stage.Links.Handle(this, message, sender));
        Redis.Gateway = redis;
        var around = new Surroundings(redis, exchange, LinkGateway, disk,
            new WrongClock(stage.World.TimeProviderOf(system), stage.Plan.ClockErrorMs[name]), NoMeter.Instance, NextGuid, name);
        Main = system.ActorOf(Production(around), role.ToString());
        stage.Checks.Started(this);
    }

    public void Crash()
    {
        if (State == NodeState.Down)
        {
            return;
        }

        stage.Note(name, "DIES (kill -9)");
        DiedAtMs = stage.NowMs;
        End();
    }

    /// <summary>SIGTERM: the goodbye goes out, then the process ends.</summary>
    public void StopCleanly()
    {
        if (State != NodeState.Running)
        {
            return;
        }

        stage.Note(name, "STOPS CLEANLY");
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

    public void Freeze()
    {
        if (State == NodeState.Running)
        {
            stage.Note(name, "FREEZES");
            State = NodeState.Frozen;
            StoppedAtMs = stage.NowMs;
            stage.World.Freeze(system!);
            stage.Checks.Stopped(this);
        }
    }

    public void Thaw()
    {
        if (State == NodeState.Frozen)
        {
            stage.Note(name, "THAWS");
            State = NodeState.Running;
            RunningSinceMs = stage.NowMs;
            stage.World.Thaw(system!);
        }
    }

    public override string ToString() => name;

    private void End()
    {
        if (State == NodeState.Running)
        {
            StoppedAtMs = stage.NowMs;
        }

        State = NodeState.Down;
        stage.World.Abort(system!);
        Disk.Crash();
        stage.Redis.Drop(Redis!);
        stage.Links.Ended(this);
        stage.Checks.Stopped(this);
    }

    private IActorRef Gateway(string what, Action<object, IActorRef, IActorRef> handle) =>
        system!.ActorOf(Props.Create(() => new SimGateway(handle)), what);

    private Props Production(Surroundings around) => role switch
    {
        LinkPeer.ExitBrain => ExitBrainActor.Props(Figures.Brain, around),
        LinkPeer.Watchdog => WatchdogActor.Props(Figures.Watchdog, around),
        LinkPeer.PanicClose => PanicCloseActor.Props(Figures.Worker(name), around),
        LinkPeer.Governor or LinkPeer.PositionState or LinkPeer.ApplyLayer =>
            throw new InvalidOperationException($"{role} has no part in this simulation"),
    };

    private Guid NextGuid()
    {
        var bytes = new byte[16];
        stage.Random.NextBytes(bytes);
        return new Guid(bytes);
    }
}

/// <summary>A gateway's place in its node: it carries messages between the node's actors and the outside, which no node owns.</summary>
internal sealed class SimGateway(Action<object, IActorRef, IActorRef> handle) : UntypedActor
{
    protected override void OnReceive(object message)
    {
        // What the outside hands in runs here, so that a frozen or dead process does nothing of it.
        if (message is Action act)
        {
            act();
        }
        else
        {
            handle(message, Sender, Self);
        }
    }
}

/// <summary>A node's wall clock may be wrong; its monotonic clock is not.</summary>
internal sealed class WrongClock(TimeProvider inner, double errorMs) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddMilliseconds(errorMs);

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
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

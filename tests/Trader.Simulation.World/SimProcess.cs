using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Simulation;

namespace Trader.Simulation;

internal enum NodeState
{
    Down,
    Running,
    Frozen,
}

/// <summary>A process: its own actor system with production actors, that starts, dies, stands still and goes on.</summary>
internal abstract class SimProcess(Scene scene, string name)
{
    private static readonly Config Quiet = ConfigurationFactory.ParseString(
        "akka.loggers = [], akka.loglevel = OFF, akka.stdout-loglevel = OFF, akka.log-dead-letters = off");

    private ActorSystem? system;

    public string Name => name;

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

    public RedisConnection? Redis { get; protected set; }

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
        State = NodeState.Running;
        StartedAtMs = RunningSinceMs = scene.NowMs;
        scene.Note(name, $"STARTS (life {Life})");
        system = ActorSystem.Create(name, ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(Quiet), new SimulationSetup(scene.World)));
        Boot(system, scene.World.TimeProviderOf(system));
    }

    public void Crash()
    {
        if (State == NodeState.Down)
        {
            return;
        }

        scene.Note(name, "DIES (kill -9)");
        DiedAtMs = scene.NowMs;
        End();
    }

    public void Freeze()
    {
        if (State == NodeState.Running)
        {
            scene.Note(name, "FREEZES");
            State = NodeState.Frozen;
            StoppedAtMs = scene.NowMs;
            scene.World.Freeze(system!);
            Froze();
        }
    }

    public void Thaw()
    {
        if (State == NodeState.Frozen)
        {
            scene.Note(name, "THAWS");
            State = NodeState.Running;
            RunningSinceMs = scene.NowMs;
            scene.World.Thaw(system!);
        }
    }

    public override string ToString() => name;

    /// <summary>Puts the gateways and the production actor into the new system.</summary>
    protected abstract void Boot(ActorSystem system, TimeProvider time);

    /// <summary>The process is gone; what it had open ends.</summary>
    protected abstract void Ended();

    protected virtual void Froze()
    {
    }

    protected void End()
    {
        if (State == NodeState.Running)
        {
            StoppedAtMs = scene.NowMs;
        }

        State = NodeState.Down;
        scene.World.Abort(system!);
        Ended();
    }

    protected IActorRef Gateway(string what, Action<object, IActorRef, IActorRef> handle) =>
        system!.ActorOf(Props.Create(() => new SimGateway(handle)), what);

    protected Guid NextGuid()
    {
        var bytes = new byte[16];
        scene.Random.NextBytes(bytes);
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

/// <summary>A node's wall clock may be wrong, and jump; its monotonic clock does neither.</summary>
internal sealed class WrongClock(TimeProvider inner, Func<double> errorMs) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddMilliseconds(errorMs());

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}

using Akka.Dispatch;

namespace Akka.Simulation;

internal enum SimulatedState
{
    Running,
    Frozen,
    Dead,
}

/// <summary>A step that could be taken.</summary>
internal readonly record struct WorkItem(SimulatedSystem System, Action Work, Mailbox? Mailbox);

/// <summary>One actor system's place in the world.</summary>
internal sealed class SimulatedSystem
{
    private readonly SimulationWorld _world;

    internal SimulatedSystem(SimulationWorld world, string name)
    {
        _world = world;
        Name = name;
        TimeProvider = new SimulatedTimeProvider(world, this);
    }

    internal string Name { get; }

    internal SimulationWorld World => _world;

    internal SimulatedState State { get; private set; }

    internal TimeProvider TimeProvider { get; }

    internal List<WorkItem> Parked { get; } = [];

    internal List<(SimulatedTimer Timer, long Order)> LateTimers { get; } = [];

    internal MessageDispatcher Dispatcher(string id) => new SimulationDispatcher(id, this);

    internal void Enqueue(Action work, Mailbox? mailbox) => _world.Enqueue(new WorkItem(this, work, mailbox));

    internal void Abort()
    {
        State = SimulatedState.Dead;
        Parked.Clear();
        LateTimers.Clear();
        _world.Leave(this);
    }

    internal void Leave() => Abort();

    internal void Freeze()
    {
        if (State == SimulatedState.Running)
        {
            State = SimulatedState.Frozen;
            _world.Park(this);
        }
    }

    internal void Thaw()
    {
        if (State != SimulatedState.Frozen)
        {
            return;
        }

        State = SimulatedState.Running;
        _world.Unpark(this);
        var late = LateTimers.ToArray();
        LateTimers.Clear();
        foreach (var (timer, order) in late)
        {
            _world.Resume(timer, order);
        }
    }
}

/// <summary>Hands mailboxes to the world, one message per step: every interleaving is possible.</summary>
internal sealed class SimulationDispatcher(string id, SimulatedSystem system)
    : MessageDispatcher(id, 1, TimeSpan.Zero)
{
    public override void Schedule(IRunnable run) => system.Enqueue(run.Run, null);

    internal override void Execute(Mailbox mailbox) => system.Enqueue(mailbox.RunAction, mailbox);
}

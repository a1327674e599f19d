using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;

namespace Akka.Simulation;

/// <summary>Puts an actor system into a simulated world instead of on the thread pool.</summary>
public sealed class SimulationSetup(SimulationWorld world) : Setup
{
    /// <summary>The world.</summary>
    public SimulationWorld World { get; } = world;
}

/// <summary>What is about to run in one step.</summary>
/// <param name="Number">Counts the steps of the world, from 1.</param>
/// <param name="Now">Virtual time.</param>
/// <param name="System">The name of the actor system.</param>
/// <param name="Path">The actor, or null for a continuation outside of actors.</param>
/// <param name="Message">The message, or null for a continuation or an empty mailbox.</param>
public readonly record struct SimulationStep(
    long Number, DateTimeOffset Now, string System, ActorPath? Path, object? Message);

/// <summary>
/// Any number of actor systems on one thread, in an order drawn from a seed, under virtual time. The same seed and the
/// same calls give the same run. Nothing runs but by <see cref="RunOne"/> and what is built on it.
/// </summary>
public sealed partial class SimulationWorld
{
    /// <summary>Virtual time starts here, so that dates in traces do not depend on the day of the run.</summary>
    public static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<WorkItem> _runnable = [];
    private readonly PriorityQueue<SimulatedTimer, (long Due, long Order)> _timers = new();
    private readonly List<SimulatedSystem> _systems = [];
    private readonly Random _order;
    private long _timerOrder;
    private long _now;
    private int _runner;
    private string? _foreignCall;

    /// <summary>Makes a world.</summary>
    /// <param name="seed">Decides the order of steps and <see cref="Random"/>.</param>
    public SimulationWorld(int seed)
    {
        Seed = seed;
        _order = new Random(seed);
        Random = new Random(unchecked((seed * 397) ^ 0x5EED));
        TimeProvider = new SimulatedTimeProvider(this, null);
        Outside = new SimulatedSystem(this, "outside");
    }

    /// <summary>Called before each step, for traces.</summary>
    public event Action<SimulationStep>? Stepping;

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>For faults and data of the test; it does not share draws with the order of steps.</summary>
    public Random Random { get; }

    /// <summary>Virtual time of the world itself: its timers belong to no system and are never frozen.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Virtual time.</summary>
    public DateTimeOffset Now => Epoch.AddTicks(_now);

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Mailboxes and continuations that could run now.</summary>
    public int RunnableCount => _runnable.Count;

    /// <summary>The time of the next timer that is not frozen, or null.</summary>
    public DateTimeOffset? NextTimer => PeekTimer() is { } timer ? Epoch.AddTicks(timer.Due) : null;

    internal long NowTicks => _now;

    /// <summary>Where continuations run that belong to no system.</summary>
    internal SimulatedSystem Outside { get; }

    /// <summary>Takes one step: one message of one mailbox drawn from those that could run.</summary>
    /// <returns>False when nothing could run.</returns>
    /// <exception cref="InvalidOperationException">Another thread has called into the world while it ran: the run
    /// cannot be repeated.</exception>
    public bool RunOne()
    {
        WorkItem item;
        lock (_gate)
        {
            ThrowOnForeignCall();
            if (_runnable.Count == 0)
            {
                return false;
            }

            var index = _runnable.Count == 1 ? 0 : _order.Next(_runnable.Count);
            item = _runnable[index];
            _runnable[index] = _runnable[^1];
            _runnable.RemoveAt(_runnable.Count - 1);
        }

        Steps++;
        Stepping?.Invoke(new SimulationStep(
            Steps, Now, item.System.Name, item.Mailbox?.Cell.Self.Path, item.Mailbox?.Peek()));
        RunInside(item.Work);
        return true;
    }

    /// <summary>Steps until nothing can run without time passing.</summary>
    /// <returns>The steps taken.</returns>
    /// <exception cref="InvalidOperationException"><paramref name="maxSteps"/> were not enough: a livelock.</exception>
    public int RunUntilIdle(int maxSteps = 1_000_000)
    {
        var steps = 0;
        while (RunOne())
        {
            if (++steps > maxSteps)
            {
                throw new InvalidOperationException(
                    $"The world (seed {Seed}) is not idle after {maxSteps} steps at {Now:O}.");
            }
        }

        return steps;
    }

    /// <summary>Moves time to the next timer and fires what is due then; mailboxes do not run.</summary>
    /// <returns>False when there is no timer.</returns>
    public bool AdvanceToNextTimer()
    {
        if (PeekTimer() is not { } next)
        {
            return false;
        }

        FireDue(Math.Max(_now, next.Due));
        return true;
    }

    /// <summary>Moves time and fires every timer at its own time; mailboxes do not run in between.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        FireDue(_now + time.Ticks);
    }

    /// <summary>Runs for a span of virtual time: idle first, then to the next timer, and so on.</summary>
    /// <returns>The steps taken.</returns>
    public int RunFor(TimeSpan time, int maxSteps = 1_000_000)
    {
        var end = _now + time.Ticks;
        var steps = RunUntilIdle(maxSteps);
        while (PeekTimer() is { } next && next.Due <= end)
        {
            FireDue(Math.Max(_now, next.Due));
            steps += RunUntilIdle(maxSteps - steps);
        }

        FireDue(end);
        return steps + RunUntilIdle(maxSteps - steps);
    }

    /// <summary>Runs, letting time pass whenever nothing else can happen, until a condition holds.</summary>
    /// <returns>True when it holds; false when there was nothing left to do, or the time was over.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan within, int maxSteps = 1_000_000)
    {
        var end = _now + within.Ticks;
        for (var steps = 0; steps < maxSteps; steps++)
        {
            if (condition())
            {
                return true;
            }

            if (!RunOne() && (PeekTimer() is not { } next || next.Due > end || !AdvanceToNextTimer()))
            {
                return condition();
            }
        }

        return condition();
    }

    /// <summary>As kill -9: what the system would still have done does not happen, nothing is told to anyone.</summary>
    public void Abort(ActorSystem system) => Of(system).Abort();

    /// <summary>As SIGSTOP: mail and timers wait.</summary>
    public void Freeze(ActorSystem system) => Of(system).Freeze();

    /// <summary>As SIGCONT: mail goes on, and timers that came due meanwhile fire now, late.</summary>
    public void Thaw(ActorSystem system) => Of(system).Thaw();

    /// <summary>Virtual time whose timers belong to a system: frozen and aborted with it.</summary>
    public TimeProvider TimeProviderOf(ActorSystem system) => Of(system).TimeProvider;

    internal SimulatedSystem Enter(ActorSystemImpl system)
    {
        var simulated = new SimulatedSystem(this, system.Name);
        _systems.Add(simulated);
        return simulated;
    }

    internal void Leave(SimulatedSystem system)
    {
        lock (_gate)
        {
            _systems.Remove(system);
            _runnable.RemoveAll(item => ReferenceEquals(item.System, system));
        }
    }

    internal void Enqueue(WorkItem item)
    {
        lock (_gate)
        {
            if (_runner != 0 && _runner != Environment.CurrentManagedThreadId)
            {
                _foreignCall ??= $"{item.System.Name} {item.Mailbox?.Cell.Self.Path}: {item.Mailbox?.Peek()}";
            }

            if (item.System.State == SimulatedState.Running)
            {
                _runnable.Add(item);
            }
            else if (item.System.State == SimulatedState.Frozen)
            {
                item.System.Parked.Add(item);
            }
        }
    }

    internal void Park(SimulatedSystem system)
    {
        lock (_gate)
        {
            system.Parked.AddRange(_runnable.Where(item => ReferenceEquals(item.System, system)));
            _runnable.RemoveAll(item => ReferenceEquals(item.System, system));
        }
    }

    internal void Unpark(SimulatedSystem system)
    {
        lock (_gate)
        {
            _runnable.AddRange(system.Parked);
            system.Parked.Clear();
        }
    }

    private static SimulatedSystem Of(ActorSystem system) => (system as ActorSystemImpl)?.Simulated ??
        throw new ArgumentException($"{system.Name} is not simulated", nameof(system));

    /// <summary>Runs work as the world's own. There is no synchronization context while it runs: with one, .NET would
    /// send continuations after ConfigureAwait(false) to the thread pool instead of running them here.</summary>
    private void RunInside(Action work)
    {
        var context = SynchronizationContext.Current;
        var runner = _runner;
        _runner = Environment.CurrentManagedThreadId;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work();
        }
        finally
        {
            _runner = runner;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void ThrowOnForeignCall()
    {
        if (_foreignCall is { } call)
        {
            throw new InvalidOperationException(
                $"The simulation (seed {Seed}) was entered by another thread while it ran ({call}): " +
                "something in it uses the thread pool or real time, and the run cannot be repeated.");
        }
    }
}

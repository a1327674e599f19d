using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return CoordinatedShutdown.Create(system);
    }
}

/// <summary>
/// Ends the system in phases (<c>akka.coordinated-shutdown.phases</c>). The tasks of a phase run together; a phase ends
/// when they have, or at its timeout; a task that fails or is late does not stop the run unless its phase says so.
/// </summary>
public sealed class CoordinatedShutdown : IExtension
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";
    public const string PhaseClusterLeave = "cluster-leave";
    public const string PhaseClusterExiting = "cluster-exiting";
    public const string PhaseClusterExitingDone = "cluster-exiting-done";
    public const string PhaseClusterShutdown = "cluster-shutdown";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly ImmutableDictionary<string, ShutdownPhase> _phases;
    private readonly IReadOnlyList<string> _order;
    private readonly ConcurrentDictionary<string, ImmutableList<ShutdownTask>> _tasks = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Func<Task<Done>>> _clrHooks = new();
    private readonly TaskCompletionSource<Done> _finished =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILoggingAdapter _log;
    private Reason? _reason;

    private CoordinatedShutdown(ExtendedActorSystem system, Config config)
    {
        System = system;
        _phases = ShutdownPhase.Read(config);
        _order = ShutdownPhase.Sort(_phases);
        _log = Logging.GetLogger(system, nameof(CoordinatedShutdown));
    }

    /// <summary>Why the system ends. Programs may add their own.</summary>
    public class Reason
    {
        protected Reason()
        {
        }

        public override string ToString() => GetType().Name;
    }

    public sealed class UnknownReason : Reason
    {
        public static readonly Reason Instance = new UnknownReason();
    }

    /// <summary>Somebody called <see cref="ActorSystem.Terminate"/>.</summary>
    public sealed class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();
    }

    /// <summary>The process ends.</summary>
    public sealed class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();
    }

    public sealed class ClusterDowningReason : Reason
    {
        public static readonly Reason Instance = new ClusterDowningReason();
    }

    public sealed class ClusterLeavingReason : Reason
    {
        public static readonly Reason Instance = new ClusterLeavingReason();
    }

    public sealed class ClusterJoinUnsuccessfulReason : Reason
    {
        public static readonly Reason Instance = new ClusterJoinUnsuccessfulReason();
    }

    public ExtendedActorSystem System { get; }

    /// <summary>Null until the run has begun.</summary>
    public Reason? ShutdownReason => Volatile.Read(ref _reason);

    /// <summary>All phases' timeouts together.</summary>
    public TimeSpan TotalTimeout => _order.Aggregate(TimeSpan.Zero, (sum, phase) => sum + Timeout(phase));

    public static CoordinatedShutdown Get(ActorSystem sys)
    {
        ArgumentNullException.ThrowIfNull(sys);
        return sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();
    }

    /// <summary>The timeout of a phase.</summary>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"coordinated shutdown: there is no phase '{phase}'", nameof(phase));

    /// <summary>Adds a task to a phase that has not begun; several with one name are several.</summary>
    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task) => AddTask(phase, taskName, _ => task());

    /// <summary>As the other; the token is cancelled at the phase's timeout.</summary>
    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<CancellationToken, Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
        {
            throw new ConfigurationException(
                $"coordinated shutdown: there is no phase '{phase}' for task '{taskName}', "
                + $"only {string.Join(", ", _order)}");
        }
        var added = new ShutdownTask(taskName, task);
        _tasks.AddOrUpdate(phase, [added], (_, tasks) => tasks.Add(added));
    }

    /// <summary>Adds what runs when the process exits, in <see cref="TotalTimeout"/> at most.</summary>
    public void AddClrShutdownHook(Func<Task<Done>> hook) => _clrHooks.Enqueue(hook);

    /// <summary>Runs the phases, once: a second call gives the first one's task.</summary>
    /// <param name="reason">Kept in <see cref="ShutdownReason"/>.</param>
    /// <param name="fromPhase">Phases before this one are left out.</param>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (fromPhase is not null && !_phases.ContainsKey(fromPhase))
        {
            throw new ArgumentException($"coordinated shutdown: there is no phase '{fromPhase}'", nameof(fromPhase));
        }
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _log.Debug("Coordinated shutdown begins: {0}", reason);
            _ = Finish(RunPhases(fromPhase));
        }
        return _finished.Task;
    }

    internal static CoordinatedShutdown Create(ExtendedActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown") ?? Config.Empty;
        var shutdown = new CoordinatedShutdown(system, config);
        shutdown.TerminateSystemLast(config);
        if (config.GetBoolean("run-by-clr-shutdown-hook", true))
        {
            shutdown.RunAtProcessExit();
        }
        return shutdown;
    }

    private void TerminateSystemLast(Config config)
    {
        var terminate = config.GetBoolean("terminate-actor-system", true);
        var exit = config.GetBoolean("exit-clr");
        if (!_phases.ContainsKey(PhaseActorSystemTerminate) || !(terminate || exit))
        {
            return;
        }
        AddTask(PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            if (terminate)
            {
                System.FinalTerminate();
                await System.WhenTerminated.ConfigureAwait(false);
            }
            if (exit && ShutdownReason is not ClrExitReason)
            {
                Environment.Exit(0);
            }
            return Done.Instance;
        });
    }

    private void RunAtProcessExit()
    {
        AddClrShutdownHook(() => Run(ClrExitReason.Instance));
        void OnExit(object? sender, EventArgs e)
        {
            // The process ends when this handler returns, so here blocking is the point.
            IAsyncResult hooks = Task.WhenAll(_clrHooks.Select(hook => hook()));
            hooks.AsyncWaitHandle.WaitOne(TotalTimeout);
        }
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        System.RegisterOnTermination(() => AppDomain.CurrentDomain.ProcessExit -= OnExit);
    }

    private async Task Finish(Task run)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (run.Exception is { } failure)
        {
            _finished.TrySetException(failure.InnerExceptions);
        }
        else
        {
            _finished.TrySetResult(Done.Instance);
        }
    }

    private async Task RunPhases(string? fromPhase)
    {
        foreach (var phase in _order.SkipWhile(phase => fromPhase is not null && phase != fromPhase))
        {
            if (_phases[phase].Enabled && _tasks.TryGetValue(phase, out var tasks))
            {
                _log.Debug("Coordinated shutdown phase {0}: {1} tasks", phase, tasks.Count);
                await RunPhase(phase, tasks).ConfigureAwait(false);
            }
        }
    }

    private async Task RunPhase(string name, ImmutableList<ShutdownTask> tasks)
    {
        var phase = _phases[name];
        using var late = new CancellationTokenSource();
        // On the engine's scheduler, so that the timeout passes in virtual time where there is such; before the tasks,
        // because the last phase's end the system and its scheduler with it.
        var deadline = new TaskCompletionSource();
        using var timer = new Cancelable(System.Scheduler.Advanced);
        System.Scheduler.Advanced.ScheduleOnce(phase.Timeout, () => deadline.TrySetResult(), timer);
        var all = Task.WhenAll(tasks.Select(task => RunTask(name, phase, task, late.Token)));
        await Task.WhenAny(all, deadline.Task).ConfigureAwait(false);
        if (all.IsCompleted)
        {
            timer.Cancel();
            await all.ConfigureAwait(false);
            return;
        }
        await late.CancelAsync().ConfigureAwait(false);
        var what = $"coordinated shutdown phase {name} is not done after {phase.Timeout}: {Unfinished(tasks)}";
        if (!phase.Recover)
        {
            throw new TimeoutException(what);
        }
        _log.Warning("{0}", what);
    }

    private static string Unfinished(ImmutableList<ShutdownTask> tasks) =>
        string.Join(", ", tasks.Where(t => !t.IsDone).Select(t => t.Name));

    private async Task RunTask(string name, ShutdownPhase phase, ShutdownTask task, CancellationToken late)
    {
        try
        {
            await task.Body(late).ConfigureAwait(false);
        }
        catch (Exception e) when (phase.Recover)
        {
            // Whatever it was: the other tasks and phases must still have their chance.
            _log.Warning(e, "Coordinated shutdown task {0} of phase {1} failed: {2}", task.Name, name, e.Message);
        }
        finally
        {
            task.IsDone = true;
        }
    }

    private sealed class ShutdownTask(string name, Func<CancellationToken, Task<Done>> body)
    {
        public string Name { get; } = name;

        public Func<CancellationToken, Task<Done>> Body { get; } = body;

        public bool IsDone { get; set; }
    }
}

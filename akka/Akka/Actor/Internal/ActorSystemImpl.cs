using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Akka.Simulation;

namespace Akka.Actor.Internal;

/// <summary>The engine's actor system.</summary>
internal sealed partial class ActorSystemImpl : ExtendedActorSystem
{
    private static readonly Config OneThread =
        ConfigurationFactory.ParseString("""
            akka.logger-startup-timeout = 0s
            akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
            """);

    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly Lock _terminationGate = new();
    private readonly TaskCompletionSource _terminated;
    private readonly long _start;
    private readonly IScheduler _scheduler;
    private readonly LocalActorRefProvider _provider;
    private readonly EventStream _eventStream;
    private readonly List<TaskCompletionSource> _awaiters = [];
    private List<Action>? _onTermination = [];
    private long _uids;

    internal ActorSystemImpl(string name, ActorSystemSetup setup)
    {
        if (name is null || !NamePattern().IsMatch(name))
        {
            throw new ArgumentException(
                $"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')",
                nameof(name));
        }

        Name = name;
        var world = setup.Get<SimulationSetup>().Value?.World;
        Continuations = world is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;
        _terminated = new TaskCompletionSource(Continuations);
        var config = setup.Get<BootstrapSetup>().Value?.Config ?? ConfigurationFactory.Empty;
        Settings = new Settings(this, world is null ? config : OneThread.WithFallback(config), setup);
        Simulated = world?.Enter(this);
        TimeProvider = Simulated?.TimeProvider ?? TimeProvider.System;
        _start = TimeProvider.GetTimestamp();
        StartTime = TimeProvider.GetUtcNow().UtcDateTime;
        _eventStream = new EventStream(Settings.DebugEventStream) { TimeProvider = TimeProvider };
        _eventStream.StartStdoutLogger(Settings.Config);
        Log = Logging.GetLogger(_eventStream, $"ActorSystem({name})", Settings.LogFormatter);
        _scheduler = MakeScheduler();
        Dispatchers = new Dispatchers(this);
        Mailboxes = new Mailboxes(this);
        _provider = new LocalActorRefProvider(this);
        _provider.Start();
    }

    public override string Name { get; }

    public override Settings Settings { get; }

    public override Dispatchers Dispatchers { get; }

    public override Mailboxes Mailboxes { get; }

    public override EventStream EventStream => _eventStream;

    public override IActorRef DeadLetters => _provider.DeadLetters;

    public override IActorRef IgnoreRef => _provider.IgnoreRef;

    public override ILoggingAdapter Log { get; }

    public override IScheduler Scheduler => _scheduler;

    public override Task WhenTerminated => Simulated is null ? _terminated.Task : TerminationForOne();

    public override DateTime StartTime { get; }

    public override TimeSpan Uptime => TimeProvider.GetElapsedTime(_start);

    public override LocalActorRefProvider Provider => _provider;

    public override IInternalActorRef Guardian => _provider.Guardian;

    public override IInternalActorRef LookupRoot => _provider.RootGuardian;

    public override IInternalActorRef SystemGuardian => _provider.SystemGuardian;

    internal TimeProvider TimeProvider { get; }

    internal SimulatedSystem? Simulated { get; }

    /// <summary>How tasks of this system run their continuations: on the world's own thread in a simulation.</summary>
    internal TaskCreationOptions Continuations { get; }

    public override IActorRef ActorOf(Props props, string? name = null) => _provider.Guardian.Cell.ActorOf(props, name);

    public override IActorRef SystemActorOf(Props props, string? name = null) =>
        _provider.SystemGuardian.Cell.MakeChild(props, name, isSystem: true);

    public override IActorRef SystemActorOf<TActor>(string? name = null) =>
        SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) =>
        ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) =>
        ActorRefFactoryShared.ActorSelection(actorPath, this, _provider.RootGuardian);

    public override void Stop(IActorRef actor)
    {
        var inner = (IInternalActorRef)actor;
        if (inner is LocalActorRef { Parent: LocalActorRef parent } &&
            (ReferenceEquals(parent, _provider.Guardian) || ReferenceEquals(parent, _provider.SystemGuardian)))
        {
            parent.Cell.Stop(inner);
        }
        else
        {
            inner.Stop();
        }
    }

    public override Task Terminate()
    {
        if (Settings is { CoordinatedShutdownRunByActorSystemTerminate: true, CoordinatedShutdownTerminateActorSystem: true })
        {
            _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        }
        else
        {
            FinalTerminate();
        }

        return WhenTerminated;
    }

    public override void Abort()
    {
        if (Simulated is { } simulated)
        {
            simulated.Abort();
        }
        else
        {
            FinalTerminate();
        }
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_terminationGate)
        {
            if (_onTermination is null)
            {
                throw new InvalidOperationException("ActorSystem already terminated.");
            }

            _onTermination.Add(code);
        }
    }

    public override object RegisterExtension(IExtensionId extension) => _extensions.GetOrAdd(
        extension.ExtensionType,
        static (_, x) => new Lazy<object>(() => x.extension.CreateExtension(x.system)),
        (extension, system: this)).Value;

    public override object? GetExtension(IExtensionId extensionId) => RegisterExtension(extensionId);

    public override T? GetExtension<T>()
        where T : class => TryGetExtension<T>(out var extension) ? extension : null;

    public override bool HasExtension(Type type) => _extensions.ContainsKey(type);

    public override bool HasExtension<T>() => _extensions.ContainsKey(typeof(T));

    public override bool TryGetExtension(Type extensionType, out object? extension)
    {
        var found = _extensions.TryGetValue(extensionType, out var lazy);
        extension = lazy?.Value;
        return found;
    }

    public override bool TryGetExtension<T>(out T? extension)
        where T : class
    {
        var found = TryGetExtension(typeof(T), out var untyped);
        extension = (T?)untyped;
        return found;
    }

    public override string ToString() => _provider.RootPath.ToString();

    internal override void FinalTerminate()
    {
        _eventStream.Publish(new Debug(ToString(), GetType(), "System shutdown initiated"));
        _provider.Guardian.Stop();
    }

    internal long NextUid() => Interlocked.Increment(ref _uids);

    internal void Start()
    {
        _eventStream.StartDefaultLoggers(this);
        foreach (var name in Settings.Config.GetStringList("akka.extensions"))
        {
            var type = Type.GetType(name) ??
                throw new ConfigurationException($"akka.extensions: '{name}' is not the name of a type");
            RegisterExtension((IExtensionId)Activator.CreateInstance(type)!);
        }
    }

    internal void OnRootTerminated()
    {
        List<Action> code;
        lock (_terminationGate)
        {
            code = _onTermination ?? [];
            _onTermination = null;
        }

        for (var i = code.Count - 1; i >= 0; i--)
        {
            try
            {
                code[i]();
            }
            catch (Exception e)
            {
                // One callback that fails must not keep the others, nor whoever awaits the end, waiting.
                Log.Error(e, "A termination callback failed");
            }
        }

        (_scheduler as IDisposable)?.Dispose();
        Simulated?.Leave();
        _terminated.TrySetResult();
        foreach (var awaiter in _awaiters)
        {
            awaiter.TrySetResult();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Simulated is null && ActorCell.Current is null)
        {
            WhenTerminated.GetAwaiter().GetResult();
        }
    }

    // .NET runs only one continuation of a task in place and sends others to the thread pool, so in a simulation
    // everyone who asks gets a task of his own.
    private Task TerminationForOne()
    {
        if (_terminated.Task.IsCompleted)
        {
            return _terminated.Task;
        }

        var awaiter = new TaskCompletionSource();
        _awaiters.Add(awaiter);
        return awaiter.Task;
    }

    private IScheduler MakeScheduler()
    {
        if (Settings.SchedulerClass.Length == 0)
        {
            return new TimeProviderScheduler(Settings.Config, Log, TimeProvider);
        }

        var type = Type.GetType(Settings.SchedulerClass) ?? throw new ConfigurationException(
            $"akka.scheduler.implementation: '{Settings.SchedulerClass}' is not the name of a type");
        return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log)!;
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9-]*$")]
    private static partial Regex NamePattern();
}

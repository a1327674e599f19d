using System.Collections.Concurrent;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor.Internal;

/// <summary>Finds and makes the references of one system.</summary>
internal sealed class LocalActorRefProvider : IActorRefProvider
{
    private readonly ActorSystemImpl _system;
    private readonly TaskCompletionSource _terminated;
    private long _tempNames;

    internal LocalActorRefProvider(ActorSystemImpl system)
    {
        _system = system;
        _terminated = new TaskCompletionSource(system.Continuations);
        DefaultAddress = new Address("akka", system.Name);
        RootPath = new RootActorPath(DefaultAddress);
        DeadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", system.EventStream);
        IgnoreRef = new IgnoreActorRef(this);
        TempContainer = new TempContainerRef(this, RootPath / "temp");
        Root = new LocalActorRef(
            system,
            Props.Create<RootGuardianActor>(),
            system.Dispatchers.DefaultGlobalDispatcher,
            null,
            new Walker(this),
            RootPath);
        Guardian = (LocalActorRef)Root.Cell.MakeChild(GuardianProps(), "user", isSystem: true);
        SystemGuardian = (LocalActorRef)Root.Cell.MakeChild(Props.Create<GuardianActor>(), "system", isSystem: true);
    }

    public IInternalActorRef RootGuardian => Root;

    public LocalActorRef Guardian { get; }

    public LocalActorRef SystemGuardian { get; }

    public IActorRef DeadLetters { get; }

    public IActorRef IgnoreRef { get; }

    public ActorPath RootPath { get; }

    public Settings Settings => _system.Settings;

    public Address DefaultAddress { get; }

    public Task TerminationTask => _terminated.Task;

    internal ActorSystemImpl System => _system;

    internal TempContainerRef TempContainer { get; }

    internal LocalActorRef Root { get; }

    /// <summary>
    /// Starts the root. Only once the system holds this provider: the root asks the system for it, on a thread of its own, and a root that
    /// came too early failed and took the whole new system with it.
    /// </summary>
    internal void Start() => Root.Start();

    public ActorPath TempPath() =>
        TempContainer.Path / NameGenerator.Generate(Interlocked.Increment(ref _tempNames));

    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) =>
        TempContainer.Add(path.Name, actorRef);

    public void UnregisterTempActor(ActorPath path) => TempContainer.Remove(path.Name);

    public IActorRef ResolveActorRef(string path) =>
        ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed) : DeadLetters;

    public IActorRef ResolveActorRef(ActorPath actorPath)
    {
        if (!actorPath.Root.Equals(RootPath))
        {
            return IgnoreRef.Path.Equals(actorPath) ? IgnoreRef : Absent(actorPath);
        }

        if (actorPath.Depth == 0)
        {
            return Root;
        }

        var found = Root.GetChild(actorPath.ElementsWithUid);
        return found.IsNobody() ? Absent(actorPath) : found;
    }

    /// <summary>What the root has besides the two guardians.</summary>
    internal IActorRef BesideActors(string name) => name switch
    {
        "temp" => TempContainer,
        "deadLetters" => DeadLetters,
        _ => ActorRefs.Nobody,
    };

    private EmptyLocalActorRef Absent(ActorPath path) => new(this, path, _system.EventStream);

    private Props GuardianProps() => Props.Create<GuardianActor>().WithSupervisorStrategy(
        SupervisorStrategyConfigurator.CreateConfigurator(_system.Settings.SupervisorStrategyClass).Create());

    /// <summary>Holds the short-lived references.</summary>
    internal sealed class TempContainerRef(LocalActorRefProvider provider, ActorPath path) : MinimalActorRef
    {
        private readonly ConcurrentDictionary<string, IInternalActorRef> _refs = new();

        public override ActorPath Path => path;

        public override IActorRefProvider Provider => provider;

        public override IInternalActorRef Parent => provider.Root;

        public override IActorRef GetChild(IReadOnlyList<string> name) =>
            name.Count == 1 && _refs.TryGetValue(name[0], out var found) ? found : ActorRefs.Nobody;

        internal void Add(string name, IInternalActorRef actor) => _refs[name] = actor;

        internal void Remove(string name) => _refs.TryRemove(name, out _);
    }

    /// <summary>The supervisor of the root: whatever reaches it ends the system.</summary>
    private sealed class Walker(LocalActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "bubble-walker";

        public override IActorRefProvider Provider => provider;

        public override void SendSystemMessage(ISystemMessage message)
        {
            switch (message)
            {
                case Failed failed:
                    provider._system.EventStream.Publish(new Error(
                        failed.Cause, Path.ToString(), typeof(LocalActorRefProvider), "The root failed; the system ends"));
                    ((IInternalActorRef)failed.Child).Stop();
                    break;
                case DeathWatchNotification:
                    provider._system.OnRootTerminated();
                    provider._terminated.TrySetResult();
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The supervisor of user or system actors.</summary>
    private sealed class GuardianActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);

        // Children of a guardian are stopped by it and nobody else: it lives as long as its system.
        protected override void PreRestart(Exception reason, object message)
        {
        }
    }

    /// <summary>Ends the system in order: user actors, then system actors, then itself.</summary>
    private sealed class RootGuardianActor : UntypedActor
    {
        /// <summary>A logger that hangs must not keep the system from ending.</summary>
        private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

        private readonly LocalActorRefProvider _provider = ((ActorSystemImpl)Context.System).Provider;
        private HashSet<IActorRef> _loggers = [];

        protected override void PreStart()
        {
            Context.Watch(_provider.Guardian);
            Context.Watch(_provider.SystemGuardian);
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Terminated { ActorRef: var ended } when ended.Equals(_provider.Guardian):
                    EndLoggers();
                    break;
                case Terminated { ActorRef: var logger } when _loggers.Remove(logger):
                    EndSystem(_loggers.Count == 0);
                    break;
                case ReceiveTimeout:
                    EndSystem(true);
                    break;
                case Terminated:
                    Context.Stop(Self);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        /// <summary>
        /// What user actors said last, most often why they ended, is in the loggers' mailboxes: they end when they have said it.
        /// </summary>
        private void EndLoggers()
        {
            _loggers = [.. _provider._system.EventStream.Loggers];
            _provider._system.EventStream.StopDefaultLoggers(_provider._system);
            Context.SetReceiveTimeout(LastWords);
            foreach (var logger in _loggers)
            {
                Context.Watch(logger);
                logger.Tell(PoisonPill.Instance);
            }

            EndSystem(_loggers.Count == 0);
        }

        private void EndSystem(bool now)
        {
            if (now)
            {
                Context.SetReceiveTimeout(null);
                Context.Stop(_provider.SystemGuardian);
            }
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(cause =>
        {
            _provider._system.EventStream.Publish(new Error(
                cause, Self.Path.ToString(), GetType(), "A guardian failed, shutting down system"));
            return Directive.Stop;
        });
    }
}

using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A hierarchy of actors with everything they share.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    /// <summary>The settings.</summary>
    public abstract Settings Settings { get; }

    /// <summary>The name.</summary>
    public abstract string Name { get; }

    /// <summary>The dispatchers by id.</summary>
    public abstract Dispatchers Dispatchers { get; }

    /// <summary>The mailboxes by id.</summary>
    public abstract Mailboxes Mailboxes { get; }

    /// <summary>The bus of the whole system.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Publishes what it is told as <see cref="DeadLetter"/>.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>Swallows what it is told.</summary>
    public abstract IActorRef IgnoreRef { get; }

    /// <summary>The system's own log.</summary>
    public abstract ILoggingAdapter Log { get; }

    /// <summary>The scheduler.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>Completes when the system has terminated.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>When the system started.</summary>
    public abstract DateTime StartTime { get; }

    /// <summary>How long the system has been running.</summary>
    public abstract TimeSpan Uptime { get; }

    /// <summary>Starts a system with default settings.</summary>
    public static ActorSystem Create(string name) => CreateAndStart(name, ActorSystemSetup.Empty);

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, Config config) =>
        CreateAndStart(name, ActorSystemSetup.Empty.And(BootstrapSetup.Create().WithConfig(config)));

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, BootstrapSetup setup) =>
        CreateAndStart(name, ActorSystemSetup.Create(setup));

    /// <summary>Starts a system.</summary>
    public static ActorSystem Create(string name, ActorSystemSetup setup) => CreateAndStart(name, setup);

    /// <inheritdoc />
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <inheritdoc />
    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc />
    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>Stops an actor after its current message.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Stops all actors and ends the system.</summary>
    public abstract Task Terminate();

    /// <summary>Runs code after the system has terminated, last registered first.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Adds an extension, or returns the one already there.</summary>
    public abstract object RegisterExtension(IExtensionId extension);

    /// <summary>The extension, created when it is missing.</summary>
    public abstract object? GetExtension(IExtensionId extensionId);

    /// <summary>The extension, or null.</summary>
    public abstract T? GetExtension<T>()
        where T : class, IExtension;

    /// <summary>True when the extension is there.</summary>
    public abstract bool HasExtension(Type type);

    /// <summary>True when the extension is there.</summary>
    public abstract bool HasExtension<T>()
        where T : class, IExtension;

    /// <summary>Gives the extension if it is there.</summary>
    public abstract bool TryGetExtension(Type extensionType, out object? extension);

    /// <summary>Gives the extension if it is there.</summary>
    public abstract bool TryGetExtension<T>(out T? extension)
        where T : class, IExtension;

    /// <summary>Starts terminating the system and returns at once.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts terminating the system.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ = Terminate();
        }
    }

    private static ActorSystemImpl CreateAndStart(string name, ActorSystemSetup setup)
    {
        var system = new ActorSystemImpl(name, setup);
        system.Start();
        return system;
    }
}

/// <summary>The system as extensions see it.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    /// <summary>Finds and makes references.</summary>
    public abstract IActorRefProvider Provider { get; }

    /// <summary>The supervisor of <c>/user</c> actors.</summary>
    public abstract IInternalActorRef Guardian { get; }

    /// <summary>The supervisor of <c>/</c>'s children.</summary>
    public abstract IInternalActorRef LookupRoot { get; }

    /// <summary>The supervisor of <c>/system</c> actors.</summary>
    public abstract IInternalActorRef SystemGuardian { get; }

    /// <summary>Makes an actor under <c>/system</c>.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);

    /// <summary>Makes an actor under <c>/system</c>.</summary>
    public abstract IActorRef SystemActorOf<TActor>(string? name = null)
        where TActor : ActorBase, new();

    /// <summary>Ends the system without the coordinated shutdown.</summary>
    internal abstract void FinalTerminate();

    /// <summary>Stops everything at once.</summary>
    public abstract void Abort();
}

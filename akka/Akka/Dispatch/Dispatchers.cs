using System.Collections.Concurrent;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>A piece of work.</summary>
public interface IRunnable
{
    /// <summary>Does it.</summary>
    void Run();
}

/// <summary>An action as a piece of work.</summary>
public sealed class ActionRunnable(Action action) : IRunnable
{
    /// <inheritdoc />
    public void Run() => action();
}

/// <summary>Chooses the thread that an actor's mailbox runs on.</summary>
public abstract class MessageDispatcher
{
    /// <summary>Makes a dispatcher.</summary>
    protected MessageDispatcher(string id, int throughput, TimeSpan throughputDeadline)
    {
        Id = id;
        Throughput = Math.Max(1, throughput);
        ThroughputDeadlineTime = throughputDeadline > TimeSpan.Zero ? throughputDeadline.Ticks : null;
    }

    /// <summary>The id.</summary>
    public string Id { get; }

    /// <summary>Messages an actor handles before it lets another have the thread.</summary>
    public int Throughput { get; }

    /// <summary>Ticks after which an actor lets another have the thread; null: no limit.</summary>
    public long? ThroughputDeadlineTime { get; }

    /// <summary>Runs an action.</summary>
    public void Schedule(Action run) => Schedule(new ActionRunnable(run));

    /// <summary>Runs a piece of work.</summary>
    public abstract void Schedule(IRunnable run);

    internal abstract void Execute(Mailbox mailbox);

    internal virtual void Detach(Mailbox mailbox)
    {
    }
}

/// <summary>Runs mailboxes on the thread pool.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput, TimeSpan deadline)
    : MessageDispatcher(id, throughput, deadline)
{
    public override void Schedule(IRunnable run) =>
        ThreadPool.UnsafeQueueUserWorkItem(static r => r.Run(), run, preferLocal: true);

    internal override void Execute(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: true);
}

/// <summary>Runs a mailbox on the thread that told, until it is empty: for tests.</summary>
internal sealed class CallingThreadDispatcher(string id) : MessageDispatcher(id, int.MaxValue, TimeSpan.Zero)
{
    public override void Schedule(IRunnable run) => run.Run();

    internal override void Execute(Mailbox mailbox) => mailbox.Run();
}

/// <summary>Gives every actor a thread of its own.</summary>
internal sealed class PinnedDispatcher(string id, int throughput, TimeSpan deadline)
    : MessageDispatcher(id, throughput, deadline)
{
    public override void Schedule(IRunnable run) =>
        ThreadPool.UnsafeQueueUserWorkItem(static r => r.Run(), run, preferLocal: false);

    internal override void Execute(Mailbox mailbox) => mailbox.PinTo(Id).Signal();

    internal override void Detach(Mailbox mailbox) => mailbox.PinTo(Id).End();
}

/// <summary>The thread of one pinned mailbox; it ends with the actor.</summary>
internal sealed class PinnedThread
{
    private readonly SemaphoreSlim _signal = new(0);
    private volatile bool _ended;

    internal PinnedThread(string name, Mailbox mailbox)
    {
        var thread = new Thread(() => Loop(mailbox)) { IsBackground = true, Name = name };
        thread.UnsafeStart();
    }

    internal void Signal()
    {
        _signal.Release();
    }

    internal void End()
    {
        _ended = true;
        _signal.Release();
    }

    private void Loop(Mailbox mailbox)
    {
        while (!_ended)
        {
            _signal.Wait();
            mailbox.Run();
        }
    }
}

/// <summary>The dispatchers of a system, by id.</summary>
public class Dispatchers
{
    /// <summary>The default dispatcher.</summary>
    public static readonly string DefaultDispatcherId = "akka.actor.default-dispatcher";

    /// <summary>The dispatcher of the engine's own actors.</summary>
    public static readonly string InternalDispatcherId = "akka.actor.internal-dispatcher";

    private readonly ActorSystemImpl _system;
    private readonly ConcurrentDictionary<string, MessageDispatcher> _known = new();

    internal Dispatchers(ActorSystemImpl system)
    {
        _system = system;
        DefaultGlobalDispatcher = Lookup(DefaultDispatcherId);
    }

    /// <summary>The default dispatcher.</summary>
    public MessageDispatcher DefaultGlobalDispatcher { get; }

    /// <summary>True when the id is configured.</summary>
    public bool HasDispatcher(string id) => _known.ContainsKey(id) || _system.Settings.Config.HasPath(id);

    /// <summary>The dispatcher of an id.</summary>
    /// <exception cref="ConfigurationException">The id is not configured, or its type is not known.</exception>
    public MessageDispatcher Lookup(string dispatcherName) =>
        _known.TryGetValue(dispatcherName, out var known) ? known : _known.GetOrAdd(dispatcherName, Read);

    private MessageDispatcher Read(string id)
    {
        var config = _system.Settings.Config.GetConfig(id);
        if (config is null && id != DefaultDispatcherId && id != InternalDispatcherId)
        {
            throw new ConfigurationException($"Dispatcher [{id}] not configured for path {id}");
        }

        var type = config?.GetString("type", "Dispatcher") ?? "Dispatcher";
        var throughput = config?.GetInt("throughput", 30) ?? 30;
        var deadline = config?.GetTimeSpan("throughput-deadline-time", TimeSpan.Zero) ?? TimeSpan.Zero;
        if (type == "calling-thread" || type.Contains("CallingThreadDispatcher", StringComparison.Ordinal))
        {
            return new CallingThreadDispatcher(id);
        }

        if (_system.Simulated is { } simulated)
        {
            return simulated.Dispatcher(id);
        }

        return type switch
        {
            "Dispatcher" or "TaskDispatcher" or "ForkJoinDispatcher" => new ThreadPoolDispatcher(id, throughput, deadline),
            "PinnedDispatcher" => new PinnedDispatcher(id, throughput, deadline),
            _ => throw new ConfigurationException($"Unknown dispatcher type [{type}] of [{id}]"),
        };
    }
}

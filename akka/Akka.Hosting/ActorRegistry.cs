using System.Collections;
using Akka.Actor;

namespace Akka.Hosting;

/// <summary>What the registry refuses.</summary>
public class ActorRegistryException : Exception
{
    public ActorRegistryException(string message) : base(message)
    {
    }

    public ActorRegistryException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The key has an actor already.</summary>
public sealed class DuplicateActorRegistryException : ActorRegistryException
{
    public DuplicateActorRegistryException(string message) : base(message)
    {
    }

    public DuplicateActorRegistryException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The key has no actor.</summary>
public sealed class MissingActorRegistryEntryException : ActorRegistryException
{
    public MissingActorRegistryEntryException(string message) : base(message)
    {
    }

    public MissingActorRegistryEntryException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Finds actors by the type they are registered under.</summary>
public interface IReadOnlyActorRegistry : IEnumerable<KeyValuePair<Type, IActorRef>>
{
    /// <summary>False, and nobody, when the key has no actor.</summary>
    bool TryGet<TKey>(out IActorRef actor);

    /// <inheritdoc cref="TryGet{TKey}"/>
    bool TryGet(Type key, out IActorRef actor);

    /// <exception cref="MissingActorRegistryEntryException">The key has no actor.</exception>
    IActorRef Get<TKey>();

    /// <summary>Waits until the key has an actor.</summary>
    Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default);

    /// <inheritdoc cref="GetAsync{TKey}"/>
    Task<IActorRef> GetAsync(Type key, CancellationToken ct = default);
}

/// <summary>Keeps actors by a type as the key, usually the actor's class.</summary>
public interface IActorRegistry : IReadOnlyActorRegistry
{
    /// <exception cref="DuplicateActorRegistryException">The key has an actor, and overwriting is off.</exception>
    void Register<TKey>(IActorRef actor, bool overwrite = false);

    /// <summary>False when the key has an actor and overwriting is off.</summary>
    bool TryRegister<TKey>(IActorRef actor, bool overwrite = false);

    /// <inheritdoc cref="TryRegister{TKey}"/>
    bool TryRegister(Type key, IActorRef actor, bool overwrite = false);
}

public sealed class ActorRegistryExtension : ExtensionIdProvider<ActorRegistry>
{
    public override ActorRegistry CreateExtension(ExtendedActorSystem system) => new();
}

/// <summary>The registry of one actor system. For many threads.</summary>
public class ActorRegistry : IActorRegistry, IExtension
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Type, IActorRef> _actors = [];
    private readonly Dictionary<Type, TaskCompletionSource<IActorRef>> _awaited = [];

    public static ActorRegistry For(ActorSystem actorSystem)
    {
        ArgumentNullException.ThrowIfNull(actorSystem);
        return actorSystem.WithExtension<ActorRegistry, ActorRegistryExtension>();
    }

    public void Register<TKey>(IActorRef actor, bool overwrite = false)
    {
        if (!TryRegister<TKey>(actor, overwrite))
        {
            throw new DuplicateActorRegistryException($"an actor is registered for {typeof(TKey)} already");
        }
    }

    public bool TryRegister<TKey>(IActorRef actor, bool overwrite = false) =>
        TryRegister(typeof(TKey), actor, overwrite);

    public bool TryRegister(Type key, IActorRef actor, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(actor);
        TaskCompletionSource<IActorRef>? awaited;
        lock (_lock)
        {
            if (!overwrite && _actors.ContainsKey(key))
            {
                return false;
            }
            _actors[key] = actor;
            _awaited.Remove(key, out awaited);
        }
        awaited?.TrySetResult(actor);
        return true;
    }

    public bool TryGet<TKey>(out IActorRef actor) => TryGet(typeof(TKey), out actor);

    public bool TryGet(Type key, out IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            var found = _actors.TryGetValue(key, out var registered);
            actor = registered ?? ActorRefs.Nobody;
            return found;
        }
    }

    public IActorRef Get<TKey>() => TryGet<TKey>(out var actor)
        ? actor
        : throw new MissingActorRegistryEntryException($"no actor is registered for {typeof(TKey)}");

    public Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default) => GetAsync(typeof(TKey), ct);

    public Task<IActorRef> GetAsync(Type key, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        TaskCompletionSource<IActorRef>? awaited;
        lock (_lock)
        {
            if (_actors.TryGetValue(key, out var actor))
            {
                return Task.FromResult(actor);
            }
            if (!_awaited.TryGetValue(key, out awaited))
            {
                awaited = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
                _awaited.Add(key, awaited);
            }
        }
        return awaited.Task.WaitAsync(ct);
    }

    public IEnumerator<KeyValuePair<Type, IActorRef>> GetEnumerator()
    {
        KeyValuePair<Type, IActorRef>[] entries;
        lock (_lock)
        {
            entries = [.. _actors];
        }
        return ((IEnumerable<KeyValuePair<Type, IActorRef>>)entries).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>An actor to be injected, by the key it is registered under.</summary>
public interface IRequiredActor<TActor>
{
    /// <exception cref="MissingActorRegistryEntryException">It is not registered (yet).</exception>
    IActorRef ActorRef { get; }

    /// <summary>Waits until it is registered.</summary>
    Task<IActorRef> GetAsync(CancellationToken cancellationToken = default);
}

/// <inheritdoc/>
public sealed class RequiredActor<TActor>(IReadOnlyActorRegistry registry) : IRequiredActor<TActor>
{
    private IActorRef? _actor;

    public IActorRef ActorRef => _actor ??= registry.Get<TActor>();

    public async Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) =>
        _actor ??= await registry.GetAsync<TActor>(cancellationToken).ConfigureAwait(false);
}

using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Trader.Actors.Ports;

namespace Trader.Redis.Persistence;

/// <summary>What the Redis plugins are made from; the host gives it to the actor system before anything starts.</summary>
/// <param name="target">Where Redis is: the same as for everything else.</param>
/// <param name="commandDeadline">Longest wait for a connection, and then for a command's answer.</param>
/// <param name="types">Every type that may be stored.</param>
public sealed class RedisPersistenceSetup(RedisTarget target, TimeSpan commandDeadline, PersistedTypes types) : Setup
{
    public RedisTarget Target { get; } = target;

    public TimeSpan CommandDeadline { get; } = commandDeadline;

    public PersistedTypes Types { get; } = types;
}

/// <summary>Redis did not do what was asked, or what it holds cannot be right. Its message holds no value and no secret (S16).</summary>
public sealed class RedisPersistenceException : Exception
{
    public RedisPersistenceException(string message)
        : base(message)
    {
    }

    public RedisPersistenceException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>
/// One connection to Redis for the journal and the snapshot store of a system. Nothing waits for long: a connection that is just being made is
/// waited for, at most the command deadline, because a node's persistent actors recover in the moment in which it connects and because a
/// failed write costs an actor its life; then the command itself has its deadline.
/// </summary>
public sealed class RedisPersistence : IExtension
{
    private static readonly Provider Id = new();

    private readonly RedisPersistenceSetup _setup;
    private readonly RedisClient _client;
    private volatile TaskCompletionSource _up = NewSignal();

    private RedisPersistence(ActorSystem system, RedisPersistenceSetup setup)
    {
        _setup = setup;
        _client = RedisClient.Start(setup.Target, OnState);
        // Disposing waits for sockets; nobody needs to wait for that.
        system.RegisterOnTermination(() => _ = _client.DisposeAsync().AsTask());
    }

    public PersistedTypes Types => _setup.Types;

    public TimeProvider Time => _setup.Target.Time;

    /// <exception cref="ConfigurationException">The system was started without a <see cref="RedisPersistenceSetup"/>.</exception>
    public static RedisPersistence Of(ActorSystem system) => Id.Apply(system);

    /// <summary>Runs a script.</summary>
    /// <exception cref="RedisPersistenceException">It was not run, or it is not known whether it was.</exception>
    internal async Task<RespValue> Run(RedisScript script, IReadOnlyList<string> keys, IReadOnlyList<string> arguments, string what)
    {
        await Connected().ConfigureAwait(false);
        return Value(await script.Execute(_client, keys, arguments, _setup.CommandDeadline).ConfigureAwait(false), what);
    }

    /// <summary>Runs a command.</summary>
    /// <exception cref="RedisPersistenceException">It was not run, or it is not known whether it was.</exception>
    internal async Task<RespValue> Run(RedisCommand command, string what)
    {
        await Connected().ConfigureAwait(false);
        return Value(await _client.Execute(command, _setup.CommandDeadline).ConfigureAwait(false), what);
    }

    // The server's error text may quote arguments; its code does not (S16).
    private static RespValue Value(RedisResult result, string what) =>
        result.IsValue ? result.Value : throw new RedisPersistenceException($"{what}: {result}");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask Connected()
    {
        if (!_client.IsUp)
        {
            // Late is not an error here: the command itself says that there is no connection.
            await _up.Task.WaitAsync(_setup.CommandDeadline, Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnState(RedisLinkState state)
    {
        if (state is RedisLinkState.Up)
        {
            _up.TrySetResult();
        }
        else if (_up.Task.IsCompleted)
        {
            _up = NewSignal();
        }
    }

    private sealed class Provider : ExtensionIdProvider<RedisPersistence>
    {
        public override RedisPersistence CreateExtension(ExtendedActorSystem system)
        {
            var setup = system.Settings.Setup.Get<RedisPersistenceSetup>();
            return setup.HasValue
                ? new RedisPersistence(system, setup.Value)
                : throw new ConfigurationException("the Redis journal and snapshot store need a RedisPersistenceSetup");
        }
    }
}

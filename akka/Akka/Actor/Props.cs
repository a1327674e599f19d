using System.Linq.Expressions;

namespace Akka.Actor;

/// <summary>Makes an actor instance by other means than its constructor.</summary>
public interface IIndirectActorProducer
{
    /// <summary>The type of the actor.</summary>
    Type ActorType { get; }

    /// <summary>Makes an instance; called once per incarnation.</summary>
    ActorBase Produce();

    /// <summary>Takes an instance back when its incarnation ends.</summary>
    void Release(ActorBase actor);
}

/// <summary>The recipe for an actor: immutable, usable any number of times.</summary>
public class Props : IEquatable<Props>
{
    private static readonly Deploy DefaultDeploy = new();
    private readonly object?[] _arguments;
    private readonly IIndirectActorProducer? _producer;
    private readonly ActorFactory? _factory;

    /// <summary>The recipe for an actor that cannot be made.</summary>
    public Props()
        : this(DefaultDeploy, typeof(EmptyActor), null, [])
    {
    }

    /// <summary>A recipe by type and constructor arguments.</summary>
    public Props(Type type, object[] args)
        : this(DefaultDeploy, type, null, args)
    {
    }

    /// <summary>A recipe by type.</summary>
    public Props(Type type)
        : this(DefaultDeploy, type, null, [])
    {
    }

    /// <summary>A recipe with a strategy for the actor's children.</summary>
    public Props(Type type, SupervisorStrategy? supervisorStrategy, IEnumerable<object> args)
        : this(DefaultDeploy, type, supervisorStrategy, args.ToArray())
    {
    }

    /// <summary>A recipe with a strategy for the actor's children.</summary>
    public Props(Type type, SupervisorStrategy? supervisorStrategy, params object[] args)
        : this(DefaultDeploy, type, supervisorStrategy, args)
    {
    }

    /// <summary>A recipe with a deployment.</summary>
    public Props(Deploy deploy, Type type, IEnumerable<object> args)
        : this(deploy, type, null, args.ToArray())
    {
    }

    /// <summary>A recipe with a deployment.</summary>
    public Props(Deploy deploy, Type type, params object[] args)
        : this(deploy, type, null, args)
    {
    }

    /// <summary>A copy.</summary>
    protected Props(Props copy)
        : this(copy, copy.Deploy, copy.SupervisorStrategy)
    {
    }

    private Props(Deploy deploy, Type type, SupervisorStrategy? strategy, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(type);
        Deploy = deploy;
        Type = type;
        SupervisorStrategy = strategy;
        _arguments = args ?? [];
        if (typeof(IIndirectActorProducer).IsAssignableFrom(type))
        {
            _producer = (IIndirectActorProducer)Activator.CreateInstance(type, _arguments)!;
            Type = _producer.ActorType;
        }
        else if (!typeof(ActorBase).IsAssignableFrom(type) || type.IsAbstract)
        {
            throw new ArgumentException($"Unknown actor type [{type}]", nameof(type));
        }
        else if (type != typeof(EmptyActor))
        {
            _factory = ActorFactory.For(type, _arguments);
        }
    }

    private Props(IIndirectActorProducer producer, object?[] args)
    {
        _producer = producer;
        _arguments = args;
        Type = producer.ActorType;
        Deploy = DefaultDeploy;
    }

    private Props(ActorFactory factory, object?[] args, SupervisorStrategy? strategy)
    {
        _factory = factory;
        _arguments = args;
        Type = factory.Type;
        Deploy = DefaultDeploy;
        SupervisorStrategy = strategy;
    }

    private Props(Props source, Deploy deploy, SupervisorStrategy? strategy)
    {
        _producer = source._producer;
        _factory = source._factory;
        _arguments = source._arguments;
        Type = source.Type;
        Deploy = deploy;
        SupervisorStrategy = strategy;
    }

    /// <summary>A recipe that stands for none.</summary>
    public static Props None { get; } = new();

    /// <summary>A recipe for an actor without behaviour.</summary>
    public static Props Empty { get; } = new();

    /// <summary>The type of the actor.</summary>
    public Type Type { get; }

    /// <summary>The name of the type, with its assembly.</summary>
    public string TypeName => Type.AssemblyQualifiedName!;

    /// <summary>How and where the actor runs.</summary>
    public Deploy Deploy { get; }

    /// <summary>The strategy for the actor's children; null: the actor's own.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; }

    /// <summary>The id of the dispatcher.</summary>
    public string Dispatcher => Deploy.Dispatcher.Length == 0 ? Dispatch.Dispatchers.DefaultDispatcherId : Deploy.Dispatcher;

    /// <summary>The id of the mailbox.</summary>
    public string Mailbox => Deploy.Mailbox.Length == 0 ? Dispatch.Mailboxes.DefaultMailboxId : Deploy.Mailbox;

    /// <summary>The constructor arguments.</summary>
    public object[] Arguments => _arguments!;

    /// <summary>A recipe from <c>() => new X(a, b)</c>; the arguments are evaluated once, here.</summary>
    /// <exception cref="ArgumentException">The body is anything but <c>new</c>.</exception>
    public static Props Create<TActor>(
        Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression construction)
        {
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        }

        var strategy = supervisorStrategy;
        var args = ExpressionArguments.Evaluate(construction);
        return new Props(ActorFactory.For(construction), args, strategy);
    }

    /// <summary>A recipe by type and constructor arguments.</summary>
    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => new(DefaultDeploy, typeof(TActor), null, args);

    /// <summary>A recipe by type with a strategy for the actor's children.</summary>
    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => new(DefaultDeploy, typeof(TActor), supervisorStrategy, []);

    /// <summary>A recipe by type and constructor arguments.</summary>
    public static Props Create(Type type, params object[] args) => new(DefaultDeploy, type, null, args);

    /// <summary>A recipe by a producer made from its type.</summary>
    public static Props CreateBy<TProducer>(params object[] args)
        where TProducer : class, IIndirectActorProducer => new(DefaultDeploy, typeof(TProducer), null, args);

    /// <summary>A recipe by a producer.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) => new(producer, args);

    /// <summary>The same recipe in another mailbox.</summary>
    public Props WithMailbox(string mailbox) => WithDeployment(Deploy.WithMailbox(mailbox));

    /// <summary>The same recipe on another dispatcher.</summary>
    public Props WithDispatcher(string dispatcher) => WithDeployment(Deploy.WithDispatcher(dispatcher));

    /// <summary>The same recipe with a limit on the stash.</summary>
    public Props WithStashCapacity(int stashCapacity) => WithDeployment(Deploy.WithStashCapacity(stashCapacity));

    /// <summary>The same recipe deployed as given; what it does not say stays.</summary>
    public Props WithDeploy(Deploy deploy) => WithDeployment(deploy.WithFallback(Deploy));

    /// <summary>The same recipe with another strategy for the actor's children.</summary>
    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(this, Deploy, supervisorStrategy);

    /// <summary>Makes an instance.</summary>
    public virtual ActorBase NewActor()
    {
        if (_factory is not null)
        {
            return _factory.Create(_arguments);
        }

        return _producer is not null ? _producer.Produce() : new EmptyActor();
    }

    /// <inheritdoc />
    public bool Equals(Props? other) =>
        other is not null && (ReferenceEquals(this, other) ||
            (Type == other.Type && Deploy.Equals(other.Deploy) &&
             ReferenceEquals(SupervisorStrategy, other.SupervisorStrategy) &&
             ReferenceEquals(_producer, other._producer) && _arguments.SequenceEqual(other._arguments)));

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Props other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Type, Deploy);

    internal void Release(ActorBase actor) => _producer?.Release(actor);

    private Props WithDeployment(Deploy deploy) => new(this, deploy, SupervisorStrategy);

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}

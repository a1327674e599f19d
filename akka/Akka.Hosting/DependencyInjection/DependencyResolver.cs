using Akka.Actor;
using Akka.Actor.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.DependencyInjection;

/// <summary>Makes props of actors whose constructors take services.</summary>
public interface IDependencyResolver
{
    object GetService<T>();

    object GetService(Type type);

    /// <summary>Each instance gets the arguments given, and services for the rest.</summary>
    Props Props(Type type, params object[] args);

    Props Props(Type type);

    Props Props<T>(params object[] args) where T : ActorBase;
}

/// <summary>The resolver over a service provider.</summary>
public sealed class ServiceProviderDependencyResolver(IServiceProvider serviceProvider) : IDependencyResolver
{
    public IServiceProvider ServiceProvider { get; } = serviceProvider;

    public object GetService<T>() => GetService(typeof(T));

    public object GetService(Type type) => ServiceProvider.GetRequiredService(type);

    public Props Props(Type type, params object[] args) =>
        Actor.Props.CreateBy(new ServiceActorProducer(ServiceProvider, type, args));

    public Props Props(Type type) => Props(type, []);

    public Props Props<T>(params object[] args) where T : ActorBase => Props(typeof(T), args);

    private sealed class ServiceActorProducer(IServiceProvider services, Type type, object[] args)
        : IIndirectActorProducer
    {
        public Type ActorType { get; } = type;

        public ActorBase Produce() => (ActorBase)ActivatorUtilities.CreateInstance(services, ActorType, args);

        public void Release(ActorBase actor)
        {
            if (actor is IDisposable disposable)
            {
                disposable.Dispose();
            }
        }
    }
}

/// <summary>Tells an actor system where its services come from.</summary>
public sealed class DependencyResolverSetup : Setup
{
    private DependencyResolverSetup(IDependencyResolver resolver) => DependencyResolver = resolver;

    public IDependencyResolver DependencyResolver { get; }

    public static DependencyResolverSetup Create(IServiceProvider provider) =>
        new(new ServiceProviderDependencyResolver(provider));

    public static DependencyResolverSetup Create(IDependencyResolver provider) => new(provider);
}

public sealed class DependencyResolverExtension : ExtensionIdProvider<DependencyResolver>
{
    /// <exception cref="Configuration.ConfigurationException">The system was made without the setup.</exception>
    public override DependencyResolver CreateExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.Settings.Setup.Get<DependencyResolverSetup>() is { HasValue: true, Value: var setup }
            ? new DependencyResolver(setup.DependencyResolver)
            : throw new Configuration.ConfigurationException(
                $"the actor system was made without {nameof(DependencyResolverSetup)}");
    }
}

/// <summary>The resolver of an actor system.</summary>
public sealed class DependencyResolver(IDependencyResolver resolver) : IExtension
{
    public IDependencyResolver Resolver { get; } = resolver;

    public static DependencyResolver For(ActorSystem actorSystem)
    {
        ArgumentNullException.ThrowIfNull(actorSystem);
        return actorSystem.WithExtension<DependencyResolver, DependencyResolverExtension>();
    }

    public Props Props<T>(params object[] args) where T : ActorBase => Resolver.Props<T>(args);

    public Props Props<T>() where T : ActorBase => Resolver.Props(typeof(T));

    public Props Props(Type type) => Resolver.Props(type);

    public Props Props(Type type, params object[] args) => Resolver.Props(type, args);
}

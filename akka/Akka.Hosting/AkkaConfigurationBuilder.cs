using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;

namespace Akka.Hosting;

/// <summary>Where added settings stand to those that are there.</summary>
public enum HoconAddMode
{
    /// <summary>Before them: the added ones win.</summary>
    Prepend,

    /// <summary>After them: the added ones fill gaps.</summary>
    Append,

    /// <summary>Instead of them.</summary>
    Replace,
}

public delegate Task ActorStarter(ActorSystem system, IActorRegistry registry);

public delegate Task ActorStarterWithResolver(
    ActorSystem system, IActorRegistry registry, IDependencyResolver resolver);

public delegate Task StartupTask(ActorSystem system, IActorRegistry registry);

/// <summary>What the host's actor system is made from and begins with.</summary>
public sealed class AkkaConfigurationBuilder
{
    private readonly List<ActorStarter> _starters = [];
    private readonly List<StartupTask> _startups = [];

    internal AkkaConfigurationBuilder(string actorSystemName) => ActorSystemName = actorSystemName;

    public string ActorSystemName { get; }

    /// <summary>The settings so far; none: the engine's reference alone.</summary>
    public Config Configuration { get; private set; } = Config.Empty;

    /// <summary>One setup of each class; a later one takes an earlier one's place.</summary>
    public HashSet<Setup> Setups { get; } = [];

    internal AkkaConfigurationBuilder Add(Config hocon, HoconAddMode addMode)
    {
        ArgumentNullException.ThrowIfNull(hocon);
        Configuration = addMode switch
        {
            HoconAddMode.Prepend => hocon.WithFallback(Configuration),
            HoconAddMode.Append => Configuration.WithFallback(hocon),
            HoconAddMode.Replace => hocon,
            _ => throw new ArgumentOutOfRangeException(nameof(addMode), addMode, "not a way to add settings"),
        };
        return this;
    }

    /// <summary>Extensions that start with the system.</summary>
    /// <exception cref="ConfigurationException">A type is no extension's id, or cannot be made.</exception>
    public AkkaConfigurationBuilder WithExtensions(params Type[] extensions)
    {
        ArgumentNullException.ThrowIfNull(extensions);
        var names = Configuration.GetStringList("akka.extensions").ToList();
        foreach (var type in extensions)
        {
            if (type.IsAbstract || !typeof(IExtensionId).IsAssignableFrom(type))
            {
                throw new ConfigurationException($"{type} is not the id of an extension that can be made");
            }
            names.Add(type.AssemblyQualifiedName!);
        }
        var list = string.Join(", ", names.Distinct().Select(name => $"\"{name}\""));
        return Add($"akka.extensions = [{list}]", HoconAddMode.Prepend);
    }

    public AkkaConfigurationBuilder WithExtension<T>() where T : IExtensionId => WithExtensions(typeof(T));

    /// <summary>Runs when the system has been made, in the order of registration.</summary>
    public AkkaConfigurationBuilder StartActors(ActorStarter starter)
    {
        ArgumentNullException.ThrowIfNull(starter);
        _starters.Add(starter);
        return this;
    }

    public AkkaConfigurationBuilder StartActors(ActorStarterWithResolver starter) =>
        StartActors((system, registry) => starter(system, registry, DependencyResolver.For(system).Resolver));

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry> starter) =>
        StartActors((system, registry) =>
        {
            starter(system, registry);
            return Task.CompletedTask;
        });

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter) =>
        StartActors((system, registry) =>
        {
            starter(system, registry, DependencyResolver.For(system).Resolver);
            return Task.CompletedTask;
        });

    /// <summary>Runs once all starters of actors have, in the order of registration.</summary>
    public AkkaConfigurationBuilder AddStartup(StartupTask startupTask)
    {
        ArgumentNullException.ThrowIfNull(startupTask);
        _startups.Add(startupTask);
        return this;
    }

    public AkkaConfigurationBuilder AddStartup(Action<ActorSystem, IActorRegistry> startupTask) =>
        AddStartup((system, registry) =>
        {
            startupTask(system, registry);
            return Task.CompletedTask;
        });

    internal ActorSystem Build(IServiceProvider services)
    {
        if (!Setups.OfType<DependencyResolverSetup>().Any())
        {
            Setups.Add(DependencyResolverSetup.Create(services));
        }
        var setup = ActorSystemSetup.Create([.. Setups, BootstrapSetup.Create().WithConfig(Configuration)]);
        return ActorSystem.Create(ActorSystemName, setup);
    }

    internal async Task StartAsync(ActorSystem system)
    {
        var registry = ActorRegistry.For(system);
        foreach (var starter in _starters)
        {
            await starter(system, registry).ConfigureAwait(false);
        }
        foreach (var startup in _startups)
        {
            await startup(system, registry).ConfigureAwait(false);
        }
    }
}

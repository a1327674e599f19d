using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>Finds the persistence extension of a system.</summary>
public class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    private static readonly Lazy<Config> Reference = new(ReadReference);

    /// <summary>The one instance.</summary>
    public static Persistence Instance { get; } = new();

    /// <summary>What each key is when nobody sets it.</summary>
    public static Config DefaultConfig() => Reference.Value;

    /// <inheritdoc />
    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);

    private static Config ReadReference()
    {
        using var stream = typeof(Persistence).Assembly.GetManifestResourceStream("Akka.Persistence.persistence.conf")
            ?? throw new ConfigurationException("the assembly holds no persistence.conf");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}

/// <summary>Starts the journals and snapshot stores of a system, each once and when it is first asked for.</summary>
public class PersistenceExtension : IExtension
{
    private const string NoSnapshotStore = "akka.persistence.no-snapshot-store";
    private const string JournalFallback = "akka.persistence.journal-plugin-fallback";
    private const string SnapshotStoreFallback = "akka.persistence.snapshot-store-plugin-fallback";

    private readonly ExtendedActorSystem _system;
    private readonly ILoggingAdapter _log;
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _plugins = new();
    private readonly Lazy<IActorRef> _permitter;
    private readonly Lazy<IStashOverflowStrategy> _stashOverflow;
    private int _instances;

    /// <summary>Made by <see cref="Persistence"/>.</summary>
    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        _system.Settings.InjectTopLevelFallback(Persistence.DefaultConfig());
        _log = Logging.GetLogger(system, this);
        _permitter = new Lazy<IActorRef>(() => _system.SystemActorOf(
            Akka.Persistence.RecoveryPermitter.Props(Config.GetInt("akka.persistence.max-concurrent-recoveries")), "recoveryPermitter"));
        _stashOverflow = new Lazy<IStashOverflowStrategy>(ReadStashOverflow);
        PublishPluginCommands = Config.GetBoolean("akka.persistence.publish-plugin-commands");
        foreach (var id in Config.GetStringList("akka.persistence.journal.auto-start-journals"))
        {
            JournalFor(id);
        }

        foreach (var id in Config.GetStringList("akka.persistence.snapshot-store.auto-start-snapshot-stores"))
        {
            SnapshotStoreFor(id);
        }
    }

    /// <summary>What happens to a command that no longer fits the stash of an actor that does not say.</summary>
    public IStashOverflowStrategy DefaultInternalStashOverflowStrategy => _stashOverflow.Value;

    internal bool PublishPluginCommands { get; }

    private Config Config => _system.Settings.Config;

    /// <summary>An id made of an actor's path.</summary>
    public string PersistenceId(IActorRef actor) => actor.Path.ToStringWithoutAddress();

    /// <summary>A journal by the path of its settings; null or empty: the default one.</summary>
    /// <exception cref="ArgumentException">There are no such settings, or they name no class.</exception>
    public IActorRef JournalFor(string? journalPluginId) => Plugin(JournalPath(journalPluginId), JournalFallback);

    /// <summary>A snapshot store by the path of its settings; null or empty: the default one.</summary>
    /// <exception cref="ArgumentException">There are no such settings, or they name no class.</exception>
    public IActorRef SnapshotStoreFor(string? snapshotPluginId) =>
        Plugin(SnapshotStorePath(snapshotPluginId), SnapshotStoreFallback);

    internal Config JournalConfigFor(string? journalPluginId) =>
        ConfigAt(JournalPath(journalPluginId), JournalFallback);

    /// <summary>The settings of a running journal or snapshot store, whose name is their path.</summary>
    internal Config JournalConfigFor(IActorRef plugin) => ConfigAt(plugin.Path.Name, JournalFallback);

    /// <inheritdoc cref="JournalConfigFor(IActorRef)"/>
    internal Config SnapshotStoreConfigFor(IActorRef plugin) => ConfigAt(plugin.Path.Name, SnapshotStoreFallback);

    internal IActorRef RecoveryPermitter() => _permitter.Value;

    /// <summary>Tells incarnations apart within a system.</summary>
    internal int NextInstanceId() => Interlocked.Increment(ref _instances);

    /// <summary>Tells incarnations apart for ever; in a simulation the same in every run.</summary>
    internal string NewWriterGuid(int instanceId) => _system is ActorSystemImpl { Simulated: not null }
        ? FormattableString.Invariant($"{_system.Name}-{_system.StartTime.Ticks}-{instanceId}")
        : Guid.NewGuid().ToString();

    private string JournalPath(string? id)
    {
        var path = string.IsNullOrEmpty(id) ? Config.GetString("akka.persistence.journal.plugin", "") : id;
        return path.Length > 0 ? path : throw new ConfigurationException("akka.persistence.journal.plugin is empty");
    }

    private string SnapshotStorePath(string? id)
    {
        var path = string.IsNullOrEmpty(id) ? Config.GetString("akka.persistence.snapshot-store.plugin", "") : id;
        return path.Length > 0 ? path : NoSnapshotStore;
    }

    private IActorRef Plugin(string path, string fallback) => _plugins.GetOrAdd(
        path, static (p, x) => new Lazy<IActorRef>(() => x.extension.Start(p, x.fallback)), (extension: this, fallback)).Value;

    private IActorRef Start(string path, string fallback)
    {
        var config = ConfigAt(path, fallback);
        var name = config.GetString("class", "");
        if (name.Length == 0)
        {
            throw new ArgumentException($"Plugin class name must be defined in config property [{path}.class]");
        }

        var type = Type.GetType(name) ??
            throw new ArgumentException($"The plugin class [{name}] of [{path}.class] could not be found");
        object[] arguments = type.GetConstructor([typeof(Config)]) is null ? [] : [config];
        if (path == NoSnapshotStore)
        {
            _log.Debug("No default snapshot store configured: snapshots cannot be saved");
        }

        return _system.SystemActorOf(
            new Props(type, arguments).WithDispatcher(config.GetString("plugin-dispatcher", "")), path);
    }

    private Config ConfigAt(string path, string fallback)
    {
        var own = Config.GetConfig(path) ??
            throw new ArgumentException($"Persistence config is missing plugin config path for: {path}");
        return own.WithFallback(Config.GetConfig(fallback));
    }

    private IStashOverflowStrategy ReadStashOverflow()
    {
        const string path = "akka.persistence.internal-stash-overflow-strategy";
        var name = Config.GetString(path, "");
        var type = Type.GetType(name) ?? throw new ConfigurationException($"{path}: '{name}' is not the name of a type");
        return ((IStashOverflowStrategyConfigurator)Activator.CreateInstance(type)!).Create(Config);
    }
}

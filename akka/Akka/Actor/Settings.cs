using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The settings of a system, read once.</summary>
public class Settings
{
    /// <summary>Reads the settings; what <paramref name="config"/> does not say comes from the reference.</summary>
    public Settings(ActorSystem system, Config config)
        : this(system, config, Akka.Actor.Setup.ActorSystemSetup.Empty)
    {
    }

    /// <summary>Reads the settings; what <paramref name="config"/> does not say comes from the reference.</summary>
    public Settings(ActorSystem system, Config config, Setup.ActorSystemSetup setup)
    {
        var reference = ConfigurationFactory.Default();
        System = system;
        Setup = setup;
        UserConfig = config;
        Config = config.IsNullOrEmpty() ? reference : config.WithFallback(reference);
        LogLevel = Config.GetString("akka.loglevel", "INFO")!;
        StdoutLogLevel = Config.GetString("akka.stdout-loglevel", "WARNING")!;
        Loggers = Config.GetStringList("akka.loggers");
        SerializeAllMessages = Config.GetBoolean("akka.actor.serialize-messages");
        UnstartedPushTimeout = Config.GetTimeSpan("akka.actor.unstarted-push-timeout", TimeSpan.FromSeconds(10));
        CreationTimeout = Config.GetTimeSpan("akka.actor.creation-timeout", TimeSpan.FromSeconds(20));
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout", Timeout.InfiniteTimeSpan);
        SupervisorStrategyClass =
            Config.GetString("akka.actor.guardian-supervisor-strategy", "Akka.Actor.DefaultSupervisorStrategy")!;
        SchedulerClass = Config.GetString("akka.scheduler.implementation", "")!;
        DebugUnhandledMessage = Config.GetBoolean("akka.actor.debug.unhandled");
        LogFormatter = MakeFormatter(Config.GetString("akka.logger-formatter", "")!);
        DebugTimerScheduler = Config.GetBoolean("akka.actor.debug.log-timers");
        DebugEventStream = Config.GetBoolean("akka.actor.debug.event-stream");
        DebugLifecycle = Config.GetBoolean("akka.actor.debug.lifecycle");
        DebugAutoReceive = Config.GetBoolean("akka.actor.debug.autoreceive");
        AddLoggingReceive = Config.GetBoolean("akka.actor.debug.receive");
        CoordinatedShutdownTerminateActorSystem =
            Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system", true);
        CoordinatedShutdownRunByActorSystemTerminate =
            Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate", true);
    }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <summary>The configuration, completed from the reference.</summary>
    public Config Config { get; private set; }

    /// <summary>The setups.</summary>
    public Setup.ActorSystemSetup Setup { get; }

    /// <summary>The configuration as it was given.</summary>
    public Config UserConfig { get; }

    /// <summary>What reaches the event stream.</summary>
    public string LogLevel { get; }

    /// <summary>What the start-up logger prints.</summary>
    public string StdoutLogLevel { get; }

    /// <summary>The logger classes.</summary>
    public IList<string> Loggers { get; }

    /// <summary>Read for compatibility: local messages are never serialised.</summary>
    public bool SerializeAllMessages { get; }

    /// <summary>Read for compatibility.</summary>
    public TimeSpan UnstartedPushTimeout { get; }

    /// <summary>How long making a system actor may take.</summary>
    public TimeSpan CreationTimeout { get; }

    /// <summary>How long an Ask without its own timeout waits.</summary>
    public TimeSpan AskTimeout { get; }

    /// <summary>The strategy of the user guardian.</summary>
    public string SupervisorStrategyClass { get; }

    /// <summary>The scheduler class; empty: the engine's own.</summary>
    public string SchedulerClass { get; }

    /// <summary>Logs unhandled messages at debug level.</summary>
    public bool DebugUnhandledMessage { get; }

    /// <summary>Makes the text of log messages, unless a logger was made with another.</summary>
    public ILogMessageFormatter LogFormatter { get; }

    /// <summary>True when the start of a timer is logged.</summary>
    public bool DebugTimerScheduler { get; }

    /// <summary>Logs subscriptions at debug level.</summary>
    public bool DebugEventStream { get; }

    /// <summary>Logs life cycles at debug level.</summary>
    public bool DebugLifecycle { get; }

    /// <summary>Logs automatically handled messages at debug level.</summary>
    public bool DebugAutoReceive { get; }

    /// <summary>Logs what actors receive at debug level.</summary>
    public bool AddLoggingReceive { get; }

    /// <summary>The coordinated shutdown ends the system.</summary>
    public bool CoordinatedShutdownTerminateActorSystem { get; }

    /// <summary>Terminate runs the coordinated shutdown.</summary>
    public bool CoordinatedShutdownRunByActorSystemTerminate { get; }

    /// <summary>Adds settings that fill what nothing else says.</summary>
    public void InjectTopLevelFallback(Config config) => Config = Config.WithFallback(config);

    /// <inheritdoc />
    public override string ToString() => Config.ToString();

    private static ILogMessageFormatter MakeFormatter(string typeName)
    {
        if (typeName.Length == 0)
        {
            return DefaultLogMessageFormatter.Instance;
        }

        return Type.GetType(typeName) is { } type && typeof(ILogMessageFormatter).IsAssignableFrom(type)
            ? (ILogMessageFormatter)Activator.CreateInstance(type)!
            : throw new ConfigurationException(
                $"akka.logger-formatter: '{typeName}' is not the name of a log message formatter");
    }
}

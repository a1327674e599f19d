using Akka.Actor;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>A bus whose events include log events, with the level and the loggers that go with them.</summary>
public abstract class LoggingBus : ActorEventBus<object, Type>
{
    private readonly List<IActorRef> _loggers = [];
    private int _stopped;
    private volatile int _logLevel = (int)LogLevel.DebugLevel;

    /// <summary>What is below this level is not published by <see cref="BusLogging"/>.</summary>
    public LogLevel LogLevel => (LogLevel)_logLevel;

    /// <summary>The clock of log events: virtual where the actor system's time is.</summary>
    internal TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Sets the level; the loggers get that level and graver from here on.</summary>
    public void SetLogLevel(LogLevel logLevel)
    {
        _logLevel = (int)logLevel;
        foreach (var logger in _loggers)
        {
            SubscribeLogger(logger, logLevel);
        }
    }

    /// <summary>Prints to standard output from <c>akka.stdout-loglevel</c> up until the loggers are there.</summary>
    /// <exception cref="ConfigurationException">The level's name is unknown.</exception>
    public void StartStdoutLogger(Config config)
    {
        var level = ReadLevel(config, "akka.stdout-loglevel", "WARNING");
        SubscribeLogger(Logging.StandardOutLogger, level);
        _logLevel = (int)level;
    }

    /// <summary>
    /// Starts the actors of <c>akka.loggers</c> at <c>akka.loglevel</c> in place of the start-up printer, and what
    /// turns unhandled messages into debug lines. Waits until each logger has answered, at most
    /// <c>akka.logger-startup-timeout</c>; with 0 it does not wait (a one-threaded system cannot).
    /// </summary>
    /// <exception cref="ConfigurationException">
    /// A class is unknown or no actor, or a logger does not answer.
    /// </exception>
    public void StartDefaultLoggers(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        var config = system.Settings.Config;
        var level = ReadLevel(config, "akka.loglevel", "INFO");
        var wait = config.GetTimeSpan("akka.logger-startup-timeout", TimeSpan.FromSeconds(5));
        _logLevel = (int)level;
        var number = 0;
        foreach (var name in config.GetStringList("akka.loggers"))
        {
            StartLogger(system, LoggerType(name), $"log{++number}-{LoggerType(name).Name}", level, wait);
        }
        base.Unsubscribe(Logging.StandardOutLogger);
        StartListeners(system, config, number);
        Publish(new Debug(nameof(LoggingBus), GetType(), "the loggers are started"));
        if (config.GetBoolean("akka.log-config-on-start"))
        {
            Publish(new Info(nameof(LoggingBus), GetType(), system.Settings.ToString()));
        }
        system.RegisterOnTermination(() => StopDefaultLoggers(system));
    }

    internal IReadOnlyList<IActorRef> Loggers => [.. _loggers];

    /// <summary>Goes back to printing on standard output, for what is said while the system ends.</summary>
    public void StopDefaultLoggers(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }
        var level = ReadLevel(system.Settings.Config, "akka.stdout-loglevel", "WARNING");
        SubscribeLogger(Logging.StandardOutLogger, level);
        Publish(new Debug(GetType().Name, GetType(), "Shutting down: StandardOutLogger started"));
        foreach (var logger in _loggers)
        {
            base.Unsubscribe(logger);
        }
        _loggers.Clear();
        Publish(new Debug(GetType().Name, GetType(), "All default loggers stopped"));
    }

    protected override bool IsSubClassification(Type parent, Type child) => parent.IsAssignableFrom(child);

    protected override void Publish(object @event, IActorRef subscriber) => subscriber.Tell(@event, ActorRefs.NoSender);

    protected override bool Classify(object @event, Type classifier) => classifier.IsInstanceOfType(@event);

    protected override Type GetClassifier(object @event) => @event.GetType();

    private static LogLevel ReadLevel(Config config, string path, string whenUnset)
    {
        try
        {
            return Logging.LogLevelFor(config.GetString(path, whenUnset));
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}", e);
        }
    }

    private static Type LoggerType(string name)
    {
        var type = Type.GetType(name) ?? typeof(LoggingBus).Assembly.GetType(name.Split(',')[0].Trim());
        return type is not null && typeof(ActorBase).IsAssignableFrom(type)
            ? type
            : throw new ConfigurationException($"akka.loggers: '{name}' is not the name of an actor class");
    }

    /// <summary>
    /// What makes log events of other events: dead letters, and unhandled messages where that is wanted.
    /// </summary>
    private void StartListeners(ExtendedActorSystem system, Config config, int number)
    {
        if (DeadLetterListener.IsWanted(config.GetString("akka.log-dead-letters", "10")))
        {
            // Subscribed from here, so that no letter is missed while the actor starts.
            Subscribe(
                system.SystemActorOf(Props.Create(() => new DeadLetterListener()), "deadLetterListener"),
                typeof(AllDeadLetters));
        }
        if (config.GetBoolean("akka.actor.debug.unhandled"))
        {
            var forwarder = system.SystemActorOf(
                Props.Create(() => new UnhandledMessageForwarder()), $"log{++number}-UnhandledMessageForwarder");
            Subscribe(forwarder, typeof(UnhandledMessage));
        }
    }

    private void StartLogger(ExtendedActorSystem system, Type type, string name, LogLevel level, TimeSpan wait)
    {
        var logger = system.SystemActorOf(Props.Create(type), name);
        if (wait > TimeSpan.Zero)
        {
            // The one place that blocks: a system is not handed out before its loggers can hear it.
            IAsyncResult answer = logger.Ask<object>(new InitializeLogger(this), wait);
            using var answered = answer.AsyncWaitHandle;
            if (!answered.WaitOne(wait) || answer is not Task<object> { IsCompletedSuccessfully: true })
            {
                throw new ConfigurationException($"akka.loggers: {type.FullName} has not answered within {wait}");
            }
        }
        else
        {
            logger.Tell(new InitializeLogger(this), ActorRefs.NoSender);
        }
        _loggers.Add(logger);
        SubscribeLogger(logger, level);
    }

    private void SubscribeLogger(IActorRef logger, LogLevel level)
    {
        foreach (var each in Enum.GetValues<LogLevel>())
        {
            if (each >= level)
            {
                base.Subscribe(logger, each.ClassFor());
            }
            else
            {
                base.Unsubscribe(logger, each.ClassFor());
            }
        }
    }
}

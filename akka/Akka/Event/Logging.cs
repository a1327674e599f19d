using Akka.Actor;

namespace Akka.Event;

/// <summary>Stands for the class of a log source that was given as text.</summary>
public sealed class DummyClassForStringSources
{
}

/// <summary>Who logs: actors by their path, types by their name, text as it is.</summary>
public readonly record struct LogSource(string Source, Type Type)
{
    public static LogSource Create(object o) => o switch
    {
        IActorContext context => new LogSource(context.Self.Path.ToString()!, context.Props.Type),
        IActorRef actor => new LogSource(actor.Path.ToString()!, actor.GetType()),
        string text => new LogSource(text, typeof(DummyClassForStringSources)),
        Type type => new LogSource(Logging.SimpleName(type), type),
        _ => new LogSource(Logging.SimpleName(o), o.GetType()),
    };

    /// <summary>As <see cref="Create(object)"/>, with the system's name after what is not an actor.</summary>
    public static LogSource Create(object o, ActorSystem system)
    {
        var plain = Create(o);
        return o is IActorContext or IActorRef ? plain : plain with { Source = $"{plain.Source} ({system})" };
    }
}

/// <summary>Makes loggers and converts levels.</summary>
public static class Logging
{
    /// <summary>No event is as grave as this.</summary>
    private const LogLevel OffLogLevel = (LogLevel)int.MaxValue;

    public static readonly StandardOutLogger StandardOutLogger = new();

    public static string SimpleName(object o) => SimpleName(o.GetType());

    public static string SimpleName(Type t) => t.Name;

    /// <summary>The logger of the actor whose context this is.</summary>
    public static ILoggingAdapter GetLogger(
        this IActorContext context, ILogMessageFormatter? logMessageFormatter = null) =>
        New(context.System.EventStream, LogSource.Create(context, context.System),
            logMessageFormatter ?? context.System.Settings.LogFormatter);

    public static ILoggingAdapter GetLogger(
        ActorSystem system, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null) =>
        New(system.EventStream, LogSource.Create(logSourceObj, system), logMessageFormatter ?? system.Settings.LogFormatter);

    public static ILoggingAdapter GetLogger(
        LoggingBus loggingBus, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null) =>
        New(loggingBus, LogSource.Create(logSourceObj), logMessageFormatter);

    /// <exception cref="ArgumentException">The level is none of a log event.</exception>
    public static Type ClassFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        LogLevel.ErrorLevel => typeof(Error),
        _ => throw new ArgumentException($"{logLevel} is not the level of a log event", nameof(logLevel)),
    };

    /// <exception cref="ArgumentException">The level is unknown.</exception>
    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        LogLevel.ErrorLevel => "ERROR",
        OffLogLevel => "OFF",
        _ => throw new ArgumentException($"{logLevel} is not a log level", nameof(logLevel)),
    };

    /// <summary>The level of that name, in any case.</summary>
    /// <exception cref="ArgumentException">The name is none of OFF, ERROR, WARNING, INFO, DEBUG.</exception>
    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => OffLogLevel,
        _ => throw new ArgumentException($"'{logLevel}' is not one of OFF, ERROR, WARNING, INFO, DEBUG"),
    };

    /// <exception cref="ArgumentException">The type is no class of log event.</exception>
    public static LogLevel LogLevelFor<T>() where T : LogEvent => typeof(T) switch
    {
        var t when t == typeof(Debug) => LogLevel.DebugLevel,
        var t when t == typeof(Info) => LogLevel.InfoLevel,
        var t when t == typeof(Warning) => LogLevel.WarningLevel,
        var t when t == typeof(Error) => LogLevel.ErrorLevel,
        var t => throw new ArgumentException($"{t.FullName} is not Debug, Info, Warning or Error"),
    };

    private static BusLogging New(LoggingBus bus, LogSource source, ILogMessageFormatter? formatter) =>
        new(bus, source.Source, source.Type, formatter ?? DefaultLogMessageFormatter.Instance);
}

using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLogLevel = Akka.Event.LogLevel;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Akka.Hosting;

/// <summary>Which loggers the actor system has, and from which level on.</summary>
public sealed class LoggerConfigBuilder
{
    private readonly List<string> _loggers = ["Akka.Event.DefaultLogger"];
    private readonly AkkaConfigurationBuilder _builder;

    internal LoggerConfigBuilder(AkkaConfigurationBuilder builder) => _builder = builder;

    public AkkaLogLevel LogLevel { get; set; } = AkkaLogLevel.InfoLevel;

    public bool LogConfigOnStart { get; set; }

    public LoggerConfigBuilder ClearLoggers()
    {
        _loggers.Clear();
        return this;
    }

    /// <summary>Adds an actor that gets every log event.</summary>
    public LoggerConfigBuilder AddLogger<T>() where T : ActorBase
    {
        _loggers.Add(typeof(T).AssemblyQualifiedName!);
        return this;
    }

    internal void UseFactory(ILoggerFactory factory) => _builder.AddSetup(new LoggerFactorySetup(factory));

    internal string ToHocon() => $$"""
        akka {
          loglevel = {{LogLevel.StringFor()}}
          log-config-on-start = {{(LogConfigOnStart ? "on" : "off")}}
          loggers = [{{string.Join(", ", _loggers.Distinct().Select(name => $"\"{name}\""))}}]
        }
        """;
}

public static class LoggingExtensions
{
    public static AkkaConfigurationBuilder ConfigureLoggers(
        this AkkaConfigurationBuilder builder, Action<LoggerConfigBuilder> configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        var loggers = new LoggerConfigBuilder(builder);
        configurator(loggers);
        return builder.AddHocon(loggers.ToHocon(), HoconAddMode.Prepend);
    }

    /// <summary>Prints to standard output.</summary>
    public static LoggerConfigBuilder AddDefaultLogger(this LoggerConfigBuilder configBuilder) =>
        configBuilder.AddLogger<DefaultLogger>();

    /// <summary>Writes to a logger factory.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(
        this LoggerConfigBuilder configBuilder, ILoggerFactory loggerFactory)
    {
        configBuilder.UseFactory(loggerFactory);
        return configBuilder.AddLogger<LoggerFactoryLogger>();
    }

    /// <summary>Writes to the host's logger factory.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder configBuilder) =>
        configBuilder.AddLogger<LoggerFactoryLogger>();
}

/// <summary>The factory that <see cref="LoggerFactoryLogger"/> writes to.</summary>
public sealed class LoggerFactorySetup(ILoggerFactory loggerFactory) : Setup
{
    public ILoggerFactory LoggerFactory { get; } = loggerFactory;
}

/// <summary>Passes log events on to Microsoft.Extensions.Logging, one category per source class.</summary>
public class LoggerFactoryLogger : DefaultLogger
{
    private readonly Dictionary<string, ILogger> _categories = [];
    private readonly ILoggerFactory _factory = FactoryOf(Context.System);

    protected override void Print(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        var name = logEvent.LogClass?.FullName ?? nameof(Akka);
        if (!_categories.TryGetValue(name, out var logger))
        {
            _categories.Add(name, logger = _factory.CreateLogger(name));
        }
        logger.Log(
            LevelOf(logEvent.LogLevel()),
            logEvent.Cause,
            "[{Source}] {Message}",
            logEvent.LogSource,
            logEvent.Message);
    }

    private static LogLevel LevelOf(AkkaLogLevel level) => level switch
    {
        AkkaLogLevel.DebugLevel => LogLevel.Debug,
        AkkaLogLevel.InfoLevel => LogLevel.Information,
        AkkaLogLevel.WarningLevel => LogLevel.Warning,
        AkkaLogLevel.ErrorLevel => LogLevel.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "not the level of a log event"),
    };

    private static ILoggerFactory FactoryOf(ActorSystem system) =>
        system.Settings.Setup.Get<LoggerFactorySetup>().Value?.LoggerFactory
        ?? (ILoggerFactory)DependencyInjection.DependencyResolver.For(system).Resolver.GetService<ILoggerFactory>();
}

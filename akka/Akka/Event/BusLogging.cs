namespace Akka.Event;

/// <summary>Publishes what is logged on a bus, unless the bus's level is above it.</summary>
public sealed class BusLogging(LoggingBus bus, string logSource, Type logClass, ILogMessageFormatter formatter)
    : ILoggingAdapter
{
    public LoggingBus Bus { get; } = bus;

    public string LogSource { get; } = logSource;

    public Type LogClass { get; } = logClass;

    public ILogMessageFormatter Formatter { get; } = formatter;

    public bool IsDebugEnabled => Bus.LogLevel <= LogLevel.DebugLevel;

    public bool IsInfoEnabled => Bus.LogLevel <= LogLevel.InfoLevel;

    public bool IsWarningEnabled => Bus.LogLevel <= LogLevel.WarningLevel;

    public bool IsErrorEnabled => Bus.LogLevel <= LogLevel.ErrorLevel;

    public bool IsEnabled(LogLevel logLevel) => Bus.LogLevel <= logLevel;

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Publish(logLevel, cause, message);

    public void Log(LogLevel logLevel, Exception? cause, string message) => Publish(logLevel, cause, message);

    private void Publish(LogLevel logLevel, Exception? cause, object message)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }
        LogEvent @event = logLevel switch
        {
            LogLevel.DebugLevel => new Debug(cause, LogSource, LogClass, message),
            LogLevel.InfoLevel => new Info(cause, LogSource, LogClass, message),
            LogLevel.WarningLevel => new Warning(cause, LogSource, LogClass, message),
            LogLevel.ErrorLevel => new Error(cause, LogSource, LogClass, message),
            _ => throw new ArgumentOutOfRangeException(nameof(logLevel), logLevel, "not a level of a log event"),
        };
        @event.Timestamp = Bus.TimeProvider.GetUtcNow().UtcDateTime;
        Bus.Publish(@event);
    }
}

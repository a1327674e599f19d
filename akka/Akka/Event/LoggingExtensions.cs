namespace Akka.Event;

/// <summary>
/// The logging methods. Each tests the level first: with the level off a call makes no string, no box and no array
/// (except the <c>params</c> overloads, whose array the caller makes; they serve more than six arguments).
/// </summary>
public static partial class LoggingExtensions
{
    /// <summary>Logs a finished text.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel logLevel, string message) =>
        log.Log(logLevel, null, message);

    public static void Log(this ILoggingAdapter log, LogLevel logLevel, string format, params object?[] args)
    {
        if (log.IsEnabled(logLevel))
        {
            log.Log(logLevel, null, new LogMessage(log.Formatter, format, args));
        }
    }

    public static void Log(
        this ILoggingAdapter log, LogLevel logLevel, Exception? cause, string format, params object?[] args)
    {
        if (log.IsEnabled(logLevel))
        {
            log.Log(logLevel, cause, new LogMessage(log.Formatter, format, args));
        }
    }
}

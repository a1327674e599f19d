using System.Globalization;
using System.Text;

namespace Akka.Event;

/// <summary>Something to be logged, as published on the event stream.</summary>
public abstract class LogEvent
{
    protected LogEvent()
    {
        Timestamp = TimeProvider.System.GetUtcNow().UtcDateTime;
        Thread = Thread.CurrentThread;
    }

    /// <summary>What went wrong, where there is such a thing.</summary>
    public Exception? Cause { get; protected set; }

    /// <summary>When, UTC, by the clock of the bus it was logged to.</summary>
    public DateTime Timestamp { get; internal set; }

    public Thread Thread { get; }

    /// <summary>Who logs: an actor's path or a name.</summary>
    public string LogSource { get; protected set; } = "";

    /// <summary>The class of who logs.</summary>
    public Type? LogClass { get; protected set; }

    /// <summary>The text, or a <see cref="LogMessage"/> that makes it when it is wanted.</summary>
    public object Message { get; protected set; } = "";

    public abstract LogLevel LogLevel();

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"[{LogLevel().StringFor()}][{Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ}]");
        text.Append(CultureInfo.InvariantCulture, $"[Thread {Thread.ManagedThreadId:0000}][{LogSource}] {Message}");
        if (Cause is not null)
        {
            text.Append('\n').Append("Cause: ").Append(Cause);
        }
        return text.ToString();
    }

    private protected void Set(Exception? cause, string logSource, Type? logClass, object? message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message ?? "";
    }
}

public class Debug : LogEvent
{
    public Debug(string logSource, Type? logClass, object? message) : this(null, logSource, logClass, message)
    {
    }

    public Debug(Exception? cause, string logSource, Type? logClass, object? message) =>
        Set(cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

public class Info : LogEvent
{
    public Info(string logSource, Type? logClass, object? message) : this(null, logSource, logClass, message)
    {
    }

    public Info(Exception? cause, string logSource, Type? logClass, object? message) =>
        Set(cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

public class Warning : LogEvent
{
    public Warning(string logSource, Type? logClass, object? message) : this(null, logSource, logClass, message)
    {
    }

    public Warning(Exception? cause, string logSource, Type? logClass, object? message) =>
        Set(cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

public class Error : LogEvent
{
    public Error(Exception? cause, string logSource, Type? logClass, object? message) =>
        Set(cause, logSource, logClass, message);

    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}

namespace Akka.Event;

/// <summary>How grave a log event is; a level lets through itself and what is graver.</summary>
public enum LogLevel
{
    DebugLevel,
    InfoLevel,
    WarningLevel,
    ErrorLevel,
}

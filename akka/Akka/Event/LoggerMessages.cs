namespace Akka.Event;

/// <summary>The first message a logger actor gets; it answers with <see cref="LoggerInitialized"/>.</summary>
public sealed class InitializeLogger(LoggingBus loggingBus)
{
    public LoggingBus LoggingBus { get; } = loggingBus;
}

/// <summary>A logger actor is ready for log events.</summary>
public sealed class LoggerInitialized : IDeadLetterSuppression
{
}

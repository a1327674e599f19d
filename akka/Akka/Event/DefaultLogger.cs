using Akka.Actor;

namespace Akka.Event;

/// <summary>The logger that is configured when nobody configures one: prints to standard output.</summary>
public class DefaultLogger : UntypedActor
{
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized(), Self);
                break;
            case LogEvent logEvent:
                Print(logEvent);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected virtual void Print(LogEvent logEvent) => StandardOutLogger.PrintLogEvent(logEvent);
}

using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// Prints log events to standard output on the caller's thread; a reference without an actor behind it.
/// </summary>
public class StandardOutLogger : MinimalActorRef
{
    private readonly RootActorPath _path = new(new Address("akka", "all-systems"), "/StandardOutLogger");

    public override ActorPath Path => _path;

    public override IActorRefProvider Provider =>
        throw new NotSupportedException("the standard output logger belongs to no actor system");

    /// <summary>Prints one event as one write, so lines of several threads do not mix.</summary>
    public static void PrintLogEvent(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        Console.Out.WriteLine(logEvent.ToString());
    }

    public override string ToString() => nameof(StandardOutLogger);

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is LogEvent logEvent)
        {
            PrintLogEvent(logEvent);
        }
        else
        {
            Console.Out.WriteLine(message);
        }
    }
}

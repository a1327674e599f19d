using Akka.Event;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit;

/// <summary>
/// The logger that event filters work with: prints what no filter matches. Dead letters pass through the filters
/// too.
/// </summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<EventFilterBase> _filters = [];

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                Listen(initialize.LoggingBus);
                return base.Receive(message);
            case Mute mute:
                _filters.AddRange(mute.Filters);
                return true;
            case Unmute unmute:
                foreach (var filter in unmute.Filters)
                {
                    _filters.Remove(filter);
                }
                return true;
            case Flush flush:
                flush.Done.TrySetResult();
                return true;
            case LogEvent logEvent:
                Filter(logEvent, print: true);
                return true;
            case DeadLetter letter:
                // Printed by the dead letter listener already, if at all.
                Filter(new Warning(Path(letter.Recipient), letter.Recipient?.GetType(), letter), print: false);
                return true;
            default:
                return base.Receive(message);
        }
    }

    private static string Path(Actor.IActorRef? actor) => actor?.Path.ToString() ?? "";

    private void Listen(LoggingBus bus)
    {
        Type[] heard = [typeof(Mute), typeof(Unmute), typeof(Flush), typeof(DeadLetter)];
        foreach (var type in heard)
        {
            bus.Subscribe(Self, type);
        }
    }

    private void Filter(LogEvent logEvent, bool print)
    {
        // Every filter counts for itself, so no short cut at the first match.
        var matched = false;
        foreach (var filter in _filters)
        {
            matched |= filter.Apply(logEvent);
        }
        if (print && !matched)
        {
            Print(logEvent);
        }
    }

    /// <summary>Completes when the listener has seen all that was published before.</summary>
    internal sealed record Flush(TaskCompletionSource Done);
}

using Akka.Actor;

namespace Akka.Event;

/// <summary>Makes a debug line of every unhandled message, while <c>akka.actor.debug.unhandled</c> is on.</summary>
internal sealed class UnhandledMessageForwarder : UntypedActor
{
    protected override void OnReceive(object message)
    {
        if (message is UnhandledMessage unhandled)
        {
            var recipient = unhandled.Recipient;
            Context.System.EventStream.Publish(new Debug(
                recipient?.Path.ToString() ?? "",
                recipient?.GetType(),
                $"Unhandled message from {unhandled.Sender?.ToString() ?? "NoSender"} : {unhandled.Message}"));
        }
    }
}

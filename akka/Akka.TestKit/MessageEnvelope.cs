using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message that reached a test actor, with its sender.</summary>
public abstract class MessageEnvelope
{
    public abstract object? Message { get; }

    public abstract IActorRef? Sender { get; }
}

public sealed class RealMessageEnvelope(object message, IActorRef? sender) : MessageEnvelope
{
    public override object Message { get; } = message;

    public override IActorRef? Sender { get; } = sender;

    public override string ToString() => $"<{Message}> from {(Sender.IsNobody() ? "NoSender" : Sender.ToString())}";
}

/// <summary>No message.</summary>
public sealed class NullMessageEnvelope : MessageEnvelope
{
    public static readonly NullMessageEnvelope Instance = new();

    private NullMessageEnvelope()
    {
    }

    public override object? Message => null;

    public override IActorRef? Sender => null;

    public override string ToString() => "<null>";
}

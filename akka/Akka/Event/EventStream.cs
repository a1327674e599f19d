using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// The actor system's bus: actors subscribe to a class or an interface and get every published object of it. A
/// subscription ends with its subscriber.
/// </summary>
public class EventStream : LoggingBus
{
    private readonly bool _debug;

    /// <param name="debug">Whether each change of a subscription is published as a <see cref="Debug"/> event.</param>
    public EventStream(bool debug) => _debug = debug;

    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        Trace("subscribing", subscriber, channel.FullName);
        var subscribed = base.Subscribe(subscriber, channel);
        if (subscriber is IInternalActorRef { IsTerminated: true })
        {
            // It stopped before, so its end is not coming to take the subscription back.
            base.Unsubscribe(subscriber);
        }
        return subscribed;
    }

    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public override bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(channel);
        Trace("unsubscribing", subscriber, channel.FullName);
        return base.Unsubscribe(subscriber, channel);
    }

    /// <exception cref="ArgumentNullException">The subscriber is null.</exception>
    public override bool Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        Trace("unsubscribing", subscriber, "all channels");
        return base.Unsubscribe(subscriber);
    }

    /// <summary>Called by the engine for every actor that has stopped.</summary>
    internal void OnStopped(IActorRef actor) => base.Unsubscribe(actor);

    private void Trace(string what, IActorRef subscriber, string? channel)
    {
        if (_debug)
        {
            Publish(new Debug(nameof(EventStream), GetType(), $"{what} {subscriber} to {channel}"));
        }
    }
}

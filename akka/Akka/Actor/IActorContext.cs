using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Makes and finds actors.</summary>
public interface IActorRefFactory
{
    /// <summary>Makes an actor; without a name it gets a generated one.</summary>
    /// <exception cref="InvalidActorNameException">The name is taken or not allowed.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>A selection by path.</summary>
    ActorSelection ActorSelection(ActorPath actorPath);

    /// <summary>A selection by text: absolute, from the root, or relative; <c>*</c> and <c>?</c> are wildcards.</summary>
    ActorSelection ActorSelection(string actorPath);
}

/// <summary>Watches the end of other actors.</summary>
public interface ICanWatch
{
    /// <summary>Asks for one <see cref="Terminated"/> when the subject stops.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>Asks for one message of one's own instead of <see cref="Terminated"/>.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Takes the request back; a notice already queued is dropped.</summary>
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>What an actor sees of the engine. Not thread safe: use it only while a message is handled.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    /// <summary>This actor.</summary>
    IActorRef Self { get; }

    /// <summary>What this actor was made from.</summary>
    Props Props { get; }

    /// <summary>The sender of the message being handled.</summary>
    IActorRef Sender { get; }

    /// <summary>The system.</summary>
    ActorSystem System { get; }

    /// <summary>The supervisor.</summary>
    IActorRef Parent { get; }

    /// <summary>The idle time after which <see cref="Actor.ReceiveTimeout"/> comes.</summary>
    TimeSpan? ReceiveTimeout { get; }

    /// <summary>What runs this actor.</summary>
    MessageDispatcher Dispatcher { get; }

    /// <summary>Replaces the behaviour on top of the stack.</summary>
    void Become(Receive receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Takes the top behaviour off the stack; the first one stays.</summary>
    void UnbecomeStacked();

    /// <summary>A child by name, or <see cref="Nobody"/>.</summary>
    IActorRef Child(string name);

    /// <summary>The children that have not stopped.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Asks for <see cref="Actor.ReceiveTimeout"/> after an idle time; null switches it off.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Stops this actor or a child.</summary>
    void Stop(IActorRef child);
}

/// <summary>The context with untyped behaviours.</summary>
public interface IUntypedActorContext : IActorContext
{
    /// <summary>Replaces the behaviour on top of the stack.</summary>
    void Become(UntypedReceive receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    void BecomeStacked(UntypedReceive receive);
}

/// <summary>Shorter ways to make and find actors.</summary>
public static class ActorRefFactoryExtensions
{
    /// <summary>Makes an actor by its parameterless constructor.</summary>
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);

    /// <summary>A selection that starts at an actor.</summary>
    public static ActorSelection ActorSelection(this IActorRefFactory factory, IActorRef anchorRef, string actorPath) =>
        anchorRef is LocalActorRef ? new(anchorRef, actorPath) : factory.ActorSelection(anchorRef.Path / actorPath.Split('/'));
}

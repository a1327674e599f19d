using Akka.Event;

namespace Akka.Actor;

/// <summary>A behaviour: true when it handled the message.</summary>
public delegate bool Receive(object message);

/// <summary>A behaviour that handles everything.</summary>
public delegate void UntypedReceive(object message);

/// <summary>Base of every actor. One message at a time, on no particular thread.</summary>
public abstract class ActorBase
{
    private IActorRef? _clearedSelf;
    private SupervisorStrategy? _strategy;

    /// <summary>Only the engine makes actors.</summary>
    /// <exception cref="ActorInitializationException">Called by <c>new</c> outside of the engine.</exception>
    protected ActorBase()
    {
        var cell = ActorCell.Current ?? throw new ActorInitializationException(
            "Do not create actors using 'new', always create them using an ActorContext/System");
        cell.Incarnate(this, Receive);
        if (this is IWithTimers withTimers)
        {
            // Before the derived constructors, which start timers.
            withTimers.Timers = cell.NewTimers();
        }
    }

    /// <summary>The sender of the message being handled.</summary>
    protected internal IActorRef Sender => ActorCell.CurrentOrThrow().Sender;

    /// <summary>This actor's reference.</summary>
    protected internal IActorRef Self => _clearedSelf ?? ActorCell.CurrentOrThrow().Self;

    /// <summary>The running actor's context; valid only while a message is handled.</summary>
    /// <exception cref="NotSupportedException">No actor is running, as after an await outside of ReceiveAsync.</exception>
    protected static IActorContext Context => ActorCell.CurrentOrThrow();

    /// <summary>Handles a message; false when it was not handled.</summary>
    protected abstract bool Receive(object message);

    /// <summary>The strategy for this actor's children.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.DefaultStrategy;

    /// <summary>Runs a behaviour over a message and reports what it did not handle.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        var handled = receive(message);
        if (!handled)
        {
            Unhandled(message);
        }

        return handled;
    }

    /// <summary>Called for a message that no handler took.</summary>
    /// <exception cref="DeathPactException">The message is <see cref="Terminated"/>.</exception>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(terminated.ActorRef);
        }

        var cell = ActorCell.CurrentOrThrow();
        cell.System.EventStream.Publish(new UnhandledMessage(message, cell.Sender, cell.Self));
    }

    /// <summary>Replaces the behaviour on top of the stack.</summary>
    protected void Become(Receive receive) => Context.Become(receive);

    /// <summary>Puts a behaviour on the stack.</summary>
    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    /// <summary>Takes the top behaviour off the stack.</summary>
    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    /// <summary>Asks for <see cref="ReceiveTimeout"/> after an idle time; null switches it off.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>Called once before the first message of a first incarnation.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Called after the last message.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Called on the failed instance: by default stops all children and calls PostStop.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>Called on the new instance: by default calls PreStart.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>Around <see cref="PreStart"/>.</summary>
    public virtual void AroundPreStart() => PreStart();

    /// <summary>Around <see cref="PostStop"/>, which sees no timer running.</summary>
    public virtual void AroundPostStop()
    {
        (this as IWithTimers)?.Timers.CancelAll();
        PostStop();
    }

    /// <summary>Around <see cref="PreRestart"/>, which sees no timer running.</summary>
    public virtual void AroundPreRestart(Exception cause, object message)
    {
        (this as IWithTimers)?.Timers.CancelAll();
        PreRestart(cause, message);
    }

    /// <summary>Around <see cref="PostRestart"/>.</summary>
    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    /// <summary>The strategy, asked for once per incarnation; one given by Props wins.</summary>
    internal SupervisorStrategy StrategyOnce() => _strategy ??= SupervisorStrategy();

    internal void SetStrategy(SupervisorStrategy? fromProps) => _strategy = fromProps;

    /// <summary>Called when the last constructor has run.</summary>
    internal virtual void OnConstructed()
    {
    }

    internal void Clear(IActorRef self) => _clearedSelf = self;
}

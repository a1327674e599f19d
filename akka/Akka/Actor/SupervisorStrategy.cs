using Akka.Event;

namespace Akka.Actor;

/// <summary>How an actor supervises its children.</summary>
public abstract class SupervisorStrategy
{
    /// <summary>Stops what could not start, was killed or broke a death pact; restarts everything else.</summary>
    public static readonly IDecider DefaultDecider = Actor.Decider.From(
        Directive.Restart,
        new KeyValuePair<Type, Directive>(typeof(ActorInitializationException), Directive.Stop),
        new KeyValuePair<Type, Directive>(typeof(ActorKilledException), Directive.Stop),
        new KeyValuePair<Type, Directive>(typeof(DeathPactException), Directive.Stop));

    /// <summary>One for one with the default decider and no limit.</summary>
    public static readonly SupervisorStrategy DefaultStrategy = new OneForOneStrategy(DefaultDecider);

    /// <summary>Stops every child that fails.</summary>
    public static readonly SupervisorStrategy StoppingStrategy = new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>The decider.</summary>
    public abstract IDecider Decider { get; }

    /// <summary>True when failures are logged.</summary>
    protected bool LoggingEnabled { get; set; } = true;

    /// <summary>The directive for a child's failure.</summary>
    protected abstract Directive Handle(IActorRef child, Exception exception);

    /// <summary>Acts on a decision to restart (<paramref name="restart"/>) or to stop.</summary>
    public abstract void ProcessFailure(
        IActorContext context,
        bool restart,
        IActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<ChildRestartStats> children);

    /// <summary>Called after a child has stopped.</summary>
    public abstract void HandleChildTerminated(
        IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children);

    /// <summary>Decides and acts; false when the failure is to be escalated.</summary>
    public bool HandleFailure(
        ActorCell actorCell,
        IActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<ChildRestartStats> children)
    {
        var directive = Handle(child, cause);
        if (LoggingEnabled)
        {
            LogFailure(actorCell, child, cause, directive);
        }

        switch (directive)
        {
            case Directive.Escalate:
                return false;
            case Directive.Resume:
                ResumeChild(child, cause);
                return true;
            default:
                ProcessFailure(actorCell, directive == Directive.Restart, child, cause, stats, children);
                return true;
        }
    }

    /// <summary>Resumes a child.</summary>
    protected static void ResumeChild(IActorRef child, Exception exception) =>
        ((IInternalActorRef)child).Resume(exception);

    /// <summary>Restarts a child, suspending it first when it did not fail itself.</summary>
    protected static void RestartChild(IActorRef child, Exception cause, bool suspendFirst)
    {
        var cell = (IInternalActorRef)child;
        if (suspendFirst)
        {
            cell.Suspend();
        }

        cell.Restart(cause);
    }

    /// <summary>Logs a failure: a resumed one as warning, an escalated one not at all.</summary>
    protected virtual void LogFailure(
        IActorContext context, IActorRef child, Exception cause, Directive directive)
    {
        if (directive == Directive.Escalate)
        {
            return;
        }

        var message = cause is ActorInitializationException { InnerException: { } inner }
            ? inner.Message
            : cause.Message;
        LogEvent logEvent = directive == Directive.Resume
            ? new Warning(child.Path.ToString(), GetType(), message)
            : new Error(cause, child.Path.ToString(), GetType(), message);
        context.System.EventStream.Publish(logEvent);
    }
}

/// <summary>Makes the strategy of the user guardian from configuration.</summary>
public abstract class SupervisorStrategyConfigurator
{
    /// <summary>The strategy.</summary>
    public abstract SupervisorStrategy Create();

    /// <summary>A configurator by type name; the two built-in ones are known by theirs.</summary>
    public static SupervisorStrategyConfigurator CreateConfigurator(string typeName) => typeName switch
    {
        "Akka.Actor.DefaultSupervisorStrategy" => new DefaultSupervisorStrategy(),
        "Akka.Actor.StoppingSupervisorStrategy" => new StoppingSupervisorStrategy(),
        _ => (SupervisorStrategyConfigurator)Activator.CreateInstance(Type.GetType(typeName, throwOnError: true)!)!,
    };
}

/// <summary>The default strategy, by configuration.</summary>
public class DefaultSupervisorStrategy : SupervisorStrategyConfigurator
{
    /// <inheritdoc />
    public override SupervisorStrategy Create() => SupervisorStrategy.DefaultStrategy;
}

/// <summary>The stopping strategy, by configuration.</summary>
public class StoppingSupervisorStrategy : SupervisorStrategyConfigurator
{
    /// <inheritdoc />
    public override SupervisorStrategy Create() => SupervisorStrategy.StoppingStrategy;
}

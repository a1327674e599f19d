namespace Akka.Actor;

/// <summary>Base of the engine's exceptions.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>Makes the exception.</summary>
    protected AkkaException()
    {
    }

    /// <summary>Makes the exception.</summary>
    protected AkkaException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>The cause.</summary>
    protected Exception? Cause => InnerException;
}

/// <summary>A name is in use or not allowed.</summary>
public sealed class InvalidActorNameException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public InvalidActorNameException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public InvalidActorNameException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>An Ask had no reply in time.</summary>
public sealed class AskTimeoutException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public AskTimeoutException(string message)
        : base(message)
    {
    }
}

/// <summary>A look-up found no actor.</summary>
public sealed class ActorNotFoundException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public ActorNotFoundException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public ActorNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public ActorNotFoundException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A constructor or PreStart failed.</summary>
public class ActorInitializationException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public ActorInitializationException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public ActorInitializationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public ActorInitializationException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>Makes the exception.</summary>
    public ActorInitializationException(IActorRef? actor, string message, Exception? cause = null)
        : base(message, cause) => Actor = actor;

    /// <summary>The actor that did not come up.</summary>
    public IActorRef? Actor { get; }

    /// <inheritdoc />
    public override string ToString() => Actor is null ? base.ToString() : Actor + ": " + base.ToString();
}

/// <summary>PostRestart or the constructor failed while restarting.</summary>
public class PostRestartException : ActorInitializationException
{
    /// <summary>Makes the exception.</summary>
    public PostRestartException(IActorRef actor, Exception cause, Exception? originalCause)
        : base(
            actor,
            $"Exception post restart ({(originalCause is null ? "null" : originalCause.GetType().ToString())})",
            cause) => OriginalCause = originalCause;

    /// <summary>What made the restart necessary.</summary>
    public Exception? OriginalCause { get; }
}

/// <summary>PreRestart failed; it is logged and the restart goes on.</summary>
public class PreRestartException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public PreRestartException(IActorRef actor, Exception restartException, Exception cause, object? optionalMessage)
        : base(
            $"Exception in PreRestart({cause?.GetType().ToString() ?? "null"}, " +
            $"{optionalMessage?.GetType().ToString() ?? "null"})",
            restartException) => (Actor, RestartCause, OptionalMessage) = (actor, cause, optionalMessage);

    /// <summary>The actor.</summary>
    public IActorRef Actor { get; }

    /// <summary>What made the restart necessary.</summary>
    public Exception? RestartCause { get; }

    /// <summary>The message that was being handled.</summary>
    public object? OptionalMessage { get; }
}

/// <summary>The actor received <see cref="Kill"/>.</summary>
public class ActorKilledException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public ActorKilledException(string message)
        : base(message)
    {
    }
}

/// <summary>An operation that the actor's state does not allow.</summary>
public class IllegalActorStateException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public IllegalActorStateException(string message)
        : base(message)
    {
    }
}

/// <summary>A name that stands for the engine's own use.</summary>
public class IllegalActorNameException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public IllegalActorNameException(string message)
        : base(message)
    {
    }
}

/// <summary>A watched actor stopped and the watcher did not handle it.</summary>
public class DeathPactException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public DeathPactException(IActorRef deadActor)
        : base("Monitored actor [" + deadActor + "] terminated") => DeadActor = deadActor;

    /// <summary>The actor that stopped.</summary>
    public IActorRef DeadActor { get; }
}

/// <summary>A message that may not be sent.</summary>
public class InvalidMessageException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public InvalidMessageException()
        : this("Message is null")
    {
    }

    /// <summary>Makes the exception.</summary>
    public InvalidMessageException(string message)
        : base(message)
    {
    }
}

/// <summary>The stash is full.</summary>
public class StashOverflowException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public StashOverflowException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>The scheduler cannot take the work.</summary>
public sealed class SchedulerException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public SchedulerException(string message)
        : base(message)
    {
    }
}

/// <summary>The configured parts do not fit together.</summary>
public sealed class ActorSystemConfigurationException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    public ActorSystemConfigurationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

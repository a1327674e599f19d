using Akka.Actor.Internal;

namespace Akka.Actor;

/// <summary>Ask: a message whose answer is a task.</summary>
public static class Futures
{
    /// <summary>Asks; without timeout the configured one applies, which is infinite by default.</summary>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    /// <summary>Asks until cancelled.</summary>
    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<object>(message, null, cancellationToken);

    /// <summary>Asks.</summary>
    public static Task<object> Ask(
        this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    /// <summary>Asks; without timeout the configured one applies, which is infinite by default.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <summary>Asks until cancelled.</summary>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <summary>Asks. A <see cref="Status.Failure"/> faults the task with its cause.</summary>
    /// <exception cref="AskTimeoutException">In the task: no answer in time.</exception>
    /// <exception cref="ArgumentException">In the task: the answer is of another type.</exception>
    public static Task<T> Ask<T>(
        this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var asked = FutureActorRef<T>.Start(ProviderOf(self), timeout, cancellationToken);
        self.Tell(message, asked);
        return asked.Task;
    }

    /// <summary>Asks with a message that names the reference to answer to.</summary>
    public static Task<T> Ask<T>(
        this ICanTell self,
        Func<IActorRef, object> messageFactory,
        TimeSpan? timeout,
        CancellationToken cancellationToken = default)
    {
        var asked = FutureActorRef<T>.Start(ProviderOf(self), timeout, cancellationToken);
        self.Tell(messageFactory(asked), asked);
        return asked.Task;
    }

    internal static LocalActorRefProvider ProviderOf(ICanTell target)
    {
        var provider = target switch
        {
            LocalActorRef local => local.Cell.SystemImpl.Provider,
            Nobody => null,
            IInternalActorRef inner => inner.Provider,
            ActorSelection { Anchor: IInternalActorRef anchor } => anchor.Provider,
            _ => null,
        };
        return (provider ?? ActorCell.Current?.SystemImpl.Provider) as LocalActorRefProvider ??
            throw new ArgumentException("Unable to resolve the target Provider", nameof(target));
    }
}

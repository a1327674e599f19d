using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Simulation;

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

/// <summary>A reference without an actor that has a path of its own under <c>/temp</c> as soon as one is wanted.</summary>
public abstract class TempActorRef : MinimalActorRef
{
    private readonly LocalActorRefProvider _provider;
    private ActorPath? _path;
    private int _done;

    private protected TempActorRef(LocalActorRefProvider provider) => _provider = provider;

    /// <inheritdoc />
    public override ActorPath Path => _path ?? MakePath();

    /// <inheritdoc />
    public override IInternalActorRef Parent => _provider.TempContainer;

    /// <inheritdoc />
    public override IActorRefProvider Provider => _provider;

    /// <inheritdoc />
    public override bool IsTerminated => Volatile.Read(ref _done) != 0;

    private protected LocalActorRefProvider LocalProvider => _provider;

    /// <inheritdoc />
    public override bool Equals(IActorRef? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private protected bool TryFinish()
    {
        if (Interlocked.Exchange(ref _done, 1) != 0)
        {
            return false;
        }

        if (Volatile.Read(ref _path) is { } path)
        {
            _provider.UnregisterTempActor(path);
        }

        return true;
    }

    // Most asks are answered without anyone looking at the path, so it is made and registered on demand.
    private ActorPath MakePath()
    {
        var path = _provider.TempPath();
        if (Interlocked.CompareExchange(ref _path, path, null) is { } made)
        {
            return made;
        }

        if (!IsTerminated)
        {
            _provider.RegisterTempActor(this, path);
            if (IsTerminated)
            {
                _provider.UnregisterTempActor(path);
            }
        }

        return path;
    }
}

/// <summary>Turns the first message it is told into the result of a task.</summary>
public sealed class FutureActorRef<T> : TempActorRef
{
    private readonly TaskCompletionSource<T> _result;
    private readonly SimulatedSystem? _asker;
    private ITimer? _timer;
    private TimeSpan _timeout;
    private CancellationTokenRegistration _cancellation;

    private FutureActorRef(LocalActorRefProvider provider)
        : base(provider)
    {
        _result = new TaskCompletionSource<T>(provider.System.Continuations);
        if (provider.System.Simulated is { } simulated)
        {
            _asker = ActorCell.Current?.SystemImpl.Simulated ?? simulated.World.Outside;
        }
    }

    internal Task<T> Task => _result.Task;

    internal static FutureActorRef<T> Start(
        LocalActorRefProvider provider, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var asked = new FutureActorRef<T>(provider);
        var wait = timeout ?? provider.Settings.AskTimeout;
        if (wait != Timeout.InfiniteTimeSpan && wait != TimeSpan.MaxValue && wait > TimeSpan.Zero)
        {
            asked._timeout = wait;
            asked._timer = provider.System.TimeProvider.CreateTimer(
                static state => ((FutureActorRef<T>)state!).OnTimeout(), asked, wait, Timeout.InfiniteTimeSpan);
        }

        if (cancellationToken.CanBeCanceled)
        {
            asked._cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((FutureActorRef<T>)state!).OnCancelled(token), asked);
        }

        return asked;
    }

    /// <inheritdoc />
    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is Watch watch && IsTerminated)
        {
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(this, true, false));
        }
    }

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (!Finish())
        {
            LocalProvider.System.DeadLetters.Tell(new Event.DeadLetter(message, sender, this), sender);
        }
        else if (_asker is null)
        {
            Complete(message);
        }
        else
        {
            // A step of its own: told from within asynchronous work of an actor, a continuation of the task would
            // otherwise be sent to the thread pool.
            _asker.Enqueue(() => Complete(message), null);
        }
    }

    private void Complete(object message)
    {
        switch (message)
        {
            case Status.Failure failure when typeof(T) != typeof(Status.Failure) && typeof(T) != typeof(Status):
                _result.TrySetException(
                    failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message."));
                break;
            case T typed:
                _result.TrySetResult(typed);
                break;
            default:
                _result.TrySetException(new ArgumentException(
                    $"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]"));
                break;
        }
    }

    private bool Finish()
    {
        if (!TryFinish())
        {
            return false;
        }

        _timer?.Dispose();
        _cancellation.Dispose();
        return true;
    }

    private void OnTimeout()
    {
        if (Finish())
        {
            _result.TrySetException(new AskTimeoutException($"Timeout after {_timeout}"));
        }
    }

    private void OnCancelled(CancellationToken token)
    {
        if (TryFinish())
        {
            _timer?.Dispose();
            _result.TrySetCanceled(token);
        }
    }
}

/// <summary>Completes when a watched actor has stopped.</summary>
internal sealed class EndWatcher : TempActorRef
{
    private readonly TaskCompletionSource<bool> _ended;
    private readonly IInternalActorRef _target;
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    private EndWatcher(LocalActorRefProvider provider, IInternalActorRef target)
        : base(provider)
    {
        _target = target;
        _ended = new TaskCompletionSource<bool>(provider.System.Continuations);
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        if (message is DeathWatchNotification && TryFinish())
        {
            _timer?.Dispose();
            _cancellation.Unregister();
            _ended.TrySetResult(true);
        }
    }

    /// <summary>True when the target stopped; cancelled when the time or the token was first.</summary>
    internal static Task<bool> Watch(IActorRef target, TimeSpan timeout, CancellationToken token)
    {
        var watcher = new EndWatcher(Futures.ProviderOf(target), (IInternalActorRef)target);
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            watcher._timer = watcher.LocalProvider.System.TimeProvider.CreateTimer(
                static state => ((EndWatcher)state!).GiveUp(), watcher, timeout, Timeout.InfiniteTimeSpan);
        }

        if (token.CanBeCanceled)
        {
            watcher._cancellation = token.UnsafeRegister(static state => ((EndWatcher)state!).GiveUp(), watcher);
        }

        watcher._target.SendSystemMessage(new Watch(watcher._target, watcher));
        return watcher._ended.Task;
    }

    private void GiveUp()
    {
        if (TryFinish())
        {
            _timer?.Dispose();
            _target.SendSystemMessage(new Unwatch(_target, this));
            _ended.TrySetCanceled();
        }
    }
}

/// <summary>Stops an actor and says when it has stopped.</summary>
public static class GracefulStopSupport
{
    /// <summary>Sends <see cref="PoisonPill"/>; true when the actor stopped in time.</summary>
    /// <exception cref="TaskCanceledException">In the task: it did not.</exception>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) =>
        GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>Sends a message that makes the actor stop; true when it stopped in time.</summary>
    /// <exception cref="TaskCanceledException">In the task: it did not.</exception>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var ended = EndWatcher.Watch(target, timeout, CancellationToken.None);
        target.Tell(stopMessage, ActorRefs.NoSender);
        return ended;
    }
}

/// <summary>Death watch from outside of actors.</summary>
public static class WatchAsyncSupport
{
    /// <summary>True when the actor has stopped, or is stopped already; false when cancelled first.</summary>
    public static async Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        if (token.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            return await EndWatcher.Watch(target, Timeout.InfiniteTimeSpan, token).ConfigureAwait(false);
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }
}

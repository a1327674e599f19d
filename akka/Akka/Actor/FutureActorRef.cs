using System.Globalization;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Simulation;

namespace Akka.Actor;

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
    protected override void TellInternal(object message, IActorRef sender) => Answer(message, sender);

    private protected override void TellNull(IActorRef sender) => Answer(null, sender);

    private void Answer(object? message, IActorRef sender)
    {
        if (!Finish())
        {
            if (message is not null)
            {
                LocalProvider.System.DeadLetters.Tell(new Event.DeadLetter(message, sender, this), sender);
            }
        }
        else if (_asker is null)
        {
            Complete(message, sender);
        }
        else
        {
            // A step of its own: told from within asynchronous work of an actor, a continuation of the task would
            // otherwise be sent to the thread pool.
            _asker.Enqueue(() => Complete(message, sender), null);
        }
    }

    private void Complete(object? message, IActorRef? sender)
    {
        switch (message)
        {
            case Status.Failure failure when typeof(T) != typeof(Status.Failure) && typeof(T) != typeof(Status):
                _result.TrySetException(
                    failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message."));
                break;
            case ISystemMessage:
                _result.TrySetException(new InvalidOperationException(
                    $"A system message of type [{message.GetType().Name}] is no answer to an ask"));
                break;
            case T typed:
                _result.TrySetResult(typed);
                break;
            case null:
                _result.TrySetResult(default!);
                break;
            default:
                LocalProvider.System.DeadLetters.Tell(new Event.DeadLetter(message, sender, this), sender!);
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
            _result.TrySetException(new AskTimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"Timeout after {_timeout.TotalSeconds:F2} seconds")));
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

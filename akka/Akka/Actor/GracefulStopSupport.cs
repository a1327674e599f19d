using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

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

    /// <summary>True when the target stopped; false when the time or the token was first.</summary>
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
            _ended.TrySetResult(false);
        }
    }
}

/// <summary>Stops an actor and says when it has stopped.</summary>
public static class GracefulStopSupport
{
    /// <summary>Sends <see cref="PoisonPill"/>; true when the actor stopped in time, else false.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) =>
        GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>Sends a message that makes the actor stop; true when it stopped in time, else false.</summary>
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
    public static Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default) =>
        token.IsCancellationRequested
            ? Task.FromResult(false)
            : EndWatcher.Watch(target, Timeout.InfiniteTimeSpan, token);
}

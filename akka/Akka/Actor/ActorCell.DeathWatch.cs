using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public sealed partial class ActorCell
{
    // Watched actors with the message of WatchWith, or null for Terminated.
    private Dictionary<IActorRef, object?>? _watching;

    // Actors whose Terminated waits in the mailbox: Unwatch takes them off, and the notice is then dropped.
    private Dictionary<IActorRef, object?>? _terminatedQueued;
    private List<IActorRef>? _watchedBy;

    /// <inheritdoc />
    public IActorRef Watch(IActorRef subject) => BeginWatch(subject, null);

    /// <inheritdoc />
    public IActorRef WatchWith(IActorRef subject, object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return BeginWatch(subject, message);
    }

    /// <inheritdoc />
    public IActorRef Unwatch(IActorRef subject)
    {
        var watchee = (IInternalActorRef)subject;
        if (watchee.Equals(_self))
        {
            return watchee;
        }

        if (_watching is not null && _watching.Remove(watchee))
        {
            watchee.SendSystemMessage(new Unwatch(watchee, _self));
        }

        _terminatedQueued?.Remove(watchee);
        return watchee;
    }

    private IActorRef BeginWatch(IActorRef subject, object? message)
    {
        var watchee = (IInternalActorRef)subject;
        if (watchee.Equals(_self))
        {
            return watchee;
        }

        if (_watching is not null && _watching.TryGetValue(watchee, out var previous))
        {
            if (!Equals(previous, message))
            {
                throw new InvalidOperationException(
                    $"Watch({watchee}, {message ?? "Terminated"}) is already registered with another message " +
                    $"({previous ?? "Terminated"}). Unwatch it first.");
            }

            return watchee;
        }

        (_watching ??= []).Add(watchee, message);
        watchee.SendSystemMessage(new Watch(watchee, _self));
        return watchee;
    }

    private void WatchedActorTerminated(DeathWatchNotification dead)
    {
        if (_watching is not null && _watching.Remove(dead.Actor, out var message) && !IsTerminating)
        {
            (_terminatedQueued ??= [])[dead.Actor] = message;
            _mailbox.Post(
                new Terminated(dead.Actor, dead.ExistenceConfirmed, dead.AddressTerminated), dead.Actor);
        }

        if (_children?.Find(dead.Actor) is not null)
        {
            HandleChildTerminated(dead.Actor);
        }
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        if (_terminatedQueued is not null && _terminatedQueued.Remove(terminated.ActorRef, out var message))
        {
            ReceiveMessage(message ?? terminated);
        }
    }

    private void AddWatcher(Watch watch)
    {
        var isSelfWatched = watch.Watchee.Equals(_self);
        var isWatcher = watch.Watcher.Equals(_self);
        if (isSelfWatched && !isWatcher)
        {
            _watchedBy ??= [];
            if (!_watchedBy.Contains(watch.Watcher))
            {
                _watchedBy.Add(watch.Watcher);
            }
        }
        else if (isWatcher && !isSelfWatched)
        {
            Watch(watch.Watchee);
        }
    }

    private void RemoveWatcher(Unwatch unwatch)
    {
        var isSelfWatched = unwatch.Watchee.Equals(_self);
        var isWatcher = unwatch.Watcher.Equals(_self);
        if (isSelfWatched && !isWatcher)
        {
            _watchedBy?.Remove(unwatch.Watcher);
        }
        else if (isWatcher && !isSelfWatched)
        {
            Unwatch(unwatch.Watchee);
        }
    }

    private void UnwatchAll()
    {
        if (_watching is { Count: > 0 } watching)
        {
            foreach (var watchee in watching.Keys)
            {
                ((IInternalActorRef)watchee).SendSystemMessage(new Unwatch((IInternalActorRef)watchee, _self));
            }
        }

        _watching = null;
        _terminatedQueued = null;
    }

    private void TellWatchersOfEnd()
    {
        if (_watchedBy is not { } watchers)
        {
            return;
        }

        _watchedBy = null;
        foreach (var watcher in watchers)
        {
            // The supervisor is told anyway.
            if (!watcher.Equals(_parent))
            {
                ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(_self, true, false));
            }
        }
    }
}

using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public sealed partial class ActorCell
{
    private ChildrenOf? _children;
    private WaitReason _reason;
    private Exception? _recreationCause;
    private Queue<SystemMessage>? _deferred;

    /// <summary>What happens once the children that are stopping have stopped.</summary>
    private enum WaitReason
    {
        None,
        Creation,
        Recreation,
        Termination,
    }

    private bool IsWaitingForChildren => _reason is WaitReason.Creation or WaitReason.Recreation;

    private bool IsTerminating => _reason == WaitReason.Termination;

    /// <summary>Makes a child. Any thread may call it on a guardian.</summary>
    public IActorRef ActorOf(Props props, string? name = null) => MakeChild(props, name, isSystem: false);

    /// <inheritdoc />
    public IActorRef Child(string name) => _children?.Find(name)?.Child ?? (IActorRef)ActorRefs.Nobody;

    /// <inheritdoc />
    public IEnumerable<IActorRef> GetChildren() => _children?.Refs() ?? [];

    /// <summary>Stops this actor or a child. Any thread may call it on a guardian.</summary>
    public void Stop(IActorRef child)
    {
        _children?.MarkDying(child);
        ((IInternalActorRef)child).Stop();
    }

    /// <summary>A child by <c>name</c> or <c>name#uid</c>. Any thread.</summary>
    internal IActorRef GetSingleChild(string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        var child = _children?.Find(hash < 0 ? name : name[..hash])?.Child;
        if (child is null)
        {
            return ActorRefs.Nobody;
        }

        var sameIncarnation = hash < 0 ||
            child.Path.Uid.ToString(global::System.Globalization.CultureInfo.InvariantCulture) == name[(hash + 1)..];
        return sameIncarnation ? child : ActorRefs.Nobody;
    }

    internal IActorRef MakeChild(Props props, string? name, bool isSystem)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !isSystem)
        {
            CheckName(name);
        }

        if (ReferenceEquals(props, Props.None))
        {
            throw new ArgumentException("Props.None is no recipe for an actor", nameof(props));
        }

        var dispatcher = props.Deploy.Dispatcher.Length == 0
            ? _system.Dispatchers.DefaultGlobalDispatcher
            : _system.Dispatchers.Lookup(props.Deploy.Dispatcher);
        var mailboxType = props.Deploy.Mailbox.Length == 0 ? null : _system.Mailboxes.Find(props.Deploy.Mailbox);
        var children = _children ?? LazyInitializer.EnsureInitialized(ref _children);
        if (_mailbox.IsClosed)
        {
            throw new InvalidOperationException("Cannot create child while terminating or terminated");
        }

        var child = children.Add(
            name,
            childName => new LocalActorRef(
                _system,
                props,
                dispatcher,
                mailboxType,
                _self,
                new ChildActorPath(_self.Path, childName, _system.NextUid())),
            _system.TimeProvider);
        child.Start();
        return child;
    }

    private static void CheckName(string name)
    {
        if (name.Length == 0)
        {
            throw new InvalidActorNameException("Actor name must not be empty.");
        }

        if (!ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(
                $"Illegal actor name [{name}]. It must not be empty nor start with `$`, and only contain ASCII letters, " +
                $"digits and these characters: {ActorPath.ValidSymbols}");
        }
    }

    private void StopChildren()
    {
        if (_children is { } children)
        {
            foreach (var child in children.Refs())
            {
                Stop(child);
            }
        }
    }

    /// <summary>Waits for the children that are stopping; false when there are none.</summary>
    private bool WaitForChildren(WaitReason reason, Exception? cause = null)
    {
        if (reason == WaitReason.Termination && _self.Path.Depth <= 1)
        {
            // Any thread may be making a child of a guardian right now: it must find a container that refuses.
            LazyInitializer.EnsureInitialized(ref _children);
        }

        if (_children is not { } children || !children.HasDying(refuseNew: reason == WaitReason.Termination))
        {
            return false;
        }

        _reason = reason;
        _recreationCause = cause;
        return true;
    }

    private void HandleChildTerminated(IActorRef child)
    {
        var lastDying = _children!.Remove(child);
        if (_actor is { } actor)
        {
            try
            {
                actor.StrategyOnce().HandleChildTerminated(this, child, _children.Select(stats => stats.Child));
            }
            catch (Exception e)
            {
                HandleInvokeFailure(e);
            }
        }

        if (!lastDying || _reason == WaitReason.None)
        {
            return;
        }

        var reason = _reason;
        _reason = WaitReason.None;
        switch (reason)
        {
            case WaitReason.Creation:
                FinishCreate();
                break;
            case WaitReason.Recreation:
                FinishRecreate(_recreationCause!);
                break;
            default:
                FinishTerminate();
                break;
        }
    }

    private void RunDeferred()
    {
        for (var left = _deferred!.Count; left > 0 && _deferred is { Count: > 0 }; left--)
        {
            SystemInvoke(_deferred.Dequeue());
        }
    }
}

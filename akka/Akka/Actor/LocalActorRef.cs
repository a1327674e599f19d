using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>The reference to an actor of this process.</summary>
public sealed class LocalActorRef : InternalActorRefBase, ILocalRef
{
    private readonly ActorCell _cell;
    private readonly ActorPath _path;

    internal LocalActorRef(
        Internal.ActorSystemImpl system,
        Props props,
        MessageDispatcher dispatcher,
        MailboxType? mailboxType,
        IInternalActorRef parent,
        ActorPath path)
    {
        _path = path;
        _cell = new ActorCell(system, this, props, dispatcher, mailboxType, parent);
    }

    /// <summary>The cell behind the reference.</summary>
    public ActorCell Cell => _cell;

    /// <summary>The cell behind the reference.</summary>
    public ActorCell Underlying => _cell;

    /// <inheritdoc />
    public override ActorPath Path => _path;

    /// <inheritdoc />
    public override IInternalActorRef Parent => _cell.ParentRef;

    /// <inheritdoc />
    public override IActorRefProvider Provider => _cell.SystemImpl.Provider;

    /// <inheritdoc />
    public override bool IsTerminated => _cell.IsTerminated;

    /// <inheritdoc />
    public override bool IsLocal => true;

    /// <inheritdoc />
    public override bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not LocalActorRef && base.Equals(other));

    /// <inheritdoc />
    public override int GetHashCode() => base.GetHashCode();

    /// <inheritdoc />
    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IActorRef current = this;
        for (var i = 0; i < name.Count; i++)
        {
            if (name[i].Length == 0)
            {
                continue;
            }

            if (current is not LocalActorRef local)
            {
                return ((IInternalActorRef)current).GetChild(name.Skip(i).ToList());
            }

            current = name[i] == ".." ? local.Parent : local.Child(name[i]);
        }

        return current;
    }

    /// <inheritdoc />
    public override void Start() => _cell.Start();

    /// <inheritdoc />
    public override void Stop() => SendSystemMessage(new Terminate());

    /// <inheritdoc />
    public override void Suspend() => SendSystemMessage(new Suspend());

    /// <inheritdoc />
    public override void Resume(Exception? causedByFailure = null) => SendSystemMessage(new Resume(causedByFailure));

    /// <inheritdoc />
    public override void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    /// <inheritdoc />
    public override void SendSystemMessage(ISystemMessage message) => _cell.Mailbox.PostSystem((SystemMessage)message);

    private IActorRef Child(string name)
    {
        var child = _cell.GetSingleChild(name);
        return _path.Depth == 0 && child.IsNobody() ? _cell.SystemImpl.Provider.BesideActors(name) : child;
    }

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender) => _cell.Mailbox.Post(message, sender);
}

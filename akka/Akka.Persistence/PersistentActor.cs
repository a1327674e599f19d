using Akka.Actor;

namespace Akka.Persistence;

/// <summary>A persistent actor with handlers that say whether they took a message.</summary>
public abstract class PersistentActor : Eventsourced
{
    /// <inheritdoc />
    protected override bool Receive(object message) => ReceiveCommand(message);
}

/// <summary>A persistent actor with one handler for commands and one for what is replayed.</summary>
public abstract class UntypedPersistentActor : Eventsourced
{
    /// <inheritdoc cref="ActorBase.Context" />
    protected static new IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    /// <inheritdoc />
    protected override bool Receive(object message) => ReceiveCommand(message);

    /// <inheritdoc />
    protected sealed override bool ReceiveCommand(object message)
    {
        OnCommand(message);
        return true;
    }

    /// <inheritdoc />
    protected sealed override bool ReceiveRecover(object message)
    {
        OnRecover(message);
        return true;
    }

    /// <summary>Handles commands; call <see cref="ActorBase.Unhandled"/> for what is not understood.</summary>
    protected abstract void OnCommand(object message);

    /// <summary>Handles what is replayed: a <see cref="SnapshotOffer"/>, events, <see cref="RecoveryCompleted"/>.</summary>
    protected abstract void OnRecover(object message);

    /// <summary>Replaces the handler of commands on top of the stack.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Puts a handler of commands on the stack.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}

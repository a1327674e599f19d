using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

internal sealed record RequestRecoveryPermit
{
    public static RequestRecoveryPermit Instance { get; } = new();
}

internal sealed record RecoveryPermitGranted : IDeadLetterSuppression
{
    public static RecoveryPermitGranted Instance { get; } = new();
}

internal sealed record ReturnRecoveryPermit : IDeadLetterSuppression
{
    public static ReturnRecoveryPermit Instance { get; } = new();
}

/// <summary>Lets only so many actors recover at a time; the others get their turn in the order they asked.</summary>
internal sealed class RecoveryPermitter : UntypedActor
{
    private readonly int _maxPermits;
    private readonly HashSet<IActorRef> _holders = [];
    private readonly LinkedList<IActorRef> _waiting = [];

    public RecoveryPermitter(int maxPermits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPermits, 1);
        _maxPermits = maxPermits;
    }

    public static Props Props(int maxPermits) => Actor.Props.Create(() => new RecoveryPermitter(maxPermits));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RequestRecoveryPermit:
                Context.Watch(Sender);
                _waiting.AddLast(Sender);
                break;
            case ReturnRecoveryPermit:
                Release(Sender);
                break;
            case Terminated terminated:
                Release(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }

        Grant();
    }

    private void Release(IActorRef actor)
    {
        _holders.Remove(actor);
        _waiting.Remove(actor);
        Context.Unwatch(actor);
    }

    private void Grant()
    {
        while (_holders.Count < _maxPermits && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            // An actor that was restarted while it held a permit asks again and keeps the one it has.
            _holders.Add(next.Value);
            next.Value.Tell(RecoveryPermitGranted.Instance);
        }
    }
}

using Akka.Actor;
using Akka.Util.Internal;

namespace Akka.TestKit;

/// <summary>What a test actor is told besides the messages it keeps.</summary>
public static class TestActor
{
    /// <summary>True for messages that the test does not want to see.</summary>
    public delegate bool Ignore(object message);

    public static AutoPilot NoAutoPilot => AutoPilot.NoAutoPilot;

    public static AutoPilot KeepRunning => AutoPilot.KeepRunning;

    public static NullMessageEnvelope NullMessage => NullMessageEnvelope.Instance;

    public sealed class SetIgnore(Ignore? ignore) : INoSerializationVerificationNeeded
    {
        public Ignore? Ignore { get; } = ignore;
    }

    public sealed class Watch(IActorRef actorToWatch) : INoSerializationVerificationNeeded
    {
        public IActorRef Actor { get; } = actorToWatch;
    }

    public sealed class Unwatch(IActorRef actorToUnwatch) : INoSerializationVerificationNeeded
    {
        public IActorRef Actor { get; } = actorToUnwatch;
    }

    public sealed class SetAutoPilot(AutoPilot autoPilot) : INoSerializationVerificationNeeded
    {
        public AutoPilot AutoPilot { get; } = autoPilot;
    }

    /// <summary>Makes a child of the test actor and gives it to the task.</summary>
    internal sealed record Spawn(
        Props Props, string? Name, SupervisorStrategy? Strategy, TaskCompletionSource<IActorRef> Spawned)
        : INoSerializationVerificationNeeded;
}

/// <summary>
/// Keeps every message for the test, after the auto pilot has seen it. Runs on the thread of who tells it.
/// </summary>
internal sealed class InternalTestActor(WaitQueue<MessageEnvelope> queue) : UntypedActor
{
    private readonly DelegatingSupervisorStrategy _strategies = new();
    private TestActor.Ignore? _ignore;
    private AutoPilot _autoPilot = AutoPilot.NoAutoPilot;

    protected override SupervisorStrategy SupervisorStrategy() => _strategies;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TestActor.SetIgnore set:
                _ignore = set.Ignore;
                break;
            case TestActor.SetAutoPilot set:
                _autoPilot = set.AutoPilot;
                break;
            case TestActor.Watch watch:
                Context.Watch(watch.Actor);
                break;
            case TestActor.Unwatch unwatch:
                Context.Unwatch(unwatch.Actor);
                break;
            case TestActor.Spawn spawn:
                Make(spawn);
                break;
            default:
                Keep(message);
                break;
        }
    }

    private void Make(TestActor.Spawn spawn)
    {
        try
        {
            var child = Context.ActorOf(spawn.Props, spawn.Name);
            _strategies.Set(child, spawn.Strategy);
            spawn.Spawned.TrySetResult(child);
        }
        catch (InvalidActorNameException e)
        {
            spawn.Spawned.TrySetException(e);
        }
    }

    private void Keep(object message)
    {
        var next = _autoPilot.Run(Sender, message);
        _autoPilot = next is KeepRunning ? _autoPilot : next;
        if (_ignore is null || !_ignore(message))
        {
            queue.Add(new RealMessageEnvelope(message, Sender));
        }
    }
}

/// <summary>A strategy per child, for the children that tests make below a test actor.</summary>
internal sealed class DelegatingSupervisorStrategy : SupervisorStrategy
{
    private readonly Dictionary<IActorRef, SupervisorStrategy> _strategies = [];

    public override IDecider Decider => DefaultDecider;

    public void Set(IActorRef child, SupervisorStrategy? strategy) => _strategies[child] = strategy ?? DefaultStrategy;

    public override void ProcessFailure(
        IActorContext context,
        bool restart,
        IActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<ChildRestartStats> children) =>
        Of(child).ProcessFailure(context, restart, child, cause, stats, children);

    public override void HandleChildTerminated(
        IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
    {
        Of(child).HandleChildTerminated(actorContext, child, children);
        _strategies.Remove(child);
    }

    protected override Directive Handle(IActorRef child, Exception exception) => Of(child).Decider.Decide(exception);

    private SupervisorStrategy Of(IActorRef child) => _strategies.GetValueOrDefault(child, DefaultStrategy);
}

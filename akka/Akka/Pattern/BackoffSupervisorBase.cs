using Akka.Actor;

namespace Akka.Pattern;

/// <summary>
/// Keeps one child, starts it after growing pauses and stands in its place: what is told to the supervisor goes to the
/// child, and what the child tells it goes to the supervisor's parent.
/// </summary>
public abstract class BackoffSupervisorBase : ActorBase
{
    private readonly BackoffOptionsImpl _options;

    private protected BackoffSupervisorBase(BackoffOptionsImpl options) => _options = options;

    private protected BackoffOptionsImpl Options => _options;

    protected IActorRef? Child { get; set; }

    protected int RestartCountN { get; set; }

    protected bool FinalStopMessageReceived { get; set; }

    protected override void PreStart()
    {
        StartChild();
        base.PreStart();
    }

    /// <summary>Starts the child again after the pause that its count of starts asks for.</summary>
    private protected void StartChildLater()
    {
        var delay = BackoffSupervisor.CalculateDelay(
            RestartCountN, _options.MinBackoff, _options.MaxBackoff, _options.RandomFactor);
        RestartCountN++;
        Context.System.Scheduler.ScheduleTellOnce(delay, Self, BackoffSupervisor.StartChild.Instance, Self);
    }

    /// <summary>Everything but the end of the child.</summary>
    protected bool HandleBackoff(object message)
    {
        switch (message)
        {
            case BackoffSupervisor.StartChild:
                StartChild();
                ScheduleReset();
                return true;
            case BackoffSupervisor.Reset when _options.AutoReset is null:
                RestartCountN = 0;
                return true;
            case BackoffSupervisor.Reset:
                return false;
            case BackoffSupervisor.ResetRestartCount reset:
                RestartCountN = reset.Current == RestartCountN ? 0 : RestartCountN;
                return true;
            case BackoffSupervisor.GetRestartCount:
                Sender.Tell(new BackoffSupervisor.RestartCount(RestartCountN));
                return true;
            case BackoffSupervisor.GetCurrentChild:
                Sender.Tell(new BackoffSupervisor.CurrentChild(Child ?? ActorRefs.Nobody));
                return true;
            default:
                Relay(message);
                return true;
        }
    }

    private void StartChild() => Child ??= Context.Watch(Context.ActorOf(_options.ChildProps, _options.ChildName));

    private void ScheduleReset()
    {
        if (_options.AutoReset is { } after)
        {
            Context.System.Scheduler.ScheduleTellOnce(
                after, Self, new BackoffSupervisor.ResetRestartCount(RestartCountN), Self);
        }
    }

    private void Relay(object message)
    {
        if (Child is not null && Child.Equals(Sender))
        {
            Context.Parent.Forward(message);
            return;
        }
        var isFinal = _options.IsFinalStopMessage?.Invoke(message) ?? false;
        if (Child is not null)
        {
            Child.Forward(message);
            FinalStopMessageReceived |= isFinal;
            return;
        }
        if (_options.ReplyWhileStopped is { } reply)
        {
            Sender.Tell(reply);
        }
        else
        {
            Context.System.DeadLetters.Forward(message);
        }
        if (isFinal)
        {
            Context.Stop(Self);
        }
    }
}

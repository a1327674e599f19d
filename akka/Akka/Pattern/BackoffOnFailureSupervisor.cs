using Akka.Actor;

namespace Akka.Pattern;

/// <summary>
/// Where the strategy says restart, stops the child and starts a new one after a growing pause. A child that stops for
/// any other reason takes the supervisor with it.
/// </summary>
internal sealed class BackoffOnFailureSupervisor(BackoffOptionsImpl options) : BackoffSupervisorBase(options)
{
    private bool _failed;

    protected override SupervisorStrategy SupervisorStrategy()
    {
        var own = Options.Strategy;
        return new OneForOneStrategy(
            own.MaxNumberOfRetries, own.WithinTimeRangeMilliseconds, cause => Judge(own, cause), loggingEnabled: true);
    }

    protected override bool Receive(object message)
    {
        if (message is Terminated terminated && terminated.ActorRef.Equals(Child))
        {
            Child = null;
            if (_failed)
            {
                _failed = false;
                StartChildLater();
            }
            else
            {
                Context.Stop(Self);
            }
            return true;
        }
        return HandleBackoff(message);
    }

    private Directive Judge(OneForOneStrategy own, Exception cause)
    {
        var directive = own.Decider.Decide(cause);
        if (directive != Directive.Restart)
        {
            return directive;
        }
        if (own.WithinTimeRangeMilliseconds > 0 && RestartCountN == 0)
        {
            // The retries count inside the window only.
            Context.System.Scheduler.ScheduleTellOnce(
                TimeSpan.FromMilliseconds(own.WithinTimeRangeMilliseconds),
                Self,
                new BackoffSupervisor.ResetRestartCount(RestartCountN),
                Self);
        }
        _failed = own.MaxNumberOfRetries < 0 || RestartCountN + 1 <= own.MaxNumberOfRetries;
        return Directive.Stop;
    }
}

namespace Akka.Actor;

/// <summary>All children are acted upon when one fails.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    private readonly IDecider _decider;

    /// <summary>Makes the strategy. -1 or null retries: no limit; 0: the first failure stops.</summary>
    public AllForOneStrategy(
        int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider))
    {
    }

    /// <summary>Makes the strategy.</summary>
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries.GetValueOrDefault(-1), RetryWindow.Milliseconds(withinTimeRange), decider)
    {
    }

    /// <summary>Makes the strategy.</summary>
    public AllForOneStrategy(
        int maxNrOfRetries,
        int withinTimeMilliseconds,
        Func<Exception, Directive> localOnlyDecider,
        bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled)
    {
    }

    /// <summary>Makes the strategy.</summary>
    public AllForOneStrategy(
        int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        _decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>Makes the strategy without limit.</summary>
    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    /// <summary>Makes the strategy without limit.</summary>
    public AllForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    /// <summary>The default strategy.</summary>
    protected AllForOneStrategy()
        : this(DefaultDecider)
    {
    }

    /// <summary>Restarts allowed within the window; -1: no limit.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>The window in milliseconds; -1: for ever.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    /// <inheritdoc />
    public override IDecider Decider => _decider;

    /// <inheritdoc />
    protected override Directive Handle(IActorRef child, Exception exception) => _decider.Decide(exception);

    /// <inheritdoc />
    public override void ProcessFailure(
        IActorContext context,
        bool restart,
        IActorRef child,
        Exception cause,
        ChildRestartStats stats,
        IReadOnlyCollection<ChildRestartStats> children)
    {
        if (children.Count == 0)
        {
            return;
        }

        var allowed = restart && children.All(
            c => c.RequestRestartPermission(MaxNumberOfRetries, WithinTimeRangeMilliseconds));
        foreach (var each in children)
        {
            if (allowed)
            {
                RestartChild(each.Child, cause, suspendFirst: !child.Equals(each.Child));
            }
            else
            {
                context.Stop(each.Child);
            }
        }
    }

    /// <inheritdoc />
    public override void HandleChildTerminated(
        IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
    {
    }
}

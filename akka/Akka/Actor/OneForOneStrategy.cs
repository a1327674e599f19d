namespace Akka.Actor;

/// <summary>Only the failed child is acted upon.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    private readonly IDecider _decider;

    /// <summary>Makes the strategy. -1 or null retries: no limit; 0: the first failure stops.</summary>
    public OneForOneStrategy(
        int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, Actor.Decider.From(localOnlyDecider))
    {
    }

    /// <summary>Makes the strategy.</summary>
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries.GetValueOrDefault(-1), RetryWindow.Milliseconds(withinTimeRange), decider)
    {
    }

    /// <summary>Makes the strategy.</summary>
    public OneForOneStrategy(
        int maxNrOfRetries,
        int withinTimeMilliseconds,
        Func<Exception, Directive> localOnlyDecider,
        bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, Actor.Decider.From(localOnlyDecider), loggingEnabled)
    {
    }

    /// <summary>Makes the strategy.</summary>
    public OneForOneStrategy(
        int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        _decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    /// <summary>Makes the strategy without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, -1, localOnlyDecider)
    {
    }

    /// <summary>Makes the strategy without limit.</summary>
    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(-1, -1, localOnlyDecider, loggingEnabled)
    {
    }

    /// <summary>Makes the strategy without limit.</summary>
    public OneForOneStrategy(IDecider decider)
        : this(-1, -1, decider)
    {
    }

    /// <summary>The default strategy.</summary>
    protected OneForOneStrategy()
        : this(DefaultDecider)
    {
    }

    /// <summary>Restarts allowed within the window; -1: no limit.</summary>
    public int MaxNumberOfRetries { get; }

    /// <summary>The window in milliseconds; -1: for ever.</summary>
    public int WithinTimeRangeMilliseconds { get; }

    /// <inheritdoc />
    public override IDecider Decider => _decider;

    /// <summary>The same with another limit.</summary>
    public OneForOneStrategy WithMaxNrOfRetries(int maxNrOfRetries) =>
        new(maxNrOfRetries, WithinTimeRangeMilliseconds, _decider, LoggingEnabled);

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
        if (restart && stats.RequestRestartPermission(MaxNumberOfRetries, WithinTimeRangeMilliseconds))
        {
            RestartChild(child, cause, suspendFirst: false);
        }
        else
        {
            context.Stop(child);
        }
    }

    /// <inheritdoc />
    public override void HandleChildTerminated(
        IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children)
    {
    }
}

using Akka.Actor;

namespace Akka.Pattern;

/// <summary>When a supervisor starts its child again only after a growing pause.</summary>
public static class Backoff
{
    /// <summary>After the child failed; a child that stops by itself ends the supervisor.</summary>
    public static BackoffOptions OnFailure(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        OnFailure(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    /// <inheritdoc cref="OnFailure(Props, string, TimeSpan, TimeSpan, double)"/>
    /// <param name="childProps">What the child is made from.</param>
    /// <param name="childName">The child's name.</param>
    /// <param name="minBackoff">The first pause; positive.</param>
    /// <param name="maxBackoff">The pause is never longer before the random part.</param>
    /// <param name="randomFactor">0 to 1: up to this part of the pause is added at random.</param>
    /// <param name="maxNrOfRetries">After so many starts the supervisor stops; -1: never.</param>
    public static BackoffOptions OnFailure(
        Props childProps,
        string childName,
        TimeSpan minBackoff,
        TimeSpan maxBackoff,
        double randomFactor,
        int maxNrOfRetries) =>
        new BackoffOptionsImpl(true, childProps, childName, minBackoff, maxBackoff, randomFactor)
            .WithMaxNrOfRetries(maxNrOfRetries);

    /// <summary>After the child stopped, for whatever reason.</summary>
    public static BackoffOptions OnStop(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, -1);

    /// <inheritdoc cref="OnStop(Props, string, TimeSpan, TimeSpan, double)"/>
    public static BackoffOptions OnStop(
        Props childProps,
        string childName,
        TimeSpan minBackoff,
        TimeSpan maxBackoff,
        double randomFactor,
        int maxNrOfRetries) =>
        new BackoffOptionsImpl(false, childProps, childName, minBackoff, maxBackoff, randomFactor)
            .WithMaxNrOfRetries(maxNrOfRetries);
}

/// <summary>What a <see cref="BackoffSupervisor"/> is made from. Immutable.</summary>
public abstract record BackoffOptions
{
    /// <summary>The pause is short again after the child has lived this long. Default: the first pause.</summary>
    public abstract BackoffOptions WithAutoReset(TimeSpan resetBackoff);

    /// <summary>The pause is short again after <see cref="BackoffSupervisor.Reset"/>.</summary>
    public abstract BackoffOptions WithManualReset();

    /// <summary>How failures are judged; its number of retries limits the starts.</summary>
    public abstract BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy);

    /// <summary>
    /// Every failure stops the child (and for <see cref="Backoff.OnStop(Props, string, TimeSpan, TimeSpan,
    /// double)"/> starts it again after a pause).
    /// </summary>
    public abstract BackoffOptions WithDefaultStoppingStrategy();

    /// <summary>What senders are told while there is no child; otherwise their messages are dead letters.</summary>
    public abstract BackoffOptions WithReplyWhileStopped(object replyWhileStopped);

    /// <summary>After so many starts the supervisor stops; -1: never.</summary>
    public abstract BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries);

    /// <summary>
    /// After such a message the child's stop is final and stops the supervisor. Only for stops, not failures.
    /// </summary>
    public abstract BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage);

    internal abstract Props Props { get; }
}

internal sealed record BackoffOptionsImpl(
    bool OnFailure,
    Props ChildProps,
    string ChildName,
    TimeSpan MinBackoff,
    TimeSpan MaxBackoff,
    double RandomFactor) : BackoffOptions
{
    /// <summary>Null: only on request.</summary>
    public TimeSpan? AutoReset { get; init; } = MinBackoff;

    public OneForOneStrategy Strategy { get; init; } = new(SupervisorStrategy.DefaultDecider);

    public object? ReplyWhileStopped { get; init; }

    public Func<object, bool>? IsFinalStopMessage { get; init; }

    internal override Props Props
    {
        get
        {
            Validate();
            return OnFailure
                ? Props.Create(() => new BackoffOnFailureSupervisor(this))
                : Props.Create(() => new BackoffSupervisor(this));
        }
    }

    public override BackoffOptions WithAutoReset(TimeSpan resetBackoff) => this with { AutoReset = resetBackoff };

    public override BackoffOptions WithManualReset() => this with { AutoReset = null };

    public override BackoffOptions WithSupervisorStrategy(OneForOneStrategy supervisorStrategy) =>
        this with { Strategy = supervisorStrategy };

    public override BackoffOptions WithDefaultStoppingStrategy() =>
        this with { Strategy = new OneForOneStrategy(Strategy.MaxNumberOfRetries, null, _ => Directive.Stop) };

    public override BackoffOptions WithReplyWhileStopped(object replyWhileStopped) =>
        this with { ReplyWhileStopped = replyWhileStopped };

    public override BackoffOptions WithMaxNrOfRetries(int maxNrOfRetries) =>
        this with { Strategy = Strategy.WithMaxNrOfRetries(maxNrOfRetries) };

    public override BackoffOptions WithFinalStopMessage(Func<object, bool> isFinalStopMessage) =>
        this with { IsFinalStopMessage = isFinalStopMessage };

    private void Validate()
    {
        if (MinBackoff <= TimeSpan.Zero)
        {
            throw new ArgumentException($"minBackoff must be positive, not {MinBackoff}");
        }
        if (MaxBackoff < MinBackoff)
        {
            throw new ArgumentException($"maxBackoff {MaxBackoff} must not be below minBackoff {MinBackoff}");
        }
        if (RandomFactor is not (>= 0.0 and <= 1.0))
        {
            throw new ArgumentException($"randomFactor must be between 0 and 1, not {RandomFactor}");
        }
        if (AutoReset is { } reset && (reset < MinBackoff || reset > MaxBackoff))
        {
            throw new ArgumentException($"resetBackoff {reset} must be between {MinBackoff} and {MaxBackoff}");
        }
        if (OnFailure && IsFinalStopMessage is not null)
        {
            throw new InvalidOperationException("a final stop message works with Backoff.OnStop only");
        }
    }
}

using Akka.Actor;
using Akka.Util;

namespace Akka.Pattern;

/// <summary>
/// Starts its child again, after a growing pause, whenever it has stopped. Failures are judged by the strategy as
/// anywhere: a restart by the strategy takes no pause.
/// </summary>
public sealed class BackoffSupervisor : BackoffSupervisorBase
{
    /// <summary>From here on 2^n only overflows: the pause is the longest one.</summary>
    private const int LongestFrom = 30;

    internal BackoffSupervisor(BackoffOptionsImpl options) : base(options)
    {
    }

    /// <summary>Asks for <see cref="CurrentChild"/>.</summary>
    public sealed class GetCurrentChild
    {
        public static readonly GetCurrentChild Instance = new();

        private GetCurrentChild()
        {
        }
    }

    /// <summary>The child, or Nobody during a pause.</summary>
    public sealed class CurrentChild(IActorRef @ref)
    {
        public IActorRef Ref { get; } = @ref;
    }

    /// <summary>Makes the pauses short again, with <see cref="BackoffOptions.WithManualReset"/>.</summary>
    public sealed class Reset
    {
        public static readonly Reset Instance = new();

        private Reset()
        {
        }
    }

    /// <summary>Asks for <see cref="RestartCount"/>.</summary>
    public sealed class GetRestartCount
    {
        public static readonly GetRestartCount Instance = new();

        private GetRestartCount()
        {
        }
    }

    /// <summary>How often the child was started again since the last reset.</summary>
    public sealed class RestartCount(int count)
    {
        public int Count { get; } = count;
    }

    /// <summary>The supervisor's own: the pause is over.</summary>
    public sealed class StartChild : Event.IDeadLetterSuppression
    {
        public static readonly StartChild Instance = new();

        private StartChild()
        {
        }
    }

    /// <summary>The supervisor's own: the child has lived long enough, unless it was started again meanwhile.</summary>
    public sealed class ResetRestartCount(int current) : Event.IDeadLetterSuppression
    {
        public int Current { get; } = current;
    }

    public static Props Props(BackoffOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Props;
    }

    public static Props Props(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        Props(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor));

    public static Props Props(
        Props childProps,
        string childName,
        TimeSpan minBackoff,
        TimeSpan maxBackoff,
        double randomFactor,
        int maxNrOfRetries) =>
        Props(Backoff.OnStop(childProps, childName, minBackoff, maxBackoff, randomFactor, maxNrOfRetries));

    /// <summary>min(max, min * 2^n) and up to randomFactor of that on top.</summary>
    internal static TimeSpan CalculateDelay(
        int restartCount, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor)
    {
        var random = 1.0 + (ThreadLocalRandom.Current.NextDouble() * randomFactor);
        if (restartCount >= LongestFrom)
        {
            return maxBackoff;
        }
        var ticks = Math.Min(maxBackoff.Ticks, minBackoff.Ticks * Math.Pow(2, restartCount)) * random;
        return ticks >= TimeSpan.MaxValue.Ticks ? maxBackoff : TimeSpan.FromTicks((long)ticks);
    }

    protected override SupervisorStrategy SupervisorStrategy() => Options.Strategy;

    protected override bool Receive(object message)
    {
        if (message is not Terminated terminated || !terminated.ActorRef.Equals(Child))
        {
            return HandleBackoff(message);
        }
        Child = null;
        var limit = Options.Strategy.MaxNumberOfRetries;
        if (FinalStopMessageReceived || (limit >= 0 && RestartCountN >= limit))
        {
            Context.Stop(Self);
        }
        else
        {
            StartChildLater();
        }
        return true;
    }
}

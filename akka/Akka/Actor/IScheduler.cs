namespace Akka.Actor;

/// <summary>A clock.</summary>
public interface ITimeProvider
{
    /// <summary>The current time.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Time since some fixed point, never going back.</summary>
    TimeSpan MonotonicClock { get; }

    /// <summary>As <see cref="MonotonicClock"/>, at the best resolution there is.</summary>
    TimeSpan HighResMonotonicClock { get; }
}

/// <summary>Schedules messages.</summary>
public interface ITellScheduler
{
    /// <summary>Tells once after a delay.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender);

    /// <summary>Tells once after a delay unless cancelled.</summary>
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable);

    /// <summary>Tells at an interval.</summary>
    void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender);

    /// <summary>Tells at an interval until cancelled.</summary>
    void ScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable? cancelable);
}

/// <summary>Schedules actions. They run outside of any actor.</summary>
public interface IActionScheduler
{
    /// <summary>Runs once after a delay unless cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable);

    /// <summary>Runs once after a delay.</summary>
    void ScheduleOnce(TimeSpan delay, Action action);

    /// <summary>Runs at an interval until cancelled.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable);

    /// <summary>Runs at an interval.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);
}

/// <summary>Schedules work items.</summary>
public interface IRunnableScheduler
{
    /// <summary>Runs once after a delay unless cancelled.</summary>
    void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action, ICancelable? cancelable);

    /// <summary>Runs once after a delay.</summary>
    void ScheduleOnce(TimeSpan delay, Dispatch.IRunnable action);

    /// <summary>Runs at an interval until cancelled.</summary>
    void ScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action, ICancelable? cancelable);

    /// <summary>Runs at an interval.</summary>
    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Dispatch.IRunnable action);
}

/// <summary>Schedules what is not a message.</summary>
public interface IAdvancedScheduler : IActionScheduler, IRunnableScheduler;

/// <summary>Schedules messages, and by <see cref="Advanced"/> actions.</summary>
public interface IScheduler : ITellScheduler, ITimeProvider
{
    /// <summary>Schedules actions; mind that they do not run inside an actor.</summary>
    IAdvancedScheduler Advanced { get; }
}

using Akka.Event;

namespace Akka.Actor;

/// <summary>An actor with timers; the engine sets them.</summary>
public interface IWithTimers
{
    /// <summary>The timers.</summary>
    ITimerScheduler Timers { get; set; }
}

/// <summary>Timers of one incarnation of an actor. They end with it, and a tick of a timer that was replaced or
/// cancelled is not delivered even when it is in the mailbox already.</summary>
public interface ITimerScheduler
{
    /// <summary>The keys of the timers that are running.</summary>
    IReadOnlyCollection<object> ActiveTimers { get; }

    /// <summary>Tells this actor a message at an interval.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <summary>Tells this actor a message at an interval.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    /// <summary>Tells this actor a message at an interval, first after an initial delay.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    /// <summary>Tells this actor a message at an interval, first after an initial delay.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    /// <summary>Tells this actor a message once.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <summary>Tells this actor a message once.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    /// <summary>True while the timer is running.</summary>
    bool IsTimerActive(object key);

    /// <summary>Cancels a timer.</summary>
    void Cancel(object key);

    /// <summary>Cancels all timers.</summary>
    void CancelAll();
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private Dictionary<object, Timer>? _timers;
    private int _generation;

    public IReadOnlyCollection<object> ActiveTimers => _timers is null ? [] : _timers.Keys.ToArray();

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) =>
        Start(key, msg, interval, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) =>
        Start(key, msg, initialDelay, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(
        object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) =>
        Start(key, msg, timeout, null, ActorRefs.NoSender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) =>
        Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers is not null && _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers is not null && _timers.Remove(key, out var timer))
        {
            timer.Task.Cancel();
        }
    }

    public void CancelAll()
    {
        foreach (var timer in _timers?.Values ?? Enumerable.Empty<Timer>())
        {
            timer.Task.Cancel();
        }

        _timers = null;
    }

    /// <summary>The message of a tick that is still wanted; null for one that is not.</summary>
    internal object? Intercept(TimerMessage tick)
    {
        if (!ReferenceEquals(tick.Owner, this) || _timers is null || !_timers.TryGetValue(tick.Key, out var timer) ||
            timer.Generation != tick.Generation)
        {
            return null;
        }

        if (!timer.Repeats)
        {
            _timers.Remove(tick.Key);
        }

        return timer.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var generation = ++_generation;
        var tick = new TimerMessage(this, key, generation);
        var scheduler = cell.System.Scheduler;
        var task = interval is { } period
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, period, cell.Self, tick, sender)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.Self, tick, sender);
        (_timers ??= [])[key] = new Timer(message, interval is not null, generation, task);
        if (cell.System.Settings.DebugTimerScheduler)
        {
            // Asked for by a setting of its own, so whatever the log level is.
            cell.System.EventStream.Publish(new Debug(
                cell.Self.Path.ToString(), typeof(TimerScheduler), $"Start timer [{key}] with generation [{generation}]"));
        }
    }

    internal sealed record TimerMessage(TimerScheduler Owner, object Key, int Generation)
        : IAutoReceivedMessage, IDeadLetterSuppression, INoSerializationVerificationNeeded;

    private sealed record Timer(object Message, bool Repeats, int Generation, ICancelable Task);
}

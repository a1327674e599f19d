using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A scheduler whose time stands until the test advances it. What is due is delivered in order of its time, and of
/// being
/// scheduled where times are equal, on the thread that advances. Chosen by <c>akka.scheduler.implementation</c>.
/// </summary>
public class TestScheduler : SchedulerBase
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Entry, (DateTimeOffset, long)> _entries = new();
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();
    private DateTimeOffset _now;
    private long _scheduled;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log) : base(schedulerConfig, log) => _now = _start;

    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    public override TimeSpan MonotonicClock => Now - _start;

    public override TimeSpan HighResMonotonicClock => Now - _start;

    protected override DateTimeOffset TimeNow => Now;

    /// <summary>Lets time pass.</summary>
    /// <exception cref="InvalidOperationException">The time is negative.</exception>
    public void Advance(TimeSpan offset) => AdvanceTo(Now + offset);

    /// <summary>
    /// Lets time pass until then; what becomes due on the way, also through what is delivered, is delivered.
    /// </summary>
    /// <exception cref="InvalidOperationException">That time has passed.</exception>
    public void AdvanceTo(DateTimeOffset when)
    {
        if (when < Now)
        {
            throw new InvalidOperationException($"time cannot go back to {when:O}, it is {Now:O}");
        }
        while (NextDue(when) is { } entry)
        {
            entry.Run();
        }
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Add(delay, null, cancelable, () => receiver.Tell(message, sender));

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable? cancelable) =>
        Add(initialDelay, interval, cancelable, () => receiver.Tell(message, sender));

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(delay, null, cancelable, action);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(initialDelay, interval, cancelable, action);

    private void Add(TimeSpan delay, TimeSpan? interval, ICancelable? cancelable, Action run)
    {
        lock (_lock)
        {
            var due = _now + delay;
            _entries.Enqueue(new Entry(due, interval, cancelable, run), (due, _scheduled++));
        }
    }

    private Entry? NextDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            while (_entries.TryPeek(out var entry, out _) && entry.Due <= until)
            {
                _entries.Dequeue();
                if (entry.Cancelable is { IsCancellationRequested: true })
                {
                    continue;
                }
                _now = entry.Due > _now ? entry.Due : _now;
                if (entry.Interval is { } interval)
                {
                    var next = entry with { Due = entry.Due + interval };
                    _entries.Enqueue(next, (next.Due, _scheduled++));
                }
                return entry;
            }
            _now = until > _now ? until : _now;
            return null;
        }
    }

    private sealed record Entry(DateTimeOffset Due, TimeSpan? Interval, ICancelable? Cancelable, Action Run);
}

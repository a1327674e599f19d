using System.Collections.Concurrent;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The engine's scheduler: every entry is one timer of a <see cref="TimeProvider"/>, so an idle system
/// wakes up for nothing and a simulated one follows virtual time.</summary>
internal sealed class TimeProviderScheduler : SchedulerBase, IDisposable
{
    // The timers must stay reachable until they fire: nothing else holds on to a fire-and-forget entry.
    private readonly ConcurrentDictionary<Entry, byte> _entries = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private volatile bool _stopped;

    internal TimeProviderScheduler(Config config, ILoggingAdapter log, TimeProvider time)
        : base(config, log) => (_time, _start) = (time, time.GetTimestamp());

    public override TimeSpan MonotonicClock => _time.GetElapsedTime(_start);

    public override TimeSpan HighResMonotonicClock => _time.GetElapsedTime(_start);

    protected override DateTimeOffset TimeNow => _time.GetUtcNow();

    /// <summary>Calls off everything; what is scheduled later is refused.</summary>
    public void Dispose()
    {
        _stopped = true;
        foreach (var entry in _entries.Keys)
        {
            entry.Dispose();
        }
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Add(new TellEntry(this, receiver, message, sender, cancelable), delay, Timeout.InfiniteTimeSpan);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable? cancelable) =>
        Add(new TellEntry(this, receiver, message, sender, cancelable), initialDelay, interval);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Add(new ActionEntry(this, action, cancelable), delay, Timeout.InfiniteTimeSpan);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Add(new ActionEntry(this, action, cancelable), initialDelay, interval);

    private void Add(Entry entry, TimeSpan delay, TimeSpan interval)
    {
        if (_stopped)
        {
            throw new SchedulerException("cannot enqueue after timer shutdown");
        }

        if (!entry.IsCancelled)
        {
            _entries[entry] = 0;
            entry.Start(_time, delay, interval);
        }
    }

    private abstract class Entry(TimeProviderScheduler scheduler, ICancelable? cancelable) : IDisposable
    {
        private readonly Lock _gate = new();
        private ITimer? _timer;
        private CancellationTokenRegistration _registration;
        private bool _once;
        private bool _done;

        internal bool IsCancelled => cancelable is { IsCancellationRequested: true };

        protected TimeProviderScheduler Scheduler => scheduler;

        public void Dispose()
        {
            lock (_gate)
            {
                if (_done)
                {
                    return;
                }

                _done = true;
                _timer?.Dispose();
            }

            scheduler._entries.TryRemove(this, out _);
            _registration.Dispose();
        }

        internal void Start(TimeProvider time, TimeSpan delay, TimeSpan interval)
        {
            _once = interval == Timeout.InfiniteTimeSpan;
            lock (_gate)
            {
                // Suppressed: a timer must not carry the AsyncLocals of whoever scheduled it.
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _timer = time.CreateTimer(static state => ((Entry)state!).OnTimer(), this, delay, interval);
                }
            }

            if (cancelable is not null)
            {
                _registration = cancelable.Token.UnsafeRegister(static state => ((Entry)state!).Dispose(), this);
            }
        }

        protected abstract void Fire();

        private void OnTimer()
        {
            if (IsCancelled || _done)
            {
                return;
            }

            if (_once)
            {
                Dispose();
            }

            Fire();
        }
    }

    private sealed class TellEntry(
        TimeProviderScheduler scheduler, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable)
        : Entry(scheduler, cancelable)
    {
        protected override void Fire() => receiver.Tell(message, sender);
    }

    private sealed class ActionEntry(TimeProviderScheduler scheduler, Action action, ICancelable? cancelable)
        : Entry(scheduler, cancelable)
    {
        protected override void Fire()
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                // An action that throws must not take the process with it, nor stop its own repetition.
                Scheduler.Log.Error(e, "A scheduled action failed");
            }
        }
    }
}

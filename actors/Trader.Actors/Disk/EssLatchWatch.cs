using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>How the emergency stop's latch is watched.</summary>
/// <param name="RunDir">QUANTUM_RUN_DIR, absolute.</param>
/// <param name="PollEvery">Pause between two looks.</param>
/// <param name="Overdue">A look that takes this much longer has not come back: doubt.</param>
public sealed record EssLatchSettings(string RunDir, TimeSpan PollEvery, TimeSpan Overdue);

/// <summary>
/// The one thread that touches the run directory. It is not the journal's: a disk that takes minutes for an fsync must not hold up the
/// stop, and neither must a run directory that hangs (a dead mount) hold up the journal. While a look does not come back, a clock says so.
/// </summary>
public sealed class EssLatchWatch : IDisposable
{
    /// <summary>Makes the run directory. The reply is <see cref="Prepared"/>.</summary>
    public sealed record Prepare;

    /// <param name="Why">Null when it is there.</param>
    public sealed record Prepared(string? Why);

    private const int MaxQueued = 64;
    private const int LoadedMachine = 3;
    private const string Busy = "the run directory does not answer, its queue is full";

    private readonly EssLatchFiles _files;
    private readonly EssLatchSettings _settings;
    private readonly TimeProvider _time;
    private readonly Action<DiskProtocol.EssFilesSeen> _seen;
    private readonly WorkQueue<Item> _queue = new(MaxQueued);
    private readonly Lock _lock = new();
    private readonly List<Item> _reading = [];
    private readonly ITimer _clock;
    private DiskProtocol.EssFilesSeen? _last;
    private long _lastLook;
    private long _looks;
    private long? _overdueAtLook;
    private bool _inside;
    private bool _ended;

    /// <param name="seen">Called for the first look and for every change, one at a time, from this class's thread or a timer's.</param>
    public EssLatchWatch(EssLatchFiles files, EssLatchSettings settings, TimeProvider time, Action<DiskProtocol.EssFilesSeen> seen)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        (_files, _settings, _time, _seen) = (files, settings, time, seen);
        _lastLook = time.GetTimestamp();
        // Background: a hanging directory must not keep a stopped process alive.
        new Thread(Run) { IsBackground = true, Name = "ess latch" }.Start();
        _clock = time.CreateTimer(_ => DoubtWhenOverdue(), null, settings.PollEvery, settings.PollEvery);
    }

    /// <summary>Does one command; calls <paramref name="reply"/> exactly once.</summary>
    public void Post(object command, Action<object> reply)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(reply);
        var item = new Item(command, reply);
        lock (_lock)
        {
            if (command is DiskProtocol.ReadEssLatch)
            {
                _reading.Add(item);
            }
        }

        if (!_queue.TryAdd(item))
        {
            Answer(item, Refusal(command, Busy));
        }
    }

    /// <summary>Takes no more; what is queued is still done. Does not wait for it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
        }

        _clock.Dispose();
        _queue.CompleteAdding();
    }

    private void Run()
    {
        while (!_queue.IsCompleted)
        {
            Look();
            if (_queue.TryTake(out var item, _settings.PollEvery))
            {
                Enter();
                var reply = Do(item.Command);

                // What was done is seen before it is answered: nobody who was told "lowered" then sees the old latch and takes it for a
                // new one.
                Look();
                Answer(item, reply);
            }
        }

    }

    private void Look()
    {
        Enter();
        Publish(_files.Look(notes: true), finished: true);
    }

    private void Enter()
    {
        lock (_lock)
        {
            _inside = true;
        }
    }

    private object Do(object command) => command switch
    {
        DiskProtocol.ReadEssLatch read => new DiskProtocol.EssLatchRead(read.ReadId, _files.Look(notes: false).Latch),
        DiskProtocol.RaiseEssLatch raise => _files.Raise(raise.Note) is { } why
            ? new DiskProtocol.EssLatchNotRaised(raise.Id, why)
            : new DiskProtocol.EssLatchRaised(raise.Id),
        DiskProtocol.LowerEssLatch lower => _files.Lower(lower.NotesOnly) is { } why
            ? new DiskProtocol.EssLatchNotLowered(lower.Id, why)
            : new DiskProtocol.EssLatchLowered(lower.Id),
        Prepare => new Prepared(_files.Prepare()),
        _ => throw new InvalidOperationException($"Not an emergency stop command: {command.GetType()}"),
    };

    private object Refusal(object command, string why) => command switch
    {
        DiskProtocol.ReadEssLatch read => new DiskProtocol.EssLatchRead(read.ReadId, _files.Doubtful(why).Latch),
        DiskProtocol.RaiseEssLatch raise => new DiskProtocol.EssLatchNotRaised(raise.Id, why),
        DiskProtocol.LowerEssLatch lower => new DiskProtocol.EssLatchNotLowered(lower.Id, why),
        Prepare => new Prepared(why),
        _ => throw new InvalidOperationException($"Not an emergency stop command: {command.GetType()}"),
    };

    /// <summary>A question is answered once: by the look, or by the clock that waited for it in vain.</summary>
    private void Answer(Item item, object reply)
    {
        lock (_lock)
        {
            if (item.Command is DiskProtocol.ReadEssLatch && !_reading.Remove(item))
            {
                return;
            }
        }

        item.Reply(reply);
    }

    /// <summary>
    /// A look that is under way too long is the directory's doing. One that has not even begun is the machine's, which may be loaded or have
    /// stood still; that is given longer. Either must hold over two turns of this clock, so that after a standstill the looking thread has its
    /// turn first.
    /// </summary>
    private void DoubtWhenOverdue()
    {
        Item[] waiting;
        lock (_lock)
        {
            var limit = _settings.PollEvery + (_inside ? _settings.Overdue : _settings.Overdue * LoadedMachine);
            var before = _overdueAtLook;
            _overdueAtLook = _time.GetElapsedTime(_lastLook) > limit ? _looks : null;
            if (_overdueAtLook is null || before != _overdueAtLook)
            {
                return;
            }

            waiting = [.. _reading];
        }

        var why = FormattableString.Invariant($"{_settings.RunDir} has not answered for {_settings.Overdue.TotalSeconds:0.0} s");
        Publish(_files.Doubtful(why), finished: false);
        foreach (var item in waiting)
        {
            Answer(item, Refusal(item.Command, why));
        }
    }

    private void Publish(DiskProtocol.EssFilesSeen found, bool finished)
    {
        lock (_lock)
        {
            if (finished)
            {
                (_lastLook, _inside) = (_time.GetTimestamp(), false);
                _looks++;
            }

            if (!_ended && found != _last)
            {
                _last = found;
                _seen(found);
            }
        }
    }

    private sealed record Item(object Command, Action<object> Reply)
    {
        // Two questions of one sender are two: what counts is which, not what they hold.
        public bool Equals(Item? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}

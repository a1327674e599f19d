using System.Diagnostics.CodeAnalysis;

namespace Trader.Redis;

/// <summary>A command that was sent and whose reply has not come.</summary>
internal sealed class InFlight(TimeSpan sentAt, TimeSpan deadline, bool isPing)
    : TaskCompletionSource<RedisResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    // With less than this, a GC pause and an impatient caller together would cost everybody the connection.
    private static readonly TimeSpan LeastOverdue = TimeSpan.FromMilliseconds(500);

    public TimeSpan SentAt => sentAt;

    public TimeSpan DueAt => sentAt + deadline;

    /// <summary>When it is overdue by as much again as it had, or by <see cref="LeastOverdue"/> if that is
    /// more.</summary>
    public TimeSpan HopelessAt => DueAt + (deadline > LeastOverdue ? deadline : LeastOverdue);

    public bool IsPing => isPing;
}

/// <summary>
/// The commands of one connection that await their replies, oldest first, and the rules that follow from time alone:
/// what is overdue, whether the connection is still worth waiting for, when to ping. Times are since the connection
/// began; the owner brings the clock and the lock.
/// </summary>
internal sealed class InFlightQueue(RedisOptions options)
{
    // A look passes over everything in flight, so looks must not come for each of thousands of deadlines.
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(5);

    private readonly Queue<InFlight> _queue = new();
    private TimeSpan _lastSent;
    private TimeSpan _lastReceived;

    public int Count => _queue.Count;

    public InFlight Add(TimeSpan now, TimeSpan deadline, bool isPing)
    {
        InFlight command = new(now, deadline, isPing);
        _queue.Enqueue(command);
        _lastSent = now;
        return command;
    }

    public bool TryTake([NotNullWhen(true)] out InFlight? oldest) => _queue.TryDequeue(out oldest);

    public InFlight[] TakeAll()
    {
        InFlight[] all = [.. _queue];
        _queue.Clear();
        return all;
    }

    /// <summary>Notes that bytes came, whether or not they completed a reply.</summary>
    public void Received(TimeSpan now) => _lastReceived = now;

    /// <summary>Fails every command that is past its deadline (it keeps its place: its reply may still come), then says
    /// whether the connection must end.</summary>
    public RedisDown? Judge(TimeSpan now)
    {
        foreach (InFlight command in _queue)
        {
            if (now >= command.DueAt)
            {
                command.TrySetResult(RedisResult.TimedOut);
                if (command.IsPing)
                {
                    return new RedisDown(RedisDownReason.Silent, $"PING unanswered for {options.PingDeadlineMs} ms");
                }
            }
        }

        if (!_queue.TryPeek(out InFlight? oldest))
        {
            return null;
        }

        if (now >= SilentAt(oldest))
        {
            return new RedisDown(RedisDownReason.Silent, $"no byte for {options.SilenceLimitMs} ms with a reply owed");
        }

        if (now < oldest.HopelessAt)
        {
            return null;
        }

        string detail = $"a command is unanswered for {(now - oldest.SentAt).TotalMilliseconds:F0} ms";
        return new RedisDown(RedisDownReason.Overdue, detail);
    }

    /// <summary>True when nothing is owed and nothing moved for the ping interval.</summary>
    public bool WantsPing(TimeSpan now) => _queue.Count == 0 && now >= PingAt;

    /// <summary>When <see cref="Judge"/> or <see cref="WantsPing"/> can next have something to say.</summary>
    public TimeSpan NextLook(TimeSpan now)
    {
        TimeSpan next = PingAt;
        if (_queue.TryPeek(out InFlight? oldest))
        {
            next = oldest.HopelessAt < SilentAt(oldest) ? oldest.HopelessAt : SilentAt(oldest);
            foreach (InFlight command in _queue)
            {
                if (!command.Task.IsCompleted && command.DueAt < next)
                {
                    next = command.DueAt;
                }
            }
        }

        return next < now + LeastWait ? now + LeastWait : next;
    }

    private TimeSpan PingAt =>
        (_lastSent > _lastReceived ? _lastSent : _lastReceived) + TimeSpan.FromMilliseconds(options.PingIntervalMs);

    private TimeSpan SilentAt(InFlight oldest) =>
        (oldest.SentAt > _lastReceived ? oldest.SentAt : _lastReceived)
        + TimeSpan.FromMilliseconds(options.SilenceLimitMs);
}

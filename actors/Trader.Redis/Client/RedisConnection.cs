using System.Buffers;
using System.IO.Pipelines;

namespace Trader.Redis;

/// <summary>
/// One socket to Redis, from connect to its end; it never reconnects (see <see cref="RedisClient"/>). Any number of
/// callers may execute commands at once: they are pipelined, and replies are matched in order. Because RESP is in
/// order, one reply that never comes blocks all that follow, so a connection that falls silent or far behind is ended
/// rather than waited for.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromHours(1);
    private static readonly RedisCommand Ping = RedisCommand.Of("PING");

    private readonly Lock _gate = new();
    private readonly InFlightQueue _inFlight;
    private readonly Stream _stream;
    private readonly RedisOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly OutgoingBytes _outgoing;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<RedisDown> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private Task _loops = Task.CompletedTask;
    private volatile RedisDown? _down;
    private TimeSpan _armedFor = TimeSpan.MaxValue;

    private RedisConnection(Stream stream, RedisOptions options, TimeProvider time)
    {
        _stream = stream;
        _outgoing = new OutgoingBytes(stream);
        _options = options;
        _inFlight = new InFlightQueue(options);
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(
            static self => ((RedisConnection)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes, always successfully, when the connection has ended, with the reason.</summary>
    public Task<RedisDown> Closed => _closed.Task;

    /// <summary>The protocol version agreed on: 2 or 3.</summary>
    public int Protocol { get; internal set; }

    /// <summary>Why it ended, or null while it lives.</summary>
    internal RedisDown? Down => _down;

    /// <summary>Starts the two loops and the watch on a stream; nothing has been said on it yet.</summary>
    internal static RedisConnection Begin(Stream stream, RedisOptions options, TimeProvider time)
    {
        RedisConnection connection = new(stream, options, time);
        lock (connection._gate)
        {
            connection._loops = Task.WhenAll(connection.ReadLoop(), connection.WriteLoop());
            connection.Arm(connection._inFlight.NextLook(connection.Now));
        }

        return connection;
    }

    /// <summary>
    /// Sends a command behind those already in flight. Completes with its reply, or with why there is none. Only
    /// <paramref name="cancel"/> makes it throw; a cancelled command was sent all the same.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="deadline">How long to wait for the reply; up to one hour.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public ValueTask<RedisResult> Execute(RedisCommand command, TimeSpan deadline, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, LongestDeadline);
        cancel.ThrowIfCancellationRequested();
        Task<RedisResult> reply;
        lock (_gate)
        {
            if (_down is not null)
            {
                return ValueTask.FromResult(RedisResult.NotConnected);
            }

            if (_inFlight.Count >= _options.MaxInFlight
                || _outgoing.Unsent + command.Encoded.Length > _options.MaxUnsentBytes)
            {
                return ValueTask.FromResult(RedisResult.Overloaded);
            }

            reply = Send(command, deadline, isPing: false).Task;
        }

        return new ValueTask<RedisResult>(cancel.CanBeCanceled ? reply.WaitAsync(cancel) : reply);
    }

    /// <summary>Ends the connection for <paramref name="down"/>; what is in flight ends as ConnectionLost. Later
    /// calls do nothing.</summary>
    internal void Close(RedisDown down)
    {
        InFlight[] lost;
        lock (_gate)
        {
            if (_down is not null)
            {
                return;
            }

            _down = down;
            lost = _inFlight.TakeAll();
        }

        _timer.Dispose();
        _ended.Cancel();
        _stream.Dispose();
        foreach (InFlight command in lost)
        {
            command.TrySetResult(RedisResult.ConnectionLost);
        }

        _closed.TrySetResult(down);
    }

    public async ValueTask DisposeAsync()
    {
        Close(Stopped);

        // Another thread may be inside Close: it is through only when Closed is set.
        await _closed.Task.ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        _outgoing.Complete();
        await _timer.DisposeAsync().ConfigureAwait(false);
        _ended.Dispose();
    }

    internal static RedisDown Stopped { get; } = new(RedisDownReason.Stopped, "stopped");

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Needs the gate: the order in the queue must be the order on the wire.</summary>
    private InFlight Send(RedisCommand command, TimeSpan deadline, bool isPing)
    {
        InFlight sent = _inFlight.Add(Now, deadline, isPing);
        _outgoing.Append(command.Encoded.Span);
        Arm(sent.DueAt);
        return sent;
    }

    private async Task WriteLoop()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _outgoing.Run(_ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(new RedisDown(RedisDownReason.ConnectionLost, $"writing failed: {e.Message}"));
        }
    }

    private async Task ReadLoop()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        PipeReader reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        RespReader resp = new(_options.Reply);
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(_ended.Token).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                if (!Accept(resp, ref rest))
                {
                    return;
                }

                reader.AdvanceTo(rest.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    Close(new RedisDown(RedisDownReason.ConnectionLost, "the server ended the connection"));
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(new RedisDown(RedisDownReason.ConnectionLost, $"reading failed: {e.Message}"));
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives every whole reply to the command it answers; false when the connection had to be ended.</summary>
    private bool Accept(RespReader resp, ref ReadOnlySequence<byte> bytes)
    {
        lock (_gate)
        {
            _inFlight.Received(Now);
        }

        while (true)
        {
            switch (resp.Read(ref bytes, out RespValue reply))
            {
                case RespReadStatus.NeedMore:
                    WatchIdle();
                    return true;
                case RespReadStatus.Malformed:
                    Close(new RedisDown(RedisDownReason.Malformed, resp.Fault));
                    return false;
                case RespReadStatus.Reply when reply.Kind == RespKind.Push:
                    // Nothing here subscribes or tracks, so a push is news nobody asked for, and it answers no command.
                    break;
                case RespReadStatus.Reply:
                    if (!Answer(reply))
                    {
                        return false;
                    }

                    break;
                default:
                    throw new InvalidOperationException("unknown read status");
            }
        }
    }

    /// <summary>The watch may be set for a command's late deadline; an idle connection wants its ping sooner.</summary>
    private void WatchIdle()
    {
        lock (_gate)
        {
            if (_inFlight.Count == 0)
            {
                Arm(_inFlight.NextLook(Now));
            }
        }
    }

    private bool Answer(RespValue reply)
    {
        InFlight? command;
        lock (_gate)
        {
            if (!_inFlight.TryTake(out command) && _down is not null)
            {
                return false;
            }
        }

        if (command is null)
        {
            // Redis refuses a connection beyond maxclients, or one that protected mode forbids, before it reads
            // anything.
            Close(reply.IsError
                ? new RedisDown(RedisDownReason.Refused, $"the connection was refused with {reply.ErrorCode}")
                : new RedisDown(RedisDownReason.Malformed, "a reply without a command"));
            return false;
        }

        command.TrySetResult(RedisResult.Reply(reply));
        return true;
    }

    private void OnTick()
    {
        RedisDown? down;
        lock (_gate)
        {
            if (_down is not null)
            {
                return;
            }

            _armedFor = TimeSpan.MaxValue;
            TimeSpan now = Now;
            down = _inFlight.Judge(now);
            if (_inFlight.WantsPing(now))
            {
                Send(Ping, TimeSpan.FromMilliseconds(_options.PingDeadlineMs), isPing: true);
            }

            Arm(_inFlight.NextLook(now));
        }

        if (down is not null)
        {
            Close(down);
        }
    }

    /// <summary>Makes sure a tick comes no later than <paramref name="at"/>; needs the gate.</summary>
    private void Arm(TimeSpan at)
    {
        if (at >= _armedFor || _down is not null)
        {
            return;
        }

        _armedFor = at;
        TimeSpan wait = at - Now;

        // Timers count whole milliseconds and cut; one more keeps a tick from coming just before what it waits for.
        TimeSpan due = (wait > TimeSpan.Zero ? wait : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}

using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using Akka.Dispatch.SysMsg;
using Akka.Simulation;

namespace Akka.Dispatch;

/// <summary>The queues of one actor and the right to run it. Any thread posts; whoever turned it from idle to
/// scheduled owns the consuming side until it is idle again.</summary>
public sealed partial class Mailbox : IThreadPoolWorkItem, IRunnable
{
    private const int Idle = 0;
    private const int Scheduled = 1;
    private static readonly SystemMessage Closed = new Create();

    private readonly ActorCell _cell;
    private readonly MessageDispatcher _dispatcher;
    private readonly IMessageQueue? _queue;
    private readonly SimulationWorld? _world;

    // System messages: a stack that producers push, taken whole and reversed. Closed is its end of life.
    private SystemMessage? _system;

    // User messages: a linked queue, _tail exchanged by producers, _head (an emptied node) moved by the consumer.
    private Node _tail;
    private Node _head;

    // Messages put back in front by a stash; the consumer's own.
    private Node? _front;
    private int _status;
    private int _suspensions;
    private volatile bool _closed;
    private PinnedThread? _pinned;
    private Action? _runAction;

    internal Mailbox(ActorCell cell, MessageDispatcher dispatcher, IMessageQueue? queue)
    {
        _cell = cell;
        _dispatcher = dispatcher;
        _queue = queue;
        _world = cell.SystemImpl.Simulated?.World;
        _head = _tail = new Node();
    }

    /// <summary>The dispatcher.</summary>
    public MessageDispatcher Dispatcher => _dispatcher;

    /// <summary>True when a user message waits.</summary>
    public bool HasMessages =>
        _front is not null || (_queue?.HasMessages ?? !ReferenceEquals(Volatile.Read(ref _tail), _head));

    /// <summary>User messages waiting; exact only while nobody posts.</summary>
    public int NumberOfMessages
    {
        get
        {
            var count = _queue?.Count ?? Count(_head.Next);
            return count + Count(_front);
        }
    }

    internal bool IsClosed => _closed;

    internal bool IsSuspended => Volatile.Read(ref _suspensions) != 0;

    internal int Suspensions => _suspensions;

    internal ActorCell Cell => _cell;

    internal Action RunAction => _runAction ??= Run;

    /// <summary>Handles what is waiting, up to the throughput.</summary>
    public void Run()
    {
        var previous = ActorCell.Current;
        ActorCell.Current = _cell;
        try
        {
            ProcessSystemMessages();
            if (_closed)
            {
                Drain();
            }
            else
            {
                ProcessUserMessages();
            }
        }
        finally
        {
            ActorCell.Current = previous;
            Interlocked.Exchange(ref _status, Idle);
            if (HasWork())
            {
                TrySchedule();
            }
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    internal void Post(object message, IActorRef sender)
    {
        if (_closed)
        {
            _cell.ToDeadLetters(message, sender);
            return;
        }

        _world?.CheckThread(message);
        if (_queue is null)
        {
            var node = new Node { Message = message, Sender = sender };
            Interlocked.Exchange(ref _tail, node).Next = node;
        }
        else
        {
            _queue.Enqueue(_cell.Self, new Envelope(message, sender));
            Interlocked.MemoryBarrier();
        }

        // A suspended mailbox is scheduled by whoever resumes it. A closed one still has to be drained.
        if (Volatile.Read(ref _suspensions) == 0 || _closed)
        {
            TrySchedule();
        }
    }

    internal void PostSystem(SystemMessage message)
    {
        _world?.CheckThread(message);
        while (true)
        {
            var head = Volatile.Read(ref _system);
            if (ReferenceEquals(head, Closed))
            {
                _cell.SystemMessageToDead(message);
                return;
            }

            message.Next = head;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _system, message, head), head))
            {
                TrySchedule();
                return;
            }
        }
    }

    /// <summary>Puts messages in front of everything waiting, keeping their order.</summary>
    internal void Prepend(IReadOnlyList<Envelope> envelopes)
    {
        for (var i = envelopes.Count - 1; i >= 0; i--)
        {
            _front = new Node { Message = envelopes[i].Message, Sender = envelopes[i].Sender, Next = _front };
        }
    }

    internal void Suspend() => Volatile.Write(ref _suspensions, _suspensions + 1);

    internal void Resume() => Volatile.Write(ref _suspensions, Math.Max(0, _suspensions - 1));

    /// <summary>Ends the mailbox: what waits goes to dead letters, and so does what comes later.</summary>
    internal void Close()
    {
        _closed = true;
        var left = Reverse(Interlocked.Exchange(ref _system, Closed));
        while (left is not null)
        {
            var next = left.Next;
            left.Next = null;
            _cell.SystemMessageToDead(left);
            left = next;
        }

        Drain();
        _dispatcher.Detach(this);
    }

    internal PinnedThread PinTo(string name) =>
        LazyInitializer.EnsureInitialized(ref _pinned, () => new PinnedThread(name, this));

    /// <summary>What the next run begins with; the consumer's side only.</summary>
    internal object? Peek()
    {
        var system = Volatile.Read(ref _system);
        if (system is not null && !ReferenceEquals(system, Closed))
        {
            while (system.Next is { } older)
            {
                system = older;
            }

            return system;
        }

        return _front is not null ? _front.Message : _head.Next?.Message;
    }

    private void ProcessUserMessages()
    {
        var left = _dispatcher.Throughput;
        var deadline = _dispatcher.ThroughputDeadlineTime is { } ticks
            ? Stopwatch.GetTimestamp() + (long)(ticks * (Stopwatch.Frequency / (double)TimeSpan.TicksPerSecond))
            : long.MaxValue;
        while (_suspensions == 0 && TryDequeue(out var message, out var sender))
        {
            _cell.Invoke(message, sender);
            if (Volatile.Read(ref _system) is not null)
            {
                ProcessSystemMessages();
                if (_closed)
                {
                    Drain();
                    return;
                }
            }

            if (--left == 0 || (deadline != long.MaxValue && Stopwatch.GetTimestamp() >= deadline))
            {
                return;
            }
        }
    }

    private void ProcessSystemMessages()
    {
        while (!_closed && Volatile.Read(ref _system) is not null)
        {
            var message = Reverse(Interlocked.Exchange(ref _system, null));
            while (message is not null)
            {
                var next = message.Next;
                message.Next = null;
                if (_closed)
                {
                    _cell.SystemMessageToDead(message);
                }
                else
                {
                    _cell.SystemInvoke(message);
                }

                message = next;
            }
        }
    }

    private bool HasWork()
    {
        var system = Volatile.Read(ref _system);
        return (system is not null && !ReferenceEquals(system, Closed)) ||
            ((_closed || Volatile.Read(ref _suspensions) == 0) && HasMessages);
    }

    private void TrySchedule()
    {
        if (Volatile.Read(ref _status) == Idle &&
            Interlocked.CompareExchange(ref _status, Scheduled, Idle) == Idle)
        {
            _dispatcher.Execute(this);
        }
    }
}

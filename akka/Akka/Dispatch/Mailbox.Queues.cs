using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>Taking messages out of the queues; the consumer's side only.</summary>
public sealed partial class Mailbox
{
    private bool TryDequeue(out object message, out IActorRef sender)
    {
        if (_front is { } front)
        {
            _front = front.Next;
            (message, sender) = (front.Message!, front.Sender!);
            return true;
        }

        if (_queue is not null)
        {
            var found = _queue.TryDequeue(out var envelope);
            (message, sender) = (envelope.Message, envelope.Sender);
            return found;
        }

        // Null although _tail has moved: a producer is between its two steps. It ends this run; HasWork sees the
        // moved tail and schedules the next one.
        var next = Volatile.Read(ref _head.Next);
        if (next is null)
        {
            message = null!;
            sender = null!;
            return false;
        }

        _head = next;
        (message, sender) = (next.Message!, next.Sender!);
        next.Message = null;
        next.Sender = null;
        return true;
    }

    private void Drain()
    {
        while (TryDequeue(out var message, out var sender))
        {
            _cell.ToDeadLetters(message, sender);
        }
    }

    private static SystemMessage? Reverse(SystemMessage? newestFirst)
    {
        SystemMessage? oldestFirst = null;
        while (newestFirst is not null)
        {
            var next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }

    private static int Count(Node? node)
    {
        var count = 0;
        for (; node is not null; node = node.Next)
        {
            count++;
        }

        return count;
    }

    private sealed class Node
    {
        internal Node? Next;
        internal object? Message;
        internal IActorRef? Sender;
    }
}

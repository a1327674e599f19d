using System.Diagnostics;
using Akka.Actor;

namespace Akka.Bench;

internal sealed class Echo : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message, Self);
}

internal sealed class Ping(IActorRef pong, int roundTrips, TaskCompletionSource done) : UntypedActor
{
    private int _left = roundTrips;

    protected override void OnReceive(object message)
    {
        if (_left-- > 0)
        {
            pong.Tell(message, Self);
        }
        else
        {
            done.SetResult();
        }
    }
}

internal sealed class Counter(int messages, TaskCompletionSource done) : UntypedActor
{
    private int _left = messages;

    protected override void OnReceive(object message)
    {
        if (--_left == 0)
        {
            done.SetResult();
        }
    }
}

internal sealed class ReceiveCounter : ReceiveActor
{
    private int _left;

    public ReceiveCounter(int messages, TaskCompletionSource done)
    {
        _left = messages;
        Receive<int>(_ => Unhandled(_));
        Receive<string>(_ =>
        {
            if (--_left == 0)
            {
                done.SetResult();
            }
        });
    }
}

internal sealed class Idle(IActorRef parent) : UntypedActor
{
    private static readonly object Started = new();

    protected override void PreStart() => parent.Tell(Started, Self);

    protected override void OnReceive(object message) => Unhandled(message);
}

internal sealed class Spawner(int count, TaskCompletionSource done) : UntypedActor
{
    private int _started;

    protected override void OnReceive(object message)
    {
        if (message is "go")
        {
            var self = Self;
            var props = Props.Create(() => new Idle(self));
            for (var i = 0; i < count; i++)
            {
                Context.ActorOf(props);
            }
        }
        else if (++_started == count)
        {
            done.SetResult();
        }
    }
}

internal sealed class Watcher(int count, TaskCompletionSource<long[]> done) : UntypedActor
{
    private readonly long[] _times = new long[count];
    private readonly Props _idle = Props.Create<Echo>();
    private int _seen;
    private long _start;

    protected override void OnReceive(object message)
    {
        if (message is Terminated)
        {
            _times[_seen++] = Stopwatch.GetTimestamp() - _start;
        }

        if (_seen == count)
        {
            done.SetResult(_times);
            return;
        }

        if (message is not Ready)
        {
            var child = Context.ActorOf(_idle);
            Context.Watch(child);
            child.Tell(Ready.Instance, Self);
        }
        else
        {
            _start = Stopwatch.GetTimestamp();
            Context.Stop(Sender);
        }
    }

    private sealed class Ready
    {
        internal static readonly Ready Instance = new();
    }
}

internal sealed class Supervisor(int count, TaskCompletionSource<long[]> done) : UntypedActor
{
    private readonly long[] _times = new long[count];
    private int _seen;
    private long _start;
    private IActorRef _child = ActorRefs.Nobody;

    protected override void PreStart() => _child = Context.ActorOf(Props.Create<Fragile>());

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(-1, -1, _ => Directive.Restart, loggingEnabled: false);

    protected override void OnReceive(object message)
    {
        if (message is "alive")
        {
            _times[_seen++] = Stopwatch.GetTimestamp() - _start;
        }

        if (_seen == count)
        {
            done.SetResult(_times);
            return;
        }

        _start = Stopwatch.GetTimestamp();
        _child.Tell("fail", Self);
        _child.Tell("alive?", Self);
    }
}

internal sealed class Fragile : UntypedActor
{
    private static readonly InvalidOperationException Failure = new("wanted");

    protected override void OnReceive(object message)
    {
        if (message is "fail")
        {
            throw Failure;
        }

        Sender.Tell("alive", Self);
    }
}

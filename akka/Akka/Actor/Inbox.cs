using Akka.Event;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>
/// An actor that code outside of actors can send from, watch with and receive by. Holds at most
/// <c>akka.actor.inbox.inbox-size</c> messages; more are dropped, with one warning.
/// </summary>
public class Inbox : ICanWatch, IDisposable
{
    private readonly ActorSystem _system;
    private readonly WaitQueue<object> _queue;
    private readonly TimeSpan _defaultTimeout;

    private Inbox(ActorSystem system)
    {
        _system = system;
        var config = system.Settings.Config;
        _defaultTimeout = config.GetTimeSpan("akka.actor.inbox.default-timeout", TimeSpan.FromSeconds(5));
        var size = config.GetInt("akka.actor.inbox.inbox-size", 1000);
        var queue = _queue = new WaitQueue<object>();
        Receiver = ((ExtendedActorSystem)system).SystemActorOf(Props.Create(() => new InboxActor(queue, size)));
    }

    /// <summary>Where messages for this inbox go.</summary>
    public IActorRef Receiver { get; }

    public static Inbox Create(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return new Inbox(system);
    }

    public IActorRef Watch(IActorRef subject)
    {
        Receiver.Tell(new InboxActor.StartWatch(subject, null), ActorRefs.NoSender);
        return subject;
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        Receiver.Tell(new InboxActor.StartWatch(subject, message), ActorRefs.NoSender);
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        Receiver.Tell(new InboxActor.StopWatch(subject), ActorRefs.NoSender);
        return subject;
    }

    /// <summary>Tells with this inbox as the sender.</summary>
    public void Send(IActorRef target, object message)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Tell(message, Receiver);
    }

    /// <summary>The next message, blocking for <c>akka.actor.inbox.default-timeout</c> (5 s) at most.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public object Receive() => Receive(_defaultTimeout);

    /// <inheritdoc cref="Receive()"/>
    public object Receive(TimeSpan timeout) => Take(null, timeout);

    /// <summary>The first message that matches; others stay.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public object ReceiveWhere(Predicate<object> predicate) => Take(predicate, _defaultTimeout);

    /// <inheritdoc cref="ReceiveWhere(Predicate{object})"/>
    public object ReceiveWhere(Predicate<object> predicate, TimeSpan timeout) => Take(predicate, timeout);

    public Task<object> ReceiveAsync() => ReceiveAsync(_defaultTimeout);

    /// <summary>The next message, or a <see cref="Status.Failure"/> with a <see cref="TimeoutException"/>.</summary>
    public async Task<object> ReceiveAsync(TimeSpan timeout)
    {
        var (found, message) = await _queue.TakeAsync(false, true, null, AtLeastZero(timeout), CancellationToken.None)
            .ConfigureAwait(false);
        return found ? message : new Status.Failure(Late(timeout));
    }

    /// <summary>Stops the inbox's actor.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _system.Stop(Receiver);
        }
    }

    private static TimeSpan AtLeastZero(TimeSpan timeout) => timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout;

    private static TimeoutException Late(TimeSpan timeout) => new($"no such message came within {timeout}");

    private object Take(Predicate<object>? predicate, TimeSpan timeout)
    {
        var take = _queue.TakeAsync(true, true, predicate, AtLeastZero(timeout), CancellationToken.None).AsTask();
        var (found, message) = take.GetAwaiter().GetResult();
        return found ? message : throw Late(timeout);
    }
}

/// <summary>Puts what it is told where <see cref="Inbox"/> finds it.</summary>
internal sealed class InboxActor(WaitQueue<object> queue, int size) : ActorBase
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _warned;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case StartWatch { Message: null } watch:
                Context.Watch(watch.Target);
                break;
            case StartWatch watch:
                Context.WatchWith(watch.Target, watch.Message);
                break;
            case StopWatch watch:
                Context.Unwatch(watch.Target);
                break;
            default:
                Keep(message);
                break;
        }
        return true;
    }

    private void Keep(object message)
    {
        if (queue.TryAdd(message, size))
        {
            _warned = false;
        }
        else if (!_warned)
        {
            _warned = true;
            _log.Warning(
                "Dropping message {0}: the inbox holds akka.actor.inbox.inbox-size = {1}", message.GetType(), size);
        }
    }

    internal sealed record StartWatch(IActorRef Target, object? Message);

    internal sealed record StopWatch(IActorRef Target);
}

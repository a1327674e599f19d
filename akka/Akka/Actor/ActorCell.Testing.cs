namespace Akka.Actor;

/// <summary>What the test kit's references need of a cell. The caller sees to it that nothing else runs the actor.</summary>
public sealed partial class ActorCell
{
    private List<Task>? _observed;

    /// <summary>Runs as if this actor were handling a message.</summary>
    internal void RunForTest(Action<ActorCell> action)
    {
        var previous = Current;
        Current = this;
        try
        {
            action(this);
        }
        finally
        {
            Current = previous;
        }
    }

    internal IActorRef ActorOfForTest(Props props, string? name)
    {
        IActorRef child = ActorRefs.Nobody;
        RunForTest(cell => child = cell.ActorOf(props, name));
        return child;
    }

    /// <summary>Has the current behaviour handle the message; what it throws, now or in asynchronous work, comes out
    /// of the task and does not fail the actor.</summary>
    internal async Task ReceiveForTestAsync(object message, IActorRef sender)
    {
        var observed = _observed = [];
        try
        {
            ReceiveForTest(message, sender);
        }
        finally
        {
            _observed = null;
        }

        await Task.WhenAll(observed).ConfigureAwait(false);
    }

    /// <summary>Where asynchronous work reports to while a test handles a message, else null.</summary>
    internal TaskCompletionSource? ObserveForTest()
    {
        if (_observed is null)
        {
            return null;
        }

        var observer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _observed.Add(observer.Task);
        return observer;
    }

    /// <summary>Has the current behaviour handle the message; what it throws comes out.</summary>
    internal void ReceiveForTest(object message, IActorRef sender) => RunForTest(cell =>
    {
        var (previousMessage, previousSender) = (cell._currentMessage, cell._sender);
        (cell._currentMessage, cell._sender) = (message, sender);
        try
        {
            cell._actor!.AroundReceive(cell._behavior!, message);
        }
        finally
        {
            (cell._currentMessage, cell._sender) = (previousMessage, previousSender);
        }
    });
}

using Akka.Actor;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>The stream of runs, and the clean stop.</summary>
public sealed partial class PositionFlattenerActor
{
    /// <summary>Events that wait for Redis; the oldest give way, they stand in the journal.</summary>
    private const int MaxUnpublished = 100;

    /// <summary>Below the shutdown phase's own limit, so that the stop reports an unfinished flatten and not a broken phase.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(6);

    private static async Task<Akka.Done> AwaitIdle(IActorRef flattener, TimeSpan patience)
    {
        try
        {
            await flattener.Ask<FlattenProtocol.Idle>(new FlattenProtocol.StandDown(), patience).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            // The next life finds the run unfinished in its record and says so.
        }

        return Akka.Done.Instance;
    }

    private void HandleStandDown()
    {
        standingDown = true;
        waitForIdle.Add(Sender);
        TellIdle();
    }

    private void TellIdle()
    {
        if (attempt is null && running is null)
        {
            waitForIdle.ForEach(waiter => waiter.Tell(new FlattenProtocol.Idle()));
            waitForIdle.Clear();
        }
    }

    /// <summary>In order, one at a time, again until Redis took it.</summary>
    private void Publish(FlattenEvent happened)
    {
        unpublished.Enqueue(happened);
        if (unpublished.Count > MaxUnpublished)
        {
            unpublished.Dequeue();
        }

        PublishNext();
    }

    private void PublishNext()
    {
        if (!publishing && unpublished.TryPeek(out var next))
        {
            publishing = true;
            around.Redis.Tell(new RedisProtocol.PublishFlatten(next, around.Node));
        }
    }

    private void HandleDone(RedisProtocol.Done done)
    {
        if (done.Command is RedisProtocol.PublishFlatten)
        {
            publishing = false;
            unpublished.TryDequeue(out _);
            PublishNext();
        }
    }
}

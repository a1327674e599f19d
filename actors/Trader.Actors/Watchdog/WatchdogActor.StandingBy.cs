using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>Outcomes: completions, the halt, standing by, re-arming, and what an earlier life left.</summary>
public sealed partial class WatchdogActor
{
    private void OnCompletion(PanicCompletion completion, bool backlog)
    {
        start.OnCompletion(completion);
        if (campaign is null || !campaign.Owns(completion.EventId) || campaign.Flat)
        {
            StandByIfAlreadyFlat();
            return;
        }

        campaign.OnCompleted(completion, Now);
        log.Info("Panic close completed{0}: {1}/{2} closed, {3} failed", backlog ? " earlier" : "",
            completion.Closed, completion.Total, completion.Failed);
        if (campaign.Flat)
        {
            Journal(WatchdogRecords.Flat(completion));
            StandBy("account verified flat, trading halted");
            // It ended while no watchdog ran, and its halt may have been cleared then too.
            flatByMemory = backlog && resumed;
        }
    }

    private void OnHaltRead(RedisProtocol.HaltRead halt)
    {
        start.OnHalt(halt.Halted, PanicWire.Find(halt.Fields, "event_id"));
        haltSeenClearedAt = halt.Halted ? null : Now;
        StandByIfAlreadyFlat();
        ArmIfClearedBeforeThisLife(halt.Halted);
        ReArmIfCleared();
    }

    /// <summary>A watchdog that starts into a halted, verified flat account has nothing to panic about (E35, X8e).</summary>
    private void StandByIfAlreadyFlat()
    {
        if (campaign is null && !standingBy && start.HaltedAndFlat && !watch.HeardSinceStart)
        {
            StandBy("trading was halted and the account flat before this watchdog started");
        }
    }

    private void StandBy(string why)
    {
        if (!standingBy)
        {
            standingBy = true;
            standingBySince = Now;
            haltSeenClearedAt = null;
            log.Warning("Standing by: {0}; clear the halt and start the exit brain to re-arm", why);
        }
    }

    /// <summary>
    /// A halt that was cleared while no watchdog ran is over: the brain may have traded since, and one that does not come back to this
    /// life's ears is a brain that never appears (S11), not one that is waited for. It has been missing since this life began.
    /// </summary>
    private void ArmIfClearedBeforeThisLife(bool halted)
    {
        if (!flatByMemory)
        {
            return;
        }

        flatByMemory = false;
        if (!halted && standingBy && !watch.HeardSinceStart)
        {
            standingBy = false;
            campaign = null;
            start.Forget();
            log.Info("The halt was cleared before this watchdog started: armed. {0}", watch.Status(Now));
            Journal(WatchdogRecords.Armed());
        }
    }

    private void ReArmIfCleared()
    {
        var waiting = standingBy || campaign is { Exhausted: true };
        var age = watch.Age(Now);
        var alive = watch.HeardSinceStart && age < settings.PositionsUnguarded && Now - age > standingBySince;
        var guarding = standingBy && watch.Last is { ActivePositions: > 0 };
        var cleared = haltSeenClearedAt is { } at && Now - at < 2 * settings.BeatEvery;
        // Fresh heartbeats with open positions arm it under a halt too: watching is never the unsafe side.
        if (!waiting || !alive || !(cleared || guarding))
        {
            return;
        }

        standingBy = false;
        campaign = null;
        start.Forget();
        // The last heartbeat keeps the age it has: arming is no heartbeat (S11).
        watch = watch.StartedOver(Now);
        log.Info("Re-attached to Exit Brain, armed. {0}", watch.Status(Now));
        Journal(WatchdogRecords.Armed());
    }

    /// <summary>Each state once: the gateway says again and again why it cannot connect.</summary>
    private void OnRedisDown(RedisProtocol.Disconnected down)
    {
        if (redisUp is null)
        {
            log.Info("Not connected to Redis yet: {0}", down.Why);
        }
        else if (redisUp.Value)
        {
            log.Warning("Redis connection lost: {0}", down.Why);
        }

        redisUp = false;
    }

    private void OnRedisUp()
    {
        redisUp = true;
        log.Info("Redis connection up");
        around.Redis.Tell(new RedisProtocol.GetHalt(null));
        if (campaign is { Published: false })
        {
            Send(campaign);
        }
    }

    private void OnRecovered(DiskProtocol.Recovered recovered)
    {
        var memory = WatchdogRecords.Read(recovered.Records);
        if (campaign is not null || memory is null)
        {
            return;
        }

        if (memory.Flat)
        {
            StandBy("the last outage ended verified flat");
            flatByMemory = true;
            return;
        }

        // This outage was reported before this life began: the same events go on, no new one (E28).
        resumed = true;
        campaign = new Campaign(settings, memory.Reason);
        foreach (var id in memory.Raised)
        {
            campaign.Raise(id, Now);
        }

        log.Warning("Resuming the outage reported as {0}", campaign.Current);
        if (start.Newest is { } newest)
        {
            OnCompletion(newest, backlog: true);
        }

        Send(campaign);
    }
}

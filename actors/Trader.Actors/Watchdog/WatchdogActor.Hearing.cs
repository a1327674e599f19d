using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>What the watchdog hears of the brain and of the worker, over Redis and over the direct link.</summary>
public sealed partial class WatchdogActor
{
    private void OnRedisHeartbeat(RedisProtocol.HeartbeatSeen seen)
    {
        if (seen.Backlog)
        {
            watch.ObserveBacklog(seen.Heartbeat);
            return;
        }

        Observe(seen.Heartbeat, byLink: false);
    }

    private void OnLinkEvent(LinkProtocol.EventSeen seen)
    {
        if (seen.Peer == LinkPeer.PanicClose)
        {
            OnWorkerEvent(seen);
            return;
        }

        if (seen.Event == LinkProtocol.StoppingEvent)
        {
            link.OnStopping();
            log.Warning("Exit Brain announced a clean stop; the age rules apply");
        }
        else if (seen.Event == LinkProtocol.HeartbeatEvent)
        {
            if (!HeartbeatWire.TryRead(seen.Fields, out var heartbeat, out var why))
            {
                OnMalformed(why);
            }
            else if (Observe(heartbeat, byLink: true))
            {
                link.OnHeartbeat();
            }
        }
    }

    private void OnWorkerEvent(LinkProtocol.EventSeen seen)
    {
        if (seen.Event == LinkProtocol.CompletionEvent && PanicWire.TryRead(seen.Fields, out var completion))
        {
            OnCompletion(completion, backlog: false);
        }
        else if (campaign is not null && EventId.TryParse(PanicWire.Find(seen.Fields, "running"), out var running)
            && campaign.Owns(running))
        {
            campaign.OnProgress(Now);
        }
    }

    private bool Observe(Heartbeat heartbeat, bool byLink)
    {
        var before = watch.Degraded;
        var degradedFor = watch.DegradedFor(Now);
        if (!watch.Observe(heartbeat, byLink, Now))
        {
            return false;
        }

        if (watch.Degraded != before)
        {
            if (before)
            {
                log.Info("Exit Brain recovered from DEGRADED (was {0:F1}s)", degradedFor.TotalSeconds);
            }
            else
            {
                log.Warning("Exit Brain entered DEGRADED state");
            }
        }

        ReArmIfCleared();
        return true;
    }

    private void OnMalformed(string why)
    {
        around.Meter.Count("trader_watchdog_malformed_heartbeats_total", 1);
        log.Warning("Malformed heartbeat ignored: {0}", why);
    }

    private void OnLinkUp(LinkPeer peer)
    {
        if (peer == LinkPeer.ExitBrain)
        {
            link.OnUp();
        }
    }

    private void OnLinkLost(LinkPeer peer)
    {
        if (peer == LinkPeer.ExitBrain)
        {
            link.OnLost(Now);
        }
        else if (peer == LinkPeer.PanicClose)
        {
            // What the worker had taken into its mailbox may have died with it.
            delivered = false;
        }
    }

    private void OnLinkRefused(LinkPeer peer)
    {
        if (peer == LinkPeer.ExitBrain && link.OnRefused(Now) && campaign is null && !standingBy)
        {
            Fire(new BrainFailure(WatchdogRule.ProcessDead, "Process dead (link lost, connection refused)"));
        }
    }

    private void OnTerminated(Terminated terminated)
    {
        if (terminated.ActorRef.Equals(brain) && campaign is null && !standingBy)
        {
            Fire(new BrainFailure(WatchdogRule.ActorTerminated, "Actor terminated"));
        }
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>
/// Judges the exit brain and, when it fails, raises panic_close until the account is verified flat (S10, S11). The panic goes out by
/// Redis and by the direct link at once and waits for neither (S2). It never gives up and never exits; it re-arms only after a person
/// cleared the halt and the brain beats again (S14).
/// </summary>
public sealed class WatchdogActor : ReceiveActor, IWithTimers
{
    private sealed record JudgeNow;

    private sealed record BeatNow;

    private sealed record LogStatus;

    /// <summary>A judge that comes this late was not slow, it was stopped.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ComplainEvery = TimeSpan.FromSeconds(5);

    private readonly WatchdogSettings settings;
    private readonly Surroundings around;
    private readonly IActorRef? brain;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly BrainLink link = new();
    private readonly StartFacts start = new();
    private BrainWatch watch;
    private Campaign? campaign;
    private bool standingBy;
    private TimeSpan standingBySince;
    private TimeSpan? haltSeenClearedAt;
    private TimeSpan lastComplaintAt = -ComplainEvery;
    private TimeSpan judgedAt;
    private long issuedMs;
    private bool reached;
    private bool delivered;
    private long journalSeq;

    public WatchdogActor(WatchdogSettings settings, Surroundings around, IActorRef? brain)
    {
        this.settings = settings;
        this.around = around;
        this.brain = brain;
        startedAt = around.Time.GetTimestamp();
        watch = new BrainWatch(settings, TimeSpan.Zero);
        Receive<JudgeNow>(_ => Judge());
        Receive<BeatNow>(_ => Beat());
        Receive<LogStatus>(_ => log.Info(watch.Status(Now)));
        Receive<RedisProtocol.HeartbeatSeen>(OnRedisHeartbeat);
        Receive<RedisProtocol.HeartbeatMalformed>(bad => OnMalformed(bad.Why));
        Receive<RedisProtocol.CompletionSeen>(seen => OnCompletion(seen.Completion, seen.Backlog));
        Receive<RedisProtocol.HaltRead>(OnHaltRead);
        Receive<RedisProtocol.PanicPublished>(OnPublished);
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<RedisProtocol.Connected>(_ => OnRedisUp());
        Receive<RedisProtocol.Disconnected>(down => log.Warning("Redis connection lost: {0}", down.Why));
        Receive<LinkProtocol.Up>(up => OnLinkUp(up.Peer));
        Receive<LinkProtocol.EventSeen>(OnLinkEvent);
        Receive<LinkProtocol.Lost>(lost => OnLinkLost(lost.Peer));
        Receive<LinkProtocol.Refused>(refused => OnLinkRefused(refused.Peer));
        Receive<LinkProtocol.PanicDelivered>(OnDelivered);
        Receive<LinkProtocol.PanicNotDelivered>(failed => Complain($"direct link: {failed.Why}"));
        Receive<DiskProtocol.Recovered>(OnRecovered);
        Receive<DiskProtocol.NotAppended>(failed => OnJournalFailure(failed.Why));
        Receive<Terminated>(OnTerminated);
        ReceiveAny(Ignore);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    /// <param name="settings">Thresholds.</param>
    /// <param name="around">Gateways, time, meter.</param>
    /// <param name="brain">The brain's actor when it runs in this process, so that death watch guards it; else null.</param>
    public static Props Props(WatchdogSettings settings, Surroundings around, IActorRef? brain = null) =>
        Akka.Actor.Props.Create(() => new WatchdogActor(settings, around, brain));

    protected override void PreStart()
    {
        log.Info("EXIT BRAIN WATCHDOG STARTING");
        around.Disk.Tell(new DiskProtocol.Recover(WatchdogRecords.Prefix));
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        around.Redis.Tell(new RedisProtocol.WatchHeartbeats());
        around.Redis.Tell(new RedisProtocol.WatchCompletions());
        around.Redis.Tell(new RedisProtocol.GetHalt(null));
        around.Link.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain));
        around.Link.Tell(new LinkProtocol.Watch(LinkPeer.PanicClose));
        if (brain is not null)
        {
            Context.Watch(brain);
        }

        Timers.StartPeriodicTimer(nameof(JudgeNow), new JudgeNow(), settings.JudgeEvery);
        Timers.StartPeriodicTimer(nameof(BeatNow), new BeatNow(), TimeSpan.Zero, settings.BeatEvery);
        Timers.StartPeriodicTimer(nameof(LogStatus), new LogStatus(), settings.StatusEvery);
    }

    private void Judge()
    {
        var sinceLast = Now - judgedAt;
        judgedAt = Now;
        if (sinceLast > StallLimit)
        {
            log.Warning("This watchdog stood still for {0:F1}s: what it could not hear is no silence", sinceLast.TotalSeconds);
            watch.StoodStill(sinceLast);
        }

        if (campaign is not null)
        {
            Advance(campaign);
        }
        else if (!standingBy && watch.Judge(Now) is { } failure)
        {
            Fire(failure);
        }
    }

    private void Fire(BrainFailure failure)
    {
        log.Error("🚨 FAILURE DETECTED: {0}", failure.Text);
        log.Error("🚨 TRIGGERING PANIC CLOSE 🚨");
        log.Error("Reason: {0}", failure.Reason);
        around.Meter.Count("trader_watchdog_panics_total", 1, ("rule", failure.Rule.ToString()));
        campaign = new Campaign(settings, failure.Reason);
        Raise(campaign);
    }

    private void Raise(Campaign outage)
    {
        outage.Raise(EventId.FromGuid(around.NewGuid()), Now);
        issuedMs = around.NowMs;
        reached = delivered = false;
        Journal(WatchdogRecords.Fired(outage, issuedMs));
        Send(outage);
    }

    /// <summary>
    /// Both ways at once; each is safe to repeat, because the event id is the same. An event that has reached nobody is issued anew by its
    /// time stamp, else it would be stale on arrival (S9, E27).
    /// </summary>
    private void Send(Campaign outage)
    {
        issuedMs = reached ? issuedMs : around.NowMs;
        var trigger = new PanicTrigger(outage.Current!, outage.Reason, PanicIssuer.Watchdog, issuedMs);
        outage.OnSent(Now);
        if (!outage.Published)
        {
            around.Redis.Tell(new RedisProtocol.PublishPanic(trigger));
        }

        if (!delivered)
        {
            around.Link.Tell(new LinkProtocol.SendPanic(trigger));
        }
    }

    private void Advance(Campaign outage)
    {
        switch (outage.Next(Now))
        {
            case CampaignStep.Wait:
                break;
            case CampaignStep.Send:
                Send(outage);
                break;
            case CampaignStep.RaiseFresh:
                log.Error("No verified completion of {0}: raising a fresh event ({1} of {2})",
                    outage.Current, outage.Raised + 1, settings.MaxEvents);
                Raise(outage);
                break;
            case CampaignStep.Alarm:
                Alarm("PANIC_NOT_COMPLETED", $"{outage.Raised} panic events, none verified flat");
                break;
        }
    }

    private void OnPublished(RedisProtocol.PanicPublished published)
    {
        if (campaign is null || campaign.Current != published.EventId || campaign.Published)
        {
            return;
        }

        campaign.OnPublished(published.EventId, Now);
        reached = true;
        log.Error("✅ Panic close published to {0}", RedisKeys.PanicClose);
        log.Error("Event ID: {0}", published.EventId);
        Journal(WatchdogRecords.Published(published));
    }

    private void OnDelivered(LinkProtocol.PanicDelivered got)
    {
        if (campaign?.Current == got.EventId && !delivered)
        {
            delivered = reached = true;
            campaign.OnDelivered(got.EventId, Now);
            log.Warning("Panic close handed to the worker by the direct link: {0}", got.EventId);
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        if (failed.Command is RedisProtocol.PublishPanic)
        {
            Complain(failed.Why);
        }
    }

    private void Complain(string why)
    {
        if (campaign is null || Now - lastComplaintAt < ComplainEvery)
        {
            return;
        }

        lastComplaintAt = Now;
        log.Error("❌ FAILED to publish panic close: {0}", why);
        if (!reached)
        {
            Alarm("PANIC_REACHES_NOBODY", why);
        }
    }

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
        }
    }

    private void OnHaltRead(RedisProtocol.HaltRead halt)
    {
        start.OnHalt(halt.Halted);
        haltSeenClearedAt = halt.Halted ? null : Now;
        StandByIfAlreadyFlat();
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
        var last = watch.Last!;
        // The last heartbeat keeps the age it has: arming is no heartbeat (S11).
        var heardAt = Now - age;
        watch = new BrainWatch(settings, heardAt);
        watch.Observe(last, byLink: true, heardAt);
        log.Info("Re-attached to Exit Brain, armed. {0}", watch.Status(Now));
        Journal(WatchdogRecords.Armed());
    }

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
            link.OnLost();
        }
    }

    private void OnLinkRefused(LinkPeer peer)
    {
        if (peer == LinkPeer.ExitBrain && link.OnRefused() && campaign is null && !standingBy)
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

    private void OnRedisUp()
    {
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
            return;
        }

        // This outage was reported before this life began: the same events go on, no new one (E28).
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

    private void Beat()
    {
        var phase = campaign is not null ? "fired" : standingBy ? "standing_by" : "armed";
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.Watchdog, LinkProtocol.HeartbeatEvent,
            WatchdogRecords.Beat(around.Node, phase, around.NowMs)));
        around.Redis.Tell(new RedisProtocol.PublishLiveness(
            Roles.Watchdog, around.Node, (int)(2 * settings.BeatEvery).TotalMilliseconds));
        around.Meter.Gauge("trader_watchdog_heartbeat_age_seconds", watch.Age(Now).TotalSeconds);
        around.Meter.Gauge("trader_watchdog_armed", phase == "armed" ? 1 : 0);
        if (phase != "armed")
        {
            around.Redis.Tell(new RedisProtocol.GetHalt(null));
        }
    }

    private void Alarm(string code, string text)
    {
        log.Error("WATCHDOG FAILED TO TRIGGER PANIC CLOSE: {0}", text);
        log.Error("MANUAL INTERVENTION REQUIRED IMMEDIATELY");
        around.Meter.Count("trader_alarms_total", 1, ("code", code));
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(code, text, around.NowMs)));
        Journal(WatchdogRecords.Alarmed(code, text));
    }

    private void OnJournalFailure(string why)
    {
        log.Error("Journal write failed: {0}", why);
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", why, around.NowMs)));
    }

    private void Journal((string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) record) =>
        around.Disk.Tell(new DiskProtocol.Append(
            ++journalSeq, new JournalRecord(record.Kind, around.NowMs, record.Fields)));

    /// <summary>Answers that change nothing here: what failed is repeated by the judge and the beat.</summary>
    private void Ignore(object message)
    {
        if (message is not (RedisProtocol.Done or DiskProtocol.Appended or LinkProtocol.NoAnswer))
        {
            Unhandled(message);
        }
    }
}

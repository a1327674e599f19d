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
public sealed partial class WatchdogActor : ReceiveActor, IWithTimers
{
    private sealed record JudgeNow;

    private sealed record BeatNow;

    private sealed record LogStatus;

    private sealed record SendNow;

    /// <summary>A judge that comes this late was not slow, it was stopped.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan NobodyReached = TimeSpan.FromSeconds(2);

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
    private bool resumed;
    private bool flatByMemory;
    private TimeSpan? haltSeenClearedAt;
    private TimeSpan lastComplaintAt = -ComplainEvery;
    private TimeSpan judgedAt;
    private bool hearingFirst;
    private bool? redisUp;
    private long issuedMs;
    private TimeSpan raisedAt;
    private bool reached;
    private bool delivered;
    private long journalSeq;
    private long firedSeq;

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
        Receive<RedisProtocol.Disconnected>(OnRedisDown);
        Receive<LinkProtocol.Up>(up => OnLinkUp(up.Peer));
        Receive<LinkProtocol.EventSeen>(OnLinkEvent);
        Receive<LinkProtocol.Lost>(lost => OnLinkLost(lost.Peer));
        Receive<LinkProtocol.Refused>(refused => OnLinkRefused(refused.Peer));
        Receive<LinkProtocol.PanicDelivered>(OnDelivered);
        Receive<LinkProtocol.PanicAccess>(OnPanicAccess);
        Receive<LinkProtocol.PanicNotDelivered>(failed => Complain($"direct link: {failed.Why}"));
        Receive<DiskProtocol.Recovered>(OnRecovered);
        Receive<DiskProtocol.Appended>(done => OnJournalled(done.Seq));
        Receive<DiskProtocol.NotAppended>(OnJournalFailure);
        Receive<SendNow>(_ => SendRaised());
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
        around.Link.Tell(new LinkProtocol.WatchPanicAccess());
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
            campaign?.StoodStill(sinceLast);
            if (watch.StoodStill(sinceLast))
            {
                log.Warning("This watchdog stood still for {0:F1}s: what it could not hear is no silence", sinceLast.TotalSeconds);
            }
        }

        // What was said meanwhile waits to be read, so it is heard before it is missed; never twice in a row, or no judgement would come.
        hearingFirst = sinceLast > StallLimit && !hearingFirst;
        if (hearingFirst)
        {
            return;
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
        log.Error(LogText.Critical + "🚨 FAILURE DETECTED: {0}", failure.Text);
        log.Error(LogText.Critical + "🚨 TRIGGERING PANIC CLOSE 🚨");
        log.Error(LogText.Critical + "Reason: {0}", failure.Reason);
        around.Meter.Count("trader_watchdog_panics_total", 1, ("rule", failure.Rule.ToString()));
        resumed = false;
        campaign = new Campaign(settings, failure.Reason);
        Raise(campaign);
    }

    private void Raise(Campaign outage)
    {
        outage.Raise(EventId.FromGuid(around.NewGuid()), Now);
        issuedMs = around.NowMs;
        raisedAt = Now;
        reached = delivered = false;
        firedSeq = Journal(WatchdogRecords.Fired(outage, issuedMs));
        Timers.StartSingleTimer(nameof(SendNow), new SendNow(), settings.JudgeEvery);
    }

    /// <summary>
    /// What is out must be remembered by the next life, or one outage becomes two events (E28): so the record goes first, but a disk that
    /// is slower than one turn of the judge is not waited for (S2).
    /// </summary>
    private void SendRaised()
    {
        Timers.Cancel(nameof(SendNow));
        firedSeq = 0;
        if (campaign is { Published: false })
        {
            Send(campaign);
        }
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
            // What the failed brain said last would keep the gate open for seconds, even past a person who clears the halt (S1, S4).
            around.Redis.Tell(new RedisProtocol.PublishEntriesGate(
                Open: false, "panic " + trigger.EventId, (int)settings.HeartbeatMissing.TotalMilliseconds));
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
        // The other way has its own moment to work before a person is called.
        if (!reached && Now - raisedAt >= NobodyReached)
        {
            Alarm("PANIC_REACHES_NOBODY", why);
        }
    }
}

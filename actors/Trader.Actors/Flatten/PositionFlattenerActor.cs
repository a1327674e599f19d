using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>
/// Watches the arm key, takes it, checks, and lets a run of its own do the closing (flatten contract 2). It has its own mailbox, so a
/// governor that is busy with plans neither delays nor misses an arm key (D-F5), and a flatten delays no permit (D-F7). One arm, one
/// attempt, however many governors run; every doubt is a no-op (S1); nothing leaves before it is on disk (S12); on a venue that is not
/// proven to be a testnet nothing is ever closed (S15).
/// </summary>
public sealed partial class PositionFlattenerActor : ReceiveActor, IWithTimers
{
    private sealed record Look;

    private sealed record AskVenue;

    private sealed record ChecksOverdue(EventId Run);

    private sealed record PublishAgain;

    /// <summary>Disk and Redis answer in milliseconds; an arm key whose checks hang is not executed later, when nobody expects it.</summary>
    private static readonly TimeSpan ChecksDeadline = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan AskVenueEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PublishEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long Redis may be away before that is worth a line: at a start it always is for a moment.</summary>
    private static readonly TimeSpan SilenceGrace = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long after the start an arm key is left alone while account and record are not known yet: the runbook arms right behind the
    /// restart, and the key lives for a minute.
    /// </summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(10);

    private const string NotReadYet = "it has not been read yet";

    private readonly FlattenSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Queue<FlattenEvent> unpublished = [];
    private readonly List<IActorRef> waitForIdle = [];
    private readonly long bornAt;
    private IActorRef recorder = ActorRefs.Nobody;
    private FlattenVenue? venue;
    private string? recordTrouble = NotReadYet;
    private TimeSpan? coolFrom;
    private Attempt? attempt;
    private IActorRef? running;
    private EventId? runningId;
    private bool looking;
    private bool standingDown;
    private string leftAtKey = "";
    private TimeSpan? deafSince;
    private bool deafSaid;
    private bool startSaid;
    private bool publishing;
    private long latchId;

    public PositionFlattenerActor(FlattenSettings settings, Surroundings around)
    {
        (this.settings, this.around) = (settings, around);
        bornAt = around.Time.GetTimestamp();
        Receive<Look>(_ => HandleLook());
        Receive<RedisProtocol.FlattenArmLooked>(HandleLooked);
        Receive<RedisProtocol.NotDone>(HandleNotDone);
        Receive<AskVenue>(_ => around.Exchange.Tell(new ExchangeProtocol.CheckAccount(0)));
        Receive<ExchangeProtocol.AccountChecked>(account => HandleVenue(account.Venue, account.Environment));
        Receive<ExchangeProtocol.AccountNotChecked>(account => HandleVenue(account.Venue, account.Environment));
        Receive<FlattenRecorder.Ready>(HandleReady);
        Receive<FlattenRecorder.Lost>(HandleLost);
        Receive<FlattenRecorder.Kept>(HandleKept);
        Receive<FlattenRecorder.NotKept>(HandleNotKept);
        Receive<DiskProtocol.EssLatchRead>(HandleLatch);
        Receive<RedisProtocol.FlattenCooldownAnswered>(HandleCooldown);
        Receive<ChecksOverdue>(HandleChecksOverdue);
        Receive<FlattenRunActor.Told>(told => Publish(told.Event));
        Receive<FlattenRunActor.Ended>(ended => HandleEnded(ended.Outcome));
        Receive<Terminated>(HandleTerminated);
        Receive<RedisProtocol.Done>(HandleDone);
        Receive<PublishAgain>(_ => PublishNext());
        Receive<FlattenProtocol.StandDown>(_ => HandleStandDown());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(bornAt);

    public static Props Props(FlattenSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new PositionFlattenerActor(settings, around));

    /// <summary>A run that fails is over: starting it anew would be a second attempt.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        foreach (var name in new[] { FlattenMeter.Attempts, FlattenMeter.NoOps, FlattenMeter.Orders, FlattenMeter.Errors })
        {
            around.Meter.Count(name, 0);
        }

        around.Meter.Gauge(FlattenMeter.Enabled, 0);
        recorder = Context.Watch(Context.ActorOf(FlattenRecorder.Props(around), "record"));
        SayStart();
        Timers.StartPeriodicTimer(nameof(AskVenue), new AskVenue(), TimeSpan.Zero, AskVenueEvery);
        Timers.StartPeriodicTimer(nameof(Look), new Look(), settings.PollEvery);
        var (self, patience) = (Self, StopPatience);
        CoordinatedShutdown.Get(Context.System).AddTask(
            CoordinatedShutdown.PhaseServiceRequestsDone, "finish-flatten", () => AwaitIdle(self, patience));
    }

    private void HandleVenue(string name, VenueEnvironment environment)
    {
        // The address of a connection does not change; what the key can do there is for the read of positions to find out.
        Timers.Cancel(nameof(AskVenue));
        venue = new FlattenVenue(name, environment);
        SayStart();
    }

    /// <summary>The documented lines of the start, as soon as it is known which of them are true; the gauge with them.</summary>
    private void SayStart()
    {
        var flags = settings.Flags;
        var no = flags is { IsForced: true, IsConfirmed: true } ? FlattenRules.Account(settings, venue) : null;
        if (startSaid || no is { Reason: FlattenRefusal.VenueUnknown })
        {
            return;
        }

        startSaid = true;
        if (no is null && flags is { IsForced: true, IsConfirmed: true })
        {
            around.Meter.Gauge(FlattenMeter.Enabled, 1);
            FlattenLines.Started(log, settings);
            return;
        }

        if (no is not null)
        {
            log.Warning("Testnet flatten: the flags are set, and it stays disabled: {0}", no.Text);
        }

        FlattenLines.Disabled(log);
    }

    private void HandleReady(FlattenRecorder.Ready ready)
    {
        recordTrouble = null;
        // The state may come back emptied (FLUSHALL): what this life knows by itself stands.
        var recorded = FlattenRules.AgeOf(ready.History.LastStartedMs, around.NowMs) is { } age ? Now - age : (TimeSpan?)null;
        coolFrom = coolFrom is null || recorded > coolFrom ? recorded ?? coolFrom : coolFrom;
        foreach (var cut in ready.History.Unfinished.Where(r => r.Run != runningId).ToList())
        {
            log.Error("Testnet flatten: run {0} was interrupted by the end of its process: {1} orders planned; "
                + "it is not resumed, positions may be open", cut.Run, cut.Planned);
            Alarm("FLATTEN_INTERRUPTED", $"run {cut.Run} was cut off; positions may be open");
            recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Interrupted(cut.Run, around.NowMs)));
        }
    }

    private void HandleLost(FlattenRecorder.Lost lost)
    {
        if (recordTrouble == lost.Why)
        {
            return;
        }

        recordTrouble = lost.Why;
        log.Error("Testnet flatten: its record cannot be read, so nothing will be flattened: {0}", lost.Why);
        Alarm("FLATTEN_RECORD_UNREADABLE", lost.Why);
    }

    private void HandleEnded(FlattenEvent.OfRun outcome)
    {
        running = null;
        runningId = null;
        Publish(outcome);
        if (outcome is not FlattenEvent.Completed { Status: FlattenStatus.Flat })
        {
            Alarm("FLATTEN_INCOMPLETE", outcome switch
            {
                FlattenEvent.Completed done => FlattenLines.Completion(done.Status, done.Figures, done.Run),
                FlattenEvent.Aborted aborted => aborted.Text,
                _ => outcome.ToString(),
            });
        }

        TellIdle();
    }

    private void HandleTerminated(Terminated gone)
    {
        if (gone.ActorRef.Equals(recorder))
        {
            recordTrouble = "its recorder has failed";
        }
        else if (gone.ActorRef.Equals(running))
        {
            log.Error("Testnet flatten: run {0} failed in the middle; positions may be open", runningId);
            around.Meter.Count(FlattenMeter.Errors, 1);
            recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Interrupted(runningId!, around.NowMs)));
            Alarm("FLATTEN_INTERRUPTED", $"run {runningId} failed; positions may be open");
            running = null;
            runningId = null;
            TellIdle();
        }
    }

    private void Alarm(string code, string text) =>
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(code, text, around.NowMs)));
}

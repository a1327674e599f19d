using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>
/// Takes panic events in from the stream and the direct link, runs each once (S9, E42), and sees its outcome published and acknowledged,
/// however late Redis returns (S2, S10). One run at a time: events that arrive meanwhile join it, because they ask for the same thing.
/// </summary>
public sealed partial class PanicCloseActor : ReceiveActor, IWithTimers
{
    private sealed record KeepNow;

    private sealed record ResumeNow;

    private sealed record WaitedForJournal;

    /// <summary>A key can be revoked on any quiet night; it costs a request weight of 30.</summary>
    private static readonly TimeSpan RecheckGoodAccountEvery = TimeSpan.FromSeconds(60);

    /// <summary>An event that nobody finished for so long is finished only when its halt is known to stand still.</summary>
    private static readonly TimeSpan ResumeUnasked = TimeSpan.FromMinutes(10);

    /// <summary>How long the first events may wait for a slow disk to say which of them an earlier life has had (S2, S8).</summary>
    private static readonly TimeSpan JournalWait = TimeSpan.FromSeconds(1);

    private const int EarlyLimit = 100;

    private static readonly TimeSpan RecheckAccountEvery = TimeSpan.FromSeconds(5);

    private readonly PanicCloseSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly PanicLedger ledger = new();
    private IActorRef haltKeeper;
    private readonly long startedAt;
    private readonly Dictionary<EventId, PanicRun> yielded = [];
    private readonly Dictionary<EventId, (UnfinishedPanic? Earlier, bool TakenOver)> joined = [];
    private readonly Dictionary<EventId, RedisProtocol.HaltRead> halts = [];
    private readonly List<PanicEntry> early = [];
    private IActorRef? running;
    private PanicRun? current;
    private int runs;
    private int haltKeepers;
    private DiskProtocol.Recovered? recovered;
    private bool redisUp;
    private bool redisHeardOf;
    private bool listening;
    private string? accountTrouble = "account not checked yet";
    private TimeSpan accountCheckedAt;
    private long journalSeq;

    public PanicCloseActor(PanicCloseSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        haltKeeper = StartHaltKeeper();
        Receive<PanicEntry>(OnEntry);
        Receive<PanicCloseProtocol.RunEnded>(OnRunEnded);
        Receive<PanicCloseProtocol.StoodDown>(OnStoodDown);
        Receive<PanicCloseProtocol.Halted>(_ => { });
        Receive<PanicCloseProtocol.HaltCleared>(OnHaltCleared);
        Receive<PanicCloseProtocol.GetReadiness>(_ => Sender.Tell(Readiness()));
        Receive<Terminated>(OnTerminated);
        Receive<RedisProtocol.Connected>(_ => OnRedisUp());
        Receive<RedisProtocol.Disconnected>(OnRedisDown);
        Receive<RedisProtocol.CompletionPublished>(OnPublished);
        Receive<RedisProtocol.PanicClaimed>(OnClaimed);
        Receive<RedisProtocol.Done>(OnRedisDone);
        Receive<RedisProtocol.NotDone>(OnRedisNotDone);
        Receive<RedisProtocol.HaltRead>(OnHaltRead);
        Receive<RedisProtocol.PanicHistoryRead>(OnHistory);
        Receive<ExchangeProtocol.AccountChecked>(OnAccountChecked);
        Receive<ExchangeProtocol.AccountNotChecked>(OnAccountNotChecked);
        Receive<DiskProtocol.Recovered>(OnRecovered);
        Receive<DiskProtocol.Appended>(done => OnRecorded(done.Seq));
        Receive<DiskProtocol.NotAppended>(OnNotRecorded);
        Receive<ResumeNow>(_ => Resume());
        Receive<WaitedForJournal>(_ => TakeEarly());
        Receive<KeepNow>(_ => Keep());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(PanicCloseSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new PanicCloseActor(settings, around));

    /// <summary>A run that fails is not restarted: its restart would be a retry. It ends as failed, and the issuer raises a fresh event.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ =>
        Directive.Stop);

    protected override void PreStart()
    {
        log.Info("EMERGENCY EXIT WORKER STARTING");
        around.Disk.Tell(new DiskProtocol.Recover(PanicRecords.Prefix));
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        CheckAccount();
        Timers.StartSingleTimer(nameof(WaitedForJournal), new WaitedForJournal(), JournalWait);
        Timers.StartPeriodicTimer(nameof(KeepNow), new KeepNow(), TimeSpan.Zero, settings.KeepEvery);
    }

    private void OnRunEnded(PanicCloseProtocol.RunEnded ended)
    {
        ForgetRun();
        Conclude(ended.Completions, ended.Halt);
        StartAgain();
    }

    private void Conclude(IReadOnlyList<PanicCompletion> completions, HaltRecord halt)
    {
        foreach (var completion in completions)
        {
            ledger.MarkDone(completion.EventId);
            joined.Remove(completion.EventId);
            JournalOutcome(completion.EventId, PanicRecords.Completed(completion));
            ledger.Publish(completion, halt with { EventId = completion.EventId });
            around.Link.Tell(new LinkProtocol.Announce(
                LinkPeer.PanicClose, LinkProtocol.CompletionEvent, PanicWire.Write(completion)));
        }

        // The completion says halted too; from here on that is kept, even if a person cleared the halt while positions were being closed.
        haltKeeper.Tell(new PanicCloseProtocol.Halt(halt));
        var first = completions[0];
        around.Meter.Count("trader_panic_runs_total", 1, ("result", first.VerifiedFlat ? "flat" : "failed"));
        around.Meter.Observe("trader_panic_close_seconds", (first.CompletedMs - first.StartedMs) / 1000.0);
        if (!first.VerifiedFlat)
        {
            Alarm("PANIC_CLOSE_INCOMPLETE", $"{first.Failed} of {first.Total} not closed");
        }

        if (!redisUp)
        {
            log.Error("Redis is away: completion kept in the journal and published when it returns");
        }

        PublishWaiting();
    }

    private void OnStoodDown(PanicCloseProtocol.StoodDown stood)
    {
        ForgetRun();
        GiveWay(stood);
        StartAgain();
    }

    private IActorRef StartHaltKeeper() => Context.Watch(Context.ActorOf(
        HaltKeeper.Props(around), "halt-keeper-" + (++haltKeepers).ToString(CultureInfo.InvariantCulture)));

    private void ForgetRun()
    {
        if (running is not null)
        {
            Context.Unwatch(running);
            running = null;
        }
    }

    /// <summary>Events that joined a run too late to be answered by it get a run of their own.</summary>
    private void StartAgain()
    {
        foreach (var trigger in ledger.InProgress())
        {
            joined.Remove(trigger.EventId, out var how);
            Start(trigger, how.Earlier, how.TakenOver);
        }
    }

    private void GiveWay(PanicCloseProtocol.StoodDown stood)
    {
        if (stood.Claim == PanicClaim.Done)
        {
            log.Info("Event {0} was completed before", stood.EventId);
            ledger.MarkDone(stood.EventId);
            JournalOutcome(stood.EventId, PanicRecords.Abandoned(stood.EventId, "completed before, by " + stood.Holder));
            AckIfDone(stood.EventId);
            return;
        }

        log.Info("Event {0} is being handled by {1}: watching it", stood.EventId, stood.Holder);
        yielded[stood.EventId] = current!;
        ledger.Follow(stood.EventId);
    }

    /// <summary>The run is gone. If it left events without an outcome it crashed: say so as a failure, never as silence.</summary>
    private void OnTerminated(Terminated terminated)
    {
        if (terminated.ActorRef.Equals(haltKeeper))
        {
            // The halt it kept stands on the disk; its next life reads it there.
            haltKeeper = StartHaltKeeper();
        }

        if (!terminated.ActorRef.Equals(running))
        {
            return;
        }

        running = null;
        var orphans = ledger.InProgress();
        if (orphans.Count > 0)
        {
            log.Error("A panic close ended without an outcome");
            var completions = orphans.Select(trigger => new PanicCompletion(
                trigger.EventId, 1, 0, [PanicCompletion.Unreadable], around.NowMs, around.NowMs)).ToList();
            Conclude(completions, PanicRecords.Halt(orphans[0], 0, around.NowMs, settings.Worker));
        }
    }

    private void PublishWaiting()
    {
        foreach (var (completion, halt) in ledger.Waiting())
        {
            around.Redis.Tell(new RedisProtocol.PublishCompletion(completion, halt));
        }
    }

    private void OnPublished(RedisProtocol.CompletionPublished published)
    {
        if (ledger.Published(published.EventId) is { } completion)
        {
            PanicLines.Published(log, completion, published.HaltTrouble);
            Journal(PanicRecords.Published(published.EventId, published.First));
            AckIfDone(published.EventId);
        }
    }

    private void AckIfDone(EventId id)
    {
        foreach (var streamId in ledger.Ackable(id))
        {
            around.Redis.Tell(new RedisProtocol.AckPanic(streamId));
        }
    }

    private void OnRedisDone(RedisProtocol.Done done)
    {
        if (done.Command is RedisProtocol.AckPanic ack)
        {
            ledger.Acked(ack.StreamId);
        }
    }

    private void OnRedisNotDone(RedisProtocol.NotDone failed)
    {
        if (failed is { Command: RedisProtocol.PublishCompletion publish, Doubt: RedisDoubt.Refused })
        {
            log.Error("Failed to publish completion of {0}: {1}", publish.Completion.EventId, failed.Why);
        }
        else if (failed.Command is RedisProtocol.GetPanicHistory get)
        {
            OnNoHistory(get.EventId);
        }
    }

    private void Alarm(string code, string text)
    {
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(code, text, around.NowMs)));
    }

    private void OnRecorded(long seq)
    {
        if (ledger.Recorded(seq) is { } id)
        {
            AckIfDone(id);
        }
    }

    /// <summary>A disk that refuses must not hold the stream up for ever: the outcome is in Redis, and the alarm says what is missing.</summary>
    private void OnNotRecorded(DiskProtocol.NotAppended failed)
    {
        log.Error("Journal write failed: {0}", failed.Why);
        Alarm("JOURNAL_WRITE_FAILED", failed.Why);
        OnRecorded(failed.Seq);
    }

    /// <summary>The event's entries are acknowledged only after this is on disk (S12).</summary>
    private void JournalOutcome(EventId id, (string, IReadOnlyList<KeyValuePair<string, string>>) record) =>
        ledger.Recording(Journal(record), id);

    private long Journal((string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) record)
    {
        around.Disk.Tell(new DiskProtocol.Append(
            ++journalSeq, new JournalRecord(record.Kind, around.NowMs, record.Fields)));
        return journalSeq;
    }
}

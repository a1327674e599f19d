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
public sealed class PanicCloseActor : ReceiveActor, IWithTimers
{
    private sealed record KeepNow;

    private sealed record ResumeNow;

    private static readonly TimeSpan RecheckAccountEvery = TimeSpan.FromSeconds(5);

    private readonly PanicCloseSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly PanicLedger ledger = new();
    private readonly IActorRef haltKeeper;
    private readonly long startedAt;
    private IActorRef? running;
    private int runs;
    private DiskProtocol.Recovered? recovered;
    private bool redisUp;
    private bool listening;
    private string? accountTrouble = "account not checked yet";
    private TimeSpan accountCheckedAt;
    private long journalSeq;

    public PanicCloseActor(PanicCloseSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        haltKeeper = Context.ActorOf(HaltKeeper.Props(around), "halt-keeper");
        Receive<PanicEntry>(OnEntry);
        Receive<PanicCloseProtocol.RunEnded>(OnRunEnded);
        Receive<PanicCloseProtocol.StoodDown>(OnStoodDown);
        Receive<PanicCloseProtocol.Halted>(_ => { });
        Receive<PanicCloseProtocol.HaltCleared>(OnHaltCleared);
        Receive<PanicCloseProtocol.GetReadiness>(_ => Sender.Tell(Readiness()));
        Receive<Terminated>(OnRunTerminated);
        Receive<RedisProtocol.Connected>(_ => OnRedisUp());
        Receive<RedisProtocol.Disconnected>(OnRedisDown);
        Receive<RedisProtocol.CompletionPublished>(OnPublished);
        Receive<RedisProtocol.PanicClaimed>(OnClaimed);
        Receive<RedisProtocol.Done>(OnRedisDone);
        Receive<RedisProtocol.NotDone>(OnRedisNotDone);
        Receive<RedisProtocol.HaltRead>(OnHaltRead);
        Receive<ExchangeProtocol.AccountChecked>(OnAccountChecked);
        Receive<ExchangeProtocol.AccountNotChecked>(OnAccountNotChecked);
        Receive<DiskProtocol.Recovered>(OnRecovered);
        Receive<DiskProtocol.Appended>(done => OnRecorded(done.Seq));
        Receive<DiskProtocol.NotAppended>(OnNotRecorded);
        Receive<ResumeNow>(_ => Resume(clearedByPerson: false));
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
        Timers.StartPeriodicTimer(nameof(KeepNow), new KeepNow(), TimeSpan.Zero, settings.KeepEvery);
    }

    private void OnRecovered(DiskProtocol.Recovered memory)
    {
        if (recovered is not null)
        {
            return;
        }

        recovered = memory;
        foreach (var id in PanicRecords.Done(memory.Records))
        {
            ledger.MarkDone(id);
        }

        if (memory.Damage is { } damage)
        {
            Alarm("JOURNAL_DAMAGED", damage);
        }

        foreach (var completion in PanicRecords.Unpublished(memory.Records))
        {
            var trigger = PanicRecords.Trigger(memory.Records, completion.EventId);
            ledger.Publish(completion, new HaltRecord(completion.EventId, trigger?.Reason ?? "UNKNOWN",
                trigger is null ? "unknown" : PanicWire.Text(trigger.Issuer), completion.Closed,
                completion.StartedMs, settings.Worker));
        }

        PublishWaiting();
        var unfinished = PanicRecords.Unfinished(memory.Records);
        if (unfinished.Count > 0)
        {
            // A person may have dealt with it and cleared the halt meanwhile; ask, but not for longer than a second.
            around.Redis.Tell(new RedisProtocol.GetHalt(unfinished[0].Trigger.EventId));
            Timers.StartSingleTimer(nameof(ResumeNow), new ResumeNow(), TimeSpan.FromSeconds(1));
        }
        else
        {
            Listen();
        }
    }

    private void OnHaltRead(RedisProtocol.HaltRead read)
    {
        if (Timers.IsTimerActive(nameof(ResumeNow)))
        {
            Resume(clearedByPerson: read is { Halted: false, Witnessed: true });
        }
    }

    /// <summary>Finishes what an earlier life accepted (S10, E40), unless a person has cleared its halt since.</summary>
    private void Resume(bool clearedByPerson)
    {
        Timers.Cancel(nameof(ResumeNow));
        foreach (var panic in PanicRecords.Unfinished(recovered!.Records))
        {
            if (clearedByPerson)
            {
                log.Warning("Event {0} was not finished, but a person cleared its halt: not resumed", panic.Trigger.EventId);
                ledger.MarkDone(panic.Trigger.EventId);
                JournalOutcome(panic.Trigger.EventId, PanicRecords.Abandoned(panic.Trigger.EventId, "halt cleared by a person"));
                continue;
            }

            log.Warning("Resuming event {0} after a restart", panic.Trigger.EventId);
            Start(panic.Trigger, panic, takenOver: false);
        }

        Listen();
    }

    /// <summary>Entries are taken in only now, when it is known which of them this worker has done before.</summary>
    private void Listen()
    {
        listening = true;
        around.Redis.Tell(new RedisProtocol.WatchPanics(settings.Worker));
        SayReady();
    }

    private void OnEntry(PanicEntry entry)
    {
        var verdict = TriggerRules.Check(entry, around.Time.GetUtcNow(), settings);
        var id = verdict switch
        {
            TriggerVerdict.Accepted accepted => accepted.Trigger.EventId,
            TriggerVerdict.Refused refused => refused.EventId,
            _ => throw new InvalidOperationException("A trigger is accepted or refused."),
        };
        ledger.NoteEntry(id, entry.StreamId);
        if (ledger.IsKnown(id))
        {
            log.Info("Event {0} is known already: nothing to do twice", id);
            AckIfDone(id);
        }
        else if (verdict is TriggerVerdict.Accepted accepted)
        {
            PanicLines.Received(log, accepted.Trigger, entry.StreamId, accepted.Age);
            Start(accepted.Trigger, null, takenOver: entry.Redelivered);
        }
        else
        {
            Refuse(entry, (TriggerVerdict.Refused)verdict);
        }
    }

    /// <param name="trigger">What to execute.</param>
    /// <param name="earlier">What an earlier life of this worker did about it.</param>
    /// <param name="takenOver">Another worker had it and may have sent orders that no journal here knows.</param>
    private void Start(PanicTrigger trigger, UnfinishedPanic? earlier, bool takenOver)
    {
        ledger.Begin(trigger);
        if (running is not null)
        {
            log.Warning("Event {0} joins the panic close in progress", trigger.EventId);
            Journal(PanicRecords.Accepted(trigger));
            running.Tell(new PanicCloseProtocol.Join(trigger));
            return;
        }

        var run = new PanicRun(settings, earlier?.Lives ?? (takenOver ? 1 : 0), earlier?.StartedMs ?? around.NowMs) { Resumed = earlier is not null };
        run.Triggers.Add(trigger);
        foreach (var (key, ids) in earlier?.Orders ?? new Dictionary<PositionKey, List<ClientOrderId>>())
        {
            run.Remember(key, ids);
        }

        var name = "run-" + (++runs).ToString(CultureInfo.InvariantCulture);
        running = Context.ActorOf(PanicRunActor.Props(settings, around, haltKeeper, run), name);
        Context.Watch(running);
    }

    private void Refuse(PanicEntry entry, TriggerVerdict.Refused refused)
    {
        log.Error("{0}", refused.Text);
        log.Error("❌ TRIGGER VALIDATION FAILED - IGNORING");
        around.Meter.Count("trader_panic_triggers_refused_total", 1, ("reason", refused.Refusal.ToString()));
        ledger.MarkDone(refused.EventId);
        JournalOutcome(refused.EventId, PanicRecords.Refused(refused.EventId, refused.Refusal.ToString(), entry));
        around.Redis.Tell(new RedisProtocol.PublishRefusal(refused.EventId, entry, refused.Refusal.ToString()));
        Alarm("PANIC_TRIGGER_REFUSED", refused.Text);
        if (refused.Missed)
        {
            // Nobody was there when it was said. It is too old to act on, and trading must not go on as if it had not been said (E45).
            log.Error("Event {0} was published while no worker ran: trading is halted, a fresh event must close positions",
                refused.EventId);
            haltKeeper.Tell(new PanicCloseProtocol.Halt(new HaltRecord(
                refused.EventId, "PANIC_CLOSE_MISSED", "emergency_exit_worker", 0, around.NowMs, settings.Worker)));
        }

        AckIfDone(refused.EventId);
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
            Start(trigger, null, takenOver: false);
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
        ledger.Follow(stood.EventId);
    }

    /// <summary>The run is gone. If it left events without an outcome it crashed: say so as a failure, never as silence.</summary>
    private void OnRunTerminated(Terminated terminated)
    {
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

    private void OnHaltCleared(PanicCloseProtocol.HaltCleared cleared)
    {
        Journal(("halt.cleared", [new("event_id", cleared.EventId.Value), new("by", "person")]));
        // The next drill looks for the listening line at the end of the log, as the first one did (E6, E22).
        SayReady();
    }

    private void Keep()
    {
        var readiness = Readiness();
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.PanicClose, LinkProtocol.HeartbeatEvent,
        [
            new("service_id", settings.Worker),
            new("ready", readiness.Ready ? "true" : "false"),
            new("running", ledger.InProgress() is [var trigger, ..] ? trigger.EventId.Value : ""),
            new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture)),
        ]));
        if (readiness.Ready)
        {
            around.Redis.Tell(new RedisProtocol.PublishLiveness(
                Roles.PanicClose, settings.Worker, (int)(2 * settings.KeepEvery).TotalMilliseconds));
        }

        around.Meter.Gauge("trader_panic_close_ready", readiness.Ready ? 1 : 0);
        foreach (var id in ledger.Claimed())
        {
            around.Redis.Tell(new RedisProtocol.ClaimPanic(
                id, settings.Worker, (int)settings.ClaimIdle.TotalMilliseconds));
        }

        if (ledger.StreamIdsInProgress() is { Count: > 0 } streamIds)
        {
            around.Redis.Tell(new RedisProtocol.KeepPanics(streamIds));
        }

        if (accountTrouble is not null && Now - accountCheckedAt >= RecheckAccountEvery)
        {
            CheckAccount();
        }

        PublishWaiting();
    }

    /// <summary>Answers for events that another worker held: it finished, or it fell silent and the event is ours.</summary>
    private void OnClaimed(RedisProtocol.PanicClaimed claimed)
    {
        if (!ledger.IsFollowed(claimed.EventId))
        {
            // A run that began while Redis was away may learn only now that another worker has its event (S8).
            running?.Tell(claimed);
            return;
        }

        if (claimed.Claim == PanicClaim.Done)
        {
            ledger.MarkDone(claimed.EventId);
            JournalOutcome(claimed.EventId, PanicRecords.Abandoned(claimed.EventId, "completed by " + claimed.Holder));
            AckIfDone(claimed.EventId);
        }
        else if (claimed.Claim == PanicClaim.Mine && ledger.TakeFollowed(claimed.EventId) is { } trigger)
        {
            log.Warning("Event {0}: its worker fell silent, taking it over", claimed.EventId);
            Start(trigger, null, takenOver: true);
        }
    }

    private void CheckAccount()
    {
        accountCheckedAt = Now;
        around.Exchange.Tell(new ExchangeProtocol.CheckAccount(0));
    }

    private void OnAccountChecked(ExchangeProtocol.AccountChecked account)
    {
        if (accountTrouble is not null)
        {
            accountTrouble = null;
            log.Info("Mode: {0}", account.Environment == VenueEnvironment.Production ? "PRODUCTION" : "TESTNET");
            SayReady();
        }
    }

    private void OnAccountNotChecked(ExchangeProtocol.AccountNotChecked failed)
    {
        var trouble = $"{failed.Venue} account cannot be read: {failed.Fault}";
        if (trouble != accountTrouble)
        {
            log.Error("NOT READY: {0}", trouble);
        }

        accountTrouble = trouble;
    }

    private void OnRedisUp()
    {
        redisUp = true;
        PublishWaiting();
        SayReady();
    }

    private void OnRedisDown(RedisProtocol.Disconnected down)
    {
        redisUp = false;
        log.Warning("Redis connection lost: {0}; the direct link still works", down.Why);
    }

    private void SayReady()
    {
        if (!Readiness().Ready)
        {
            return;
        }

        log.Info("✅ Emergency Exit Worker READY");
        log.Info("   Listening on: {0}", RedisKeys.PanicClose);
        log.Info("   Consumer: {0}", settings.Worker);
        log.Info("Listening for panic_close events...");
    }

    private PanicCloseProtocol.Readiness Readiness()
    {
        var why = new List<string>();
        if (accountTrouble is not null)
        {
            why.Add(accountTrouble);
        }

        if (!redisUp)
        {
            why.Add("Redis is not connected");
        }

        if (!listening)
        {
            why.Add("journal not read yet");
        }

        return new PanicCloseProtocol.Readiness(why.Count == 0, why);
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
    }

    private void Alarm(string code, string text)
    {
        around.Meter.Count("trader_alarms_total", 1, ("code", code));
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

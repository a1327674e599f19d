using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// Owns the emergency stop: latch file, Redis marker and memory follow one decision (<see cref="EssControl"/>). It is active from its first
/// moment until it knows better (S1); it stops at once and by itself, whatever else is down; it never ends a stop by itself (S14), and who
/// ended it and why is on disk before it ends (S12).
/// </summary>
public sealed class EssActor : ReceiveActor, IWithTimers
{
    private sealed record Tick;

    private sealed record ReadAccount;

    private sealed record RecoverAgain;

    /// <summary>A journal that the last life is still closing, or whose disk is being mounted, is whole a moment later.</summary>
    private const int RecoverTries = 10;

    private static readonly TimeSpan RecoverEvery = TimeSpan.FromSeconds(1);

    private readonly EssSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly EssControl control;
    private readonly Dictionary<long, IActorRef> askers = [];
    private readonly IActorRef memory;
    private readonly long startedAt;
    private long asked;
    private long readId;
    private int recoverTries;
    private bool readingResults;
    private bool readingAccount;
    private string said = "";
    private string memoryFault = "";

    public EssActor(EssSettings settings, string latchPath, Surroundings around)
    {
        (this.settings, this.around) = (settings, around);
        control = new EssControl(settings, latchPath);
        startedAt = around.Time.GetTimestamp();
        memory = Context.ActorOf(EssMemoryActor.Props(around.Node, Self), "memory");
        Receive<Tick>(_ => HandleTick());
        Receive<ReadAccount>(_ => HandleReadAccount());
        Receive<RecoverAgain>(_ => around.Disk.Tell(new DiskProtocol.Recover(EssRecords.Prefix)));
        Receive<DiskProtocol.Recovered>(HandleRecovered);
        Receive<EssMemoryActor.Recalled>(HandleRecalled);
        // What it does not confirm it asks for when it has recovered.
        Receive<EssMemoryActor.Remembered>(_ => { });
        Receive<EssMemoryActor.NotThere>(_ => { });
        Receive<EssMemoryActor.Failed>(HandleMemoryFailed);
        Receive<DiskProtocol.EssFilesSeen>(seen => Do(control.Files(seen, Now)));
        Receive<DiskProtocol.EssLatchRaised>(done => Do(control.Raised(done.Id, Now)));
        Receive<DiskProtocol.EssLatchNotRaised>(failed => Do(control.NotRaised(failed.Id, failed.Why, Now)));
        Receive<DiskProtocol.EssLatchLowered>(done => Do(control.Lowered(done.Id, Now)));
        Receive<DiskProtocol.EssLatchNotLowered>(failed => Do(control.NotLowered(failed.Id, failed.Why, Now)));
        Receive<DiskProtocol.Appended>(done => Do(control.Written(done.Seq, Now)));
        Receive<DiskProtocol.NotAppended>(failed => Do(control.NotWritten(failed.Seq, failed.Why, Now)));
        Receive<RedisProtocol.EssSynced>(reply => Do(control.Synced(reply, Now)));
        Receive<RedisProtocol.ResultsRead>(HandleResults);
        Receive<RedisProtocol.NotDone>(HandleNotDone);
        Receive<RedisProtocol.Done>(_ => { });
        Receive<ExchangeProtocol.AccountFiguresRead>(HandleFigures);
        Receive<ExchangeProtocol.AccountFiguresNotRead>(HandleNoFigures);
        Receive<EssProtocol.Activate>(command => Do(control.Activate(Asker(), command, Now)));
        Receive<EssProtocol.Deactivate>(command => Do(control.Deactivate(Asker(), command, Now)));
        Receive<EssProtocol.GetStatus>(_ => Sender.Tell(control.Status()));
        Receive<EssProtocol.GetHistory>(HandleGetHistory);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private EssNow Now => new(around.NowMs, around.Time.GetElapsedTime(startedAt));

    /// <param name="latchPath">For lines and answers only; the disk knows where the latch is.</param>
    public static Props Props(EssSettings settings, string latchPath, Surroundings around) =>
        Akka.Actor.Props.Create(() => new EssActor(settings, latchPath, around));

    protected override void PreStart()
    {
        around.Disk.Tell(new DiskProtocol.Recover(EssRecords.Prefix));
        around.Disk.Tell(new DiskProtocol.WatchEssFiles());
        Timers.StartPeriodicTimer(nameof(Tick), new Tick(), TimeSpan.Zero, settings.SyncEvery);
        Timers.StartPeriodicTimer(nameof(ReadAccount), new ReadAccount(), TimeSpan.Zero, settings.ReadEvery);
    }

    private void HandleTick()
    {
        Do(control.Tick(Now));
        if (!readingResults)
        {
            readingResults = true;
            around.Redis.Tell(new RedisProtocol.ReadResults(control.ResultsAfter, (int)settings.ErrorWindow.TotalMilliseconds, 100));
        }
    }

    private void HandleReadAccount()
    {
        // An exchange gateway that was restarted has forgotten the question: the next turn asks anew.
        if (readingAccount)
        {
            readingAccount = false;
            return;
        }

        readingAccount = true;
        around.Exchange.Tell(new ExchangeProtocol.GetAccountFigures(++readId));
    }

    private void HandleRecovered(DiskProtocol.Recovered read)
    {
        var events = read.Records.Select(EssRecords.Read).ToList();
        var lost = events.Count(e => e is null);
        var damage = read.Damage ?? (lost > 0 ? $"{lost} records cannot be understood" : null);
        if (damage is not null && ++recoverTries < RecoverTries)
        {
            Timers.StartSingleTimer(nameof(RecoverAgain), new RecoverAgain(), RecoverEvery);
            return;
        }

        Do(control.Recovered([.. events.OfType<EssEvent>()], damage, Now));
    }

    private void HandleRecalled(EssMemoryActor.Recalled recalled)
    {
        memoryFault = "";
        Do(control.Recalled(recalled.Events, Now));
    }

    private void HandleMemoryFailed(EssMemoryActor.Failed failed)
    {
        if (failed.Why != memoryFault)
        {
            memoryFault = failed.Why;
            log.Warning("ESS memory in Redis cannot be used, trying again: {0}", failed.Why);
        }
    }

    private void HandleResults(RedisProtocol.ResultsRead read)
    {
        readingResults = false;
        Do(control.Results(read, Now));
    }

    private void HandleNotDone(RedisProtocol.NotDone failed)
    {
        switch (failed.Command)
        {
            case RedisProtocol.SyncEss sync:
                control.NotSynced(sync.Id);
                break;
            case RedisProtocol.ReadResults:
                readingResults = false;
                break;
        }
    }

    private void HandleFigures(ExchangeProtocol.AccountFiguresRead read)
    {
        readingAccount = readingAccount && read.ReadId != readId;
        Do(control.Figures(read, Now));
    }

    private void HandleNoFigures(ExchangeProtocol.AccountFiguresNotRead failed)
    {
        readingAccount = readingAccount && failed.ReadId != readId;
        log.Debug("Account figures not read: {0}", failed.Fault);
    }

    private void HandleGetHistory(EssProtocol.GetHistory get) => Sender.Tell(new EssProtocol.History(
        [.. control.State.History.Reverse().Take(Math.Clamp(get.Limit, 0, EssState.MaxHistory))]));

    private long Asker()
    {
        askers[++asked] = Sender;
        return asked;
    }

    private void Do(IReadOnlyList<EssEffect> effects)
    {
        foreach (var effect in effects)
        {
            Do(effect);
        }

        EssMeter.Show(around.Meter, control.Status());
        if (control.Reason != said)
        {
            said = control.Reason;
            log.Info("ESS {0}", said.Length == 0 ? "is clear: this stop refuses no entry" : $"refuses entries: {said}");
        }
    }

    private void Do(EssEffect effect)
    {
        switch (effect)
        {
            case EssEffect.Write write:
                around.Disk.Tell(new DiskProtocol.Append(write.Event.Number, EssRecords.Write(write.Event)));
                break;
            case EssEffect.Share share:
                memory.Tell(new EssMemoryActor.Remember(share.Event));
                break;
            case EssEffect.Raise raise:
                around.Disk.Tell(new DiskProtocol.RaiseEssLatch(raise.Id, raise.Note));
                break;
            case EssEffect.Lower lower:
                around.Disk.Tell(new DiskProtocol.LowerEssLatch(lower.Id, lower.NotesOnly));
                break;
            case EssEffect.Sync sync:
                around.Redis.Tell(sync.Command);
                break;
            case EssEffect.Say say:
                Say(say.Level, say.Text);
                break;
            case EssEffect.RaiseAlarm alarm:
                log.Error(LogText.Critical + "{0}: {1}", alarm.Code, alarm.Text);
                around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm(alarm.Code, alarm.Text, around.NowMs)));
                break;
            case EssEffect.CountTrip trip:
                EssMeter.CountTrip(around.Meter, trip.Via);
                break;
            case EssEffect.CountReset reset:
                EssMeter.CountReset(around.Meter, reset.Via);
                break;
            case EssEffect.Answer answer when askers.Remove(answer.Ask, out var asker):
                asker.Tell(answer.Reply);
                break;
        }
    }

    private void Say(EssLevel level, string text)
    {
        switch (level)
        {
            case EssLevel.Info:
                log.Info("{0}", text);
                break;
            case EssLevel.Warning:
                log.Warning("{0}", text);
                break;
            case EssLevel.Error:
                log.Error("{0}", text);
                break;
            case EssLevel.Critical:
                log.Error(LogText.Critical + "{0}", text);
                break;
        }
    }
}

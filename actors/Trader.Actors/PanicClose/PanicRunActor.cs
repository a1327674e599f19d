using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PanicClose;

/// <summary>
/// Drives one panic close from trigger to completion (DESIGN section 5). The exchange is all it needs: what it asks of Redis and of the
/// disk is asked at once, answered while positions are being read, and waited for no longer than <c>HaltWait</c> (S2, S4). It sends at most
/// one close per position slice (S8) and ends only by what the exchange shows (S3) or by its deadlines.
/// </summary>
public sealed partial class PanicRunActor : ReceiveActor, IWithTimers
{
    private sealed record ReadAgain;

    private sealed record LookUp;

    private sealed record WaitedForHalt;

    private sealed record WaitedForPlan(int Round);

    private sealed record WaitedForFacts;

    private sealed record WaitedForLegs(int Round);

    private sealed record DeadlineOver;

    private sealed record RunBoundOver;

    /// <summary>How long a failed close may be an out-of-date read before it counts.</summary>
    private static readonly TimeSpan FailureConfirm = TimeSpan.FromMilliseconds(500);

    /// <summary>How long lots and resting orders may lag behind the positions, and cancels and look-ups may hold up a close.</summary>
    private static readonly TimeSpan FactsGrace = TimeSpan.FromMilliseconds(1000);

    /// <summary>No run lasts longer: 674 symbols need 20 s of order budget, 200 positions in slices twice that.</summary>
    private static readonly TimeSpan RunBound = TimeSpan.FromSeconds(120);

    private const int LookUpsAtOnce = 50;

    private readonly PanicCloseSettings settings;
    private readonly Surroundings around;
    private readonly IActorRef haltKeeper;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly PanicRun run;
    private readonly HashSet<string> gates = ["halt", "claim", "journal"];
    private readonly HashSet<Symbol> cancelling = [];
    private readonly Dictionary<long, TimeSpan> readsAskedAt = [];
    private readonly FlatProof proof = new();
    private readonly List<Leg> ready = [];
    private readonly long startedAt;
    private IReadOnlyDictionary<Symbol, MarketLot>? lots;
    private IReadOnlySet<Symbol>? resting;
    private ExchangeProtocol.PositionsRead? positions;
    private bool factsDue;
    private bool planned;
    private bool planWritten = true;
    private bool verifying;
    private bool slowDown;
    private RedisProtocol.PanicClaimed? yieldingTo;
    private long readId;
    private long readAnswered;
    private long firstVerifyingRead;
    private TimeSpan readSentAt;
    private TimeSpan lastAnswerAt;
    private int round;
    private int lookUps;
    private long journalSeq;
    private long planSeq;

    public PanicRunActor(PanicCloseSettings settings, Surroundings around, IActorRef haltKeeper, PanicRun run)
    {
        this.settings = settings;
        this.around = around;
        this.haltKeeper = haltKeeper;
        this.run = run;
        startedAt = around.Time.GetTimestamp();
        Receive<PanicCloseProtocol.Halted>(OnHalted);
        Receive<RedisProtocol.PanicClaimed>(OnClaimed);
        Receive<RedisProtocol.NotDone>(OnRedisNotDone);
        Receive<RedisProtocol.Done>(_ => { });
        Receive<DiskProtocol.Appended>(done => OnJournal(done.Seq, null));
        Receive<DiskProtocol.NotAppended>(failed => OnJournal(failed.Seq, failed.Why));
        Receive<WaitedForHalt>(_ => OpenAllGates());
        Receive<ExchangeProtocol.PositionsRead>(OnPositions);
        Receive<ExchangeProtocol.PositionsNotRead>(OnNoPositions);
        Receive<ExchangeProtocol.MarketLotsRead>(read => OnFacts(() => lots = read.Lots));
        Receive<ExchangeProtocol.MarketLotsNotRead>(_ => OnFacts(() => lots = new Dictionary<Symbol, MarketLot>()));
        Receive<ExchangeProtocol.RestingOrdersRead>(OnRestingRead);
        Receive<ExchangeProtocol.RestingOrdersNotRead>(failed => OnRestingUnknown(failed.ReadId, failed.Fault.ToString()));
        Receive<ExchangeProtocol.RestingOrdersCancelled>(done => OnCancelled(done.Symbol, null));
        Receive<ExchangeProtocol.RestingOrdersNotCancelled>(failed => OnCancelled(failed.Symbol, failed.Fault));
        Receive<ExchangeProtocol.CloseAnswered>(OnCloseAnswered);
        Receive<ExchangeProtocol.OrderFound>(OnOrderFound);
        Receive<ExchangeProtocol.OrderNotFound>(OnOrderNotFound);
        Receive<ExchangeProtocol.OrderLookupFailed>(failed => Release(failed.Id));
        Receive<PanicCloseProtocol.Join>(join => run.Triggers.Add(join.Trigger));
        Receive<WaitedForFacts>(_ => { factsDue = true; TryPlan(); });
        Receive<WaitedForPlan>(waited => OnPlanWritten(waited.Round));
        Receive<WaitedForLegs>(waited => OnLegsWaited(waited.Round));
        Receive<ReadAgain>(_ => OnReadAgain());
        Receive<LookUp>(_ => LookUpUnsettled());
        Receive<DeadlineOver>(_ => OnDeadline());
        Receive<RunBoundOver>(_ => End());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(PanicCloseSettings settings, Surroundings around, IActorRef haltKeeper, PanicRun run) =>
        Akka.Actor.Props.Create(() => new PanicRunActor(settings, around, haltKeeper, run));

    protected override void PreStart()
    {
        var lead = run.Triggers[0];
        ReadPositions();
        around.Exchange.Tell(new ExchangeProtocol.GetMarketLots(readId));
        AskResting();
        haltKeeper.Tell(new PanicCloseProtocol.Halt(PanicRecords.Halt(lead, 0, run.StartedMs, settings.Worker)));
        around.Redis.Tell(new RedisProtocol.ClaimPanic(
            lead.EventId, settings.Worker, (int)settings.ClaimIdle.TotalMilliseconds));
        Journal(!run.Resumed ? PanicRecords.Accepted(lead) : PanicRecords.Resumed(lead, run.Life));
        Timers.StartSingleTimer(nameof(WaitedForHalt), new WaitedForHalt(), settings.HaltWait);
        Timers.StartPeriodicTimer(nameof(ReadAgain), new ReadAgain(), settings.ReadEvery);
        Timers.StartSingleTimer(nameof(RunBoundOver), new RunBoundOver(), RunBound);
        Timers.StartSingleTimer(nameof(DeadlineOver), new DeadlineOver(), settings.ReadDeadline);
    }

    private void OnHalted(PanicCloseProtocol.Halted halted)
    {
        if (halted.InRedis)
        {
            proof.Barred(Now);
        }

        OpenGate("halt");
    }

    private void OnClaimed(RedisProtocol.PanicClaimed claimed)
    {
        if (claimed.Claim == PanicClaim.Mine || claimed.EventId != run.Lead)
        {
            OpenGate("claim");
            return;
        }

        // However late the answer of a slow Redis comes. What both had sent by then is harmless, because it can only reduce (S5, S8).
        yieldingTo = claimed;
        StandDownWhenAnswered();
    }

    /// <summary>What is out is seen through; nothing more goes out, because the event is another worker's.</summary>
    private void StandDownWhenAnswered()
    {
        if (yieldingTo is { } claimed && run.SentAnswered)
        {
            Context.Parent.Tell(new PanicCloseProtocol.StoodDown(run.Lead, claimed.Claim, claimed.Holder));
            Context.Stop(Self);
        }
    }

    private void OnRedisNotDone(RedisProtocol.NotDone failed)
    {
        if (failed.Command is RedisProtocol.ClaimPanic)
        {
            OpenGate("claim");
        }
    }

    private void OpenGate(string gate)
    {
        gates.Remove(gate);
        TrySend();
    }

    private void OpenAllGates()
    {
        if (gates.Count > 0)
        {
            log.Warning("Closing without confirmation of: {0}", string.Join(", ", gates.Order(StringComparer.Ordinal)));
            gates.Clear();
            TrySend();
        }
    }

    private void OnJournal(long seq, string? failure)
    {
        if (failure is not null)
        {
            log.Error("Journal write failed, closing goes on: {0}", failure);
            around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", failure, around.NowMs)));
        }

        if (seq == 1)
        {
            OpenGate("journal");
        }
        else if (seq == planSeq)
        {
            OnPlanWritten(round);
        }
    }

    private void ReadPositions()
    {
        readSentAt = readsAskedAt[++readId] = Now;
        around.Exchange.Tell(new ExchangeProtocol.GetPositions(readId));
    }

    /// <summary>Repeats a read that failed, and asks a second time when an answer is a second late (S8: reading is not an order).</summary>
    private void OnReadAgain()
    {
        var wanted = verifying ? run.AllAnswered && cancelling.Count == 0 : positions is null;
        if (wanted && Now - readSentAt >= (readId == readAnswered && !slowDown ? settings.ReadEvery : FactsGrace))
        {
            ReadPositions();
        }

        if (verifying && proof.ShouldAsk(Now))
        {
            AskResting();
        }
    }

    private void OnPositions(ExchangeProtocol.PositionsRead read)
    {
        readAnswered = Math.Max(readAnswered, read.ReadId);
        slowDown = false;
        if (!planned)
        {
            if (positions is null)
            {
                positions = read;
                Timers.StartSingleTimer(nameof(WaitedForFacts), new WaitedForFacts(), FactsGrace);
            }

            TryPlan();
        }
        else if (verifying && read.ReadId >= firstVerifyingRead)
        {
            Verify(read);
        }
    }

    private void OnNoPositions(ExchangeProtocol.PositionsNotRead failed)
    {
        readAnswered = Math.Max(readAnswered, failed.ReadId);
        log.Error("Failed to fetch positions: {0}", failed.Fault);
        // An exchange that asked for less is not asked five times a second: that is how a limit becomes a ban.
        slowDown = failed.Fault.Kind is FaultKind.RateLimited;
        run.NoteUnread();
    }

    private long Journal((string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) record)
    {
        around.Disk.Tell(new DiskProtocol.Append(
            ++journalSeq, new JournalRecord(record.Kind, around.NowMs, record.Fields)));
        return journalSeq;
    }
}

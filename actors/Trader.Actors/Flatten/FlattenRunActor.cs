using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>
/// Drives one flatten whose checks have passed: reads the account, closes what was selected with the panic path's orders, reads it back
/// (S3). No order leaves before the start and the plan are on disk (S12) and the latch has been seen standing just now (D-F18). It sets
/// no halt. It ends by what the exchange shows, or by its deadlines.
/// </summary>
internal sealed partial class FlattenRunActor : ReceiveActor, IWithTimers
{
    /// <summary>Tells the parent that it is over; the event is on disk, or the disk refused it.</summary>
    public sealed record Ended(FlattenEvent.OfRun Outcome);

    /// <summary>Tells the parent what is on disk of a run that goes on.</summary>
    public sealed record Told(FlattenEvent.OfRun Event);

    private sealed record ReadAgain;

    private sealed record LookUp;

    private sealed record WaitedForFacts;

    private sealed record WaitedForCancels;

    private sealed record ReadDeadlineOver;

    private sealed record VerifyDeadlineOver;

    private sealed record RunBoundOver;

    private sealed record OutcomeOverdue;

    private sealed record KeepStartAgain;

    /// <summary>How long a failed close may be an out-of-date read before it counts.</summary>
    private static readonly TimeSpan FailureConfirm = TimeSpan.FromMilliseconds(500);

    /// <summary>How long lots and resting orders may lag behind the positions, and cancels may hold up a close.</summary>
    private static readonly TimeSpan FactsGrace = TimeSpan.FromSeconds(1);

    /// <summary>No run lasts longer: 200 positions in many slices need a minute of order budget.</summary>
    private static readonly TimeSpan RunBound = TimeSpan.FromSeconds(120);

    /// <summary>How long the completion line waits for its record.</summary>
    private static readonly TimeSpan OutcomeGrace = TimeSpan.FromSeconds(2);

    /// <summary>Pause between two attempts to record the start, while nothing has been sent: a store that was emptied comes back at once.</summary>
    private static readonly TimeSpan KeepStartEvery = TimeSpan.FromMilliseconds(250);

    private const int LookUpsAtOnce = 50;

    private readonly FlattenSettings settings;
    private readonly Surroundings around;
    private readonly IActorRef recorder;
    private readonly EventId id;
    private readonly long takenAt;
    private readonly long startedMs;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private FlattenRun? run;
    private FlattenEvent.OfRun? outcome;
    private ExchangeProtocol.PositionsRead? positions;
    private IReadOnlyDictionary<Symbol, MarketLot>? lots;
    private IReadOnlySet<Symbol>? resting;
    private bool factsDue;
    private bool startKept;
    private bool planKept;
    private bool verifying;
    private bool slowDown;
    private string lastTrouble = "no answer";
    private int errors;
    private int lookUps;
    private long readId;
    private long readAnswered;
    private long firstVerifyingRead;
    private long latchId;
    private bool latchAsked;
    private long orderSeq;
    private TimeSpan readSentAt;
    private TimeSpan lastAnswerAt;

    /// <param name="takenAt">Timestamp of <see cref="Surroundings.Time"/> when the arm key was taken.</param>
    public FlattenRunActor(FlattenSettings settings, Surroundings around, IActorRef recorder, EventId id, long takenAt)
    {
        (this.settings, this.around, this.recorder, this.id, this.takenAt) = (settings, around, recorder, id, takenAt);
        startedMs = around.NowMs;
        Receive<FlattenRecorder.Kept>(HandleKept);
        Receive<FlattenRecorder.NotKept>(HandleNotKept);
        Receive<ExchangeProtocol.PositionsRead>(HandlePositions);
        Receive<ExchangeProtocol.PositionsNotRead>(HandleNoPositions);
        Receive<ExchangeProtocol.MarketLotsRead>(read => TakeFact(() => lots = read.Lots));
        Receive<ExchangeProtocol.MarketLotsNotRead>(_ => TakeFact(() => lots = new Dictionary<Symbol, MarketLot>()));
        Receive<ExchangeProtocol.RestingOrdersRead>(read => TakeFact(() => resting = read.Symbols));
        Receive<ExchangeProtocol.RestingOrdersNotRead>(HandleNoResting);
        Receive<ExchangeProtocol.RestingOrdersCancelled>(done => HandleCancelled(done.Symbol, null));
        Receive<ExchangeProtocol.RestingOrdersNotCancelled>(failed => HandleCancelled(failed.Symbol, failed.Fault));
        Receive<DiskProtocol.EssLatchRead>(HandleLatch);
        Receive<ExchangeProtocol.CloseAnswered>(answer => HandleOrder(answer.Id, answer.State, answer.OrderId, answer.Executed, answer.Fault));
        Receive<ExchangeProtocol.OrderFound>(found => HandleOrder(found.Id, found.State, found.OrderId, found.Executed, null));
        Receive<ExchangeProtocol.OrderNotFound>(HandleNotFound);
        Receive<ExchangeProtocol.OrderLookupFailed>(_ => { });
        Receive<DiskProtocol.Appended>(_ => { });
        Receive<DiskProtocol.NotAppended>(failed => log.Error("Testnet flatten: journal write failed: {0}", failed.Why));
        Receive<ReadAgain>(_ => HandleReadAgain());
        Receive<LookUp>(_ => AskUnsettled());
        Receive<WaitedForFacts>(_ => TakeFact(() => factsDue = true));
        Receive<WaitedForCancels>(_ => HandleCancelsWaited());
        Receive<ReadDeadlineOver>(_ => HandleReadDeadline());
        Receive<VerifyDeadlineOver>(_ => Complete());
        Receive<RunBoundOver>(_ => HandleRunBound());
        Receive<KeepStartAgain>(_ => KeepStart());
        Receive<OutcomeOverdue>(_ => Announce("no answer from the disk"));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(takenAt);

    public static Props Props(FlattenSettings settings, Surroundings around, IActorRef recorder, EventId id, long takenAt) =>
        Akka.Actor.Props.Create(() => new FlattenRunActor(settings, around, recorder, id, takenAt));

    protected override void PreStart()
    {
        ReadPositions(everySymbol: true);
        around.Exchange.Tell(new ExchangeProtocol.GetMarketLots(readId));
        if (settings.CancelResting)
        {
            around.Exchange.Tell(new ExchangeProtocol.GetRestingOrders(readId));
        }
        else
        {
            resting = new HashSet<Symbol>();
        }

        KeepStart();
        Timers.StartPeriodicTimer(nameof(ReadAgain), new ReadAgain(), settings.Closer.ReadEvery);
        Timers.StartSingleTimer(nameof(ReadDeadlineOver), new ReadDeadlineOver(), settings.ReadDeadline);
        Timers.StartSingleTimer(nameof(RunBoundOver), new RunBoundOver(), RunBound);
    }

    private void HandleKept(FlattenRecorder.Kept kept)
    {
        if (kept.Event is FlattenEvent.Started started)
        {
            startKept = true;
            Context.Parent.Tell(new Told(started));
            TryPlan();
        }
        else if (kept.Event is FlattenEvent.Planned plan)
        {
            planKept = true;
            Context.Parent.Tell(new Told(plan));
            Next();
        }
        else if (kept.Event == outcome)
        {
            Announce(null);
        }
    }

    private void KeepStart()
    {
        if (outcome is null)
        {
            recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Started(id, startedMs)));
        }
    }

    /// <summary>What cannot be recorded is not done (S12).</summary>
    private void HandleNotKept(FlattenRecorder.NotKept failed)
    {
        if (failed.Event == outcome)
        {
            Announce(failed.Why);
        }
        else if (failed.Event is FlattenEvent.Started && Now < settings.ReadDeadline)
        {
            Timers.StartSingleTimer(nameof(KeepStartAgain), new KeepStartAgain(), KeepStartEvery);
        }
        else
        {
            Abort($"its record cannot be written ({failed.Why})");
        }
    }

    private void ReadPositions(bool everySymbol)
    {
        readSentAt = Now;
        around.Exchange.Tell(new ExchangeProtocol.GetPositions(++readId) { EverySymbol = everySymbol });
    }

    /// <summary>Repeats a read that failed, and asks a second time when an answer is a second late (S8: reading is not an order).</summary>
    private void HandleReadAgain()
    {
        var wanted = outcome is null && (verifying || positions is null);
        if (wanted && Now - readSentAt >= (readId == readAnswered && !slowDown ? settings.Closer.ReadEvery : FactsGrace))
        {
            ReadPositions(everySymbol: !verifying);
        }
    }

    private void HandlePositions(ExchangeProtocol.PositionsRead read)
    {
        readAnswered = Math.Max(readAnswered, read.ReadId);
        slowDown = false;
        if (outcome is not null)
        {
            return;
        }

        if (verifying)
        {
            if (read.ReadId >= firstVerifyingRead)
            {
                Verify(read);
            }
        }
        else if (positions is null && read is { EverySymbol: true, Rows: 0 })
        {
            // That list has a row per symbol, held or not: without a row it is no account (S3, D-F3).
            lastTrouble = "the exchange listed no symbol at all";
        }
        else if (positions is null)
        {
            positions = read;
            Timers.Cancel(nameof(ReadDeadlineOver));
            Timers.StartSingleTimer(nameof(WaitedForFacts), new WaitedForFacts(), FactsGrace);
            TryPlan();
        }
    }

    private void HandleNoPositions(ExchangeProtocol.PositionsNotRead failed)
    {
        readAnswered = Math.Max(readAnswered, failed.ReadId);
        // An exchange that asked for less is not asked five times a second: that is how a limit becomes a ban.
        slowDown = failed.Fault.Kind is FaultKind.RateLimited;
        lastTrouble = failed.Fault.ToString();
        if (verifying)
        {
            run!.NoteUnread();
        }
    }

    private void HandleReadDeadline()
    {
        if (positions is null && outcome is null)
        {
            log.Error("Testnet flatten: Error fetching positions: {0}", lastTrouble);
            Abort($"positions could not be read ({lastTrouble}); this account is NOT known to be flat");
        }
    }

    private void HandleRunBound()
    {
        run?.Stop("the run took too long");
        if (run is null)
        {
            Abort("the run took too long");
        }
        else
        {
            Complete();
        }
    }

    private void CountErrors(int more)
    {
        errors += more;
        around.Meter.Count(FlattenMeter.Errors, more);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

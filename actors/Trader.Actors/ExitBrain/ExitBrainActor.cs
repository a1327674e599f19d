using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.ExitBrain;

/// <summary>
/// Minds open positions: reads them from the exchange each turn of its loop, decides exits, beats. Only a turn beats, at its end or, as
/// DEGRADED, while it is late, so a stuck loop is a silent brain (S11). Under a halt, and without a watchdog or a panic-close worker, it
/// keeps the gate to entries closed and goes on minding exits (S1, S4, S11); positions that cannot be read make it DEGRADED, never
/// flat (S3).
/// </summary>
public sealed partial class ExitBrainActor : ReceiveActor, IWithTimers
{
    private sealed record NextTurn;

    private sealed record TurnIsSlow(long ReadId);

    private sealed record TurnIsOver(long ReadId);

    /// <summary>A liveness key outlives its writer by up to this long, so what it says is this old.</summary>
    private static readonly TimeSpan LivenessLapse = TimeSpan.FromSeconds(2);

    /// <summary>Field of the link's heartbeat: why it says DEGRADED. The stream's heartbeat has the documented fields only.</summary>
    public const string DegradedField = "degraded_why";

    private readonly ExitBrainSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly PositionBook book;
    private readonly GuardPresence guards;
    private readonly ExitDesk desk;
    private readonly Degradation degradation = new();
    private Trouble? turnTrouble;
    private long readId;
    private bool reading;
    private TimeSpan turnStartedAt;
    private long? lastDecisionMs;
    private BrainStatus status = BrainStatus.Degraded;
    private string? gateReason = "starting";
    private bool halted = true;
    private readonly Queue<TimeSpan> haltAskedAt = [];
    private TimeSpan? haltReadAt;
    private long journalSeq;

    public ExitBrainActor(ExitBrainSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        book = new PositionBook(settings.Exits);
        guards = new GuardPresence(settings.GuardSilence);
        desk = new ExitDesk(settings.LoopEvery, settings.ExitAnswer, settings.ExitsRefused);
        Receive<NextTurn>(_ => StartTurn());
        Receive<ExitBrainProtocol.FillLearned>(_ => StartTurnSoon());
        Receive<ExchangeProtocol.PositionsRead>(OnPositions);
        Receive<ExchangeProtocol.PositionsNotRead>(OnNoPositions);
        Receive<TurnIsSlow>(OnSlow);
        Receive<TurnIsOver>(OnOverdue);
        Receive<LinkProtocol.EventSeen>(OnLinkEvent);
        Receive<RedisProtocol.LivenessRead>(read => guards.Heard(read.Roles, Now - LivenessLapse));
        Receive<RedisProtocol.HaltRead>(OnHaltRead);
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<RedisProtocol.PlanEnded>(ended => OnPlanEnded(ended.Result));
        Receive<RedisProtocol.CompletionSeen>(seen => OnCompletion(seen.Backlog));
        Receive<DiskProtocol.NotAppended>(failed => OnJournalFailure(failed.Why));
        ReceiveAny(Ignore);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(ExitBrainSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new ExitBrainActor(settings, around));

    protected override void PreStart()
    {
        log.Info("EXIT BRAIN STARTING ({0})", settings.ServiceId);
        around.Link.Tell(new LinkProtocol.Watch(LinkPeer.Watchdog));
        around.Link.Tell(new LinkProtocol.Watch(LinkPeer.PanicClose));
        around.Redis.Tell(new RedisProtocol.WatchCompletions());
        around.Redis.Tell(new RedisProtocol.WatchPlanEnds());
        StartTurn();
    }

    private void StartTurn()
    {
        Timers.Cancel(nameof(NextTurn));
        reading = true;
        turnStartedAt = Now;
        readId++;
        around.Exchange.Tell(new ExchangeProtocol.GetPositions(readId, Routine: true));
        around.Redis.Tell(new RedisProtocol.GetLiveness([Roles.Watchdog, Roles.PanicClose]));
        haltAskedAt.Enqueue(Now);
        around.Redis.Tell(new RedisProtocol.GetHalt(null));
        Timers.StartPeriodicTimer(nameof(TurnIsSlow), new TurnIsSlow(readId), settings.SlowLoop);
        Timers.StartSingleTimer(nameof(TurnIsOver), new TurnIsOver(readId), settings.ReadDeadline);
    }

    /// <summary>A fill learned of during a turn is read by the next one, at once.</summary>
    private void StartTurnSoon()
    {
        if (reading)
        {
            return;
        }

        StartTurn();
    }

    private void OnPositions(ExchangeProtocol.PositionsRead read)
    {
        if (!reading || read.ReadId != readId)
        {
            return;
        }

        var turn = book.Judge(read, Now);
        OnExits(turn);
        if (turn.Unguarded.Count == 0)
        {
            lastDecisionMs = around.NowMs;
        }

        EndTurn(turn.Unguarded.Count > 0 ? Named($"cannot guard {string.Join(",", turn.Unguarded.Take(5))}") : null);
    }

    private void OnNoPositions(ExchangeProtocol.PositionsNotRead failed)
    {
        if (reading && failed.ReadId == readId)
        {
            EndTurn(new Trouble(Unreadable, $"{Unreadable}: {failed.Fault}"));
        }
    }

    /// <summary>The turn is still open and late: say so now, once per slow period, rather than fall silent.</summary>
    private void OnSlow(TurnIsSlow slow)
    {
        if (reading && slow.ReadId == readId)
        {
            Beat(new Trouble(SlowLoop, $"loop slow ({(Now - turnStartedAt).TotalMilliseconds:F0} ms)"));
        }
    }

    private void OnOverdue(TurnIsOver over)
    {
        if (reading && over.ReadId == readId)
        {
            EndTurn(new Trouble(Unreadable, $"{Unreadable}: no answer"));
        }
    }

    private void EndTurn(Trouble? trouble)
    {
        var took = Now - turnStartedAt;
        reading = false;
        turnTrouble = trouble;
        Timers.Cancel(nameof(TurnIsSlow));
        Timers.Cancel(nameof(TurnIsOver));
        Beat(took > settings.SlowLoop ? new Trouble(SlowLoop, $"loop took {took.TotalMilliseconds:F0} ms") : null);
        around.Meter.Observe("trader_exit_brain_loop_seconds", took.TotalSeconds);
        var period = status == BrainStatus.Alive ? settings.LoopEvery : settings.LoopEveryDegraded;
        var wait = period - took;
        Timers.StartSingleTimer(nameof(NextTurn), new NextTurn(), wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1));
    }

    private void OnLinkEvent(LinkProtocol.EventSeen seen)
    {
        switch (seen.Event)
        {
            case LinkProtocol.HeartbeatEvent when seen.Peer == LinkPeer.Watchdog:
                guards.Heard(Roles.Watchdog, Now);
                break;
            case LinkProtocol.HeartbeatEvent
                when seen.Peer == LinkPeer.PanicClose && PanicWire.Find(seen.Fields, "ready") == "true":
                guards.Heard(Roles.PanicClose, Now);
                break;
            case LinkProtocol.CompletionEvent:
                OnCompletion(backlog: false);
                break;
        }
    }

    private void OnCompletion(bool backlog)
    {
        if (!backlog)
        {
            // A panic has just halted trading: what was read before it says nothing.
            haltReadAt = null;
            Self.Tell(new ExitBrainProtocol.FillLearned());
        }
    }

    private void OnJournalFailure(string why)
    {
        log.Error("Journal write failed: {0}", why);
        around.Redis.Tell(new RedisProtocol.PublishAlarm(new Alarm("JOURNAL_WRITE_FAILED", why, around.NowMs)));
    }

    private void Journal(string kind, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        around.Disk.Tell(new DiskProtocol.Append(++journalSeq, new JournalRecord(kind, around.NowMs, fields)));

    /// <summary>
    /// Answers to what is repeated every turn anyway: a Redis outage is the gateway's to report, and a lost link is silence, which is
    /// what the presence of the guards is made of.
    /// </summary>
    private void Ignore(object message)
    {
        if (message is not (RedisProtocol.Done or DiskProtocol.Appended
            or LinkProtocol.Up or LinkProtocol.Lost or LinkProtocol.Refused or LinkProtocol.NoAnswer))
        {
            Unhandled(message);
        }
    }
}

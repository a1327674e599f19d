using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>
/// The order gate (S6): a plan becomes an order only after one step in Redis found the kill switch off, both permits to be exactly the judged
/// ones, consumed them and recorded the plan, and after the switch was read once more. Doubt about any of it is a refusal (S1). Exits ask for
/// no leave of what limits exposure. Every plan ends with one result, on disk before it is acknowledged (S12).
/// </summary>
public sealed partial class ApplyLayerActor : ReceiveActor, IWithTimers
{
    private sealed record Tick;

    private sealed record Beat;

    private sealed record SayMode;

    private sealed record More;

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    /// <summary>By then Redis, account and limits have answered, so the mode is the start's last line (A6).</summary>
    private static readonly TimeSpan ModeAfter = TimeSpan.FromMilliseconds(1200);

    private static readonly TimeSpan RecheckGoodAccountEvery = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RecheckAccountEvery = TimeSpan.FromSeconds(5);

    private readonly ApplyLayerSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly KillSwitchWatch killSwitch;
    private readonly EntryConditions conditions;
    private readonly PositionSight sight;
    private readonly PlanTable table = new();
    private readonly OutcomeQueue outcomes = new();
    private IReadOnlyDictionary<Symbol, MarketLot> lots = new Dictionary<Symbol, MarketLot>();
    private ExchangeProtocol.AccountChecked? account;
    private string accountTrouble = "account not checked yet";
    private TimeSpan accountAskedAt;
    private bool modeSaid;
    private bool redisUp;
    private long journalSeq;

    public ApplyLayerActor(ApplyLayerSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        killSwitch = new KillSwitchWatch(settings.KillSwitchMaxAge, settings.StaticKillSwitch);
        conditions = new EntryConditions(settings.BrainSilence);
        sight = new PositionSight(settings.PositionMaxAge, settings.PositionReadEvery);
        Receive<RedisProtocol.PlansSeen>(OnPlans);
        Receive<RedisProtocol.GateLooked>(OnLooked);
        Receive<RedisProtocol.PlanTaken>(OnTaken);
        Receive<RedisProtocol.PlanNotTaken>(OnNotTaken);
        Receive<RedisProtocol.KillSwitchRead>(read => OnConfirmed(closing, read.Round, read.Seen, null));
        Receive<RedisProtocol.EntryConfirmed>(read => OnConfirmed(
            opening, read.Round, read.Seen, read.Closed is { } why ? GateRules.NotTaken(why, read.Detail)!.Error : null));
        Receive<ExchangeProtocol.ApprovedAnswered>(OnAnswered);
        Receive<Tick>(_ => OnTick());
        Receive<More>(_ => GoOn());
        Receive<ExchangeProtocol.PositionsRead>(OnPositions);
        Receive<ExchangeProtocol.PositionsNotRead>(failed => sight.Failed(failed.ReadId, failed.Fault.ToString()));
        Receive<ExchangeProtocol.OrderFound>(OnFound);
        Receive<ExchangeProtocol.OrderNotFound>(missing => OnNotFound(missing.Id));
        Receive<ExchangeProtocol.OrderLookupFailed>(failed => OnLookupFailed(failed.Id, failed.Attempt));
        Receive<ExchangeProtocol.MarketLotsRead>(read => lots = read.Lots);
        Receive<ExchangeProtocol.MarketLotsNotRead>(_ => { });
        Receive<ExchangeProtocol.AccountChecked>(OnAccountChecked);
        Receive<ExchangeProtocol.AccountNotChecked>(OnAccountNotChecked);
        Receive<DiskProtocol.Appended>(OnAppended);
        Receive<DiskProtocol.NotAppended>(OnNotRecorded);
        Receive<DiskProtocol.EssLatchSeen>(seen => conditions.Seen(seen.Latch));
        Receive<RedisProtocol.HeartbeatSeen>(OnHeartbeat);
        Receive<RedisProtocol.HeartbeatMalformed>(_ => { });
        Receive<LinkProtocol.EventSeen>(OnLinkEvent);
        Receive<LinkProtocol.Lost>(_ => conditions.Lost());
        Receive<LinkProtocol.Refused>(_ => conditions.Lost());
        Receive<LinkProtocol.Up>(_ => { });
        Receive<LinkProtocol.NoAnswer>(_ => { });
        Receive<RedisProtocol.Connected>(_ => OnRedis(up: true));
        Receive<RedisProtocol.Disconnected>(_ => OnRedis(up: false));
        Receive<RedisProtocol.Done>(OnDone);
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<Beat>(_ => OnBeat());
        Receive<SayMode>(_ => SayTheMode());
        Receive<ApplyLayerProtocol.GetReadiness>(_ => Sender.Tell(new ApplyLayerProtocol.Readiness([.. Troubles()])));
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(ApplyLayerSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new ApplyLayerActor(settings, around));

    protected override void PreStart()
    {
        foreach (var (name, label, value) in GateMetrics.AtZero)
        {
            around.Meter.Count(name, 0, (label, value));
        }

        around.Meter.Count(GateMetrics.Allowed, 0);
        around.Meter.Gauge(GateMetrics.PermitWaitMs, 0);
        // Until somebody has read it, it counts as on.
        around.Meter.Gauge(GateMetrics.KillSwitch, 1);
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        around.Redis.Tell(new RedisProtocol.WatchHeartbeats());
        around.Redis.Tell(new RedisProtocol.WatchPlans(RedisKeys.GateGroup, around.Node));
        around.Link.Tell(new LinkProtocol.Watch(LinkPeer.ExitBrain));
        around.Disk.Tell(new DiskProtocol.WatchEssLatch());
        CheckAccount();
        Timers.StartPeriodicTimer(nameof(Beat), new Beat(), TimeSpan.Zero, BeatEvery);
        Timers.StartSingleTimer(nameof(SayMode), new SayMode(), ModeAfter);
        Timers.StartSingleTimer(nameof(Tick), new Tick(), settings.WakeEvery);
    }

    /// <summary>The gate's clock: quick while plans wait, slow while it only watches the switch.</summary>
    private void OnTick()
    {
        WantPositions();
        Look();
        EndOverdueRecords();
        EndOverdueReadings();
        AskSwitches();
        ReleaseOverdueResults();
        LookUpOrders();
        Publish();
        TakeMore();
        SaySwitch();
        Timers.StartSingleTimer(nameof(Tick), new Tick(), table.Count > 0 ? settings.WakeEvery : settings.WatchEvery);
    }

    private void OnBeat()
    {
        if (Now - accountAskedAt >= (account is null ? RecheckAccountEvery : RecheckGoodAccountEvery))
        {
            CheckAccount();
        }

        around.Redis.Tell(new RedisProtocol.PublishLiveness(Roles.ApplyLayer, around.Node, (int)(3 * BeatEvery).TotalMilliseconds));
        EndOverdueTakings();
        KeepEntries();
        around.Meter.Gauge(GateMetrics.InHand, table.Count);
        around.Meter.Gauge(GateMetrics.InFlight, table.InFlight);
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.ApplyLayer, LinkProtocol.HeartbeatEvent,
        [
            new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture)),
            new("in_flight", table.InFlight.ToString(CultureInfo.InvariantCulture)),
            new("kill_switch", killSwitch.State(Now).ToString()),
        ]));
    }

    private void SayTheMode()
    {
        modeSaid = true;
        log.Info("{0}", GateLines.Banner(settings));
    }

    /// <summary>
    /// The first reading is said too, before the banner: a switch that is on at the start is no surprise later. That nobody has read it yet
    /// is not worth a line while the process starts.
    /// </summary>
    private void SaySwitch()
    {
        if ((!modeSaid && killSwitch.State(Now) == SwitchState.Unknown) || killSwitch.Changed(Now) is not { } state)
        {
            return;
        }

        GateLines.Switch(log, state, killSwitch.Shown);
        around.Meter.Gauge(GateMetrics.KillSwitch, state == SwitchState.Off ? 0 : 1);
        Journal(("apply.kill_switch", [new("state", state.ToString()), new("value", killSwitch.Shown)]));
    }

    private void CheckAccount()
    {
        accountAskedAt = Now;
        around.Exchange.Tell(new ExchangeProtocol.CheckAccount(1));
        around.Exchange.Tell(new ExchangeProtocol.GetMarketLots(1));
    }

    private void OnAccountChecked(ExchangeProtocol.AccountChecked good)
    {
        account = good;
        accountTrouble = "";
    }

    private void OnAccountNotChecked(ExchangeProtocol.AccountNotChecked bad)
    {
        if (accountTrouble != bad.Fault.Message)
        {
            log.Error("Account cannot be used: {0}", bad.Fault);
        }

        (account, accountTrouble) = (null, bad.Fault.Message);
    }

    private void OnRedis(bool up)
    {
        redisUp = up;
        if (up)
        {
            Publish();
        }
    }

    private void OnHeartbeat(RedisProtocol.HeartbeatSeen seen)
    {
        if (!seen.Backlog)
        {
            conditions.Heard(seen.Heartbeat.Status, byLink: false, Now);
        }
    }

    private void OnLinkEvent(LinkProtocol.EventSeen seen)
    {
        if (seen.Event == LinkProtocol.StoppingEvent)
        {
            conditions.Lost();
        }
        else if (seen.Event == LinkProtocol.HeartbeatEvent && HeartbeatWire.TryRead(seen.Fields, out var heartbeat, out _))
        {
            conditions.Heard(heartbeat.Status, byLink: true, Now);
        }
    }

    private IEnumerable<string> Troubles()
    {
        if (!redisUp)
        {
            yield return "Redis cannot be reached";
        }

        if (account is null)
        {
            yield return accountTrouble;
        }

        if (killSwitch.State(Now) == SwitchState.Unknown)
        {
            yield return "the kill switch cannot be read";
        }
    }

    private long Journal((string Kind, IReadOnlyList<KeyValuePair<string, string>> Fields) record)
    {
        around.Disk.Tell(new DiskProtocol.Append(++journalSeq, new JournalRecord(record.Kind, around.NowMs, record.Fields)));
        return journalSeq;
    }
}

using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// P3.3: reads the account from the exchange, holds the ledger in Redis against it, and answers every executable plan with a permit or a
/// denial that says why. Nothing it did not read itself is believed (S3), doubt denies (S1), and it never orders anything: a wrong
/// ledger is reported, not traded away (X10). A plan is acknowledged in the step that writes its answer (S10).
/// </summary>
public sealed partial class PositionStateActor : ReceiveActor, IWithTimers
{
    private sealed record Beat;

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CheckAccountEvery = TimeSpan.FromSeconds(30);

    /// <summary>An answer of the gateway that has not come by then was lost with the gateway's last life.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);

    private readonly PositionStateSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly AccountBook book = new();
    private readonly PlanDesk desk = new(DeskLimit);
    private string source = "unknown_venue";
    private TimeSpan? accountAskedAt;
    private bool redisUp;
    private long readId;

    public PositionStateActor(PositionStateSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        Receive<Beat>(_ => HandleBeat());
        Receive<RedisProtocol.Connected>(_ => OnRedis(up: true));
        Receive<RedisProtocol.Disconnected>(_ => OnRedis(up: false));
        Receive<ExchangeProtocol.AccountChecked>(OnAccount);
        Receive<ExchangeProtocol.AccountNotChecked>(_ => { });
        ReceiveReading();
        ReceivePlans();
        ReceiveLedgers();
        Receive<RedisProtocol.Done>(_ => { });
        Receive<RedisProtocol.NotDone>(OnNotDone);
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(PositionStateSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new PositionStateActor(settings, around));

    protected override void PreStart()
    {
        log.Info("P3.3 Position State Brain starting (event-driven mode)");
        log.Info("Consumer group: {0} on {1}", RedisKeys.PositionStateGroup, RedisKeys.Plans);
        Context.ActorOf(LedgerActor.Props(around), "ledger");
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        around.Redis.Tell(new RedisProtocol.WatchPlans(RedisKeys.PositionStateGroup, around.Node));
        Timers.StartPeriodicTimer(nameof(Beat), new Beat(), TimeSpan.Zero, BeatEvery);
        StartReading();
    }

    private void HandleBeat()
    {
        if (accountAskedAt is not { } asked || Now - asked >= CheckAccountEvery)
        {
            accountAskedAt = Now;
            around.Exchange.Tell(new ExchangeProtocol.CheckAccount(++readId));
        }

        DropLost();
        ShowAges();
        around.Link.Tell(new LinkProtocol.Announce(LinkPeer.PositionState, LinkProtocol.HeartbeatEvent,
        [
            new("ts", around.NowMs.ToString(CultureInfo.InvariantCulture)),
            new("not_ready", string.Join("; ", NotReady())),
        ]));
    }

    // An assignment as a lambda would be Receive's other overload, whose false means that the message was not handled.
    private void OnRedis(bool up) => redisUp = up;

    private void OnAccount(ExchangeProtocol.AccountChecked account) =>
        source = $"{account.Venue}_{account.Environment}".ToLowerInvariant();

    /// <summary>Why no plan would be allowed now; empty when nothing stands in the way.</summary>
    private IEnumerable<string> NotReady()
    {
        if (!redisUp)
        {
            yield return "no connection to Redis: no plan is seen and no permit written";
        }

        if (book.Age(Now) is not { } age)
        {
            yield return "the account has not been read yet";
        }
        else if (age > settings.StaleAfter)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the account was last read {age.TotalSeconds:0.0} s ago");
        }

        if (book.Lots is null)
        {
            yield return "the exchange's step sizes have not been read yet";
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        switch (failed.Command)
        {
            case RedisProtocol.ReadLedgers read:
                OnLedgersNotRead(read, failed);
                break;
            case RedisProtocol.IssuePositionPermit issue:
                OnNotIssued(issue, failed);
                break;
            default:
                // Snapshots, events and gauges are written anew with the next read.
                log.Debug("{0}: {1} {2}", failed.Command.GetType().Name, failed.Doubt, failed.Why);
                break;
        }
    }
}

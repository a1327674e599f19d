using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.ApplyLayer;
using Trader.Actors.Ports;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.ApplyLayer;

/// <summary>
/// The gate between a Redis, an exchange and a disk that do what a test says, on one thread under hand-driven time: what a line of a test
/// sets off is over when the line returns.
/// </summary>
public class GateBench : TestKit
{
    private const string OneThread = """
        akka.actor.default-dispatcher { type = calling-thread, throughput = 2147483647 }
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = INFO
        """;

    internal static readonly ApplyLayerSettings Live = new(
        GateMode.Orders, Bypass: false, StaticKillSwitch: false, HasCredentials: true, Ms(1200), Ms(100), Ms(5), Ms(50), Ms(250),
        Ms(5), Ms(60_000), Ms(1000), Ms(500), Ms(2000), Ms(500), Ms(250), Ms(10_000), TimeSpan.FromHours(6), 5000, new HashSet<Symbol>(), 0.60m, 0.80m);

    private int entries;

    internal GateBench()
        : base(OneThread) => Sys.EventStream.Subscribe(Sys.ActorOf(Props.Create(() => new LogTaker(Lines))), typeof(LogEvent));

    internal TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    internal List<string> Lines { get; } = [];

    internal GateRedis Redis { get; } = new();

    internal GateExchange Exchange { get; } = new();

    internal GateDisk Disk { get; } = new();

    internal Figures Meter { get; } = new();

    internal IActorRef Gate { get; private set; } = ActorRefs.Nobody;

    internal static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    internal void Start(ApplyLayerSettings? settings = null)
    {
        var (redis, exchange, disk) = (Redis, Exchange, Disk);
        var clock = new Clock(Scheduler);
        redis.Now = () => clock.GetTimestamp();
        var around = new Surroundings(
            Sys.ActorOf(Props.Create(() => new Fake(redis.Take))), Sys.ActorOf(Props.Create(() => new Fake(exchange.Take))),
            ActorRefs.Nobody, Sys.ActorOf(Props.Create(() => new Fake(disk.Take))), clock, Meter, Guid.NewGuid, "gate-1");
        Gate = Sys.ActorOf(ApplyLayerActor.Props(settings ?? Live, around));
        Pass(1300);
    }

    internal void Pass(int ms)
    {
        for (var i = 0; i < ms; i++)
        {
            Scheduler.Advance(Ms(1));
        }
    }

    /// <summary>An alive brain and no latch: what an open needs besides Redis.</summary>
    internal void Guarded(BrainStatus status = BrainStatus.Alive)
    {
        Gate.Tell(new DiskProtocol.EssLatchSeen(new EssLatch("/run/ESS_ON", Present: false, Doubt: "")));
        Gate.Tell(new RedisProtocol.HeartbeatSeen(new Heartbeat("exit_brain_main", status, 0, null, 5, 0, 1), Backlog: false));
    }

    internal static Plan Plan(string id, string action = "FULL_CLOSE_PROPOSED", params (string Name, string Value)[] more)
    {
        KeyValuePair<string, string>[] fields =
        [
            new("plan_id", id), new("decision", "EXECUTE"), new("action", action),
            .. more.Any(f => f.Name == "symbol") ? Array.Empty<KeyValuePair<string, string>>() : [new("symbol", "BTCUSDT")],
            .. more.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)),
        ];
        Assert.True(PlanWire.TryRead(fields, out var plan, out var fault), fault.ToString());
        return plan;
    }

    internal static Plan Open(string id, string qty = "0.5") =>
        Plan(id, "OPEN_LONG", ("qty", qty), ("reduceOnly", "false"), ("kill_score", "0.1"), ("price", "1000"));

    /// <summary>Puts plans on the stream; the entry ids.</summary>
    internal string[] Publish(params Plan[] plans)
    {
        string[] ids = [.. plans.Select(_ => $"{++entries}-0")];
        Gate.Tell(new RedisProtocol.PlansSeen(
            RedisKeys.GateGroup, entries, [.. plans.Select((plan, i) => new RedisProtocol.PlanSeen(ids[i], plan, Redelivered: false))]));
        return ids;
    }

    internal void Again(string entry, Plan plan) => Gate.Tell(new RedisProtocol.PlansSeen(
        RedisKeys.GateGroup, ++entries, [new RedisProtocol.PlanSeen(entry, plan, Redelivered: true)]));

    internal PlanResult Result(string planId) => Assert.Single(Redis.Results, r => r.Result.PlanId == planId).Result;

    internal IEnumerable<string> Said(string text) => Lines.Where(line => line.Contains(text, StringComparison.Ordinal));

    private sealed class Clock(TestScheduler scheduler) : TimeProvider
    {
        private readonly DateTimeOffset born = scheduler.Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (scheduler.Now - born).Ticks;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;
    }

    private sealed class Fake : ReceiveActor
    {
        public Fake(Action<object, Action<object>> take) => ReceiveAny(message =>
        {
            var (sender, self) = (Sender, Self);
            take(message, reply => sender.Tell(reply, self));
        });
    }

    private sealed class LogTaker : ReceiveActor
    {
        public LogTaker(List<string> lines) => Receive<LogEvent>(e => lines.Add($"{e.LogLevel()} {e.Message}"));
    }

    /// <summary>Figures by name and labels: <c>name{label=value}</c>.</summary>
    internal sealed class Figures : IMeter
    {
        private readonly Dictionary<string, double> figures = new(StringComparer.Ordinal);

        public double this[string name] => figures.GetValueOrDefault(name, double.NaN);

        public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels) =>
            figures[Key(name, labels)] = figures.GetValueOrDefault(Key(name, labels)) + by;

        public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
            figures[Key(name, labels)] = value;

        public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels) =>
            figures[Key(name, labels)] = seconds;

        private static string Key(string name, ReadOnlySpan<(string Name, string Value)> labels) =>
            labels.Length == 0 ? name : $"{name}{{{string.Join(',', labels.ToArray().Select(l => $"{l.Name}={l.Value}"))}}}";
    }
}

/// <summary>The gate's Redis: permits, switch and records, with the atomic step's rules in a few lines.</summary>
internal sealed class GateRedis
{
    public Func<long> Now { get; set; } = () => 0;

    public string? KillSwitch { get; set; }

    /// <summary>Set when the switch changes between the step and the last reading.</summary>
    public string? KillSwitchAfterTake { get; set; }

    public Dictionary<string, string> Governor { get; } = [];

    public Dictionary<string, string> P33 { get; } = [];

    public Dictionary<string, PlanRecordText> Records { get; } = [];

    public Dictionary<string, string> Digests { get; } = [];

    /// <summary>What the step says to opens.</summary>
    public TakeRefusal? OpensRefused { get; set; }

    /// <summary>What stops opens from after the step on.</summary>
    public TakeRefusal? ClosedAfterTake { get; set; }

    public List<PlanOutcome> Results { get; } = [];

    public List<int> Reports { get; } = [];

    public List<long> LookedAt { get; } = [];

    public List<string> Kept { get; } = [];

    public List<Alarm> Alarms { get; } = [];

    public int Batches { get; private set; }

    /// <summary>Every command is answered with NotDone.</summary>
    public bool Away { get; set; }

    /// <summary>Commands that get no answer.</summary>
    public Func<object, bool> Silent { get; set; } = _ => false;

    /// <summary>Commands that get this doubt for an answer.</summary>
    public Func<object, RedisDoubt?> Doubts { get; set; } = _ => null;

    /// <summary>Commands whose answer waits until it is let go.</summary>
    public Func<object, bool> Holds { get; set; } = _ => false;

    /// <summary>Gives the answers that were held, as they were when they were asked for.</summary>
    public Action LetGo { get; set; } = () => { };

    /// <summary>Last readings that were asked for.</summary>
    public int LastReadings { get; private set; }

    public void Permit(string plan, string governor = """{"granted":true}""", string p33 = """{"allow":true,"safe_close_qty":100}""")
    {
        Governor[plan] = governor;
        P33[plan] = p33;
    }

    public void Take(object message, Action<object> reply)
    {
        LastReadings += message is RedisProtocol.ReadKillSwitch or RedisProtocol.ConfirmEntry ? 1 : 0;
        if (Silent(message))
        {
            return;
        }

        if (Holds(message))
        {
            var late = reply;
            reply = answer => LetGo += () => late(answer);
        }

        if (Away || Doubts(message) is not null)
        {
            reply(new RedisProtocol.NotDone(message, Doubts(message) ?? RedisDoubt.NotConnected, "away"));
            return;
        }

        switch (message)
        {
            case RedisProtocol.WatchConnection:
                reply(new RedisProtocol.Connected());
                break;
            case RedisProtocol.LookAtGate look:
                Reports.AddRange(look.Report is { } count ? [count] : []);
                LookedAt.AddRange(look.Plans.Count > 0 ? [Now() / TimeSpan.TicksPerMillisecond] : []);
                reply(new RedisProtocol.GateLooked(look.LookId, new KillSwitchSeen(KillSwitch, false), 7.5m, [.. look.Plans.Select(See)]));
                break;
            case RedisProtocol.TakePlan take:
                reply(Decide(take));
                break;
            case RedisProtocol.ReadKillSwitch read:
                reply(new RedisProtocol.KillSwitchRead(read.Round, new KillSwitchSeen(KillSwitchAfterTake ?? KillSwitch, false)));
                break;
            case RedisProtocol.ConfirmEntry confirm:
                reply(new RedisProtocol.EntryConfirmed(
                    confirm.Round, new KillSwitchSeen(KillSwitchAfterTake ?? KillSwitch, false), ClosedAfterTake, ""));
                break;
            case RedisProtocol.PublishResults publish:
                Results.AddRange(publish.Outcomes);
                reply(new RedisProtocol.Done(publish));
                break;
            case RedisProtocol.KeepPlans keep:
                Kept.AddRange(keep.StreamIds);
                break;
            case RedisProtocol.PublishAlarm publish:
                Alarms.Add(publish.Alarm);
                break;
            case RedisProtocol.TakeMorePlans:
                Batches++;
                break;
            default:
                break;
        }
    }

    private static PermitSeen Seen(Dictionary<string, string> permits, PlanId id) =>
        permits.TryGetValue(id.Value, out var text) ? new PermitSeen(true, text == "<hash>" ? null : text, 60) : PermitSeen.Absent;

    private PlanSighting See(PlanQuestion question)
    {
        if (question.Digest.Length > 0)
        {
            Digests.TryAdd(question.Id.Value, question.Digest);
        }

        Records.TryGetValue(question.Id.Value, out var record);
        var other = question.Digest.Length > 0 && Digests[question.Id.Value] != question.Digest;
        return new PlanSighting(question.Id, other, record is not null, record, Seen(Governor, question.Id), Seen(P33, question.Id));
    }

    private object Decide(RedisProtocol.TakePlan take)
    {
        var id = take.Draft.Plan;
        TakeRefusal? why = new KillSwitchSeen(KillSwitch, false).IsOn ? TakeRefusal.KillSwitch
            : take.Draft.Opens && OpensRefused is { } refusal ? refusal
            : Records.ContainsKey(id.Value) ? TakeRefusal.Duplicate
            : take.Permits is { } texts
                && (Governor.GetValueOrDefault(id.Value) != texts.Governor || P33.GetValueOrDefault(id.Value) != texts.PositionState)
                ? TakeRefusal.PermitChanged
            : null;
        if (why is { } no)
        {
            return new RedisProtocol.PlanNotTaken(id, no, KillSwitch ?? "");
        }

        Governor.Remove(id.Value);
        P33.Remove(id.Value);
        Records[id.Value] = take.Record;
        return new RedisProtocol.PlanTaken(new GatePass(take.Draft, take.Permits is null));
    }
}

internal sealed class GateExchange
{
    public VenueEnvironment Environment { get; set; } = VenueEnvironment.Testnet;

    public bool Hedge { get; set; }

    public List<Position> Positions { get; } = [];

    public ExchangeFault? ReadFault { get; set; }

    public ExchangeFault? AccountFault { get; set; }

    public Dictionary<Symbol, MarketLot> Lots { get; } = new() { [Symbol.Parse("BTCUSDT")] = new MarketLot(0.001m, 1000m, 0.001m) };

    public List<ApprovedOrder> Orders { get; } = [];

    /// <summary>Until when each of them might leave.</summary>
    public List<long> NotAfter { get; } = [];

    public List<ExchangeProtocol.FindOrder> LookUps { get; } = [];

    public int Reads { get; private set; }

    /// <summary>What becomes of an order; null: no answer.</summary>
    public Func<ApprovedOrder, ExchangeProtocol.ApprovedAnswered?> Execute { get; set; } = Fill;

    /// <summary>What a look-up finds; null: no such order.</summary>
    public Func<(CloseState State, decimal Executed)?> Find { get; set; } = () => null;

    public static ExchangeProtocol.ApprovedAnswered Fill(ApprovedOrder order) => new(order.Id, CloseState.Filled, "77", order.Quantity, null);

    public void Hold(decimal amount, string symbol = "BTCUSDT") =>
        Positions.Add(new Position(new PositionKey(Symbol.Parse(symbol), PositionSide.Both), amount, 1000m, 1000m, 0, 0));

    public void Take(object message, Action<object> reply)
    {
        switch (message)
        {
            case ExchangeProtocol.CheckAccount check:
                reply(AccountFault is { } bad
                    ? new ExchangeProtocol.AccountNotChecked(check.ReadId, "paper", Environment, bad)
                    : new ExchangeProtocol.AccountChecked(check.ReadId, "paper", Environment, Hedge));
                break;
            case ExchangeProtocol.GetMarketLots read:
                reply(new ExchangeProtocol.MarketLotsRead(read.ReadId, Lots));
                break;
            case ExchangeProtocol.GetPositions read:
                Reads++;
                reply(ReadFault is { } fault
                    ? new ExchangeProtocol.PositionsNotRead(read.ReadId, fault)
                    : new ExchangeProtocol.PositionsRead(read.ReadId, [.. Positions], []));
                break;
            case ExchangeProtocol.SendApproved send:
                Orders.Add(send.Order);
                NotAfter.Add(send.NotAfter);
                if (Execute(send.Order) is { } answer)
                {
                    reply(answer);
                }

                break;
            case ExchangeProtocol.FindOrder find:
                LookUps.Add(find);
                reply(Find() is { } found
                    ? new ExchangeProtocol.OrderFound(find.Id, find.Attempt, found.State, "88", found.Executed)
                    : new ExchangeProtocol.OrderNotFound(find.Id, find.Attempt));
                break;
            default:
                throw new InvalidOperationException($"unexpected {message}");
        }
    }
}

internal sealed class GateDisk
{
    public List<JournalRecord> Journal { get; } = [];

    public bool Refuses { get; set; }

    /// <summary>Appends get no answer until it is taken back.</summary>
    public bool Stalls { get; set; }

    /// <summary>Records that get no answer before they are let go.</summary>
    public Func<JournalRecord, bool> Holds { get; set; } = _ => false;

    /// <summary>Answers the held records.</summary>
    public Action LetGo { get; private set; } = () => { };

    public void Take(object message, Action<object> reply)
    {
        if (message is not DiskProtocol.Append append || Stalls)
        {
            return;
        }

        if (Holds(append.Record))
        {
            LetGo += () => reply(new DiskProtocol.Appended(append.Seq));
            return;
        }

        if (Refuses)
        {
            reply(new DiskProtocol.NotAppended(append.Seq, "disk full"));
            return;
        }

        Journal.Add(append.Record);
        reply(new DiskProtocol.Appended(append.Seq));
    }
}

using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.Flatten;
using Trader.Actors.Ports;
using Trader.Messages;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Flatten;

/// <summary>
/// The flattener between a Redis, an exchange and a disk that do what a test says, on one thread under hand-driven time: what a line of a
/// test sets off is over when the line returns.
/// </summary>
public class FlattenBench : TestKit
{
    private const string OneThread = """
        akka.actor.default-dispatcher { type = calling-thread, throughput = 2147483647 }
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = INFO
        akka.coordinated-shutdown.phases.service-requests-done.timeout = 50ms
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """;

    internal static readonly FlattenSettings Ready = new(
        new FlattenFlags("true", "FLATTEN_NOW", null), 200, 1m, Ms(50), Seconds(60), Seconds(2), false, [], true,
        Documented.PanicClose with { ReadEvery = Ms(200), VerifyDeadline = Seconds(5), LookupEvery = Ms(250) });

    internal FlattenBench()
        : base(OneThread)
    {
        Clock = new SchedulerClock(Scheduler);
        Sys.EventStream.Subscribe(Sys.ActorOf(Props.Create(() => new LogTaker(Lines))), typeof(LogEvent));
    }

    internal TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    internal SchedulerClock Clock { get; }

    internal List<string> Lines { get; } = [];

    internal FakeRedis Redis { get; } = new();

    internal FakeExchange Exchange { get; } = new();

    internal FakeDisk Disk { get; } = new();

    internal FigureTaker Figures { get; } = new();

    internal IActorRef Flattener { get; private set; } = ActorRefs.Nobody;

    /// <summary>Starts it, as a restarted process would: the disk keeps what it holds.</summary>
    internal void Start(FlattenSettings? settings = null)
    {
        var (redis, exchange, disk) = (Redis, Exchange, Disk);
        var around = new Surroundings(
            Sys.ActorOf(Props.Create(() => new Fake(redis.Take))), Sys.ActorOf(Props.Create(() => new Fake(exchange.Take))),
            ActorRefs.Nobody, Sys.ActorOf(Props.Create(() => new Fake(disk.Take))), Clock, Figures, Guid.NewGuid, "gov-1");
        Flattener = Sys.ActorOf(PositionFlattenerActor.Props(settings ?? Ready, around));
        Pass(Ms(1));
    }

    internal void Pass(TimeSpan time) => Scheduler.Advance(time);

    /// <summary>SET arm 1, and time for one look.</summary>
    internal void Arm()
    {
        Redis.ArmKey = "1";
        Pass(Ready.PollEvery);
    }

    /// <summary>Puts what an earlier life stored where the flattener's state is read from.</summary>
    internal void Remember(FlattenStored stored)
    {
        var writer = Sys.ActorOf(Props.Create(() => new Writer(stored)));
        Watch(writer);
        ExpectTerminated(writer);
        Unwatch(writer);
    }

    internal void Kill()
    {
        Watch(Flattener);
        Sys.Stop(Flattener);
        ExpectTerminated(Flattener);
        Unwatch(Flattener);
        Redis.Forget();
        Exchange.Forget();
    }

    internal IEnumerable<string> Said(string text) => Lines.Where(line => line.Contains(text, StringComparison.Ordinal));

    internal sealed class SchedulerClock(TestScheduler scheduler) : TimeProvider
    {
        private readonly DateTimeOffset born = scheduler.Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (scheduler.Now - born).Ticks;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;
    }

    private sealed class Writer : Akka.Persistence.ReceivePersistentActor
    {
        public Writer(FlattenStored stored) => Recover<Akka.Persistence.RecoveryCompleted>(_ => Persist(stored, _ => Context.Stop(Self)));

        public override string PersistenceId => "flatten-gov-1";
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
        public LogTaker(List<string> lines) => Receive<LogEvent>(e => lines.Add($"[{e.LogLevel() switch
        {
            LogLevel.DebugLevel => "DEBUG",
            LogLevel.InfoLevel => "INFO",
            LogLevel.WarningLevel => "WARNING",
            LogLevel.ErrorLevel => "ERROR",
        }}] {e.Message}"));
    }
}

/// <summary>Figures by name.</summary>
internal sealed class FigureTaker : IMeter
{
    private readonly Dictionary<string, double> figures = [];

    public double this[string name] => figures[name];

    public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels) =>
        figures[name] = figures.GetValueOrDefault(name) + by;

    public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels) => figures[name] = value;

    public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels) => figures[name] = seconds;
}

internal sealed class FakeRedis
{
    public string? ArmKey { get; set; }

    public FlattenArmNote Note { get; set; } = FlattenArmNote.None;

    public FlattenCooldown Cooldown { get; set; } = FlattenCooldown.Claimed;

    public long AgeMs { get; set; }

    public string Found { get; set; } = "";

    public int Claims { get; private set; }

    public List<FlattenEvent> Published { get; } = [];

    public List<string> Alarms { get; } = [];

    /// <summary>Away: every command is answered with NotDone.</summary>
    public bool Away { get; set; }

    /// <summary>Away from the arm key on: what a Redis looks like that dies between the arm and the cooldown.</summary>
    public bool DiesAfterArm { get; set; }

    /// <summary>Never answers a claim.</summary>
    public bool SilentClaim { get; set; }

    public void Forget() => Claims = 0;

    public void Take(object message, Action<object> reply)
    {
        if (Away)
        {
            reply(new RedisProtocol.NotDone(message, RedisDoubt.NotConnected, "no connection"));
            return;
        }

        switch (message)
        {
            case RedisProtocol.TakeFlattenArm:
                var arm = ArmKey switch { null => FlattenArm.Absent, "1" => FlattenArm.Taken, "<list>" => FlattenArm.WrongType, _ => FlattenArm.OtherValue };
                var shown = arm is FlattenArm.OtherValue ? ArmKey! : arm is FlattenArm.WrongType ? "list" : "";
                ArmKey = arm == FlattenArm.Taken ? null : ArmKey;
                Away = arm == FlattenArm.Taken && DiesAfterArm;
                reply(new RedisProtocol.FlattenArmLooked(arm, shown, arm == FlattenArm.Taken ? Note : FlattenArmNote.None));
                break;
            case RedisProtocol.ClaimFlattenCooldown claim when !SilentClaim:
                Claims++;
                reply(new RedisProtocol.FlattenCooldownAnswered(claim.Run, Cooldown, Found, AgeMs));
                break;
            case RedisProtocol.PublishFlatten publish:
                Published.Add(publish.Event);
                reply(new RedisProtocol.Done(message));
                break;
            case RedisProtocol.PublishAlarm alarm:
                Alarms.Add(alarm.Alarm.Code);
                reply(new RedisProtocol.Done(message));
                break;
            default:
                break;
        }
    }
}

internal sealed class FakeExchange
{
    private readonly List<Action> heldCancels = [];
    private Action<object>? orderer;

    public VenueEnvironment? Environment { get; set; } = VenueEnvironment.Testnet;

    public List<Position> Positions { get; } = [];

    public List<UnreadableRow> Unreadable { get; } = [];

    public int Rows { get; set; } = 674;

    /// <summary>Set: reads fail with this.</summary>
    public ExchangeFault? ReadFault { get; set; }

    public Dictionary<Symbol, MarketLot> Lots { get; } = [];

    public HashSet<Symbol> Resting { get; } = [];

    /// <summary>Every message that came, the account check aside.</summary>
    public List<object> Asked { get; } = [];

    public List<CloseOrder> Orders { get; } = [];

    public List<Symbol> Cancelled { get; } = [];

    /// <summary>Cancels are answered only by <see cref="LetCancels"/>.</summary>
    public bool HoldsCancels { get; set; }

    /// <summary>What happens as a cancel arrives, before its answer.</summary>
    public Action<Symbol> BeforeCancel { get; set; } = _ => { };

    /// <summary>What becomes of an order; null: no answer until <see cref="AnswerAll"/>.</summary>
    public Func<CloseOrder, ExchangeProtocol.CloseAnswered?> Execute { get; set; } = Fill;

    /// <summary>What a look-up finds; null: no such order.</summary>
    public Func<ClientOrderId, CloseState?> Find { get; set; } = _ => null;

    public static ExchangeProtocol.CloseAnswered Fill(CloseOrder order) =>
        new(order.Id, CloseState.Filled, "777" + order.Slice, order.Quantity, null);

    public static ExchangeProtocol.CloseAnswered Refuse(CloseOrder order) =>
        new(order.Id, CloseState.Refused, "", 0, new ExchangeFault(FaultKind.Refused, -2022, "ReduceOnly Order is rejected."));

    public void Forget()
    {
        Asked.Clear();
        Orders.Clear();
    }

    public void Hold(params Position[] positions)
    {
        Positions.Clear();
        Positions.AddRange(positions);
    }

    public void LetCancels()
    {
        heldCancels.ForEach(answer => answer());
        heldCancels.Clear();
    }

    public void AnswerAll(IEnumerable<CloseOrder> orders)
    {
        foreach (var order in orders)
        {
            Answer(order, Fill(order));
        }
    }

    public void Take(object message, Action<object> reply)
    {
        if (message is ExchangeProtocol.CheckAccount check)
        {
            if (Environment is { } environment)
            {
                reply(new ExchangeProtocol.AccountChecked(check.ReadId, "binance-usdm@somewhere", environment, false));
            }

            return;
        }

        Asked.Add(message);
        switch (message)
        {
            case ExchangeProtocol.GetPositions read:
                reply(ReadFault is { } fault
                    ? new ExchangeProtocol.PositionsNotRead(read.ReadId, fault)
                    : new ExchangeProtocol.PositionsRead(read.ReadId, [.. Positions], [.. Unreadable])
                    {
                        Rows = read.EverySymbol ? Rows : Positions.Count,
                        EverySymbol = read.EverySymbol,
                    });
                break;
            case ExchangeProtocol.GetMarketLots read:
                reply(new ExchangeProtocol.MarketLotsRead(read.ReadId, Lots));
                break;
            case ExchangeProtocol.GetRestingOrders read:
                reply(new ExchangeProtocol.RestingOrdersRead(read.ReadId, Resting));
                break;
            case ExchangeProtocol.CancelRestingOrders cancel:
                Cancelled.Add(cancel.Symbol);
                BeforeCancel(cancel.Symbol);
                if (HoldsCancels)
                {
                    heldCancels.Add(() => reply(new ExchangeProtocol.RestingOrdersCancelled(cancel.Symbol)));
                }
                else
                {
                    reply(new ExchangeProtocol.RestingOrdersCancelled(cancel.Symbol));
                }

                break;
            case ExchangeProtocol.FindOrder find:
                reply(Find(find.Id) is { } state
                    ? new ExchangeProtocol.OrderFound(find.Id, find.Attempt, state, "888", 0)
                    : new ExchangeProtocol.OrderNotFound(find.Id, find.Attempt));
                break;
            case ExchangeProtocol.SendCloses closes:
                orderer = reply;
                Orders.AddRange(closes.Orders);
                foreach (var order in closes.Orders)
                {
                    if (Execute(order) is { } answer)
                    {
                        Answer(order, answer);
                    }
                }

                break;
            default:
                throw new InvalidOperationException($"unexpected {message}");
        }
    }

    private void Answer(CloseOrder order, ExchangeProtocol.CloseAnswered answer)
    {
        if (answer.State == CloseState.Filled)
        {
            var at = Positions.FindIndex(p => p.Key == order.Key);
            var left = at < 0 ? 0 : Positions[at].Quantity - order.Quantity;
            if (at >= 0 && left <= 0)
            {
                Positions.RemoveAt(at);
            }
            else if (at >= 0)
            {
                Positions[at] = Positions[at] with { Amount = Positions[at].Amount > 0 ? left : -left };
            }
        }

        orderer!(answer);
    }
}

internal sealed class FakeDisk
{
    private readonly List<(object Message, Action<object> Reply)> held = [];

    public List<JournalRecord> Journal { get; } = [];

    public EssLatch Latch { get; set; } = new("/var/run/quantum/ESS_ON", true, "");

    /// <summary>Set: appends of these kinds are refused.</summary>
    public Func<JournalRecord, bool> Refuses { get; set; } = _ => false;

    /// <summary>Set: these appends are answered only by <see cref="Let"/>.</summary>
    public Func<JournalRecord, bool> Holds { get; set; } = _ => false;

    /// <summary>Looks at the latch so far.</summary>
    public int Looks { get; private set; }

    /// <summary>Called before each look.</summary>
    public Action<int> BeforeLook { get; set; } = _ => { };

    public bool SilentLatch { get; set; }

    public IEnumerable<string> Kinds => Journal.Select(r => r.Kind);

    public void Let()
    {
        Holds = _ => false;
        var now = held.ToList();
        held.Clear();
        now.ForEach(h => Take(h.Message, h.Reply));
    }

    public void Take(object message, Action<object> reply)
    {
        switch (message)
        {
            case DiskProtocol.Append append when Holds(append.Record):
                held.Add((message, reply));
                break;
            case DiskProtocol.Append append when Refuses(append.Record):
                reply(new DiskProtocol.NotAppended(append.Seq, "disk full"));
                break;
            case DiskProtocol.Append append:
                Journal.Add(append.Record);
                reply(new DiskProtocol.Appended(append.Seq));
                break;
            case DiskProtocol.ReadEssLatch look when !SilentLatch:
                BeforeLook(++Looks);
                reply(new DiskProtocol.EssLatchRead(look.ReadId, Latch));
                break;
            default:
                break;
        }
    }
}

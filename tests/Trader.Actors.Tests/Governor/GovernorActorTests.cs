using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Trader.Actors.Governor;
using Trader.Actors.Ports;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Governor.Desk;

namespace Trader.Actors.Tests.Governor;

/// <summary>From batch to settlement: what is asked of whom and when (S1, S2, S10, S12, D-G9, D-G10, D-G11).</summary>
public sealed class GovernorActorTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Clock clock = new();
    private readonly Figures meter = new();
    private readonly TestProbe redis;
    private readonly TestProbe exchange;
    private readonly TestProbe disk;
    private readonly TestProbe link;
    private Desk day = new();
    private IActorRef governor = null!;
    private long batches;

    public GovernorActorTests()
        : base(TestConfigs.TestSchedulerConfig) =>
        (redis, exchange, disk, link) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());

    [Fact]
    [Trait("rule", "S12")]
    public void S12_nothing_is_settled_before_the_decision_is_on_disk()
    {
        Start();
        See(Close());
        TellFacts();
        var append = disk.FishForMessage<DiskProtocol.Append>(_ => true, Patience);
        AssertNothingSettled();

        governor.Tell(new DiskProtocol.Appended(append.Seq), disk);

        var permit = Assert.IsType<PlanPermitted>(Assert.Single(Settled().Plans));
        Assert.Equal(("97367696615fa75a", null), (permit.Id.Value, permit.Opening));
        Assert.Equal("governor.decided", append.Record.Kind);
        Assert.Contains(
            KeyValuePair.Create("97367696615fa75a", "BTCUSDT FULL_CLOSE_PROPOSED apply_layer: permitted"), append.Record.Fields);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("rule", "S2")]
    [Trait("rule", "S12")]
    public void S12_an_open_without_a_record_is_not_permitted_and_a_sick_disk_holds_no_close(bool hangs)
    {
        Start();
        See(Open(("plan_id", "o")), Close(("plan_id", "c")));
        TellFacts();
        var append = disk.FishForMessage<DiskProtocol.Append>(_ => true, Patience);
        if (hangs)
        {
            // Answered after the handler that asked the disk has ended, so its deadline is set by now.
            governor.Tell(new Identify(0), TestActor);
            ExpectMsg<ActorIdentity>();
            ((TestScheduler)Sys.Scheduler).Advance(day.Settings.JournalWait);
        }
        else
        {
            governor.Tell(new DiskProtocol.NotAppended(append.Seq, "disk full"), disk);
        }

        var plans = Settled().Plans;
        Assert.Equal("journal_unavailable", Assert.IsType<PlanRefused>(plans[0]).Block.Reason);
        Assert.Equal("c", Assert.IsType<PlanPermitted>(plans[1]).Id.Value);
    }

    [Fact]
    public void The_next_batch_is_asked_for_when_this_one_is_settled()
    {
        Start();
        See(Close());
        TellFacts();
        Journal();
        var settle = Settled();

        governor.Tell(new RedisProtocol.PlansSettled(settle.Round, [PlanSettled.Done]), redis);

        Assert.Equal(new RedisProtocol.TakeMorePlans(RedisKeys.GovernorGroup, batches), Fish<RedisProtocol.TakeMorePlans>());
        Assert.Equal(1, meter["quantum_govern_allow_total", "BTCUSDT"]);
    }

    [Fact]
    [Trait("rule", "S1")]
    public void A_plan_whose_facts_changed_is_judged_again_by_new_ones()
    {
        Start();
        See(Open());
        TellFacts();
        Journal();
        var first = Settled();
        Assert.IsType<PlanPermitted>(Assert.Single(first.Plans));
        governor.Tell(new RedisProtocol.PlansSettled(first.Round, [PlanSettled.Changed]), redis);

        day = day.With(facts => facts with { EssState = StoredText.Of("active:manual") });
        TellFacts();
        Journal();

        Assert.Equal("ess_active", Assert.IsType<PlanRefused>(Assert.Single(Settled().Plans)).Block.Reason);
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "D-G11")]
    public void Without_Redis_a_batch_is_left_unacknowledged_and_that_is_no_error_of_its_plans()
    {
        Start();
        for (var i = 0; i < 6; i++)
        {
            See(Open(), Open());
            var ask = Fish<RedisProtocol.ReadGovernorFacts>();
            governor.Tell(new RedisProtocol.NotDone(ask, RedisDoubt.NotConnected, "NotConnected"), redis);
            Fish<RedisProtocol.TakeMorePlans>();
        }

        Pass(TimeSpan.FromSeconds(61));
        Assert.DoesNotContain(Told<object>(), message => message is RedisProtocol.DisarmGovernor or RedisProtocol.SettlePlans);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void A_settlement_of_unknown_outcome_is_sent_again_as_it_was()
    {
        Start();
        See(Close());
        TellFacts();
        Journal();
        var first = Settled();
        governor.Tell(new RedisProtocol.NotDone(first, RedisDoubt.Unknown, "TimedOut"), redis);
        Identified();
        Pass(TimeSpan.FromMilliseconds(100));

        Assert.Same(first, Settled());
    }

    [Fact]
    public void A_late_answer_to_an_earlier_step_changes_nothing()
    {
        Start();
        See(Close(("plan_id", "old")));
        var old = Fish<RedisProtocol.ReadGovernorFacts>();
        See(Close(("plan_id", "new")));
        var ask = Fish<RedisProtocol.ReadGovernorFacts>();
        governor.Tell(new RedisProtocol.GovernorFactsRead(old.Round, day.Facts), redis);
        Identified();
        Assert.Empty(disk.ReceiveWhile<object>(TimeSpan.Zero, message => message as DiskProtocol.Append));

        governor.Tell(new RedisProtocol.GovernorFactsRead(ask.Round, day.Facts), redis);
        Journal();

        Assert.Equal("new", Assert.IsType<PlanPermitted>(Assert.Single(Settled().Plans)).Id.Value);
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "D-G3,F37")]
    public void S1_a_stalled_exchange_stops_opens_and_keeps_no_close_waiting()
    {
        Start(positions: false);
        Refused("position_fetch_failed", Open());

        Positions();
        Permitted(Open());

        Pass(TimeSpan.FromSeconds(6));
        Refused("position_fetch_failed", Open());
        Permitted(Close());
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "F21")]
    public void F21_the_latch_on_this_node_counts_at_once_and_before_it_was_looked_at()
    {
        Start(latch: false);
        Refused("ess_unknown", Open());

        governor.Tell(new DiskProtocol.EssLatchSeen(NoLatch), disk);
        Permitted(Open());
        governor.Tell(new DiskProtocol.EssLatchSeen(NoLatch with { Present = true }), disk);
        Refused("ess_active", Open());
        Permitted(Close());
        governor.Tell(new DiskProtocol.EssLatchSeen(NoLatch), disk);
        Permitted(Open());
    }

    [Fact]
    [Trait("covers", "D-G10")]
    public void A_burst_disarms_once_a_day_and_stops_opens_before_Redis_has_heard_of_it()
    {
        day = day.In(GovernorMode.Production) with
        {
            Settings = day.Settings with { Mode = GovernorMode.Production, Risk = day.Settings.Risk with { Use = RiskGuardUse.Off } },
        };
        Start();
        var burst = day.WithOpening(opening => opening with { Executions = [Seconds(NowMs - 100_000).Text, Seconds(NowMs - 200_000).Text] });
        var quiet = day;
        day = burst;
        Refused("burst_limit_exceeded", Open());
        var disarm = Fish<RedisProtocol.DisarmGovernor>();
        day = quiet;
        Refused("auto_disarmed", Open());
        day = burst;
        Refused("auto_disarmed", Open());

        Assert.Equal(
            ["AUTO_DISARM", "burst_limit_breach", "{\"symbol\": \"BTCUSDT\", \"limit\": \"2\"}"], disarm.Event.Take(3).Select(field => field.Value));
        governor.Tell(new RedisProtocol.GovernorDisarmed(disarm.Day, true), redis);
        // From here on Redis' key says it: deleting it is a person's way to re-arm (S14).
        day = quiet;
        Permitted(Open());
        Assert.Equal(1, meter["quantum_govern_disarm_total", "burst_limit_breach"]);
    }

    [Fact]
    public void Plans_that_cannot_be_judged_disarm_and_are_refused()
    {
        day = day.In(GovernorMode.Production) with { Settings = day.Settings with { Mode = GovernorMode.Production } };
        Start(positions: false);
        Positions(new Position(new PositionKey(Btc, PositionSide.Both), decimal.MaxValue, 1, 50_000, 0, 0));
        for (var i = 0; i < 5; i++)
        {
            Refused("evaluation_error", Close());
        }

        Pass(TimeSpan.FromSeconds(60));

        Assert.Contains(Fish<RedisProtocol.DisarmGovernor>().Event, field => field.Value == "repeated_errors");
    }

    [Fact]
    public void A_breach_of_the_risk_guard_is_locked_told_and_alarmed()
    {
        day = day with { Settings = day.Settings with { Risk = day.Settings.Risk with { Use = RiskGuardUse.On } } };
        day = day.With(facts => facts with { Risk = facts.Risk with { Equity = StoredText.Of("8000") } });
        Start();

        See(Open());
        TellFacts();
        var guard = Fish<RedisProtocol.ActivateRiskGuard>();
        Assert.Equal(("EMERGENCY_FLATTEN", 14_400), (guard.Type, guard.Seconds));
        Assert.Equal("RISK_EMERGENCY", Fish<RedisProtocol.PublishAlarm>().Alarm.Code);
        Journal();
        var settle = Settled();
        Assert.Equal(
            "risk_guard_EMERGENCY_FLATTEN:drawdown=20.00%>10.00%", Assert.IsType<PlanRefused>(Assert.Single(settle.Plans)).Block.Reason);
        governor.Tell(new RedisProtocol.PlansSettled(settle.Round, [PlanSettled.Done]), redis);
        Identified();
        Assert.Equal(1, meter["quantum_govern_block_total", "risk_guard_EMERGENCY_FLATTEN"]);
    }

    [Fact]
    public void An_open_reserves_what_it_may_become()
    {
        Start();
        See(Open());
        TellFacts();
        Journal();

        var permit = Assert.IsType<PlanPermitted>(Assert.Single(Settled().Plans));

        Assert.Equal(
            new OpeningReservation(StoredText.Absent, "97367696615fa75a BTCUSDT 199.950000 0", NowMs + 75_000), permit.Opening);
        Assert.Equal(("", 0), (permit.Day, permit.ExitLockSeconds));
    }

    /// <summary>A close that failed or filled in part is asked for again, and not minutes later.</summary>
    [Fact]
    public void A_production_close_locks_its_symbols_exits_for_as_long_as_it_was_told()
    {
        day = day.In(GovernorMode.Production) with { Settings = day.Settings with { Mode = GovernorMode.Production, ExitLock = TimeSpan.FromSeconds(5) } };
        Start();
        See(Close());
        TellFacts();
        Journal();

        Assert.Equal(5, Assert.IsType<PlanPermitted>(Assert.Single(Settled().Plans)).ExitLockSeconds);
    }

    [Fact]
    public void Symbols_the_exchange_does_not_know_are_one_label()
    {
        Start();
        for (var i = 0; i < 3; i++)
        {
            var symbol = Symbol.Parse($"FAKE{i}");
            day = day.With(facts => facts with { Symbols = new Dictionary<Symbol, GovernorSymbolFacts> { [symbol] = Symbols } });
            Permitted(Close(("symbol", symbol.Value)));
        }

        Assert.Equal(3, meter["quantum_govern_allow_total", "other"]);
    }

    [Fact]
    [Trait("rule", "S11")]
    public void Its_sign_of_life_says_what_is_missing()
    {
        Start(positions: false);
        Assert.Contains("positions are unknown", Trouble(), StringComparison.Ordinal);
        Assert.DoesNotContain(Told<object>(), message => message is RedisProtocol.PublishLiveness);

        Positions();

        Assert.Equal("", Trouble());
        Assert.Contains(Told<object>(), message => message is RedisProtocol.PublishLiveness { Role: Roles.Governor });
    }

    private void Start(bool positions = true, bool latch = true)
    {
        var around = new Surroundings(redis, exchange, link, disk, clock, meter, Guid.NewGuid, "n1");
        governor = Sys.ActorOf(GovernorActor.Props(day.Settings, around));
        Assert.Equal(new RedisProtocol.WatchPlans("governor", "n1"), Fish<RedisProtocol.WatchPlans>());
        governor.Tell(new RedisProtocol.Connected(), redis);
        if (latch)
        {
            governor.Tell(new DiskProtocol.EssLatchSeen(NoLatch), disk);
        }

        Identified();
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMilliseconds(1));
        var prices = exchange.FishForMessage<ExchangeProtocol.GetMarkPrices>(_ => true, Patience);
        governor.Tell(new ExchangeProtocol.MarkPricesRead(prices.ReadId, day.Prices), exchange);
        if (positions)
        {
            // The question was passed over while the prices' was fished for; the next one comes a second later.
            Positions();
        }
    }

    private void Positions(params Position[] open)
    {
        exchange.ReceiveWhile<object>(TimeSpan.Zero, message => message);
        // The last question may have no answer; it is asked again when it is overdue.
        Pass(TimeSpan.FromSeconds(6));
        var ask = exchange.FishForMessage<ExchangeProtocol.GetPositions>(read => read.Routine, Patience);
        governor.Tell(new ExchangeProtocol.PositionsRead(ask.ReadId, open, []), exchange);
        Identified();
    }

    private void See(params RedisProtocol.PlanEntry[] entries) =>
        governor.Tell(new RedisProtocol.PlansSeen(RedisKeys.GovernorGroup, ++batches, entries), redis);

    private void TellFacts() =>
        governor.Tell(new RedisProtocol.GovernorFactsRead(Fish<RedisProtocol.ReadGovernorFacts>().Round, day.Facts), redis);

    private void Journal() => governor.Tell(
        new DiskProtocol.Appended(disk.FishForMessage<DiskProtocol.Append>(_ => true, Patience).Seq), disk);

    private RedisProtocol.SettlePlans Settled() => Fish<RedisProtocol.SettlePlans>();

    private PlanSettlement Through(RedisProtocol.PlanEntry entry)
    {
        See(entry);
        TellFacts();
        Journal();
        var settle = Settled();
        governor.Tell(new RedisProtocol.PlansSettled(settle.Round, [PlanSettled.Done]), redis);
        Identified();
        return settle.Plans[0];
    }

    private void Refused(string reason, RedisProtocol.PlanEntry entry) =>
        Assert.Equal(reason, Assert.IsType<PlanRefused>(Through(entry)).Block.Reason);

    private void Permitted(RedisProtocol.PlanEntry entry) => Assert.IsType<PlanPermitted>(Through(entry));

    private void AssertNothingSettled()
    {
        Identified();
        Assert.DoesNotContain(Told<object>(), message => message is RedisProtocol.SettlePlans);
    }

    private string Trouble()
    {
        Pass(TimeSpan.FromSeconds(1));
        Identified();
        return link.ReceiveWhile<LinkProtocol.Announce>(TimeSpan.Zero, message => message as LinkProtocol.Announce)
            .Select(beat => PanicWire.Find(beat.Fields, "trouble")!).Last();
    }

    /// <summary>What Redis has been told and nobody looked at yet.</summary>
    private IReadOnlyList<T> Told<T>()
        where T : class => [.. redis.ReceiveWhile<T>(TimeSpan.Zero, message => message as T)];

    private T Fish<T>() => redis.FishForMessage<T>(_ => true, Patience);

    /// <summary>Everything sent before has been handled.</summary>
    private void Identified() => governor.Ask<ActorIdentity>(new Identify(0), Patience).GetAwaiter().GetResult();

    private void Pass(TimeSpan time)
    {
        clock.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
        Identified();
    }

    private sealed class Clock : TimeProvider
    {
        private TimeSpan passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => passed += by;

        public override long GetTimestamp() => passed.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs) + passed;
    }

    /// <summary>Counts by name and any one label value.</summary>
    private sealed class Figures : IMeter
    {
        private readonly Dictionary<(string, string), long> counts = [];

        public long this[string name, string label]
        {
            get
            {
                lock (counts)
                {
                    return counts.GetValueOrDefault((name, label));
                }
            }
        }

        public void Count(string name, long by, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            lock (counts)
            {
                foreach (var (_, value) in labels)
                {
                    counts[(name, value)] = counts.GetValueOrDefault((name, value)) + by;
                }
            }
        }

        public void Gauge(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
        }

        public void Observe(string name, double seconds, params ReadOnlySpan<(string Name, string Value)> labels)
        {
        }
    }
}

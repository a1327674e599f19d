using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Trader.Actors.Ports;
using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>From plan to permit: what is asked of whom, and when (S1, S3, S10; X9, X21, X25, A27, A33).</summary>
public sealed class PositionStateActorTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly StepTime time = new();
    private readonly TestProbe redis;
    private readonly TestProbe exchange;
    private readonly IActorRef brain;
    private int entries;

    public PositionStateActorTests()
        : base(TestConfigs.TestSchedulerConfig)
    {
        redis = CreateTestProbe();
        exchange = CreateTestProbe();
        var around = new Surroundings(
            redis, exchange, CreateTestProbe(), CreateTestProbe(), time, NoMeter.Instance, Guid.NewGuid, "n1");
        brain = Sys.ActorOf(PositionStateActor.Props(Account.Settings, around));
        redis.FishForMessage<RedisProtocol.WatchPlans>(watch => watch == new RedisProtocol.WatchPlans("p33", "n1"));
        brain.Tell(new RedisProtocol.Connected(), redis);
        // Its timers stand when it answers; the first ones are due at once.
        brain.Ask<ActorIdentity>(new Identify(0), Seconds(20)).GetAwaiter().GetResult();
        ((TestScheduler)Sys.Scheduler).Advance(Ms(1));
    }

    /// <summary>What is not handled raises an alarm at the guardian (S11), which a Redis that is away is not.</summary>
    [Fact]
    [Trait("rule", "S11")]
    public async Task S11_an_outage_of_Redis_is_no_lost_message()
    {
        var lost = CreateTestProbe();
        Sys.EventStream.Subscribe(lost, typeof(Akka.Event.UnhandledMessage));

        brain.Tell(new RedisProtocol.Disconnected("gone"), redis);
        brain.Tell(new RedisProtocol.Connected(), redis);
        await brain.Ask<ActorIdentity>(new Identify(0), Seconds(20));

        lost.ExpectNoMsg(0);
    }

    [Fact]
    public void A_plan_with_a_fresh_snapshot_is_answered_from_memory()
    {
        Ready(0.062m);

        See(Plan("PARTIAL_50"));
        Ledgers(Ledger(0.062m));

        var issue = Issued();
        Assert.Equal((true, 0.031m), Permit(issue));
        Assert.Equal(("0.062", null), (issue.Check!.Expected, issue.Check.Begin));
        exchange.ExpectNoMsg(0);
    }

    [Fact]
    [Trait("rule", "S3")]
    [Trait("covers", "X21")]
    public void For_an_old_snapshot_the_account_is_read_first()
    {
        Ready(0.062m);
        time.Advance(Seconds(2));

        See(Plan());
        Positions(0.050m);
        Ledgers(Ledger(0.050m));
        Ledgers(Ledger(0.050m));

        Assert.Equal((true, 0.050m), Permit(Issued()));
    }

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "X21")]
    public void An_account_that_cannot_be_read_denies_when_what_is_known_is_too_old()
    {
        Ready(0.062m);
        time.Advance(Seconds(11));

        See(Plan());
        var read = exchange.FishForMessage<ExchangeProtocol.GetPositions>(_ => true);
        brain.Tell(new ExchangeProtocol.PositionsNotRead(read.ReadId, new ExchangeFault(FaultKind.Unreachable, 0, "no")), exchange);
        Ledgers(Ledger(0.062m));

        Assert.Equal("stale_exchange_state", Reason(Issued()));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void A_read_that_is_never_answered_holds_no_plan_longer_than_its_deadline()
    {
        Ready(0.062m);
        time.Advance(Seconds(11));
        See(Plan());
        exchange.FishForMessage<ExchangeProtocol.GetPositions>(_ => true);
        // Answered after the handler that asked has ended, so its deadline is set by now.
        brain.Tell(new Identify(0), TestActor);
        ExpectMsg<ActorIdentity>();

        ((TestScheduler)Sys.Scheduler).Advance(Account.Settings.ReadDeadline);
        Ledgers(Ledger(0.062m));

        Assert.Equal("stale_exchange_state", Reason(Issued()));
    }

    [Fact]
    [Trait("rule", "S1")]
    public void Plans_of_a_starting_brain_wait_for_positions_and_steps()
    {
        See(Plan());
        var lots = exchange.FishForMessage<ExchangeProtocol.GetMarketLots>(_ => true);
        Positions(0.062m);
        Ledgers(Ledger(0.062m));
        Assert.DoesNotContain(Told(), message => message is RedisProtocol.IssuePositionPermit or RedisProtocol.ReadLedgers);
        brain.Tell(new ExchangeProtocol.MarketLotsRead(lots.ReadId, new Dictionary<Symbol, MarketLot> { [Btc] = Lot }), exchange);
        Ledgers(Ledger(0.062m));

        Assert.Equal((true, 0.062m), Permit(Issued()));
    }

    [Fact]
    public void A_ledger_that_changed_before_the_permit_was_written_is_judged_again()
    {
        Ready(0.062m);
        See(Plan());
        Ledgers(Ledger(0.062m));
        var first = Issued();

        brain.Tell(new RedisProtocol.PositionPermitIssued(first, Changed: true), redis);
        Ledgers(Ledger(0.002m));

        var second = Issued();
        Assert.Equal("reconcile_required_qty_mismatch", Reason(second));
        Assert.Equal(first.StreamId, second.StreamId);
    }

    [Fact]
    public void A_ledger_that_never_stands_still_is_denied_in_the_end()
    {
        Ready(0.062m);
        See(Plan());
        for (var round = 0; round < 5; round++)
        {
            Ledgers(Ledger(0.062m));
            brain.Tell(new RedisProtocol.PositionPermitIssued(Issued(), Changed: true), redis);
        }

        Ledgers(Ledger(0.062m));
        Assert.Equal("ledger_keeps_changing", Reason(Issued()));
    }

    [Fact]
    [Trait("rule", "S10")]
    [Trait("covers", "X25")]
    public void A_plan_that_redis_could_not_be_asked_about_is_judged_when_it_comes_again()
    {
        Ready(0.062m);
        var entry = See(Plan());
        var read = redis.FishForMessage<RedisProtocol.ReadLedgers>(_ => true);
        brain.Tell(new RedisProtocol.NotDone(read, RedisDoubt.NotConnected, "away"), redis);

        See(Plan(), entry);
        Ledgers(Ledger(0.062m));

        Assert.Equal(entry, Issued().StreamId);
    }

    [Fact]
    public void A_plan_that_is_being_judged_is_not_judged_twice()
    {
        Ready(0.062m);
        var entry = See(Plan());
        See(Plan(), entry);
        Ledgers(Ledger(0.062m));
        Issued();

        Assert.DoesNotContain(Told(), message => message is RedisProtocol.IssuePositionPermit or RedisProtocol.ReadLedgers);
    }

    [Fact]
    public void A_burst_is_judged_by_one_read_of_ledgers()
    {
        Ready(0.062m);
        brain.Tell(new RedisProtocol.PlansSeen(
            "p33", 1, [.. Enumerable.Range(1, 100).Select(i => new RedisProtocol.PlanSeen($"{NowMs}-{i}", Plan(), false))]), redis);

        Ledgers(Ledger(0.062m));

        var told = Told();
        Assert.Equal(100, told.OfType<RedisProtocol.IssuePositionPermit>().Count());
        Assert.Empty(told.OfType<RedisProtocol.ReadLedgers>());
    }

    [Fact]
    public void What_nobody_is_to_carry_out_is_acknowledged_without_a_permit()
    {
        Ready(0.062m);
        var entry = See(Plan("FULL_CLOSE_PROPOSED", ("decision", "SKIP")));

        var ack = redis.FishForMessage<RedisProtocol.AckPlans>(_ => true);
        Assert.Equal([entry], ack.StreamIds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_malformed_plan_is_denied_by_its_id_where_it_has_one(bool hasId)
    {
        Ready(0.062m);
        var id = hasId ? PlanId.Parse("abc") : null;
        brain.Tell(new RedisProtocol.PlansSeen(
            "p33", 1, [new RedisProtocol.PlanMalformed("5-1", PlanFault.QuantityInvalid, id, Btc, false)]), redis);

        var issue = Issued();
        Assert.Equal((id, "5-1"), (issue.Id, issue.StreamId));
        Assert.True(hasId ? Reason(issue) == "plan_malformed" : issue.Json.Length == 0);
    }

    [Fact]
    [Trait("covers", "A33")]
    public void A_denial_is_said_once_and_after_it_stands_in_redis()
    {
        Ready(0.062m);
        See(Plan());
        Ledgers(Ledger(0.002m));
        var issue = Issued();

        EventFilter.Warning(contains: "BTCUSDT: P3.3 DENY plan 97367696615fa75a reason=reconcile_required_qty_mismatch context={")
            .ExpectOne(() => brain.Tell(new RedisProtocol.PositionPermitIssued(issue, Changed: false), redis));
    }

    [Fact]
    [Trait("covers", "A27")]
    public void A_mismatch_grows_until_it_is_repaired()
    {
        Assert.Equal(0m, Ready(0.062m, Ledger(0.002m)));
        time.Advance(Seconds(7));
        Poll(0.062m, Ledger(0.002m));
        Assert.Equal(7m, Mismatch());
        Poll(0.062m, Ledger(0.062m));
        Assert.Equal(0m, Mismatch());
    }

    [Fact]
    [Trait("covers", "X10")]
    public void A_lasting_mismatch_is_reported_and_no_order_is_sent()
    {
        Ready(0.062m, Ledger(0.002m));
        Told();
        time.Advance(Seconds(31));
        Poll(0.062m, Ledger(0.002m));

        var reported = redis.FishForMessage<RedisProtocol.PublishReconcileEvent>(_ => true);
        Assert.Equal(("MANUAL_REQUIRED", "qty_mismatch"), (reported.Event, reported.Reason));
        Assert.All(exchange.ReceiveWhile(Seconds(0), message => message), message =>
            Assert.True(message is ExchangeProtocol.GetPositions or ExchangeProtocol.GetMarketLots or ExchangeProtocol.CheckAccount));
    }

    [Fact]
    public void A_position_that_is_there_at_the_start_without_a_ledger_begins_one()
    {
        Lots();
        Positions(0.062m);
        Ledgers(LedgerFacts.None);

        var set = redis.FishForMessage<RedisProtocol.SetLedger>(_ => true);
        Assert.Equal((null, 0.062m, "LEDGER_INIT"), (set.Expected, set.Amount, set.Event));
    }

    /// <summary>Positions and steps read, the first look done. How long a mismatch has lasted by then.</summary>
    private decimal Ready(decimal amount, LedgerFacts? ledger = null)
    {
        Lots();
        Positions(amount);
        Ledgers(ledger ?? Ledger(amount));
        return Mismatch();
    }

    private void Poll(decimal amount, LedgerFacts ledger)
    {
        ((TestScheduler)Sys.Scheduler).Advance(Account.Settings.PollEvery);
        Positions(amount);
        Ledgers(ledger);
    }

    private decimal Mismatch() => redis.FishForMessage<RedisProtocol.PublishMismatch>(_ => true).Seconds;

    private void Lots()
    {
        var ask = exchange.FishForMessage<ExchangeProtocol.GetMarketLots>(_ => true);
        brain.Tell(new ExchangeProtocol.MarketLotsRead(ask.ReadId, new Dictionary<Symbol, MarketLot> { [Btc] = Lot }), exchange);
    }

    private void Positions(decimal amount)
    {
        var read = exchange.FishForMessage<ExchangeProtocol.GetPositions>(_ => true);
        var rows = amount == 0 ? [] : new[] { Pos("BTCUSDT", amount, 50000m, 50000m) };
        brain.Tell(new ExchangeProtocol.PositionsRead(read.ReadId, rows, []), exchange);
    }

    private void Ledgers(LedgerFacts ledger)
    {
        var ask = redis.FishForMessage<RedisProtocol.ReadLedgers>(_ => true);
        brain.Tell(
            new RedisProtocol.LedgersRead(ask.ReadId, time.NowMs, ask.Symbols.ToDictionary(symbol => symbol, _ => ledger)), redis);
    }

    private string See(Plan plan, string? entry = null)
    {
        entry ??= $"{time.NowMs}-{++entries}";
        brain.Tell(new RedisProtocol.PlansSeen("p33", entries, [new RedisProtocol.PlanSeen(entry, plan, false)]), redis);
        return entry;
    }

    private RedisProtocol.IssuePositionPermit Issued() => redis.FishForMessage<RedisProtocol.IssuePositionPermit>(_ => true);

    /// <summary>Everything Redis was told so far: whatever the brain does with its mail, it has done when it answers.</summary>
    private IReadOnlyList<object> Told()
    {
        brain.Ask<ActorIdentity>(new Identify(1), Seconds(20)).GetAwaiter().GetResult();
        return redis.ReceiveWhile(Seconds(0.2), message => message);
    }

    private static (bool Allow, decimal Safe) Permit(RedisProtocol.IssuePositionPermit issue)
    {
        using var json = JsonDocument.Parse(issue.Json);
        return (json.RootElement.GetProperty("allow").GetBoolean(), json.RootElement.GetProperty("safe_qty").GetDecimal());
    }

    private static string Reason(RedisProtocol.IssuePositionPermit issue)
    {
        using var json = JsonDocument.Parse(issue.Json);
        Assert.False(json.RootElement.GetProperty("allow").GetBoolean());
        return json.RootElement.GetProperty("reason").GetString()!;
    }
}

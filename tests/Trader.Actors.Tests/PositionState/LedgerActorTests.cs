using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Trader.Actors.Ports;
using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>Each execution is entered once, in turn, and what is unknown holds its symbol (X15, X16, S8, S10).</summary>
public sealed class LedgerActorTests : Akka.TestKit.Xunit2.TestKit
{
    private readonly TestProbe redis;
    private readonly IActorRef ledger;

    public LedgerActorTests()
        : base(TestConfigs.TestSchedulerConfig)
    {
        redis = CreateTestProbe();
        var around = new Surroundings(
            redis, CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), new StepTime(), NoMeter.Instance, Guid.NewGuid, "n1");
        ledger = Sys.ActorOf(LedgerActor.Props(around));
        redis.ExpectMsg(new RedisProtocol.WatchResults("n1"));
    }

    [Fact]
    [Trait("covers", "X16")]
    public void A_sale_is_taken_off_the_ledger_that_was_read()
    {
        See("1-1", Step("77", "SELL", "0.002"));
        Answer(Ledger(0.010m));

        var enter = redis.ExpectMsg<RedisProtocol.EnterFill>();
        Assert.Equal(("1-1", "0.01", 0.008m, true), (enter.StreamId, enter.Expected, enter.After!.Value, enter.Last));
    }

    [Fact]
    [Trait("covers", "A39")]
    public void What_an_operator_wrote_meanwhile_is_what_is_added_to()
    {
        See("1-1", Step("77", "SELL", "0.002"));
        Answer(Ledger(0.010m));
        ledger.Tell(new RedisProtocol.FillEntered(redis.ExpectMsg<RedisProtocol.EnterFill>(), FillVerdict.Changed, "0.5"), redis);

        var again = redis.ExpectMsg<RedisProtocol.EnterFill>();
        Assert.Equal(("0.5", 0.498m), (again.Expected, again.After!.Value));
    }

    [Fact]
    public void Results_of_one_symbol_go_one_after_the_other_and_of_two_symbols_side_by_side()
    {
        See("1-1", Step("1", "SELL", "0.002"));
        See("1-2", Step("2", "SELL", "0.003"));
        See("1-3", Step("3", "BUY", "1"), "ETHUSDT");

        Assert.Equal(Btc, redis.ExpectMsg<RedisProtocol.ReadLedgers>().Symbols.Single());
        Assert.Equal("ETHUSDT", redis.ExpectMsg<RedisProtocol.ReadLedgers>().Symbols.Single().Value);
        redis.ExpectNoMsg(100);
    }

    [Fact]
    public void The_second_of_two_begins_when_the_first_stands()
    {
        See("1-1", Step("1", "SELL", "0.002"));
        See("1-2", Step("2", "SELL", "0.003"));
        Answer(Ledger(0.010m));
        ledger.Tell(new RedisProtocol.FillEntered(redis.ExpectMsg<RedisProtocol.EnterFill>(), FillVerdict.Applied, "0.008"), redis);
        Answer(Ledger(0.008m));

        Assert.Equal(0.005m, redis.ExpectMsg<RedisProtocol.EnterFill>().After);
    }

    [Fact]
    [Trait("rule", "S10")]
    public void An_entry_with_two_fills_is_acknowledged_with_the_second()
    {
        See("1-1", Step("1", "SELL", "0.002") + "," + Step("2", "SELL", "0.003"));
        Answer(Ledger(0.010m));
        var first = redis.ExpectMsg<RedisProtocol.EnterFill>();
        ledger.Tell(new RedisProtocol.FillEntered(first, FillVerdict.Applied, "0.008"), redis);
        Answer(Ledger(0.008m));
        var second = redis.ExpectMsg<RedisProtocol.EnterFill>();

        Assert.Equal((false, true), (first.Last, second.Last));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void An_unknown_outcome_holds_the_symbol_after_what_is_known_was_entered()
    {
        See("1-1", Step("1", "SELL", "0.002").Replace("success", "unknown", StringComparison.Ordinal));
        Answer(Ledger(0.010m));
        var enter = redis.ExpectMsg<RedisProtocol.EnterFill>();
        Assert.False(enter.Last);
        ledger.Tell(new RedisProtocol.FillEntered(enter, FillVerdict.Applied, "0.008"), redis);

        var mark = redis.ExpectMsg<RedisProtocol.MarkOutcomeUnknown>();
        Assert.Equal(("1-1", "p1"), (mark.StreamId, mark.PlanId));
    }

    [Fact]
    public void Without_a_ledger_there_is_nothing_to_enter_it_in()
    {
        See("1-1", Step("1", "SELL", "0.002"));
        Answer(LedgerFacts.None);

        Assert.Null(redis.ExpectMsg<RedisProtocol.EnterFill>().After);
    }

    [Fact]
    [Trait("covers", "X15")]
    public void What_executed_nothing_is_only_acknowledged()
    {
        See("1-1", """{"status":"error","details":"rejected"}""");

        Assert.Equal("1-1", redis.ExpectMsg<RedisProtocol.AckResult>().StreamId);
    }

    [Fact]
    [Trait("rule", "S10")]
    public void What_redis_could_not_be_asked_is_entered_when_it_comes_again()
    {
        See("1-1", Step("1", "SELL", "0.002"));
        ledger.Tell(new RedisProtocol.NotDone(redis.ExpectMsg<RedisProtocol.ReadLedgers>(), RedisDoubt.NotConnected, "away"), redis);
        See("1-1", Step("1", "SELL", "0.002"));
        Answer(Ledger(0.010m));

        Assert.Equal(0.008m, redis.ExpectMsg<RedisProtocol.EnterFill>().After);
    }

    [Fact]
    public void The_same_entry_while_it_is_being_entered_changes_nothing()
    {
        See("1-1", Step("1", "SELL", "0.002"));
        See("1-1", Step("1", "SELL", "0.002"));

        redis.ExpectMsg<RedisProtocol.ReadLedgers>();
        redis.ExpectNoMsg(100);
    }

    private static string Step(string order, string side, string quantity) =>
        $$"""{"status":"success","order_id":"{{order}}","side":"{{side}}","executed_qty":{{quantity}},"reduce_only":true}""";

    private void See(string entry, string steps, string symbol = "BTCUSDT") => ledger.Tell(
        new RedisProtocol.ResultSeen(
            entry, [new("plan_id", "p1"), new("symbol", symbol), new("executed", "True"), new("steps_results", $"[{steps}]")]), redis);

    private void Answer(LedgerFacts facts)
    {
        var ask = redis.ExpectMsg<RedisProtocol.ReadLedgers>();
        ledger.Tell(
            new RedisProtocol.LedgersRead(ask.ReadId, NowMs, ask.Symbols.ToDictionary(symbol => symbol, _ => facts)), redis);
    }
}

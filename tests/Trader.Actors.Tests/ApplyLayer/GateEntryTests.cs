using Akka.Actor;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.ApplyLayer;

/// <summary>What must hold before anything is opened, and does not hold up an exit (S6, S11, X37).</summary>
public sealed class GateEntryTests : GateBench
{
    [Fact]
    [Trait("rule", "S6")]
    public void S6_an_open_with_everything_in_order_opens()
    {
        Redis.Permit("p1");
        Start();
        Guarded();
        Publish(Open("p1"));
        Pass(20);

        var order = Assert.Single(Exchange.Orders);
        Assert.Equal((true, OrderSide.Buy, 0.5m, false), (order.Opens, order.Side, order.Quantity, order.ReduceOnly));
        Assert.True(Result("p1").Executed);
    }

    /// <summary>Only a production governor names a quantity: without one, the limits of real money were not asked.</summary>
    [Theory]
    [Trait("rule", "S1")]
    [Trait("covers", "X30")]
    [InlineData("""{"granted":true,"symbol":"BTCUSDT","computed_qty":0.0}""", VenueEnvironment.Production, false)]
    [InlineData("""{"granted":true}""", VenueEnvironment.Production, false)]
    [InlineData("""{"granted":true,"symbol":"BTCUSDT","computed_qty":0.5}""", VenueEnvironment.Production, true)]
    [InlineData("""{"granted":true,"symbol":"BTCUSDT","computed_qty":0.0}""", VenueEnvironment.Testnet, true)]
    [InlineData("""{"granted":true}""", VenueEnvironment.Paper, true)]
    public void S1_real_money_is_opened_only_by_a_permit_that_was_given_under_its_limits(string governor, VenueEnvironment account, bool opens)
    {
        Exchange.Environment = account;
        Redis.Permit("p1", governor);
        Redis.Permit("p2", governor);
        Start();
        Guarded();
        Publish(Open("p1"));
        Pass(20);
        Assert.Equal(
            (opens, opens ? "" : "governor_permit_without_quantity"), (Result("p1").Executed, Result("p1").Error));
        Assert.Equal(!opens, Redis.Governor.ContainsKey("p1"));
        Assert.Equal(opens ? double.NaN : 1, Meter["governor_block_total{reason=governor_permit_without_quantity}"]);

        Exchange.Hold(0.5m);
        Pass(600);
        Publish(Plan("p2"));
        Pass(20);
        Assert.True(Result("p2").Executed);
    }

    [Theory]
    [Trait("rule", "S11")]
    [InlineData("never", "exit_brain_silent")]
    [InlineData("degraded", "exit_brain_degraded")]
    [InlineData("silent", "exit_brain_silent")]
    [InlineData("lost", "exit_brain_lost")]
    [InlineData("stopping", "exit_brain_lost")]
    [InlineData("latch", "ess_latched")]
    [InlineData("doubt", "ess_latched")]
    public void S11_without_a_live_brain_or_under_a_latch_nothing_is_opened_and_exits_go_on(string what, string error)
    {
        Redis.Permit("p1");
        Redis.Permit("p2");
        Start();
        switch (what)
        {
            case "never":
                break;
            case "degraded":
                Guarded(BrainStatus.Degraded);
                break;
            case "silent":
                Guarded();
                Pass(2100);
                break;
            case "lost":
                Guarded();
                Linked();
                Gate.Tell(new LinkProtocol.Lost(LinkPeer.ExitBrain));
                Guarded();
                break;
            case "stopping":
                Guarded();
                Linked();
                Gate.Tell(new LinkProtocol.EventSeen(LinkPeer.ExitBrain, LinkProtocol.StoppingEvent, []));
                break;
            case "latch":
                Guarded();
                Gate.Tell(new DiskProtocol.EssLatchSeen(new EssLatch("/run/ESS_ON", true, "")));
                break;
            case "doubt":
                Guarded();
                Gate.Tell(new DiskProtocol.EssLatchSeen(new EssLatch("/run/ESS_ON", false, "no answer")));
                break;
        }

        Publish(Open("p1"));
        Pass(20);
        Assert.Equal(("BLOCKED", error), (Result("p1").Decision, Result("p1").Error));
        Assert.Empty(Exchange.Orders);
        Assert.True(Redis.Governor.ContainsKey("p1"));

        Exchange.Hold(0.5m);
        Pass(600);
        Publish(Plan("p2"));
        Pass(20);
        Assert.True(Result("p2").Executed);
    }

    [Theory]
    [Trait("rule", "S4")]
    [InlineData(TakeRefusal.Halted, "trading_halted")]
    [InlineData(TakeRefusal.EntriesClosed, "entries_closed")]
    [InlineData(TakeRefusal.EmergencyStop, "ess_active")]
    public void S4_what_the_step_says_about_opens_is_their_end(TakeRefusal refusal, string error)
    {
        Redis.Permit("p1");
        Redis.OpensRefused = refusal;
        Start();
        Guarded();
        Publish(Open("p1"));
        Pass(20);

        Assert.Equal(("BLOCKED", error), (Result("p1").Decision, Result("p1").Error));
        Assert.True(Redis.Governor.ContainsKey("p1"));
    }

    [Theory]
    [Trait("covers", "X37")]
    [InlineData("0.59", null)]
    [InlineData("0.60", "kill_score_warning_risk_increase")]
    [InlineData("0.80", "kill_score_critical")]
    [InlineData("0.99", "kill_score_critical")]
    [InlineData("nan", "kill_score_missing")]
    public void Danger_stops_opens_and_never_exits(string score, string? error)
    {
        Redis.Permit("p1");
        Redis.Permit("p2");
        Start();
        Guarded();
        Publish(Plan("p1", "OPEN_LONG", ("qty", "0.5"), ("kill_score", score)));
        Pass(20);
        Assert.Equal(error ?? "", Result("p1").Error);
        Exchange.Orders.Clear();
        Exchange.Hold(0.5m);
        Pass(600);
        Publish(Plan("p2", "FULL_CLOSE_PROPOSED", ("kill_score", score)));
        Pass(20);

        Assert.True(Result("p2").Executed);
    }

    [Fact]
    public void The_allowlist_holds_up_opens_and_never_exits()
    {
        Redis.Permit("p1");
        Redis.Permit("p2");
        Start(Live with { Allowlist = new HashSet<Symbol> { Symbol.Parse("ETHUSDT") } });
        Guarded();
        Publish(Open("p1"));
        Pass(20);
        Assert.Equal(("SKIP", "not_in_allowlist"), (Result("p1").Decision, Result("p1").Error));
        Exchange.Hold(0.5m);
        Publish(Plan("p2"));
        Pass(600);

        Assert.True(Result("p2").Executed);
    }

    [Fact]
    [Trait("rule", "S10")]
    public void S10_an_open_that_an_earlier_life_took_is_looked_for_even_where_it_would_now_be_refused()
    {
        var plan = Open("p1");
        Redis.Records["p1"] = new PlanRecordText(PlanRecordText.DigestOf(plan), "9-0", "gate-0", new PlanRecordOrder(OrderSide.Buy, 0.5m, true));
        Exchange.Find = () => (CloseState.Filled, 0.5m);
        Start(Live with { Allowlist = new HashSet<Symbol> { Symbol.Parse("ETHUSDT") } });
        Again("9-0", plan);
        Again("10-0", Open("p2"));
        Pass(50);

        Assert.True(Result("p1").Executed);
        Assert.Equal("not_in_allowlist", Result("p2").Error);
        Assert.Empty(Exchange.Orders);
    }

    [Theory]
    [Trait("rule", "S10")]
    [InlineData(RedisDoubt.NotConnected)]
    [InlineData(RedisDoubt.Unknown)]
    public void S10_a_plan_that_came_before_is_not_ended_while_nobody_can_say_whether_its_order_is_out(RedisDoubt doubt)
    {
        var plan = Plan("p1");
        Redis.Records["p1"] = new PlanRecordText(PlanRecordText.DigestOf(plan), "9-0", "gate-0", new PlanRecordOrder(OrderSide.Sell, 0.5m, false));
        Exchange.Find = () => (CloseState.Filled, 0.5m);
        Start();
        Redis.Doubts = m => m is RedisProtocol.LookAtGate ? doubt : null;
        Again("9-0", plan);
        Pass(5000);
        Assert.Empty(Redis.Results);

        Redis.Doubts = _ => null;
        Pass(500);

        Assert.True(Result("p1").Executed);
        Assert.Empty(Exchange.Orders);
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_an_open_waits_for_the_disk_and_is_not_sent_without_it()
    {
        Redis.Permit("p1");
        Start();
        Guarded();
        Disk.Refuses = true;
        Publish(Open("p1"));
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Equal(("BLOCKED", "journal_unavailable"), (Result("p1").Decision, Result("p1").Error));
    }

    [Fact]
    [Trait("rule", "S12")]
    public void S12_an_open_does_not_wait_for_the_disk_for_ever_and_is_not_sent_when_it_comes_back()
    {
        Redis.Permit("p1");
        Start();
        Guarded();
        Disk.Holds = record => record.Kind == "apply.taken";
        Publish(Open("p1"));
        Pass(490);
        Assert.Empty(Redis.Results);
        Pass(30);
        Assert.Equal(("BLOCKED", "journal_unavailable"), (Result("p1").Decision, Result("p1").Error));

        Disk.LetGo();
        Pass(20);

        Assert.Empty(Exchange.Orders);
        Assert.Single(Said("Open of plan p1 is not sent without its journal record: the disk did not answer within 500 ms"));
    }

    [Theory]
    [Trait("rule", "S12")]
    [InlineData(1900, true)]
    [InlineData(2100, false)]
    public void S12_an_open_is_not_sent_on_checks_from_long_before(int heldMs, bool sent)
    {
        Redis.Permit("p1");
        Start(Live with { JournalWait = Ms(10_000), BrainSilence = Ms(10_000) });
        Guarded();
        Disk.Holds = record => record.Kind == "apply.taken";
        Publish(Open("p1"));
        Pass(heldMs);
        Disk.LetGo();
        Pass(20);

        Assert.Equal((sent, sent ? "" : "open_too_late"), (Exchange.Orders.Count == 1, Result("p1").Error));
    }

    [Theory]
    [Trait("rule", "S4")]
    [InlineData(TakeRefusal.Halted, "trading_halted")]
    [InlineData(TakeRefusal.EntriesClosed, "entries_closed")]
    [InlineData(TakeRefusal.EmergencyStop, "ess_active")]
    public void S4_what_closes_between_the_step_and_the_order_stops_an_open_and_no_exit(TakeRefusal refusal, string error)
    {
        Redis.Permit("p1");
        Redis.Permit("p2");
        Redis.ClosedAfterTake = refusal;
        Start();
        Guarded();
        Publish(Open("p1"));
        Pass(20);
        Assert.Equal(("BLOCKED", error), (Result("p1").Decision, Result("p1").Error));
        Assert.Empty(Exchange.Orders);

        Exchange.Hold(0.5m);
        Pass(600);
        Publish(Plan("p2"));
        Pass(20);
        Assert.True(Result("p2").Executed);
    }

    [Theory]
    [Trait("rule", "S1")]
    [InlineData(RedisDoubt.NotConnected)]
    [InlineData(RedisDoubt.Unknown)]
    public void S1_an_open_that_nobody_confirms_is_not_sent(RedisDoubt doubt)
    {
        Redis.Permit("p1");
        Redis.Doubts = m => m is RedisProtocol.ConfirmEntry ? doubt : null;
        Start();
        Guarded();
        Publish(Open("p1"));
        Pass(20);

        Assert.Equal("kill_switch_unavailable", Result("p1").Error);
        Assert.Empty(Exchange.Orders);
    }

    [Fact]
    [Trait("rule", "S2")]
    public void S2_an_exit_does_not_wait_for_the_disk()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Disk.Stalls = true;
        Publish(Plan("p1"));
        Pass(20);
        Assert.Single(Exchange.Orders);

        Pass(600);
        Assert.Single(Said("Close of plan p1 goes on without its journal record: the disk did not answer within 500 ms"));
    }

    private void Linked() => Gate.Tell(new LinkProtocol.EventSeen(
        LinkPeer.ExitBrain, LinkProtocol.HeartbeatEvent, HeartbeatWire.Write(new Heartbeat("exit_brain_main", BrainStatus.Alive, 0, null, 5, 0, 1))));
}

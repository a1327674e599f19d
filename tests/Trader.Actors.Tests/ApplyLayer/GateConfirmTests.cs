using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.ApplyLayer;

/// <summary>The last reading of the switch and the order that leaves on it: close together, or not at all.</summary>
public sealed class GateConfirmTests : GateBench
{
    private static readonly ExchangeFault Late = new(FaultKind.TooLate, 0, "kept back");

    [Fact]
    [Trait("rule", "S1")]
    [Trait("covers", "A14")]
    public void S1_an_order_leaves_within_milliseconds_of_the_question_or_not_on_that_answer()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Redis.Holds = m => m is RedisProtocol.ReadKillSwitch;
        Publish(Plan("p1"));
        Pass(6);
        Redis.KillSwitch = "true";
        Redis.Holds = _ => false;
        Redis.LetGo();

        // What was let go still says off: it is from before the switch was set.
        Assert.Equal(2, Redis.LastReadings);
        Assert.Empty(Exchange.Orders);
        Assert.Equal("kill_switch_active", Result("p1").Error);
    }

    [Fact]
    public void A_reading_in_time_gives_the_order_the_rest_of_its_time()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Start();
        Redis.Holds = m => m is RedisProtocol.ReadKillSwitch;
        Publish(Plan("p1"));
        var asked = Redis.Now();
        Pass(3);
        Redis.LetGo();

        Assert.Equal(asked + (5 * TimeSpan.TicksPerMillisecond), Assert.Single(Exchange.NotAfter));
        Assert.True(Result("p1").Executed);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_an_order_that_was_kept_back_goes_by_a_new_reading_and_has_one_result()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        var tries = 0;
        Exchange.Execute = order => ++tries < 3
            ? new ExchangeProtocol.ApprovedAnswered(order.Id, CloseState.Refused, "", 0, Late)
            : GateExchange.Fill(order);
        Start();
        Publish(Plan("p1"));
        Pass(20);

        Assert.Equal(3, Exchange.Orders.Count);
        Assert.Single(Exchange.Orders.Select(order => order.Id).Distinct());
        Assert.Equal(3, Redis.LastReadings);
        Assert.True(Result("p1").Executed);
        Assert.Equal(2, Meter["apply_kill_switch_read_again_total"]);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_a_switch_that_is_set_while_an_order_is_kept_back_stops_it()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = order =>
        {
            Redis.KillSwitch = "true";
            return new ExchangeProtocol.ApprovedAnswered(order.Id, CloseState.Refused, "", 0, Late);
        };
        Start();
        Publish(Plan("p1"));
        Pass(20);

        Assert.Single(Exchange.Orders);
        Assert.Equal((false, "kill_switch_active"), (Result("p1").Executed, Result("p1").Error));
    }

    [Theory]
    [Trait("rule", "S2")]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_no_reading_is_ever_close_enough_opens_end_and_closes_leave_by_what_there_is(bool opens)
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Exchange.Execute = order => Exchange.NotAfter[^1] - Redis.Now() > 100 * TimeSpan.TicksPerMillisecond
            ? GateExchange.Fill(order)
            : new ExchangeProtocol.ApprovedAnswered(order.Id, CloseState.Refused, "", 0, Late);
        Start();
        Guarded();
        Redis.Holds = m => m is RedisProtocol.ReadKillSwitch or RedisProtocol.ConfirmEntry;
        Publish(opens ? Open("p1") : Plan("p1"));
        for (var i = 0; i < 150; i++)
        {
            Pass(8);
            var late = Redis.LetGo;
            Redis.LetGo = () => { };
            late();
        }

        Assert.Equal(opens ? "kill_switch_unavailable" : "", Result("p1").Error);
        Assert.Equal(!opens, Result("p1").Executed);
        Assert.Equal(opens ? 0 : 1, Exchange.Orders.Count);
        Assert.InRange(Redis.LastReadings, 100, 150);
    }

    [Fact]
    public void Many_plans_share_few_readings()
    {
        Redis.Holds = m => m is RedisProtocol.ReadKillSwitch;
        var plans = Many(40);
        Start();
        Publish(plans);
        for (var i = 0; i < 12; i++)
        {
            Pass(2);
            var held = Redis.LetGo;
            Redis.LetGo = () => { };
            held();
        }

        Assert.Equal(40, Exchange.Orders.Count);
        Assert.InRange(Redis.LastReadings, 5, 12);
    }

    [Fact]
    [Trait("rule", "S7")]
    public void What_a_switch_cannot_stop_any_more_is_bounded_and_an_exchange_that_hangs_holds_up_nobody_for_long()
    {
        var plans = Many(20);
        Exchange.Execute = _ => null;
        Start();
        Publish(plans);
        Pass(50);
        Assert.Equal(8, Exchange.Orders.Count);
        Pass(70);
        Assert.Equal(16, Exchange.Orders.Count);

        Redis.KillSwitch = "true";
        Pass(300);
        Assert.Equal(16, Exchange.Orders.Count);
        Assert.Equal(4, Redis.Results.Count(r => r.Result.Error == "kill_switch_active"));
    }

    [Fact]
    public void Plans_that_could_only_grow_old_behind_others_keep_their_permits()
    {
        var plans = Many(300);
        Exchange.Execute = _ => null;
        Start();
        Publish(plans);
        Pass(1400);

        // 8 each 100 ms, and those that were taken ahead.
        Assert.InRange(Exchange.Orders.Count, 96, 128);
        var busy = Redis.Results.Where(r => r.Result.Error == "gate_busy").Select(r => r.Result.PlanId).ToList();
        Assert.InRange(busy.Count, 50, 150);
        Assert.All(busy, plan => Assert.True(Redis.Governor.ContainsKey(plan) && !Redis.Records.ContainsKey(plan)));
    }

    [Fact]
    [Trait("rule", "S7")]
    public void S7_opens_that_wait_for_the_disk_leave_room_for_exits()
    {
        var opens = Enumerable.Range(0, 100).Select(i =>
        {
            Exchange.Lots[Symbol.Parse($"S{i}USDT")] = new MarketLot(0.001m, 1000m, 0.001m);
            Redis.Permit($"o{i}");
            return Plan(
                $"o{i}", "OPEN_LONG", ("symbol", $"S{i}USDT"), ("qty", "0.5"), ("reduceOnly", "false"), ("kill_score", "0.1"), ("price", "1000"));
        }).ToArray();
        Exchange.Hold(0.5m);
        Redis.Permit("exit");
        Disk.Holds = record => record.Kind == "apply.taken";
        Start();
        Guarded();
        Publish(opens);
        Pass(50);
        Publish(Plan("exit"));
        Pass(50);

        Assert.False(Assert.Single(Exchange.Orders).Opens);
        Assert.True(Result("exit").Executed);
    }

    [Fact]
    public void A_step_that_is_never_answered_ends_its_plan_and_sends_nothing()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.Silent = m => m is RedisProtocol.TakePlan;
        Start();
        Publish(Plan("p1"));
        Pass(11_500);

        Assert.Equal("kill_switch_unavailable", Result("p1").Error);
        Assert.Empty(Exchange.Orders);
    }

    [Fact]
    public void A_reading_that_is_never_answered_holds_up_its_own_plans_only()
    {
        Exchange.Hold(0.5m);
        Redis.Permit("p1");
        Redis.Permit("p2");
        Start();
        var first = true;
        Redis.Silent = m =>
        {
            var silent = first && m is RedisProtocol.ReadKillSwitch;
            first &= !silent;
            return silent;
        };
        Publish(Plan("p1"));
        Pass(10);
        Publish(Plan("p2", "PARTIAL_25"));
        Pass(700);

        Assert.Equal("kill_switch_unavailable", Result("p1").Error);
        Assert.True(Result("p2").Executed);
    }

    private Plan[] Many(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var symbol = $"S{i}USDT";
            Exchange.Hold(0.5m, symbol);
            Exchange.Lots[Symbol.Parse(symbol)] = new MarketLot(0.001m, 1000m, 0.001m);
            Redis.Permit($"p{i}");
            return Plan($"p{i}", "FULL_CLOSE_PROPOSED", ("symbol", symbol));
        }),
    ];
}

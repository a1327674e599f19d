using System.Globalization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Trader.Messages;
using Trader.Redis.Gateway;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests.Gateway;

/// <summary>The gate's steps on a real server: what is consumed, what is not, and who may not take a plan (apply-layer contract 1.5, 2.6).</summary>
public sealed class GateStepTests : TestKit, IAsyncLifetime
{
    private const string Governor = """{"granted":true}""";
    private const string P33 = """{"allow":true,"symbol":"BTCUSDT","safe_close_qty":1.0}""";

    private static readonly string[] Off = ["", "false", "0", "no", "off", "FALSE", "Off", " false ", "No\n", "\toff\r\n", "  "];
    private static readonly string[] On =
        ["true", "1", "yes", "TRUE", "True ", "on", "ON", "maybe", "f", "false!", "-1", "nein", "\u00a0false", "null", "oﬀ"];

    private RedisServer server = null!;
    private RedisConsole console = null!;
    private IActorRef gateway = null!;

    public static TheoryData<string, bool> Values()
    {
        var data = new TheoryData<string, bool>();
        Array.ForEach(Off, text => data.Add(text, false));
        Array.ForEach(On, text => data.Add(text, true));
        return data;
    }

    public async Task InitializeAsync()
    {
        server = await RedisServer.Start();
        console = await RedisConsole.Open(server.Url);
        gateway = await Gateway();
    }

    public async Task DisposeAsync()
    {
        Shutdown();
        await console.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Values))]
    [Trait("covers", "X1,A10,A12")]
    public async Task Script_and_code_agree_on_every_word_an_operator_may_type(string text, bool on)
    {
        await Permits();
        await console.Text("SET", RedisKeys.KillSwitch, text);

        var looked = await Look();
        var read = await Ask<RedisProtocol.KillSwitchRead>(new RedisProtocol.ReadKillSwitch(1));
        var confirmed = await Ask<RedisProtocol.EntryConfirmed>(new RedisProtocol.ConfirmEntry(1));
        var took = await Take();

        Assert.Equal(on, confirmed.Seen.IsOn);
        Assert.Equal((on, on), (looked.KillSwitch.IsOn, read.Seen.IsOn));
        Assert.Equal(on ? TakeRefusal.KillSwitch : null, (took as RedisProtocol.PlanNotTaken)?.Why);
        Assert.Equal(on ? "2" : "0", await console.Text("EXISTS", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit)));
        Assert.Equal(on ? "0" : "1", await console.Text("EXISTS", Key(RedisKeys.PlanTaken)));
        Assert.Equal(text, await console.Text("GET", RedisKeys.KillSwitch));
    }

    [Fact]
    [Trait("covers", "X1,A12")]
    public async Task No_key_is_off_and_a_key_of_another_type_is_on()
    {
        await Permits();
        Assert.Equal((null, false), ((await Look()).KillSwitch.Text, (await Look()).KillSwitch.IsOn));
        await console.Text("HSET", RedisKeys.KillSwitch, "a", "b");

        Assert.True((await Look()).KillSwitch is { WrongType: true, IsOn: true });
        Assert.True((await Ask<RedisProtocol.KillSwitchRead>(new RedisProtocol.ReadKillSwitch(1))).Seen.IsOn);
        Assert.Equal(TakeRefusal.KillSwitch, (await Take() as RedisProtocol.PlanNotTaken)?.Why);
        await console.Text("DEL", RedisKeys.KillSwitch);
        Assert.IsType<RedisProtocol.PlanTaken>(await Take());
    }

    [Theory]
    [Trait("covers", "A2,A45,X5")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Both_permits_are_consumed_or_neither(bool governor, bool p33)
    {
        await Permits(governor ? Governor : null, p33 ? P33 : null);

        var took = await Take();

        Assert.Equal(governor && p33, took is RedisProtocol.PlanTaken);
        Assert.Equal(!(governor && p33) && governor ? "1" : "0", await console.Text("EXISTS", Key(RedisKeys.Permit)));
        Assert.Equal(!(governor && p33) && p33 ? "1" : "0", await console.Text("EXISTS", Key(RedisKeys.PositionStatePermit)));
        if (took is RedisProtocol.PlanTaken taken)
        {
            Assert.Same(taken.Pass.Draft, ApprovedOrderSource.Draft);
            Assert.False(taken.Pass.Bypass);
        }
    }

    [Fact]
    [Trait("covers", "X17,A45")]
    [Trait("rule", "S8")]
    public async Task S8_a_plan_is_taken_once_and_remembered_with_an_expiry_from_the_first_moment()
    {
        await Permits();
        Assert.IsType<RedisProtocol.PlanTaken>(await Take());
        await Permits();

        var again = Assert.IsType<RedisProtocol.PlanNotTaken>(await Take());

        Assert.Equal(TakeRefusal.Duplicate, again.Why);
        Assert.Equal("2", await console.Text("EXISTS", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit)));
        Assert.InRange(int.Parse(await console.Text("TTL", Key(RedisKeys.PlanTaken)), null), 21_590, 21_600);
        var seen = (await Look()).Plans[0];
        Assert.True(seen.Taken);
        Assert.Equal(PlanRecordText.Of("00000000deadbeef", "1-1", "gate-a", Draft()), seen.Record);
    }

    [Fact]
    [Trait("covers", "X13")]
    [Trait("rule", "S8")]
    public async Task S8_of_two_gates_that_reach_for_one_plan_one_gets_it()
    {
        var other = await Gateway();
        for (var i = 0; i < 50; i++)
        {
            await Permits();
            await console.Text("DEL", Key(RedisKeys.PlanTaken), Key(RedisKeys.PlanRecord));
            var answers = await Task.WhenAll(
                gateway.Ask<object>(TakeMessage(), TimeSpan.FromSeconds(5)), other.Ask<object>(TakeMessage(), TimeSpan.FromSeconds(5)));

            Assert.Single(answers, a => a is RedisProtocol.PlanTaken);
            Assert.Single(answers, a => a is RedisProtocol.PlanNotTaken { Why: TakeRefusal.Duplicate });
        }
    }

    [Theory]
    [Trait("covers", "X6,X12")]
    [InlineData("HSET", "allow", "true")]
    [InlineData("RPUSH", "x", "y")]
    [InlineData("SADD", "x", "y")]
    public async Task A_permit_in_another_shape_is_seen_as_such_and_breaks_nothing(string command, string a, string b)
    {
        await Permits(Governor, null);
        await console.Text(command, Key(RedisKeys.PositionStatePermit), a, b);

        var seen = (await Look()).Plans[0].PositionState;
        var took = Assert.IsType<RedisProtocol.PlanNotTaken>(await Take());

        Assert.Equal((true, null), (seen.Present, seen.Text));
        Assert.Equal(TakeRefusal.PermitChanged, took.Why);
        Assert.Equal("1", await console.Text("EXISTS", Key(RedisKeys.Permit)));
    }

    [Fact]
    [Trait("covers", "X8")]
    public async Task A_permit_that_changed_after_it_was_judged_is_not_consumed()
    {
        await Permits(Governor, P33.Replace("1.0", "5.0", StringComparison.Ordinal));

        Assert.Equal(TakeRefusal.PermitChanged, (await Take() as RedisProtocol.PlanNotTaken)?.Why);
        Assert.Equal("2", await console.Text("EXISTS", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit)));
    }

    [Fact]
    public async Task Another_plan_under_the_same_id_is_not_taken()
    {
        Assert.False((await Look(digest: "11111111deadbeef")).Plans[0].OtherContent);
        Assert.True((await Look(digest: "00000000deadbeef")).Plans[0].OtherContent);
        await Permits();

        Assert.Equal(TakeRefusal.OtherContent, (await Take() as RedisProtocol.PlanNotTaken)?.Why);
        Assert.Equal("2", await console.Text("EXISTS", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit)));
    }

    [Theory]
    [Trait("rule", "S6")]
    [Trait("covers", "E19")]
    [InlineData("HSET system:state:trading halted true", TakeRefusal.Halted)]
    [InlineData("HSET system:state:trading halted True", TakeRefusal.Halted)]
    [InlineData("SET system:state:trading oops", TakeRefusal.Halted)]
    [InlineData("SET trader:gate:entries closed:why", TakeRefusal.EntriesClosed)]
    [InlineData("DEL trader:gate:entries", TakeRefusal.EntriesClosed)]
    [InlineData("SET trader:ess active:why", TakeRefusal.EmergencyStop)]
    [InlineData("DEL trader:ess", TakeRefusal.EmergencyStop)]
    [InlineData("SET quantum:ess:active 2026-01-01T00:00:00Z", TakeRefusal.EmergencyStop)]
    [InlineData("HSET system:state:trading halted false", null)]
    public async Task S6_what_stops_an_open_does_not_stop_an_exit(string command, TakeRefusal? expected)
    {
        await EntriesOpen();
        var words = command.Split(' ');
        await console.Text(words[0], words[1..]);

        var confirmed = await Ask<RedisProtocol.EntryConfirmed>(new RedisProtocol.ConfirmEntry(1));
        Assert.Equal((expected, false), (confirmed.Closed, confirmed.Seen.IsOn));
        var open = await Ask<object>(TakeMessage(opens: true));
        Assert.Equal(expected, (open as RedisProtocol.PlanNotTaken)?.Why);
        await Permits();
        await console.Text("DEL", Key(RedisKeys.PlanTaken), Key(RedisKeys.PlanRecord));

        Assert.IsType<RedisProtocol.PlanTaken>(await Take());
    }

    [Theory]
    [Trait("rule", "S4")]
    [Trait("covers", "E19")]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("yes")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("halted")]
    [InlineData("falsch")]
    [InlineData("false")]
    [InlineData(" False\n")]
    [InlineData("0")]
    [InlineData("NO")]
    [InlineData("off ")]
    [InlineData(null)]
    public async Task S4_script_and_code_agree_on_every_word_that_may_stand_for_halted(string? word)
    {
        var field = word is null ? "reason" : "halted";
        await EntriesOpen();
        await console.Text("HSET", RedisKeys.TradingState, field, word ?? "panic");

        var open = await Ask<object>(TakeMessage(opens: true));

        var halted = PanicWire.IsHalted([new(field, word ?? "panic")]);
        Assert.Equal(halted ? TakeRefusal.Halted : null, (open as RedisProtocol.PlanNotTaken)?.Why);
        Assert.Equal(halted ? "0" : "1", await console.Text("EXISTS", Key(RedisKeys.PlanTaken)));
    }

    [Fact]
    [Trait("covers", "A18")]
    public async Task Without_permits_the_switch_still_outranks()
    {
        await console.Text("SET", RedisKeys.KillSwitch, "true");
        var message = TakeMessage() with { Permits = null };
        Assert.Equal(TakeRefusal.KillSwitch, (await Ask<RedisProtocol.PlanNotTaken>(message)).Why);
        await console.Text("DEL", RedisKeys.KillSwitch);

        Assert.True((await Ask<RedisProtocol.PlanTaken>(message)).Pass.Bypass);
    }

    [Fact]
    [Trait("rule", "S12")]
    public async Task S12_a_result_is_published_once_however_often_it_is_tried_and_its_plan_acknowledged()
    {
        gateway.Tell(new RedisProtocol.WatchPlans(RedisKeys.GateGroup, "gate-a"), TestActor);
        await console.Text(
            "XADD", RedisKeys.Plans, "*", "plan_id", "p1", "symbol", "BTCUSDT", "decision", "EXECUTE", "action", "FULL_CLOSE_PROPOSED");
        var batch = await FishForMessageAsync<RedisProtocol.PlansSeen>(_ => true);
        var step = new PlanStepResult("CLOSE_FULL", "success", "filled")
        {
            Order = new PlanOrderResult("77", "ap-1", OrderSide.Sell, 0.010m, 0.010m, ReduceOnly: true),
        };
        var outcome = new PlanOutcome(
            "1-1", batch.Entries[0].StreamId, new PlanResult("p1", "BTCUSDT", "EXECUTE", true, true, [step], "", 1_770_000_000_123));
        var later = outcome with { Key = "1-1.later", StreamId = null };

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([outcome]));
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([outcome, later]));

        Assert.Equal("2", await console.Text("XLEN", RedisKeys.PlanResults));
        Assert.StartsWith("0", await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GateGroup), StringComparison.Ordinal);
        var first = await console.Text("XRANGE", RedisKeys.PlanResults, "-", "+", "COUNT", "1");
        Assert.EndsWith(
            "plan_id p1 symbol BTCUSDT decision EXECUTE executed True would_execute True steps_results "
            + """[{"step":"CLOSE_FULL","status":"success","details":"filled","order_id":"77","client_order_id":"ap-1","side":"SELL","""
            + """
            "quantity":0.010,"executed_qty":0.010,"reduce_only":true}] error  timestamp 1770000000
            """.Trim(),
            first, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_entry_that_was_answered_is_not_taken_by_whoever_still_has_it_in_hand()
    {
        await Permits();
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([Outcome("1-1", "1-1")]));

        var took = Assert.IsType<RedisProtocol.PlanNotTaken>(await Take());

        Assert.Equal(TakeRefusal.Duplicate, took.Why);
        Assert.Equal("2", await console.Text("EXISTS", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit)));
        Assert.InRange(int.Parse(await console.Text("TTL", RedisKeys.ResultPublished + "1-1"), null), 590, 600);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_a_gate_that_did_not_take_a_plan_says_nothing_of_the_entry_that_another_took_it_by()
    {
        await Permits();
        Assert.IsType<RedisProtocol.PlanTaken>(await Take());

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([Outcome("1-1", "1-1"), Outcome("2-1", "2-1")]));
        Assert.Equal("1", await console.Text("XLEN", RedisKeys.PlanResults));
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([Outcome("1-1", "1-1") with { Taken = true }]));

        Assert.Equal("2", await console.Text("XLEN", RedisKeys.PlanResults));
    }

    [Fact]
    [Trait("covers", "X20")]
    public async Task After_the_final_result_nobody_says_that_the_outcome_is_unknown()
    {
        var unknown = Outcome("1-1" + PlanOutcome.Unknown, null);
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([unknown]));
        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([Outcome("1-1", "1-1")]));
        await console.Text("DEL", RedisKeys.ResultPublished + unknown.Key);

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([unknown]));

        Assert.Equal("2", await console.Text("XLEN", RedisKeys.PlanResults));
    }

    [Fact]
    [Trait("rule", "S12")]
    public async Task S12_a_result_that_could_not_be_added_is_neither_marked_nor_acknowledged()
    {
        gateway.Tell(new RedisProtocol.WatchPlans(RedisKeys.GateGroup, "gate-a"), TestActor);
        await console.Text(
            "XADD", RedisKeys.Plans, "*", "plan_id", "p1", "symbol", "BTCUSDT", "decision", "EXECUTE", "action", "FULL_CLOSE_PROPOSED");
        var batch = await FishForMessageAsync<RedisProtocol.PlansSeen>(_ => true);
        var outcome = new PlanOutcome("1-1", batch.Entries[0].StreamId, new PlanResult("p1", "BTCUSDT", "SKIP", false, false, [], "", 1));
        await console.Text("SET", RedisKeys.PlanResults, "no stream");
        await Ask<RedisProtocol.NotDone>(new RedisProtocol.PublishResults([outcome]));
        Assert.StartsWith("1", await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GateGroup), StringComparison.Ordinal);
        await console.Text("DEL", RedisKeys.PlanResults);

        await Ask<RedisProtocol.Done>(new RedisProtocol.PublishResults([outcome]));

        Assert.Equal("1", await console.Text("XLEN", RedisKeys.PlanResults));
        Assert.StartsWith("0", await console.Text("XPENDING", RedisKeys.Plans, RedisKeys.GateGroup), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("covers", "A14")]
    public async Task A_gate_reports_what_the_same_moment_says_of_the_switch()
    {
        gateway.Tell(new RedisProtocol.WatchPlans(RedisKeys.GateGroup, "gate-a"), TestActor);
        await Ask<RedisProtocol.GateLooked>(new RedisProtocol.LookAtGate(1, 3, []));
        Assert.True(GateReport.TryRead(await console.Text("HGET", RedisKeys.Gates, "gate-a"), out var off));
        await console.Text("SET", RedisKeys.KillSwitch, "true");
        await Ask<RedisProtocol.GateLooked>(new RedisProtocol.LookAtGate(2, 0, []));
        Assert.True(GateReport.TryRead(await console.Text("HGET", RedisKeys.Gates, "gate-a"), out var on));

        Assert.Equal((false, 3), (off.KillSwitchOn, off.InFlight));
        Assert.Equal((true, 0), (on.KillSwitchOn, on.InFlight));
        Assert.True(on.AtMs >= off.AtMs && off.AtMs > 1_700_000_000_000);
    }

    [Fact]
    public async Task What_P33_says_of_ledgers_that_differ_is_passed_on()
    {
        Assert.Null((await Look()).MismatchSeconds);
        await console.Text("SET", RedisKeys.PositionMismatch, "12.5");
        Assert.Equal(12.5m, (await Look()).MismatchSeconds);
        await console.Text("SET", RedisKeys.PositionMismatch, "nan");
        Assert.Null((await Look()).MismatchSeconds);
    }

    private static string Key(string prefix) => prefix + "p1";

    private static PlanOutcome Outcome(string key, string? entry) =>
        new(key, entry, new PlanResult("p1", "BTCUSDT", "SKIP", false, false, [], "", 1));

    private static OrderDraft Draft() => ApprovedOrderSource.Draft;

    private static RedisProtocol.TakePlan TakeMessage(bool opens = false) => new(
        opens ? ApprovedOrderSource.Open : ApprovedOrderSource.Draft, new PermitTexts(Governor, P33),
        PlanRecordText.Of("00000000deadbeef", "1-1", "gate-a", opens ? ApprovedOrderSource.Open : ApprovedOrderSource.Draft), 21_600);

    private async Task<IActorRef> Gateway()
    {
        var made = Sys.ActorOf(RedisGateway.Props(
            new RedisGatewaySettings(
                RedisEndpoint.Parse(server.Url), new RedisOptions(), new StreamOptions { BlockMs = 200 }, TimeSpan.FromSeconds(1), 1000,
                1000, TimeSpan.FromDays(1)),
            TimeProvider.System));
        made.Tell(new RedisProtocol.WatchConnection(), TestActor);
        await FishForMessageAsync<RedisProtocol.Connected>(_ => true);
        return made;
    }

    private Task<T> Ask<T>(object message) => gateway.Ask<T>(message, TimeSpan.FromSeconds(5));

    private Task<object> Take() => Ask<object>(TakeMessage());

    private Task<RedisProtocol.GateLooked> Look(string digest = "") =>
        Ask<RedisProtocol.GateLooked>(new RedisProtocol.LookAtGate(7, null, [new PlanQuestion(Draft().Plan, digest)]));

    private async Task EntriesOpen()
    {
        await Permits();
        await console.Text("SET", RedisKeys.EntriesGate, "open");
        await console.Text("SET", RedisKeys.EssState, "clear");
    }

    private async Task Permits(string? governor = Governor, string? p33 = P33)
    {
        await console.Text("DEL", Key(RedisKeys.Permit), Key(RedisKeys.PositionStatePermit));
        foreach (var (key, text) in new[] { (RedisKeys.Permit, governor), (RedisKeys.PositionStatePermit, p33) })
        {
            if (text is not null)
            {
                await console.Text("SETEX", Key(key), 60.ToString(CultureInfo.InvariantCulture), text);
            }
        }
    }

    private static class ApprovedOrderSource
    {
        public static readonly OrderDraft Draft = Close();
        public static readonly OrderDraft Open = Opening();

        private static Plan Plan(params string[] more)
        {
            string[] flat = ["plan_id", "p1", "symbol", "BTCUSDT", "decision", "EXECUTE", .. more];
            Assert.True(PlanWire.TryRead([.. flat.Chunk(2).Select(p => new KeyValuePair<string, string>(p[0], p[1]))], out var plan, out _));
            return plan;
        }

        private static OrderDraft Close()
        {
            var position = new Position(new PositionKey(Symbol.Parse("BTCUSDT"), PositionSide.Both), 1m, 100m, 100m, 0, 0);
            return OrderDraft.Close(Plan("action", "FULL_CLOSE_PROPOSED"), [position], 1m, null, out _)!;
        }

        private static OrderDraft Opening() => OrderDraft.Open(
            Plan("action", "OPEN_LONG", "qty", "1"), hedge: false, [], [], new MarketLot(0.1m, 10m, 0.1m), out _)!;
    }
}

using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Wire;

/// <summary>What an intent is, the plan it becomes, and the JSON it travels as.</summary>
public sealed class OrderIntentTests
{
    private const long NowMs = 1_770_000_000_123;

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly Gen<decimal> Numbers =
        from digits in Gen.Choose(1, 2_000_000_000)
        from scale in Gen.Choose(0, 20)
        select new decimal(digits, 0, 0, false, (byte)scale);

    private static readonly Gen<decimal?> Fractions =
        from thousandths in Gen.Choose(-1, 1000)
        select thousandths < 0 ? (decimal?)null : thousandths / 1000m;

    private static readonly Arbitrary<OrderIntent> Intents = (
        from source in Gen.Elements("dip-buyer", "a", "Grid.7_x")
        from name in Gen.Choose(0, int.MaxValue)
        from symbol in Gen.Elements("BTCUSDT", "1000PEPEUSDT", "币安人生USDT")
        from action in Gen.Elements(Enum.GetValues<IntentAction>())
        from quantity in Numbers
        from price in Gen.OneOf(Gen.Constant((decimal?)null), Numbers.Select(n => (decimal?)n))
        from kill in Fractions
        from confidence in Fractions
        from leverage in Gen.Choose(0, 125)
        from leg in Gen.Elements(Enum.GetValues<PositionSide>())
        from age in Gen.Choose(-1, 100_000)
        select OrderIntent.Of(
            IntentId.Of(source, name.ToString(CultureInfo.InvariantCulture)), Symbol.Parse(symbol), action,
            OrderIntent.NeedsQuantity(action) ? quantity : null) with
        {
            Price = price,
            KillScore = kill,
            Confidence = confidence,
            Leverage = leverage == 0 ? null : leverage,
            Leg = OrderIntent.FitsLeg(action, leg) ? leg : PositionSide.Both,
            CreatedAtMs = age < 0 ? null : NowMs - age,
        }).ToArbitrary();

    [Fact]
    [Trait("rule", "S6")]
    [Trait("rule", "S13")]
    public void S6_every_intent_is_a_plan_that_the_chain_reads_as_it_was_meant() => Prop.ForAll(Intents, intent =>
    {
        Assert.True(PlanWire.TryRead(OrderIntentWire.Write(intent, NowMs), out var plan, out var fault), fault.ToString());

        Assert.Equal((intent.Id.Plan, intent.Symbol, PlanDecision.Execute), (plan.Id, plan.Symbol, plan.Decision));
        Assert.Equal((intent.Quantity, intent.Price, intent.Leverage), (plan.Quantity, plan.Price, plan.Leverage));
        Assert.Equal((intent.KillScore, intent.Confidence, intent.Id.Source), (plan.KillScore, plan.Confidence, plan.Source));
        Assert.Equal(intent.CreatedAtMs ?? NowMs, plan.IntentCreatedAtMs);
        Assert.Equal(NowMs / 1000 * 1000, plan.TimestampMs);
        var opens = intent.Action is IntentAction.OpenLong or IntentAction.OpenShort;
        Assert.Equal(opens ? PlanEffect.Opens : PlanEffect.Closes, plan.Effect);
        OrderSide? side = intent.Action switch
        {
            IntentAction.OpenLong or IntentAction.ReduceShort => OrderSide.Buy,
            IntentAction.OpenShort or IntentAction.ReduceLong => OrderSide.Sell,
            _ => null,
        };
        Assert.Equal(side, plan.Side);
        Assert.Equal(intent.Leg == PositionSide.Both ? null : intent.Leg, OrderDraft.NamedLeg(plan));
    }).Check(Config);

    [Theory]
    [Trait("rule", "S5")]
    [InlineData(IntentAction.CloseFull, "8")]
    [InlineData(IntentAction.Close75, "6")]
    [InlineData(IntentAction.Close50, "4")]
    [InlineData(IntentAction.Close25, "2")]
    [InlineData(IntentAction.ReduceLong, "3")]
    [InlineData(IntentAction.ReduceShort, "3")]
    [InlineData(IntentAction.OpenLong, null)]
    public void S5_an_exit_wants_its_share_and_an_open_closes_nothing(IntentAction action, string? wanted)
    {
        var intent = OrderIntent.Of(Id(), Symbol.Parse("BTCUSDT"), action, OrderIntent.NeedsQuantity(action) ? 3m : null);
        Assert.True(PlanWire.TryRead(OrderIntentWire.Write(intent, NowMs), out var plan, out _));

        Assert.Equal(wanted is null ? null : decimal.Parse(wanted, CultureInfo.InvariantCulture), plan.WantedClose(8m));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void S8_the_plan_id_is_of_source_and_name_alone_in_the_documented_form()
    {
        var one = OrderIntent.Open(Id(), Symbol.Parse("BTCUSDT"), OrderSide.Buy, 1m);
        var other = OrderIntent.Close(Id(), Symbol.Parse("ETHUSDT"));

        Assert.Equal("22f5807fbdb8103f", one.Id.Plan.Value);
        Assert.Equal(one.Id.Plan, other.Id.Plan);
        Assert.NotEqual(one.Id.Plan, IntentId.Of("dip-buyer", "2").Plan);
        Assert.NotEqual(IntentId.Of("a", "b-c").Plan, IntentId.Of("a-b", "c").Plan);
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("a", "")]
    [InlineData("a:b", "1")]
    [InlineData("a", "1 2")]
    [InlineData("a", "é")]
    [InlineData("exit_brain", "1")]
    [InlineData("apply_layer", "1")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345", "1")]
    public void What_is_no_name_or_not_free_is_no_id(string source, string name)
    {
        Assert.False(IntentId.TryCreate(source, name, out _));
        Assert.Throws<FormatException>(() => IntentId.Of(source, name));
    }

    [Fact]
    public void An_intent_that_exists_is_valid_and_stays_so()
    {
        var (id, symbol) = (Id(), Symbol.Parse("BTCUSDT"));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderIntent.Open(id, symbol, OrderSide.Buy, 0m));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderIntent.Open(id, symbol, OrderSide.Buy, 100_000_000_000_001m));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderIntent.Of(id, symbol, IntentAction.CloseFull, 1m));
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderIntent.Of(id, symbol, IntentAction.ReduceLong, null));
        var close = OrderIntent.Close(id, symbol);
        Assert.Throws<ArgumentOutOfRangeException>(() => close with { Price = 0m });
        Assert.Throws<ArgumentOutOfRangeException>(() => close with { KillScore = 1.01m });
        Assert.Throws<ArgumentOutOfRangeException>(() => close with { Confidence = -0.01m });
        Assert.Throws<ArgumentOutOfRangeException>(() => close with { Leverage = 0m });
        Assert.Throws<ArgumentOutOfRangeException>(() => close with { CreatedAtMs = 1_770_000_000 });
        Assert.Throws<ArgumentOutOfRangeException>(
            () => OrderIntent.Open(id, symbol, OrderSide.Buy, 1m) with { Leg = PositionSide.Long });
        Assert.Equal(PositionSide.Short, (close with { Leg = PositionSide.Short }).Leg);
    }

    [Fact]
    public void Trailing_zeros_are_no_content_and_everything_an_order_is_made_of_is()
    {
        static string Digest(OrderIntent intent) =>
            PlanWire.TryRead(OrderIntentWire.Write(intent, NowMs), out var plan, out _) ? PlanRecordText.DigestOf(plan) : "";
        var symbol = Symbol.Parse("BTCUSDT");
        var one = Digest(OrderIntent.Open(Id(), symbol, OrderSide.Buy, 1.0m));

        Assert.Equal(one, Digest(OrderIntent.Open(Id(), symbol, OrderSide.Buy, 1.000m) with { KillScore = 0.3m, Price = 5m }));
        Assert.NotEqual(one, Digest(OrderIntent.Open(Id(), symbol, OrderSide.Buy, 1.001m)));
        Assert.NotEqual(one, Digest(OrderIntent.Open(Id(), symbol, OrderSide.Sell, 1m)));
        Assert.NotEqual(one, Digest(OrderIntent.Open(Id(), Symbol.Parse("ETHUSDT"), OrderSide.Buy, 1m)));
        Assert.NotEqual(
            Digest(OrderIntent.Close(Id(), symbol)), Digest(OrderIntent.Close(Id(), symbol) with { Leg = PositionSide.Long }));
    }

    [Fact]
    [Trait("rule", "S13")]
    public void S13_what_is_written_as_JSON_is_read_back_to_the_last_digit() => Prop.ForAll(Intents, intent =>
    {
        Assert.True(OrderIntentJson.TryRead(OrderIntentJson.Write(intent), out var again, out var why), why);
        Assert.Equal(intent, again);
    }).Check(Config);

    [Theory]
    [Trait("rule", "S13")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("7.9228162514264337593543950335", "7.9228162514264337593543950335")]
    [InlineData("99999999999999.99999999999999", "99999999999999.99999999999999")]
    [InlineData("100000000000000", "100000000000000")]
    [InlineData("007.500", "7.5")]
    [InlineData("10", "10")]
    public void S13_the_finest_and_the_largest_come_through_whole(string text, string expected)
    {
        var json = $$"""{"source":"s","intent_id":"1","symbol":"BTCUSDT","action":"open_long","quantity":"{{text}}"}""";
        Assert.True(OrderIntentJson.TryRead(Encoding.UTF8.GetBytes(json), out var intent, out var why), why);

        Assert.Equal(expected, intent.Quantity!.Value.ToString(CultureInfo.InvariantCulture));
        Assert.True(OrderIntentJson.TryRead(OrderIntentJson.Write(intent), out var again, out _));
        Assert.Equal(intent, again);
        Assert.True(PlanWire.TryRead(OrderIntentWire.Write(intent, NowMs), out var plan, out _));
        Assert.Equal(intent.Quantity, plan.Quantity);
    }

    [Fact]
    public void The_JSON_is_the_documented_one()
    {
        var intent = OrderIntent.Open(Id(), Symbol.Parse("BTCUSDT"), OrderSide.Sell, 0.0100m) with
        {
            Price = 60000m,
            KillScore = 0.1m,
            Confidence = 0.8m,
            Leverage = 3m,
            CreatedAtMs = NowMs,
        };
        const string golden = """
            {"source":"dip-buyer","intent_id":"1","symbol":"BTCUSDT","action":"open_short","quantity":"0.01","price":"60000",
            "kill_score":"0.1","confidence":"0.8","leverage":"3","created_at_ms":1770000000123}
            """;

        Assert.Equal(golden.ReplaceLineEndings(""), Encoding.UTF8.GetString(OrderIntentJson.Write(intent)));
        Assert.True(OrderIntentJson.TryRead(
            """{"action":"close_50","leg":"long","symbol":"BTCUSDT","intent_id":"1","source":"dip-buyer","kill_score":0.25}"""u8.ToArray(),
            out var close, out _));
        Assert.Equal((IntentAction.Close50, PositionSide.Long, 0.25m), (close.Action, close.Leg, close.KillScore!.Value));
    }

    [Theory]
    [InlineData("", "no JSON object")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON object")]
    [InlineData("{} {}", "no JSON object")]
    [InlineData("""{"a":"\ud800"}""", "is no field")]
    [InlineData("""{"source":"\ud800"}""", "no JSON object|source")]
    [InlineData("""{"side":"BUY",…}""", "'side' is no field")]
    [InlineData("""{"Symbol":"BTCUSDT",…}""", "'Symbol' is no field")]
    [InlineData("""{"symbol":"BTCUSDT",…}""", "symbol stands twice")]
    [InlineData("""{"quantity":1e5,…}""", "quantity")]
    [InlineData("""{"quantity":1E-2,…}""", "quantity")]
    [InlineData("""{"quantity":"1e5",…}""", "quantity")]
    [InlineData("""{"quantity":-1,…}""", "quantity")]
    [InlineData("""{"quantity":"-1",…}""", "quantity")]
    [InlineData("""{"quantity":0,…}""", "quantity")]
    [InlineData("""{"quantity":"",…}""", "quantity")]
    [InlineData("""{"quantity":" 1",…}""", "quantity")]
    [InlineData("""{"quantity":"1,5",…}""", "quantity")]
    [InlineData("""{"quantity":"+1",…}""", "quantity")]
    [InlineData("""{"quantity":".5",…}""", "quantity")]
    [InlineData("""{"quantity":"5.",…}""", "quantity")]
    [InlineData("""{"quantity":"1.2.3",…}""", "quantity")]
    [InlineData("""{"quantity":"NaN",…}""", "quantity")]
    [InlineData("""{"quantity":"١",…}""", "quantity")]
    [InlineData("""{"quantity":true,…}""", "quantity")]
    [InlineData("""{"quantity":null,…}""", "quantity")]
    [InlineData("""{"quantity":{"a":1},…}""", "quantity")]
    [InlineData("""{"quantity":0.123456789012345678901234567895,…}""", "quantity")]
    [InlineData("""{"quantity":99999999999999.999999999999999999,…}""", "quantity")]
    [InlineData("""{"quantity":"00000000000000000000000000000000000000000000000000000000000000001",…}""", "quantity")]
    [InlineData("""{"quantity":100000000000001,…}""", "quantity")]
    [InlineData("""{"price":0,"quantity":1,…}""", "price")]
    [InlineData("""{"kill_score":1.1,"quantity":1,…}""", "kill_score")]
    [InlineData("""{"confidence":"x","quantity":1,…}""", "confidence")]
    [InlineData("""{"leverage":1001,"quantity":1,…}""", "leverage")]
    [InlineData("""{"leg":"long","quantity":1,…}""", "leg")]
    [InlineData("""{"leg":"both","quantity":1,…}""", "leg")]
    [InlineData("""{"created_at_ms":"1770000000123","quantity":1,…}""", "created_at_ms")]
    [InlineData("""{"created_at_ms":1770000000,"quantity":1,…}""", "created_at_ms")]
    [InlineData("""{"created_at_ms":1.77e12,"quantity":1,…}""", "created_at_ms")]
    [InlineData("""{…}""", "quantity is missing")]
    [InlineData("""{"source":"s","intent_id":"1","symbol":"BTCUSDT","action":"close_full","quantity":1}""", "does not go with a close")]
    [InlineData("""{"source":"s","intent_id":1,"symbol":"BTCUSDT","action":"close_full"}""", "source and intent_id")]
    [InlineData("""{"source":"exit_brain","intent_id":"1","symbol":"BTCUSDT","action":"close_full"}""", "source and intent_id")]
    [InlineData("""{"source":"s","intent_id":"1","symbol":"BTC USDT","action":"close_full"}""", "symbol")]
    [InlineData("""{"source":"s","intent_id":"1","symbol":"BTCUSDT","action":"CLOSE_FULL"}""", "action")]
    [InlineData("""{"source":"s","intent_id":"1","symbol":"BTCUSDT"}""", "action")]
    public void What_is_not_exactly_an_intent_is_none_and_one_line_says_why(string json, string why)
    {
        var text = json.Replace("…", """ "source":"s","intent_id":"1","symbol":"BTCUSDT","action":"open_long" """, StringComparison.Ordinal);

        Assert.False(OrderIntentJson.TryRead(Encoding.UTF8.GetBytes(text), out var intent, out var said));
        Assert.Null(intent);
        Assert.Contains(why.Split('|'), part => said.Contains(part, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', said);
    }

    private static IntentId Id() => IntentId.Of("dip-buyer", "1");
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Wire;

/// <summary>Results read back from the stream, and verdicts as they travel to strategies.</summary>
public sealed class GateVerdictTests
{
    private static readonly PlanId Plan = PlanId.Parse("97367696615fa75a");

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Gen<decimal> Quantities =
        from digits in Gen.Choose(0, 2_000_000_000)
        from scale in Gen.Choose(0, 20)
        select new decimal(digits, 0, 0, false, (byte)scale);

    private static readonly Gen<PlanStepResult> Steps =
        from step in Gen.Elements("CLOSE_FULL", "PERMIT_WAIT")
        from details in Gen.Elements("", "filled", "a \"quoted\" ✓\n")
        from has in Gen.Elements(true, false)
        from quantity in Quantities
        from executed in Gen.OneOf(Gen.Constant((decimal?)null), Quantities.Select(n => (decimal?)n))
        from side in Gen.Elements(OrderSide.Buy, OrderSide.Sell)
        select new PlanStepResult(step, "success", details)
        {
            Order = has ? new PlanOrderResult("77", "ap-1", side, quantity, executed, ReduceOnly: side == OrderSide.Sell) : null,
        };

    private static readonly Arbitrary<PlanResult> Results = (
        from executed in Gen.Elements(true, false)
        from would in Gen.Elements(true, false)
        from error in Gen.Elements("", "kill_switch_active", "order_rejected:-2019")
        from steps in Steps.ListOf(3)
        select new PlanResult(Plan.Value, "BTCUSDT", "EXECUTE", executed, would, [.. steps], error, 1_770_000_000_000)).ToArbitrary();

    [Fact]
    [Trait("rule", "S13")]
    public void S13_a_result_of_the_gate_is_read_back_as_it_was_written() => Prop.ForAll(Results, result =>
    {
        Assert.True(PlanResultWire.TryRead(PlanResultWire.Write(result), out var again));
        AssertSame(result, again);
    }).Check(Config);

    [Theory]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("TRUE")]
    public void Somebody_elses_result_is_read_for_its_words(string executed)
    {
        Assert.True(PlanResultWire.TryRead(
            [new("plan_id", "p1"), new("executed", executed), new("steps_results", "{not json"), new("timestamp", "soon")], out var result));

        Assert.Equal(("p1", true, false, "", 0L), (result.PlanId, result.Executed, result.WouldExecute, result.Error, result.AtMs));
        Assert.Empty(result.Steps);
        Assert.False(PlanResultWire.TryRead([new("executed", "True")], out _));
        Assert.False(PlanResultWire.TryRead([new("plan_id", new string('a', 65))], out _));
    }

    [Fact]
    public void A_verdict_is_read_back_as_it_was_written()
    {
        Prop.ForAll(Results, result =>
        {
            var again = Assert.IsType<GateVerdict.Decided>(GateVerdictJson.Read(GateVerdictJson.Write(new GateVerdict.Decided(Plan, result))));
            Assert.Equal(Plan, again.Plan);
            AssertSame(result, again.Result);
        }).Check(Config);
        GateVerdict[] others =
        [
            new GateVerdict.Pending(Plan, "why"), new GateVerdict.ContentChanged(Plan), new GateVerdict.NotKnown(Plan),
            .. Enum.GetValues<NotSubmittedReason>().Select(reason => new GateVerdict.NotSubmitted(Plan, reason, "detail")),
        ];
        Assert.All(others, verdict => Assert.Equal(verdict, GateVerdictJson.Read(GateVerdictJson.Write(verdict))));
    }

    [Fact]
    public void The_JSON_is_the_documented_one()
    {
        var step = new PlanStepResult("OPEN", "success", "filled")
        {
            Order = new PlanOrderResult("77", "ap-1", OrderSide.Buy, 0.010m, 0.010m, ReduceOnly: false),
        };
        var verdict = new GateVerdict.Decided(Plan, new PlanResult(Plan.Value, "BTCUSDT", "EXECUTE", true, true, [step], "", 1_770_000_000_000));
        const string golden = """
            {"plan_id":"97367696615fa75a","status":"decided","final":true,"executed":true,"error":"","symbol":"BTCUSDT","decision":"EXECUTE",
            "would_execute":true,"at_ms":1770000000000,"steps":[{"step":"OPEN","status":"success","details":"filled","order":{"order_id":"77",
            "client_order_id":"ap-1","side":"BUY","quantity":"0.010","executed_qty":"0.010","reduce_only":false}}]}
            """;

        Assert.Equal(golden.ReplaceLineEndings(""), Encoding.UTF8.GetString(GateVerdictJson.Write(verdict)));
        Assert.Equal(0.010m, verdict.Filled);
        Assert.Equal(
            """{"plan_id":"97367696615fa75a","status":"not_submitted","final":false,"executed":false,"error":"redis_unavailable","detail":"down"}""",
            Encoding.UTF8.GetString(GateVerdictJson.Write(new GateVerdict.NotSubmitted(Plan, NotSubmittedReason.RedisUnavailable, "down"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"error":"a bearer token is needed"}""")]
    [InlineData("""{"plan_id":"p1","status":"probably"}""")]
    [InlineData("""{"plan_id":"p1","status":"not_submitted","error":"bad luck"}""")]
    [InlineData("""{"plan_id":"p1","status":"decided","executed":"yes"}""")]
    [InlineData("""{"plan_id":"a b","status":"pending"}""")]
    public void What_is_no_verdict_is_none(string json) => Assert.Null(GateVerdictJson.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    [Trait("rule", "S1")]
    public void S1_only_what_cannot_change_is_final_and_only_an_execution_is_one()
    {
        GateVerdict Decided(bool executed, string error) =>
            new GateVerdict.Decided(Plan, new PlanResult(Plan.Value, "BTCUSDT", "EXECUTE", executed, true, [], error, 1));

        Assert.Equal((true, true), (Decided(true, "").IsFinal, Decided(true, "").Executed));
        Assert.Equal((true, false), (Decided(false, "kill_switch_active").IsFinal, Decided(false, "kill_switch_active").Executed));
        Assert.Equal((false, false), (Decided(false, "outcome_unknown").IsFinal, Decided(false, "outcome_unknown").Executed));
        Assert.False(new GateVerdict.Pending(Plan, "").IsFinal);
        Assert.False(new GateVerdict.NotSubmitted(Plan, NotSubmittedReason.Full, "").IsFinal);
        Assert.False(new GateVerdict.NotKnown(Plan).IsFinal);
        Assert.True(new GateVerdict.ContentChanged(Plan).IsFinal);
        Assert.Equal("plan_content_changed", new GateVerdict.ContentChanged(Plan).Error);
    }

    private static void AssertSame(PlanResult expected, PlanResult actual)
    {
        Assert.Equal(expected with { Steps = [] }, actual with { Steps = [] });
        Assert.Equal(expected.Steps, actual.Steps);
    }
}

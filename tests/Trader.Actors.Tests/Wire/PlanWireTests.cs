using System.Globalization;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Wire;

/// <summary>What an entry of the plan stream is, and what is none (apply-layer contract 1.6, A44).</summary>
public sealed class PlanWireTests
{
    [Fact]
    public void A_plan_of_the_apply_layer_is_read_with_all_it_carries()
    {
        var plan = Read(
            ("plan_id", "97367696615fa75a"), ("symbol", "BTCUSDT"), ("action", "PARTIAL_75"), ("decision", "EXECUTE"),
            ("kill_score", "0.527"), ("k_regime_flip", "1e-05"), ("confidence", "0.8"), ("qty", "0.0"), ("side", "CLOSE"),
            ("reduceOnly", "true"), ("source", "apply_layer"), ("timestamp", "1769299200"), ("price", "100.2"),
            ("intent_created_at", "1769299199.25"), ("snapshot_position_count", "3"), ("snapshot_exposure_pct", "0.4"));

        Assert.Equal(("97367696615fa75a", "BTCUSDT", PlanDecision.Execute), (plan.Id.Value, plan.Symbol.Value, plan.Decision));
        Assert.Equal((PlanAction.Partial75, PlanEffect.Closes, true), (plan.Action, plan.Effect, plan.ReduceOnly));
        Assert.Equal((null, null), (plan.Side, plan.Quantity));
        Assert.Equal((0.527m, 0.00001m, 0.8m, 100.2m), (plan.KillScore, plan.RegimeFlip, plan.Confidence, plan.Price));
        Assert.Equal((1769299200000L, 1769299199250L), (plan.TimestampMs, plan.IntentCreatedAtMs));
        Assert.Equal((3, 0.4m, "apply_layer"), (plan.SnapshotPositionCount, plan.SnapshotExposure, plan.Source));
        Assert.Equal("97367696", plan.Id.Short);
    }

    [Theory]
    [InlineData("OPEN", "", PlanEffect.Opens, null)]
    [InlineData("OPEN", "false", PlanEffect.Opens, null)]
    [InlineData("OPEN_LONG", "false", PlanEffect.Opens, OrderSide.Buy)]
    [InlineData("LONG", "", PlanEffect.Opens, OrderSide.Buy)]
    [InlineData("BUY", "", PlanEffect.Opens, OrderSide.Buy)]
    [InlineData("OPEN_SHORT", "false", PlanEffect.Opens, OrderSide.Sell)]
    [InlineData("SHORT", "", PlanEffect.Opens, OrderSide.Sell)]
    [InlineData("SELL", "0", PlanEffect.Opens, OrderSide.Sell)]
    [InlineData("SELL", "true", PlanEffect.Closes, OrderSide.Sell)]
    [InlineData("BUY", "1", PlanEffect.Closes, OrderSide.Buy)]
    [InlineData("FULL_CLOSE_PROPOSED", "", PlanEffect.Closes, null)]
    [InlineData("FULL_CLOSE_PROPOSED", "false", PlanEffect.Closes, null)]
    [InlineData("PARTIAL_75", "true", PlanEffect.Closes, null)]
    [InlineData("PARTIAL_50", "", PlanEffect.Closes, null)]
    [InlineData("PARTIAL_25", "", PlanEffect.Closes, null)]
    [InlineData("UPDATE_SL", "", PlanEffect.Neither, null)]
    [InlineData("HOLD", "", PlanEffect.Neither, null)]
    [InlineData("open", "", PlanEffect.Neither, null)]
    [InlineData("FULL_CLOSE", "true", PlanEffect.Neither, null)]
    [InlineData("", "", PlanEffect.Neither, null)]
    public void The_action_and_reduce_only_say_what_a_plan_does(
        string action, string reduceOnly, PlanEffect effect, OrderSide? side)
    {
        var plan = Read(Basic(("action", action), ("reduceOnly", reduceOnly)));

        Assert.Equal((effect, side), (plan.Effect, plan.Side));
    }

    [Theory]
    [InlineData("EXECUTE", PlanDecision.Execute)]
    [InlineData("SKIP", PlanDecision.Skip)]
    [InlineData("BLOCKED", PlanDecision.Blocked)]
    [InlineData("ERROR", PlanDecision.Error)]
    [InlineData("HOLD", PlanDecision.Hold)]
    [InlineData("HALT", PlanDecision.Halt)]
    [InlineData("execute", PlanDecision.Unknown)]
    [InlineData(" EXECUTE", PlanDecision.Unknown)]
    [InlineData("RECONCILE_CLOSE", PlanDecision.Unknown)]
    [InlineData("", PlanDecision.Unknown)]
    [Trait("covers", "A44")]
    public void Only_the_documented_word_is_execute(string word, PlanDecision expected) =>
        Assert.Equal(expected, Read(Basic(("decision", word))).Decision);

    [Theory]
    [InlineData("plan_id", null, PlanFault.PlanIdMissing)]
    [InlineData("plan_id", "", PlanFault.PlanIdMissing)]
    [InlineData("plan_id", "p33:97367696615fa75a", PlanFault.PlanIdInvalid)]
    [InlineData("plan_id", "a b", PlanFault.PlanIdInvalid)]
    [InlineData("plan_id", "æ", PlanFault.PlanIdInvalid)]
    [InlineData("symbol", null, PlanFault.SymbolInvalid)]
    [InlineData("symbol", "BTC USDT", PlanFault.SymbolInvalid)]
    [InlineData("qty", "-1", PlanFault.QuantityInvalid)]
    [InlineData("qty", "nan", PlanFault.QuantityInvalid)]
    [InlineData("qty", "inf", PlanFault.QuantityInvalid)]
    [InlineData("qty", "1,5", PlanFault.QuantityInvalid)]
    [InlineData("qty", " 1", PlanFault.QuantityInvalid)]
    [InlineData("qty", "1e400", PlanFault.QuantityInvalid)]
    [InlineData("qty", "1e15", PlanFault.QuantityInvalid)]
    [InlineData("side", "UP", PlanFault.SideInvalid)]
    [InlineData("side", "buy", PlanFault.SideInvalid)]
    [InlineData("reduceOnly", "maybe", PlanFault.ReduceOnlyInvalid)]
    public void What_must_be_understood_and_is_not_makes_it_no_plan(string field, string? value, PlanFault expected)
    {
        Assert.False(PlanWire.TryRead(Basic((field, value)), out var plan, out var fault));
        Assert.Null(plan);
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("OPEN_LONG", "SELL", "", PlanFault.SideContradiction)]
    [InlineData("SELL", "LONG", "true", PlanFault.SideContradiction)]
    [InlineData("OPEN", "BUY", "true", PlanFault.ReduceOnlyContradiction)]
    [InlineData("SHORT", "", "true", PlanFault.ReduceOnlyContradiction)]
    [Trait("rule", "S5")]
    public void S5_a_plan_that_contradicts_itself_is_none(string action, string side, string reduceOnly, PlanFault expected)
    {
        Assert.False(PlanWire.TryRead(Basic(("action", action), ("side", side), ("reduceOnly", reduceOnly)), out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("kill_score")]
    [InlineData("confidence")]
    [InlineData("snapshot_position_count")]
    [InlineData("snapshot_exposure_pct")]
    [InlineData("intent_created_at")]
    [Trait("covers", "D-G2")]
    public void An_exit_is_not_lost_over_a_figure_that_only_limits_exposure(string field)
    {
        var plan = Read(Basic((field, "nan")));

        Assert.Null(plan.KillScore ?? plan.Confidence ?? plan.SnapshotPositionCount ?? plan.SnapshotExposure ?? plan.IntentCreatedAtMs);
    }

    [Fact]
    public void An_entry_beyond_any_plans_size_is_none()
    {
        KeyValuePair<string, string>[] many = [.. Enumerable.Range(0, PlanWire.MaxFields + 1).Select(i => KeyValuePair.Create($"f{i}", ""))];

        Assert.False(PlanWire.TryRead(many, out _, out var fault));
        Assert.Equal(PlanFault.TooLarge, fault);
        Assert.False(PlanWire.TryRead(Basic(("action", new string('A', PlanWire.MaxText + 1))), out _, out fault));
        Assert.Equal(PlanFault.WordTooLong, fault);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var plan = Read(Basic(("action", "OPEN"), ("side", "SELL"), ("qty", "0.00001"), ("price", "3005.4"), ("timestamp", "1769299200")));

        var again = Read([.. PlanWire.Write(plan)]);

        Assert.Equal(plan with { Fields = again.Fields }, again);
        Assert.Contains(again.Fields, f => f is { Key: "qty", Value: "0.00001" });
    }

    [Theory]
    [InlineData("FULL_CLOSE_PROPOSED", "", "2")]
    [InlineData("PARTIAL_75", "", "1.5")]
    [InlineData("PARTIAL_50", "", "1")]
    [InlineData("PARTIAL_25", "", "0.5")]
    [InlineData("SELL", "0.3", "0.3")]
    [InlineData("SELL", "3", "2")]
    [InlineData("SELL", "", null)]
    [InlineData("HOLD", "1", null)]
    [InlineData("whatever", "1", null)]
    [Trait("covers", "X9,D-G6")]
    [Trait("rule", "S5")]
    public void S5_a_close_never_wants_more_than_the_position_and_an_unknown_word_wants_nothing(
        string action, string quantity, string? wanted)
    {
        var plan = Read(Basic(("action", action), ("qty", quantity), ("reduceOnly", "true"), ("side", "")));

        Assert.Equal(wanted is null ? null : decimal.Parse(wanted, CultureInfo.InvariantCulture), plan.WantedClose(2m));
    }

    [Theory]
    [InlineData("PARTIAL_75", 0.527, 100.2, "97367696615fa75a")]
    [InlineData("FULL_CLOSE_PROPOSED", 0.1, null, "e2ca7ac1be1024f0")]
    [InlineData("UPDATE_SL", 0.53999, 100.0, "227ea7b838b9fa9e")]
    public void The_plan_id_is_the_documented_hash(string action, double kill, double? stop, string expected) =>
        Assert.Equal(expected, PlanIdHash.Of(Symbol.Parse("BTCUSDT"), action, kill, stop, "2026-01-25T00:00:00Z").Value);

    [Theory]
    [InlineData(100.2, "100.2")]
    [InlineData(100, "100.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1.5e-7, "1.5e-07")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(123456789012345678, "1.2345678901234568e+17")]
    [InlineData(1234567, "1234567.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0, "0.0")]
    [InlineData(1.0 / 3, "0.3333333333333333")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void A_float_is_written_as_Python_writes_it(double value, string expected) =>
        Assert.Equal(expected, PythonFloat.Text(value));

    [Theory]
    [InlineData(0.527, "0.527000")]
    [InlineData(0.0078125, "0.007812")]
    [InlineData(0.0234375, "0.023438")]
    [InlineData(0.0000005, "0.000000")]
    [InlineData(0.9999995, "1.000000")]
    [InlineData(-0.0078125, "-0.007812")]
    [InlineData(123456789, "123456789.000000")]
    public void Fixed_decimals_round_the_exact_value_and_halves_to_even(double value, string expected) =>
        Assert.Equal(expected, PythonFloat.Fixed(value, 6));

    private static Plan Read(params KeyValuePair<string, string>[] fields)
    {
        Assert.True(PlanWire.TryRead(fields, out var plan, out var fault), fault.ToString());
        return plan;
    }

    private static Plan Read(params (string Name, string Value)[] fields) =>
        Read([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]);

    /// <summary>A close that is in order, with these fields in place of its own; a null value takes the field away.</summary>
    private static KeyValuePair<string, string>[] Basic(params (string Name, string? Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["plan_id"] = "97367696615fa75a",
            ["symbol"] = "BTCUSDT",
            ["action"] = "FULL_CLOSE_PROPOSED",
            ["decision"] = "EXECUTE",
        };
        foreach (var (name, value) in changes)
        {
            fields.Remove(name);
            if (value is not null)
            {
                fields[name] = value;
            }
        }

        return [.. fields];
    }
}

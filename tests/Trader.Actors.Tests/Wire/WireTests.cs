using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Wire;

/// <summary>Golden fields of every documented entry, and what is refused when read (E4, E11, E15, E18, E32).</summary>
public sealed class WireTests
{
    [Fact]
    public void A_heartbeat_carries_the_documented_fields_as_plain_integers()
    {
        var fields = HeartbeatWire.Write(new Heartbeat(BrainId, BrainStatus.Alive, 2, 1700000000000, 37, 1, 1700000000123));

        Assert.Equal(
            "service_id=exit_brain_main status=ALIVE active_positions=2 last_decision_ts=1700000000000 loop_cycle_ms=37 "
            + "latency_ms=37 pending_exits=1 ts=1700000000123",
            string.Join(' ', fields.Select(f => $"{f.Key}={f.Value}")));
    }

    [Fact]
    public void A_heartbeat_that_never_decided_does_not_claim_a_time() =>
        Assert.DoesNotContain(HeartbeatWire.Write(Beat(1700000000123)), f => f.Key == "last_decision_ts");

    [Fact]
    public void What_is_written_is_read_back()
    {
        var beat = new Heartbeat(BrainId, BrainStatus.Degraded, 3, 1700000000000, 501, 2, 1700000000123);

        Assert.True(HeartbeatWire.TryRead(HeartbeatWire.Write(beat), out var read, out _));
        Assert.Equal(beat, read);
    }

    [Theory]
    [InlineData("ALIVE", BrainStatus.Alive)]
    [InlineData("OK", BrainStatus.Alive)]
    [InlineData("alive", BrainStatus.Alive)]
    [InlineData("DEGRADED", BrainStatus.Degraded)]
    [InlineData("HALTED", BrainStatus.Degraded)]
    public void Unknown_words_are_degraded(string word, BrainStatus expected)
    {
        Assert.True(HeartbeatWire.TryRead(Fields(("status", word), ("active_positions", "2"), ("ts", "1700000000123")), out var beat, out _));
        Assert.Equal(expected, beat.Status);
    }

    [Theory]
    [InlineData("status", "")]
    [InlineData("active_positions", "")]
    [InlineData("active_positions", "3.0")]
    [InlineData("active_positions", "-1")]
    [InlineData("active_positions", null)]
    [InlineData("ts", "abc")]
    [InlineData("ts", "0")]
    [InlineData("ts", null)]
    [InlineData("last_decision_ts", "soon")]
    [InlineData("loop_cycle_ms", "NaN")]
    public void A_heartbeat_wrong_in_any_field_is_none(string field, string? value)
    {
        var all = new Dictionary<string, string?>
        {
            ["status"] = "ALIVE",
            ["active_positions"] = "2",
            ["ts"] = "1700000000123",
            [field] = value,
        };
        var fields = all.Where(f => f.Value is not null).Select(f => (f.Key, f.Value!)).ToArray();

        Assert.False(HeartbeatWire.TryRead(Fields(fields), out _, out var why));
        Assert.Contains(field, why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1707840123", 1707840123000)]
    [InlineData("1707840123.5", 1707840123500)]
    [InlineData("1707840123456", 1707840123456)]
    public void Decision_times_are_read_by_magnitude(string text, long expected)
    {
        Assert.True(HeartbeatWire.TryRead(
            Fields(("status", "ALIVE"), ("active_positions", "2"), ("ts", "1707840123456"), ("last_decision_ts", text)), out var beat, out _));
        Assert.Equal(expected, beat.LastDecisionTsMs);
    }

    [Fact]
    public void A_panic_has_exactly_the_five_documented_fields() =>
        Assert.Equal("event_id=e1 reason=TEST severity=CRITICAL issued_by=ops ts=1000000000000", Line(PanicWire.Write(Trigger())));

    [Fact]
    public void A_completion_has_exactly_the_eight_documented_fields()
    {
        var completion = new PanicCompletion(Event("e1"), 3, 2, ["B\"X"], 1000, 2847);

        Assert.Equal(
            "event_id=e1 positions_total=3 positions_closed=2 positions_failed=1 failed_symbols=[\"B\\u0022X\"] ts_started=1000 "
            + "ts_completed=2847 execution_time_ms=1847", Line(PanicWire.Write(completion)));
        Assert.True(PanicWire.TryRead(PanicWire.Write(completion), out var read));
        Assert.Equal(completion.FailedSymbols, read.FailedSymbols);
    }

    [Fact]
    public void A_completion_whose_count_and_list_disagree_is_not_flat()
    {
        var fields = PanicWire.Write(new PanicCompletion(Event("e1"), 3, 2, [], 1, 2))
            .Select(f => f.Key == "positions_failed" ? new KeyValuePair<string, string>(f.Key, "1") : f).ToList();

        Assert.True(PanicWire.TryRead(fields, out var read));
        Assert.False(read.VerifiedFlat);
    }

    [Fact]
    public void The_halt_hash_is_the_union_of_the_documented_fields() =>
        Assert.Equal(
            "halted=true reason=R source=watchdog positions_closed=2 requires_manual_reset=true requires_manual_ack=true event_id=e1 "
            + "ts=5 halted_at=5 halted_by=eew_1",
            Line(PanicWire.Write(new HaltRecord(Event("e1"), "R", "watchdog", 2, 5, "eew_1"))));

    [Theory]
    [InlineData(null, false)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("maybe", true)]
    [InlineData("", true)]
    [Trait("rule", "S1")]
    public void Doubt_about_the_halt_is_a_halt(string? value, bool halted) =>
        Assert.Equal(halted, PanicWire.IsHalted(value is null ? [] : Fields(("halted", value))));

    [Fact]
    [Trait("rule", "S1")]
    public void A_halt_hash_without_the_field_is_halted() => Assert.True(PanicWire.IsHalted(Fields(("reason", "x"))));

    private static string Line(IReadOnlyList<KeyValuePair<string, string>> fields) =>
        string.Join(' ', fields.Select(f => $"{f.Key}={f.Value}"));

    private static IReadOnlyList<KeyValuePair<string, string>> Fields(params (string Key, string Value)[] fields) =>
        [.. fields.Select(f => new KeyValuePair<string, string>(f.Key, f.Value))];
}

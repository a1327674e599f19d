using System.Globalization;
using Trader.Actors.PanicClose;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.PanicClose;

/// <summary>S9: issuer, age, future; formats read generously, values not (E44, E45; X16, X17).</summary>
[Trait("rule", "S9")]
public sealed class TriggerRulesTests
{
    private const long Now = 1_770_000_000_000;

    [Theory]
    [InlineData("risk_kernel")]
    [InlineData("exit_brain")]
    [InlineData("ops")]
    [InlineData("watchdog")]
    [InlineData("OPS")]
    [InlineData(" Watchdog ")]
    public void The_four_issuers_are_heard_in_any_case(string issuer) =>
        Assert.IsType<TriggerVerdict.Accepted>(Check(("event_id", "e"), ("issued_by", issuer), ("ts", Text(Now))));

    [Theory]
    [InlineData("governor", "governor")]
    [InlineData("", "unknown")]
    [InlineData("ops2", "ops2")]
    public void Anyone_else_is_refused_by_name(string issuer, string shown)
    {
        var refused = Refused(("event_id", "e"), ("issued_by", issuer), ("ts", Text(Now)));

        Assert.Equal(TriggerRefusal.UnauthorizedSource, refused.Refusal);
        Assert.Equal($"UNAUTHORIZED SOURCE: {shown}", refused.Text);
    }

    [Theory]
    [InlineData(60_000, true)]
    [InlineData(60_001, false)]
    [InlineData(-5_000, true)]
    [InlineData(-5_001, false)]
    public void Age_and_future_have_strict_limits(long ageMs, bool accepted) =>
        Assert.Equal(accepted, Check(("event_id", "e"), ("issued_by", "ops"), ("ts", Text(Now - ageMs))) is TriggerVerdict.Accepted);

    [Fact]
    public void Stale_and_future_speak_the_documented_words()
    {
        Assert.Equal("STALE TRIGGER: 61.0s old (max 60s)",
            Refused(("event_id", "e"), ("issued_by", "ops"), ("ts", Text(Now - 61_000))).Text);
        Assert.Equal("FUTURE TRIGGER: 7.0s in future",
            Refused(("event_id", "e"), ("issued_by", "ops"), ("ts", Text(Now + 7_000))).Text);
    }

    [Theory]
    [InlineData("1770000000")]
    [InlineData("1770000000.250")]
    [InlineData("1770000000000.5")]
    public void Seconds_and_fractions_are_understood(string ts) =>
        Assert.IsType<TriggerVerdict.Accepted>(Check(("event_id", "e"), ("issued_by", "watchdog"), ("ts", ts)));

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1e13")]
    [InlineData("99999999999999999999999")]
    public void A_persons_trigger_with_an_unreadable_time_counts_from_its_arrival(string ts)
    {
        Assert.IsType<TriggerVerdict.Accepted>(Check(("event_id", "e"), ("issued_by", "ops"), ("ts", ts)));
        Assert.Equal(TriggerRefusal.Malformed, Refused(("event_id", "e"), ("issued_by", "watchdog"), ("ts", ts)).Refusal);
    }

    [Fact]
    public void Missing_id_time_and_reason_have_the_documented_stand_ins_and_are_the_same_for_every_worker()
    {
        var first = Assert.IsType<TriggerVerdict.Accepted>(Check(("source", "ops")));
        var again = Assert.IsType<TriggerVerdict.Accepted>(Check(("source", "ops")));

        Assert.Equal(first.Trigger.EventId, again.Trigger.EventId);
        Assert.Equal("No reason provided", first.Trigger.Reason);
        Assert.Equal(Now, first.Trigger.TsMs);
    }

    [Fact]
    public void Huge_and_unprintable_fields_are_cut_and_cleaned()
    {
        var accepted = Assert.IsType<TriggerVerdict.Accepted>(Check(
            ("event_id", new string('x', 10_000)), ("issued_by", "ops"), ("reason", "a\nb" + new string('y', 10_000)), ("ts", Text(Now))));

        Assert.True(accepted.Trigger.Reason.Length <= PanicTrigger.MaxReasonLength);
        Assert.DoesNotContain('\n', accepted.Trigger.Reason);
        Assert.Equal(TriggerRefusal.Malformed,
            Refused(("event_id", new string('x', 10_000)), ("issued_by", "watchdog"), ("ts", Text(Now))).Refusal);
    }

    [Theory]
    [InlineData("9223372036854775807-1")]
    [InlineData("99999999999999999999-0")]
    [InlineData("0-1")]
    public void An_entry_id_that_is_no_time_is_judged_and_harms_nothing(string streamId)
    {
        foreach (var ts in new[] { "abc", "99999999999999", "1" })
        {
            var entry = new PanicEntry(streamId, [new("issued_by", "ops"), new("ts", ts)], false);
            Assert.NotNull(Check(entry));
        }

        Assert.IsType<TriggerVerdict.Accepted>(Check(new PanicEntry(streamId, [new("issued_by", "ops")], false)));
    }

    [Fact]
    public void A_trigger_nobody_heard_in_time_is_missed_and_one_that_was_stale_when_said_is_not()
    {
        var missed = Refused(Entry(Now - 300_000, ("event_id", "e"), ("issued_by", "watchdog"), ("ts", Text(Now - 300_000))));
        var stale = Refused(Entry(Now - 10, ("event_id", "e"), ("issued_by", "watchdog"), ("ts", Text(Now - 300_000))));

        Assert.True(missed.Missed);
        Assert.False(stale.Missed);
    }

    private static TriggerVerdict Check(params (string, string)[] fields) => Check(Entry(Now, fields));

    private static TriggerVerdict Check(PanicEntry entry) =>
        TriggerRules.Check(entry, DateTimeOffset.FromUnixTimeMilliseconds(Now), Documented.PanicClose);

    private static TriggerVerdict.Refused Refused(params (string, string)[] fields) => Refused(Entry(Now, fields));

    private static TriggerVerdict.Refused Refused(PanicEntry entry) =>
        Assert.IsType<TriggerVerdict.Refused>(Check(entry));

    private static PanicEntry Entry(long atMs, params (string Key, string Value)[] fields) =>
        new(Text(atMs) + "-0", [.. fields.Select(f => new KeyValuePair<string, string>(f.Key, f.Value))], false);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

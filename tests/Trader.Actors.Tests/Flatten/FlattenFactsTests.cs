using Trader.Actors.Flatten;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Flatten;

/// <summary>The pure parts: wire, history, what is shown of foreign text.</summary>
public sealed class FlattenFactsTests
{
    private static readonly EventId Run = Event("r1");
    private static readonly FlattenArmNote Note = new("ana", "clean slate", "q1");
    private static readonly FlattenFigures Figures = new(674, 45, 44, 1, 44, 41, 4, ["DUSTUSDT"], 5, "ESS latch gone", 312);

    public static TheoryData<FlattenEvent> Events => new()
    {
        new FlattenEvent.Requested(Note, 60, 1),
        new FlattenEvent.Withdrawn(Note, 2),
        new FlattenEvent.Armed(Run, Note, 3),
        new FlattenEvent.Refused(Run, FlattenRefusal.Cooldown, "Cooldown active (3.0s < 60s)", Note, 4),
        new FlattenEvent.Started(Run, 5),
        new FlattenEvent.Aborted(Run, "no", Figures, 6),
        new FlattenEvent.Completed(Run, FlattenStatus.Partial, Figures, 7),
        new FlattenEvent.Interrupted(Run, 8),
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_comes_back_from_journal_stream_and_store_as_it_went(FlattenEvent happened)
    {
        var text = FlattenWire.Write(happened);
        Assert.Equal(text.Fields, FlattenWire.Write(FlattenWire.Read(text)!).Fields);
        Assert.Equal(text.Fields, FlattenWire.Write(FlattenWire.FromStream(FlattenWire.ToStream(happened, "n"))!).Fields);
        Assert.Equal(text.Fields, FlattenWire.Write(FlattenStore.Read(FlattenStore.Write(happened))).Fields);
        Assert.Equal(happened.GetType(), FlattenWire.Read(text)!.GetType());
    }

    [Fact]
    public void A_plans_orders_stand_in_the_journal_alone()
    {
        var plan = new FlattenEvent.Planned(Run, Figures, 2, ["A SELL 1 x", "B BUY 2 y"], 1);

        Assert.Equal(2, Assert.IsType<FlattenEvent.Planned>(FlattenWire.Read(FlattenWire.Write(plan))).Orders.Count);
        var stored = Assert.IsType<FlattenEvent.Planned>(FlattenStore.Read(FlattenStore.Write(plan)));
        Assert.Equal((2, 0), (stored.Count, stored.Orders.Count));
    }

    [Fact]
    public void What_is_no_flatten_event_says_nothing()
    {
        Assert.Null(FlattenWire.Read(new JournalRecord("panic.accepted", 1, [])));
        Assert.Null(FlattenWire.Read(new JournalRecord("flatten.started", 1, [])));
        Assert.Null(FlattenWire.Read(new JournalRecord("flatten.refused", 1, [new("run", "r1"), new("reason", "Nonsense")])));
        Assert.Null(FlattenWire.FromStream([new("event", "flatten.started"), new("ts", "x"), new("run", "r1")]));
    }

    [Fact]
    [Trait("covers", "F38,D-F20")]
    public void History_knows_the_last_start_what_is_unfinished_and_no_more_than_its_limit()
    {
        var history = FlattenHistory.Of(Enumerable.Range(0, 60).SelectMany(i => new FlattenEvent[]
        {
            new FlattenEvent.Armed(Event($"r{i}"), Note, i * 10),
            new FlattenEvent.Started(Event($"r{i}"), (i * 10) + 1),
            new FlattenEvent.Completed(Event($"r{i}"), FlattenStatus.Flat, Figures, (i * 10) + 2),
        }).Append(new FlattenEvent.Started(Event("last"), 700)));

        Assert.Equal(FlattenHistory.MaxRuns, history.Runs.Count);
        Assert.Equal(700, history.LastStartedMs);
        Assert.Equal("last", Assert.Single(history.Unfinished).Run.Value);
        var after = history.Apply(new FlattenEvent.Interrupted(Event("last"), 800));
        Assert.Empty(after.Unfinished);
        Assert.Equal(FlattenOutcome.Interrupted, after.Runs[^1].Outcome);
        Assert.Equal(FlattenOutcome.Flat, after.Apply(new FlattenEvent.Interrupted(Event("r59"), 900)).Runs[^2].Outcome);
    }

    [Theory]
    [InlineData("FLATTEN_NOW ", "FLATTEN_NOW ")]
    [InlineData("x\r\n\t\u2028é", "x\\u000d\\u000a\\u0009\\u2028\\u00e9")]
    [InlineData("0123456789abcdef", "0123456789abcdef")]
    [InlineData("0123456789abcdefg", "17 characters, not shown")]
    [Trait("rule", "S16")]
    public void S16_a_wrong_confirmation_is_shown_when_it_is_short_and_only_measured_when_it_is_long(string value, string shown) =>
        Assert.Equal(shown, FlattenText.ShowShort(value));

    [Theory]
    [InlineData("0.00001", "0.00001")]
    [InlineData("9599.0", "9599")]
    [InlineData("1830.40", "1830.4")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [Trait("covers", "D-F10")]
    [Trait("rule", "S13")]
    public void S13_quantities_are_plain_decimals(string quantity, string shown) =>
        Assert.Equal(shown, FlattenLines.Plain(decimal.Parse(quantity, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    [Trait("covers", "F14,F27,D-F23")]
    public void The_completion_line_satisfies_every_published_grep_and_its_list_is_bounded()
    {
        var line = FlattenLines.Completion(
            FlattenStatus.Partial, Figures with { Skipped = [.. Enumerable.Range(0, 25).Select(i => $"D{i}")] }, Run);

        Assert.StartsWith(
            "TESTNET_FLATTEN done symbols=44 orders=41 errors=4 symbols_seen=674 nonzero=45 above_notional=44 orders_sent=44 orders_ok=41 "
            + "errors=3 residual=5 status=partial skipped=D0,D1,", line, StringComparison.Ordinal);
        Assert.Contains(",D19,+5 ", line, StringComparison.Ordinal);
        Assert.Matches(@"symbols=\d+ orders=\d+ errors=\d+", line);
        Assert.Equal("3", System.Text.RegularExpressions.Regex.Matches(line, @"errors=(\d+)")[^1].Groups[1].Value);
    }
}

using Trader.Actors.PanicClose;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.PanicClose;

/// <summary>The account of a run: what counts as closed, what as failed (S3, S5, S7, S8; E24, E26, E38, E39, X10, X14).</summary>
public sealed class PanicRunTests
{
    private static readonly IReadOnlySet<Symbol> Nothing = new HashSet<Symbol>();
    private static readonly Dictionary<Symbol, MarketLot> NoLots = [];

    private readonly PanicRun run = new(Documented.PanicClose, 0, 1000);

    public PanicRunTests() => run.Triggers.Add(Trigger());

    [Fact]
    [Trait("rule", "S3")]
    public void An_account_that_was_never_read_is_a_failure_never_zero_positions()
    {
        run.NoteUnread();

        var completion = run.Complete(run.Lead, 2000);

        Assert.False(completion.VerifiedFlat);
        Assert.Equal([PanicCompletion.Unreadable], completion.FailedSymbols);
    }

    [Fact]
    [Trait("rule", "S3")]
    public void Filled_orders_without_a_read_afterwards_close_nothing()
    {
        Send(run.Plan(Read(Pos("A", 1), Pos("B", -2)), NoLots, Nothing));
        FillAll();
        run.NoteUnread();

        var completion = run.Complete(run.Lead, 2000);

        Assert.Equal((2, 0, 2), (completion.Total, completion.Closed, completion.Failed));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void Refused_orders_count_as_closed_when_the_exchange_shows_nothing()
    {
        Send(run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        AnswerAll(CloseState.Refused);

        Assert.Equal(ReadVerdict.Flat, run.Verify(Read()));
        Assert.True(run.Complete(run.Lead, 2000).VerifiedFlat);
    }

    [Fact]
    [Trait("rule", "S3")]
    public void An_order_that_filled_does_not_close_what_is_still_shown()
    {
        Send(run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        FillAll();

        Assert.Equal(ReadVerdict.Unsettled, run.Verify(Read(Pos("A", 1))));
        Assert.Equal(["A"], run.Complete(run.Lead, 2000).FailedSymbols);
    }

    [Theory]
    [InlineData(CloseState.Ended)]
    [InlineData(CloseState.Refused)]
    [Trait("rule", "S8")]
    public void A_close_that_was_refused_or_expired_is_final(CloseState state)
    {
        Send(run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        AnswerAll(state);

        Assert.Equal(ReadVerdict.Failed, run.Verify(Read(Pos("A", 0.5m))));
        Assert.Empty(run.Plan(Read(Pos("A", 0.5m)), NoLots, Nothing));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void A_takeover_looks_up_slices_beyond_its_own_for_as_long_as_there_are_any()
    {
        var takeover = new PanicRun(Documented.PanicClose, 1, 1000);
        takeover.Triggers.Add(Trigger());
        var leg = Assert.Single(takeover.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        ClientOrderId Slice(int slice) => ClientOrderId.ForClose(takeover.Lead, leg.Key, slice, 0);

        Assert.Contains(Slice(1), leg.WaitsFor);
        Assert.Null(takeover.Further(Slice(0)));
        Assert.Equal((leg.Key.Symbol, Slice(2)), takeover.Further(Slice(1)));
        Assert.Null(takeover.Further(Slice(1)));
        for (var slice = 2; slice < CloseOrder.MaxSlices - 1; slice++)
        {
            Assert.Equal((leg.Key.Symbol, Slice(slice + 1)), takeover.Further(Slice(slice)));
        }

        Assert.Null(takeover.Further(Slice(CloseOrder.MaxSlices - 1)));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void A_plan_without_its_acceptance_on_disk_is_remembered_all_the_same()
    {
        var trigger = Trigger();
        var (kind, fields) = PanicRecords.Planned(
            trigger.EventId, 2, run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        JournalRecord[] records = [new(kind, 5, fields)];

        var planned = PanicRecords.Planned(records, trigger);

        Assert.Empty(PanicRecords.Unfinished(records));
        Assert.Equal((3, 5L), (planned?.Lives, planned?.StartedMs));
        Assert.Equal([run.Legs.Single().Slices.Single().Id], planned!.Orders.Single().Value);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void An_unknown_outcome_is_looked_up_and_given_up_when_the_exchange_never_knew_it()
    {
        Send(run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        AnswerAll(CloseState.Unknown);
        Assert.Equal(ReadVerdict.Unsettled, run.Verify(Read(Pos("A", 1))));
        var (_, id) = Assert.Single(run.ToLookUp());

        for (var i = 0; i < 8; i++)
        {
            run.NotFound(id);
        }

        Assert.Empty(run.ToLookUp());
        Assert.Equal(ReadVerdict.Failed, run.Verify(Read(Pos("A", 1))));
    }

    [Fact]
    [Trait("rule", "S7")]
    public void One_unreadable_row_fails_alone()
    {
        var read = new ExchangeProtocol.PositionsRead(1, [Pos("A", 1)], [new UnreadableRow("BAD", "amount")]);
        Send(run.Plan(read, NoLots, Nothing));
        FillAll();

        var verdict = run.Verify(new ExchangeProtocol.PositionsRead(2, [], [new UnreadableRow("BAD", "amount")]));
        var completion = run.Complete(run.Lead, 2000);

        Assert.Equal(ReadVerdict.Failed, verdict);
        Assert.Equal((2, 1), (completion.Total, completion.Closed));
        Assert.Equal(["BAD"], completion.FailedSymbols);
    }

    [Fact]
    [Trait("rule", "S7")]
    public void Partial_failure_names_exactly_the_leg_that_failed()
    {
        var legs = run.Plan(Read(Pos("A", 1), Pos("B", 1), Pos("C", 1)), NoLots, Nothing);
        Send(legs);
        foreach (var leg in legs)
        {
            run.Answer(leg.Slices[0].Id, leg.Key.Symbol.Value == "B" ? CloseState.Refused : CloseState.Filled, "1", null);
        }

        run.Verify(Read(Pos("B", 1)));
        var completion = run.Complete(run.Lead, 2000);

        Assert.Equal((3, 2), (completion.Total, completion.Closed));
        Assert.Equal(["B"], completion.FailedSymbols);
    }

    [Fact]
    public void Positions_that_appear_meanwhile_are_planned_and_after_the_last_round_they_are_failures()
    {
        Send(run.Plan(Read(Pos("A", 1)), NoLots, Nothing));
        FillAll();
        Assert.Equal(ReadVerdict.NewPositions, run.Verify(Read(Pos("B", 1))));
        Send(run.Plan(Read(Pos("B", 1)), NoLots, Nothing));
        FillAll();
        Send(run.Plan(Read(Pos("C", 1)), NoLots, Nothing));
        FillAll();

        Assert.Equal(ReadVerdict.Failed, run.Verify(Read(Pos("D", 1))));
        Assert.Equal(["D"], run.Complete(run.Lead, 2000).FailedSymbols);
    }

    [Fact]
    public void The_biggest_notional_goes_first()
    {
        var legs = run.Plan(Read(Pos("SMALL", 1, 10), Pos("BIG", -5, 100), Pos("MID", 1, 50)), NoLots, Nothing);

        Assert.Equal(["BIG", "MID", "SMALL"], legs.Select(leg => leg.Key.Symbol.Value));
    }

    [Fact]
    public void A_close_waits_for_the_cancel_of_resting_orders()
    {
        var a = Symbol.Parse("A");
        var legs = run.Plan(Read(Pos("A", 1), Pos("B", 1)), NoLots, new HashSet<Symbol> { a });

        Assert.Equal(["B"], legs.Where(leg => leg.WaitsFor.Count == 0).Select(leg => leg.Key.Symbol.Value));
        Assert.Equal(["A"], run.Release(a).Select(leg => leg.Key.Symbol.Value));
        Assert.Empty(run.Release(a));
    }

    [Fact]
    [Trait("rule", "S10")]
    public void A_resumed_run_counts_what_the_earlier_life_closed_and_looks_its_orders_up()
    {
        var resumed = new PanicRun(Documented.PanicClose, 1, 1000);
        resumed.Triggers.Add(Trigger());
        var earlier = ClientOrderId.ForClose(resumed.Lead, Pos("A", 1).Key, 0, 0);
        resumed.Remember(Pos("A", 1).Key, [earlier]);
        resumed.Remember(Pos("B", 1).Key, [ClientOrderId.ForClose(resumed.Lead, Pos("B", 1).Key, 0, 0)]);

        var leg = Assert.Single(resumed.Plan(Read(Pos("A", 1)), NoLots, Nothing));

        var further = Enumerable.Range(0, 2).Select(life => ClientOrderId.ForClose(resumed.Lead, leg.Key, 1, life)).ToList();
        Assert.Equal([earlier, further[0], leg.Slices[0].Id, further[1]], leg.EarlierIds);
        Assert.NotEqual(earlier, leg.Slices[0].Id);
        Assert.Equal(2, resumed.LegCount);
        Assert.Empty(resumed.Release(earlier));
        Assert.All(further, id => Assert.Empty(resumed.Release(id)));
        Assert.Single(resumed.Release(leg.Slices[0].Id));
    }

    [Fact]
    [Trait("rule", "S8")]
    public void A_taken_over_run_does_not_send_a_slice_that_another_worker_has_sent_under_the_same_id()
    {
        var taken = new PanicRun(Documented.PanicClose, 1, 1000);
        taken.Triggers.Add(Trigger());
        var leg = Assert.Single(taken.Plan(Read(Pos("A", 1)), NoLots, Nothing));

        taken.Answer(leg.Slices[0].Id, CloseState.Ended, "7", null);

        Assert.Empty(leg.Unattempted);
    }

    [Fact]
    [Trait("rule", "S8")]
    public void An_event_taken_back_looks_up_what_the_run_that_gave_way_had_sent()
    {
        var first = new PanicRun(Documented.PanicClose, 0, 1000);
        first.Triggers.Add(Trigger());
        var sent = Assert.Single(first.Plan(Read(Pos("A", 1)), NoLots, Nothing)).Slices[0].Id;
        var second = new PanicRun(Documented.PanicClose, 1, 1000);
        second.Triggers.Add(Trigger());

        second.Remember(first);

        Assert.Contains(sent, Assert.Single(second.Plan(Read(Pos("A", 1)), NoLots, Nothing)).WaitsFor);
    }

    [Fact]
    [Trait("rule", "S5")]
    public void Dust_below_the_smallest_quantity_is_a_named_failure()
    {
        var lots = new Dictionary<Symbol, MarketLot> { [Symbol.Parse("A")] = new(1m, 100m, 1m) };
        var leg = Assert.Single(run.Plan(Read(Pos("A", 0.4m)), lots, Nothing));

        Assert.Empty(leg.Slices);
        Assert.True(run.AllAnswered);
        Assert.Equal(ReadVerdict.Failed, run.Verify(Read(Pos("A", 0.4m))));
    }

    private static void Send(IReadOnlyList<Leg> legs)
    {
        foreach (var leg in legs)
        {
            leg.MarkSent(TimeSpan.Zero);
        }
    }

    private void FillAll() => AnswerAll(CloseState.Filled);

    private void AnswerAll(CloseState state)
    {
        foreach (var slice in run.Legs.SelectMany(leg => leg.Slices).ToList())
        {
            run.Answer(slice.Id, state, "1", state is CloseState.Refused or CloseState.Unknown
                ? new ExchangeFault(FaultKind.Refused, -2022, "x") : null);
        }
    }
}

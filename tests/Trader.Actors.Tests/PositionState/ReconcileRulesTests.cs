using Trader.Actors.PositionState;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>Reconciling reports; it changes a ledger in two cases and never trades (A27; X10).</summary>
public sealed class ReconcileRulesTests
{
    private readonly SymbolWatch watch = new();

    [Fact]
    [Trait("covers", "A27")]
    public void A_difference_is_counted_from_its_beginning_until_it_is_repaired()
    {
        Assert.Equal(NowMs, Look(0.062m, Ledger(0.002m), 0)!.DriftSinceMs);
        var later = Look(0.062m, Ledger(0.002m), 9)!;
        Assert.Equal((NowMs, ReconcileStatus.Drift, "qty_mismatch"), (later.DriftSinceMs!.Value, later.Status, later.Reason));
        var repaired = Look(0.062m, Ledger(0.062m), 10)!;
        Assert.Equal((null, ReconcileStatus.Ok), (repaired.DriftSinceMs, repaired.Status));
    }

    [Fact]
    public void A_difference_that_an_earlier_life_saw_goes_on() =>
        Assert.Equal(NowMs - 5000, Look(0.062m, Ledger(0.002m) with { DriftSinceMs = NowMs - 5000 }, 0)!.DriftSinceMs);

    [Fact]
    [Trait("covers", "X10")]
    public void A_lasting_difference_calls_a_person_once_and_does_nothing_else()
    {
        Assert.Equal(ReconcileAct.None, Look(0.062m, Ledger(0.002m), 0)!.Act);
        Assert.Equal(ReconcileAct.None, Look(0.062m, Ledger(0.002m), 29)!.Act);
        var due = Look(0.062m, Ledger(0.002m), 30)!;
        Assert.Equal((ReconcileStatus.ManualRequired, ReconcileAct.CallPerson), (due.Status, due.Act));
        Assert.Equal(ReconcileAct.None, Look(0.062m, Ledger(0.002m), 300)!.Act);
    }

    [Fact]
    public void A_ledger_begins_at_once_in_a_new_life_and_late_for_a_position_that_just_appeared()
    {
        Assert.Equal(ReconcileAct.BeginLedger, Look(0.062m, LedgerFacts.None, 0, firstLook: true)!.Act);
        Assert.Equal(ReconcileAct.None, Look(0.062m, LedgerFacts.None, 1)!.Act);
        Assert.Equal(ReconcileAct.None, Look(0.062m, LedgerFacts.None, 9)!.Act);
        Assert.Equal(ReconcileAct.BeginLedger, Look(0.062m, LedgerFacts.None, 10)!.Act);
    }

    [Fact]
    public void Only_a_symbol_that_stays_flat_loses_its_ledger()
    {
        Assert.Equal("ghost", Look(0, Ledger(0.062m), 0)!.Reason);
        Assert.NotEqual(ReconcileAct.PurgeGhost, Look(0, Ledger(0.062m), 59)!.Act);
        Look(0.001m, Ledger(0.062m), 60);
        Assert.NotEqual(ReconcileAct.PurgeGhost, Look(0, Ledger(0.062m), 61)!.Act);
        Assert.Equal(ReconcileAct.PurgeGhost, Look(0, Ledger(0.062m), 121)!.Act);
    }

    /// <summary>Two legs of one size are not flat.</summary>
    [Fact]
    public void A_hedged_symbol_whose_legs_cancel_out_keeps_its_ledger()
    {
        foreach (var second in (int[])[0, 61, 122])
        {
            var verdict = ReconcileRules.Judge(
                View(0, 0.1, legs: 2), Ledger(0.062m), watch, false, NowMs + (second * 1000), Seconds(second), Settings)!;
            Assert.NotEqual(ReconcileAct.PurgeGhost, verdict.Act);
        }
    }

    [Fact]
    [Trait("rule", "S8")]
    public void An_unknown_outcome_ends_with_an_agreement_that_is_late_enough()
    {
        var frozen = Ledger(1m) with { OutcomeUnknown = $"p1@{NowMs}" };

        Assert.Equal(ReconcileAct.None, Look(1m, frozen, 9)!.Act);
        Assert.Equal((ReconcileStatus.Drift, ReconcileAct.None), Pair(Look(0.5m, frozen with { OutcomeUnknown = null }, 12)));
        Assert.Equal((ReconcileStatus.Hold, ReconcileAct.None), Pair(Look(0.5m, frozen, 12)));
        Assert.Equal((ReconcileStatus.Hold, ReconcileAct.ClearUnknown), Pair(Look(1m, frozen, 12)));
    }

    [Fact]
    [Trait("rule", "S3")]
    public void A_look_that_proves_nothing_changes_nothing()
    {
        Look(0.062m, Ledger(0.002m), 0);

        Assert.Null(Judge(null, Ledger(0.002m)));
        Assert.Null(Judge(View(0.002m, 11), Ledger(0.002m)));
        Assert.Null(Judge(View(0, unreadable: "?"), Ledger(0)));
        Assert.Null(Judge(View(0.002m, 1), Ledger(0.002m) with { LastExecutionMs = NowMs - 500 }));
        Assert.Equal(NowMs, watch.DriftSinceMs);
    }

    private static (ReconcileStatus, ReconcileAct) Pair(ReconcileVerdict? verdict) => (verdict!.Status, verdict.Act);

    private ReconcileVerdict? Look(decimal exchange, LedgerFacts ledger, int second, bool firstLook = false) => ReconcileRules.Judge(
        View(exchange, 0.1), ledger, watch, firstLook, NowMs + (second * 1000), Seconds(second), Settings);

    private ReconcileVerdict? Judge(ExchangeView? view, LedgerFacts ledger) =>
        ReconcileRules.Judge(view, ledger, watch, false, NowMs, Seconds(0), Settings);
}

using Trader.Actors.PositionState;
using Xunit;
using static Trader.Actors.Tests.PositionState.Account;

namespace Trader.Actors.Tests.PositionState;

/// <summary>The permit's text, byte for byte (apply-layer contract 1.4; X8, X14).</summary>
public sealed class PermitTextTests
{
    [Fact]
    [Trait("covers", "X8,X14")]
    public void An_allowed_close()
    {
        var plan = Plan("PARTIAL_75");
        var granted = Granted(Judge(plan, Facts(View(0.0620m), Ledger(0.062m))));

        Assert.Equal(
            """{"allow":true,"symbol":"BTCUSDT","safe_close_qty":0.046,"safe_qty":0.046,"exchange_position_amt":0.062,"ledger_amt":0.062,"reason":"sanity_checks_passed","plan_id":"97367696615fa75a","action":"PARTIAL_75","reduce_only":true,"created_at":1770000000.123}""",
            PermitText.Allow(plan, granted, NowMs + 123));
    }

    [Fact]
    public void An_allowed_open_that_begins_its_ledger()
    {
        var plan = Open(0.02m);
        var granted = Granted(Judge(plan, Facts(View(0))));

        Assert.Equal(
            """{"allow":true,"symbol":"BTCUSDT","safe_close_qty":0.02,"safe_qty":0.02,"exchange_position_amt":0,"ledger_amt":0,"reason":"open_permit_granted","plan_id":"97367696615fa75a","action":"OPEN","reduce_only":false,"note":"ledger_begun","created_at":1770000000}""",
            PermitText.Allow(plan, granted, NowMs));
    }

    [Fact]
    public void A_denial()
    {
        var plan = Plan();
        var denied = Assert.IsType<PermitVerdict.Denied>(Judge(plan, Facts(View(0.062m), Ledger(0.002m))));

        Assert.Equal(
            """{"allow":false,"symbol":"BTCUSDT","reason":"reconcile_required_qty_mismatch","context":{"exchange_amt":0.062,"ledger_amt":0.002,"diff":0.06,"tolerance":0.001},"plan_id":"97367696615fa75a","action":"FULL_CLOSE_PROPOSED","created_at":1770000000}""",
            PermitText.Deny(plan.Id, plan.Symbol, plan.ActionText, denied, NowMs));
        Assert.Equal("""{"exchange_amt":0.062,"ledger_amt":0.002,"diff":0.06,"tolerance":0.001}""", PermitText.Context(denied));
    }

    /// <summary>Reasons are greppable words: one space in one of them would break the runbook's count (A33).</summary>
    [Fact]
    [Trait("covers", "A33")]
    public void Every_reason_is_one_word_and_no_two_are_the_same()
    {
        var words = Enum.GetValues<DenyReason>().Select(reason => reason.Code()).ToList();

        Assert.All(words, word => Assert.Matches("^[a-z_]+$", word));
        Assert.Equal(words.Count, words.Distinct().Count());
    }
}

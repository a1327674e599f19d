using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>How ledger and exchange compare; the words of <c>quantum:reconcile:state</c>.</summary>
public enum ReconcileStatus
{
    Ok,
    Drift,
    Hold,
    ManualRequired,
}

/// <summary>What reconciling does about one symbol. It never trades (X10), and changes a ledger in two cases only.</summary>
public enum ReconcileAct
{
    None,

    /// <summary>A position without a ledger: it begins with what the exchange shows.</summary>
    BeginLedger,

    /// <summary>Flat for long, and the ledger says otherwise: it becomes zero.</summary>
    PurgeGhost,

    /// <summary>Ledger and exchange agree long enough after an unknown outcome: the mark goes.</summary>
    ClearUnknown,

    /// <summary>A difference has lasted: it is said once that a person has to look.</summary>
    CallPerson,
}

/// <param name="DriftSinceMs">Null while they agree.</param>
public sealed record ReconcileVerdict(ReconcileStatus Status, string Reason, long? DriftSinceMs, ReconcileAct Act);

/// <summary>What is remembered of one symbol between two looks.</summary>
public sealed class SymbolWatch
{
    /// <summary>Unix ms by Redis' clock; null while they agree.</summary>
    public long? DriftSinceMs { get; set; }

    /// <summary>Monotonic; null while there is a ledger.</summary>
    public TimeSpan? UnledgeredSince { get; set; }

    /// <summary>Monotonic; null while there is a position.</summary>
    public TimeSpan? FlatSince { get; set; }

    public bool PersonCalled { get; set; }
}

/// <summary>Compares one symbol's ledger with the exchange.</summary>
public static class ReconcileRules
{
    /// <param name="watch">Changed by this look.</param>
    /// <param name="firstLook">The first look of this life: what stands there now has not just appeared.</param>
    /// <param name="nowMs">Unix ms by Redis' clock.</param>
    /// <param name="now">Monotonic.</param>
    /// <returns>Null when this look proves nothing: the snapshot is missing, old, in doubt, or older than the last execution.</returns>
    public static ReconcileVerdict? Judge(
        ExchangeView? view, LedgerFacts ledger, SymbolWatch watch, bool firstLook, long nowMs, TimeSpan now, PositionStateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(watch);
        ArgumentNullException.ThrowIfNull(settings);
        var ageMs = view?.Age.TotalMilliseconds ?? 0;
        if (view is null || view.Age > settings.StaleAfter || view.Unreadable.Length > 0
            || (ledger.LastExecutionMs is { } last && last <= nowMs && ageMs >= nowMs - last))
        {
            return null;
        }

        watch.FlatSince = view is { Amount: 0, Legs: 0 } ? watch.FlatSince ?? now : null;
        if (ledger.Missing)
        {
            return Unledgered(view, watch, firstLook, now, settings);
        }

        watch.UnledgeredSince = null;
        var agrees = ledger.Amount is { } amount
            && Math.Abs(view.Amount - amount) <= PositionStateRules.Tolerance(view.Amount, settings);
        return agrees ? Agreed(ledger, watch, nowMs - (long)ageMs, settings) : Drifted(view, ledger, watch, nowMs, now, settings);
    }

    /// <summary>When the order of unknown outcome was reported; zero for a mark that a person wrote otherwise.</summary>
    public static long MarkedAtMs(string mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        return long.TryParse(mark.AsSpan(mark.LastIndexOf('@') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : 0;
    }

    /// <summary>
    /// A position that just appeared may be waiting for its own result, which would be entered on top; so the ledger begins late, unless a
    /// life has just begun.
    /// </summary>
    private static ReconcileVerdict Unledgered(
        ExchangeView view, SymbolWatch watch, bool firstLook, TimeSpan now, PositionStateSettings settings)
    {
        watch.DriftSinceMs = null;
        if (view.Amount == 0)
        {
            watch.UnledgeredSince = null;
            return new ReconcileVerdict(ReconcileStatus.Ok, "", null, ReconcileAct.None);
        }

        watch.UnledgeredSince ??= now;
        var due = view.Legs == 1 && (firstLook || now - watch.UnledgeredSince >= settings.SeedAfter);
        return new ReconcileVerdict(ReconcileStatus.Ok, "no_ledger", null, due ? ReconcileAct.BeginLedger : ReconcileAct.None);
    }

    private static ReconcileVerdict Agreed(LedgerFacts ledger, SymbolWatch watch, long askedMs, PositionStateSettings settings)
    {
        watch.DriftSinceMs = null;
        watch.PersonCalled = false;
        if (ledger.OutcomeUnknown is not { } mark)
        {
            return ledger.Held
                ? new ReconcileVerdict(ReconcileStatus.Hold, "hold_active", null, ReconcileAct.None)
                : new ReconcileVerdict(ReconcileStatus.Ok, "", null, ReconcileAct.None);
        }

        // Until then the order may still be on its way, and agreement is a coincidence.
        var settled = askedMs - MarkedAtMs(mark) >= settings.UnknownSettle.TotalMilliseconds;
        return new ReconcileVerdict(ReconcileStatus.Hold, "outcome_unknown", null, settled ? ReconcileAct.ClearUnknown : ReconcileAct.None);
    }

    private static ReconcileVerdict Drifted(
        ExchangeView view, LedgerFacts ledger, SymbolWatch watch, long nowMs, TimeSpan now, PositionStateSettings settings)
    {
        // What an earlier life recorded counts, a time in the future does not.
        watch.DriftSinceMs ??= ledger.DriftSinceMs is { } recorded && recorded <= nowMs ? recorded : nowMs;
        var since = watch.DriftSinceMs.Value;
        var reason = ledger.Amount is not { } amount ? "ledger_unreadable"
            : view.Amount == 0 ? "ghost"
            : PositionStateRules.AreOpposite(view.Amount, amount) ? "side_mismatch"
            : "qty_mismatch";
        if (reason == "ghost" && settings.GhostPurgeAfter is { } after && now - watch.FlatSince >= after && nowMs - since >= after.TotalMilliseconds)
        {
            return new ReconcileVerdict(ReconcileStatus.Drift, reason, since, ReconcileAct.PurgeGhost);
        }

        var lasted = nowMs - since >= settings.ManualAfter.TotalMilliseconds;
        var call = lasted && !watch.PersonCalled;
        watch.PersonCalled |= call;
        var status = lasted ? ReconcileStatus.ManualRequired
            : ledger.Held || ledger.OutcomeUnknown is not null ? ReconcileStatus.Hold
            : ReconcileStatus.Drift;
        return new ReconcileVerdict(status, reason, since, call ? ReconcileAct.CallPerson : ReconcileAct.None);
    }
}

using System.Globalization;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// The ordered gates between a plan and its permit (governor contract 3): the first that refuses decides. A gate whose purpose is to limit
/// exposure never stops a close (D-G1, D-G2): a close that is a plan, is not old history and is not stopped by a person gets its permit.
/// What an open needs and nobody can say refuses it (S1).
/// </summary>
internal static class GovernorRules
{
    /// <summary>More positions of difference than this, and the producer decided by another account.</summary>
    private const int MaxPositionDrift = 2;

    private const decimal MaxExposureDrift = 0.15m;

    /// <param name="entry">The entry of the stream.</param>
    /// <param name="book">What it is judged by; the judgement is recorded in it by the caller.</param>
    public static GovernorJudgement Judge(GovernorSettings settings, RedisProtocol.PlanEntry entry, GovernorBook book)
    {
        var notes = new List<GovernorNote>();
        var (allocation, guard) = (Allocation.None(AllocationFinding.NotLookedAt), (RiskFinding?)null);
        GovernorVerdict verdict;
        switch (entry)
        {
            case RedisProtocol.PlanMalformed malformed:
                verdict = Malformed(malformed, notes);
                break;
            case RedisProtocol.PlanSeen seen:
                notes.Add(GovernorLines.Evaluating(seen.Plan, settings.Mode));
                var ageSeconds = AgeSeconds(seen, book);
                verdict = First(seen.Plan, ageSeconds, settings) ?? seen.Plan.Effect switch
                {
                    PlanEffect.Closes => Close(seen.Plan, settings, book, notes, ref allocation),
                    PlanEffect.Opens => Open(seen.Plan, ageSeconds, settings, book, notes, ref allocation, ref guard),
                    PlanEffect.Neither => Refuse(GovernorRefusal.ActionNotSupported),
                };
                break;
            default:
                throw new InvalidOperationException($"Not a plan entry: {entry.GetType()}");
        }

        return new GovernorJudgement(verdict, allocation, guard, notes);
    }

    private static GovernorVerdict Malformed(RedisProtocol.PlanMalformed malformed, List<GovernorNote> notes)
    {
        if (malformed.Id is not null)
        {
            return new GovernorVerdict.Refuse(GovernorRefusal.PlanMalformed, ":" + PlanWire.Code(malformed.Fault));
        }

        notes.Add(new GovernorNote(
            LogLevel.WarningLevel, $"Plan entry {malformed.StreamId} passed over: {PlanWire.Code(malformed.Fault)}"));
        return new GovernorVerdict.PassOver();
    }

    private static GovernorVerdict? First(Plan plan, decimal ageSeconds, GovernorSettings settings)
    {
        var limit = plan.Effect == PlanEffect.Closes ? settings.CloseMaxAge : settings.OpenMaxAge;
        return plan.Decision != PlanDecision.Execute ? new GovernorVerdict.PassOver()
            : ageSeconds > (decimal)limit.TotalSeconds ? Refuse(GovernorRefusal.PlanTooOld, $":{One(ageSeconds)}s")
            : null;
    }

    /// <summary>
    /// The stream's id is Redis' own clock and tells how long a plan waited; an open ages from its intent as well, whichever is older.
    /// </summary>
    private static decimal AgeSeconds(RedisProtocol.PlanSeen seen, GovernorBook book)
    {
        var dash = seen.StreamId.IndexOf('-', StringComparison.Ordinal);
        var added = dash > 0 && long.TryParse(seen.StreamId.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            ? ms
            : 0;
        var born = seen.Plan.Effect == PlanEffect.Opens && seen.Plan.IntentCreatedAtMs is { } intent ? Math.Min(intent, added) : added;
        return (book.Facts.RedisNowMs - born) / 1000m;
    }

    private static GovernorVerdict Close(
        Plan plan, GovernorSettings settings, GovernorBook book, List<GovernorNote> notes, ref Allocation allocation)
    {
        allocation = Allot(plan, settings, book, notes);
        if (IsKilled(book))
        {
            return Refuse(GovernorRefusal.KillSwitch);
        }

        if (settings.Mode != GovernorMode.Production)
        {
            return new GovernorVerdict.Permit(0, 0, null);
        }

        if (book.Exposure.Closable(plan) is not { } closable || plan.WantedClose(closable) is not { } quantity)
        {
            notes.Add(new GovernorNote(
                LogLevel.WarningLevel, $"{plan.Symbol}: position unknown, permit {plan.Id.Short} for a close carries no quantity"));
            return new GovernorVerdict.Permit(0, 0, null);
        }

        return new GovernorVerdict.Permit(quantity, quantity * (book.Exposure.Price(plan.Symbol) ?? 0), null);
    }

    private static GovernorVerdict Open(
        Plan plan, decimal ageSeconds, GovernorSettings settings, GovernorBook book, List<GovernorNote> notes,
        ref Allocation allocation, ref RiskFinding? guard)
    {
        if (Entries(book) is { } shut)
        {
            return shut;
        }

        guard = IsGuarded(settings) ? RiskRules.Judge(settings.Risk, book.Facts.Risk, book.Opening(plan.Symbol), book.NowSeconds) : null;
        if (guard is not null)
        {
            return new GovernorVerdict.Refuse(GovernorRefusal.RiskGuard, $"risk_guard_{guard.Type}", ":" + guard.Reason);
        }

        if (ageSeconds > (decimal)settings.IntentWarnAge.TotalSeconds)
        {
            notes.Add(new GovernorNote(
                LogLevel.WarningLevel, $"{plan.Symbol}: intent of plan {plan.Id.Short} is {One(ageSeconds)}s old"));
        }

        if (Drift(plan, book) is { } drift)
        {
            return drift;
        }

        allocation = Allot(plan, settings, book, notes);
        return allocation.Finding is AllocationFinding.Exceeded or AllocationFinding.Unknown && settings.Mode == GovernorMode.Production
            ? Refuse(allocation.Finding == AllocationFinding.Exceeded ? GovernorRefusal.AllocationCap : GovernorRefusal.PositionFetchFailed)
            : IsKilled(book) ? Refuse(GovernorRefusal.KillSwitch)
            : settings.Mode == GovernorMode.DryRun ? new GovernorVerdict.Permit(0, 0, new Opening(0, 0))
            : OpeningRules.Judge(plan, settings, book);
    }

    /// <summary>Whether entries are allowed at all: stop, halt, gate, disarm (F21, S1, S4). Null when they are.</summary>
    private static GovernorVerdict? Entries(GovernorBook book)
    {
        var facts = book.Facts;
        return book.Latch is not { } latch ? Refuse(GovernorRefusal.EssUnknown)
            : latch.Engaged || facts.EssActive.IsPresent
                || facts.EssState.Text.StartsWith("active", StringComparison.Ordinal) ? Refuse(GovernorRefusal.EssActive)
            : facts.EssState.Text != "clear" ? Refuse(GovernorRefusal.EssUnknown)
            : IsHalted(facts.Halted) ? Refuse(GovernorRefusal.TradingHalted)
            : facts.EntriesGate.Text != "open" ? Refuse(GovernorRefusal.EntriesClosed)
            : facts.Disarm.IsPresent || book.IsDisarming ? Refuse(GovernorRefusal.AutoDisarmed)
            : null;
    }

    private static bool IsHalted(StoredText halted) =>
        !halted.Readable || (halted.IsPresent && PanicWire.IsHalted([new("halted", halted.Text)]));

    /// <summary>Documented: exactly <c>1</c>. What else a person may have typed to stop everything stops everything too.</summary>
    private static bool IsKilled(GovernorBook book)
    {
        var kill = book.Facts.Kill;
        return kill.IsPresent && kill.Text.Trim().ToLowerInvariant() is var word
            && (!kill.Readable || word is not ("" or "0" or "false" or "no" or "off"));
    }

    private static bool IsGuarded(GovernorSettings settings) => settings.Risk.Use switch
    {
        RiskGuardUse.Off => false,
        RiskGuardUse.On => true,
        RiskGuardUse.Production => settings.Mode == GovernorMode.Production,
    };

    private static GovernorVerdict.Refuse? Drift(Plan plan, GovernorBook book)
    {
        if (plan.SnapshotPositionCount is { } snapshot && book.Exposure.Shown is { } shown
            && Math.Abs(snapshot - shown) > MaxPositionDrift)
        {
            return new(GovernorRefusal.StateDriftPositions, FormattableString.Invariant($":{snapshot}→{shown}"));
        }

        return plan.SnapshotExposure is { } seen && Exposure(book) is { } now && Math.Abs(seen - now) > MaxExposureDrift
            ? new(GovernorRefusal.StateDriftExposure, FormattableString.Invariant($":{seen:0.000}→{now:0.000}"))
            : null;
    }

    /// <summary>As a fraction of the capital: as published, else reckoned from the equity; null when neither is there.</summary>
    private static decimal? Exposure(GovernorBook book) =>
        book.Facts.Exposure.Number
        ?? (book.Exposure.IsComplete && book.Facts.Risk.Equity.Number is > 0 and var equity ? book.Exposure.Total / equity : null);

    private static Allocation Allot(Plan plan, GovernorSettings settings, GovernorBook book, List<GovernorNote> notes)
    {
        var looks = settings.Mode == GovernorMode.Production
            || (settings.Mode == GovernorMode.Testnet && settings.TestnetAllocation);
        if (!looks)
        {
            return Allocation.None(AllocationFinding.NotLookedAt);
        }

        if (settings.Mode == GovernorMode.Testnet)
        {
            notes.Add(new GovernorNote(
                LogLevel.InfoLevel, $"{plan.Symbol}: Testnet P2.9 gate enabled - checking allocation target"));
        }

        var (allocation, note) = AllocationRules.Judge(
            settings, plan.Symbol, book.Of(plan.Symbol), book.Exposure.Notional(plan.Symbol), book.NowSeconds);
        notes.Add(note);
        if (allocation.Finding == AllocationFinding.Exceeded && settings.Mode == GovernorMode.Testnet)
        {
            notes.Add(new GovernorNote(
                LogLevel.WarningLevel, $"{plan.Symbol}: P2.9 allocation violation: p29_allocation_cap (testnet mode - NOT blocking)"));
        }

        return allocation;
    }

    private static GovernorVerdict.Refuse Refuse(GovernorRefusal why, string detail = "") => new(why, detail);

    private static string One(decimal number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}

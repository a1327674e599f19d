using System.Globalization;
using Trader.Messages;

namespace Trader.Simulation.Gate;

/// <summary>P3.3's steps.</summary>
internal sealed partial class GateRedis
{
    private const string Amount = "ledger_amount";
    private const string Since = "ledger_since";
    private const string Unknown = "outcome_unknown";
    private const string Drift = "drift_since";
    private const string CopyAmount = "last_known_amt";
    private const string CopyAt = "updated_at";

    private const double MarkSeconds = 7 * 24 * 3600;

    private object DoForPositionState(object command)
    {
        switch (command)
        {
            case RedisProtocol.ReadLedgers read:
                return new RedisProtocol.LedgersRead(read.ReadId, stage.UnixMs, read.Symbols.ToDictionary(s => s, Facts));
            case RedisProtocol.AckPlans ack:
                foreach (var id in ack.StreamIds)
                {
                    Plans.Group(ack.Group).Ack(id);
                }

                break;
            case RedisProtocol.AckResult ack:
                Results.Group(RedisKeys.PositionStateGroup).Ack(ack.StreamId);
                break;
            case RedisProtocol.IssuePositionPermit issue:
                return Issue(issue);
            case RedisProtocol.EnterFill enter:
                return Enter(enter);
            case RedisProtocol.MarkOutcomeUnknown mark:
                return Mark(mark);
            case RedisProtocol.SetLedger set:
                return Set(set);
            case RedisProtocol.ClearOutcomeUnknown clear:
                if (Keys.Field(RedisKeys.PositionLedger + clear.Symbol, Unknown) == clear.Mark)
                {
                    Keys.RemoveField(RedisKeys.PositionLedger + clear.Symbol, Unknown);
                }

                break;
            case RedisProtocol.PublishPositions publish:
                if (Full)
                {
                    return OutOfMemory(command);
                }

                publish.Positions.ToList().ForEach(Publish);
                break;
            case RedisProtocol.PublishMismatch mismatch:
                if (Full)
                {
                    return OutOfMemory(command);
                }

                Keys.Set(RedisKeys.PositionMismatch, LedgerFacts.Plain(mismatch.Seconds), mismatch.ForMs / 1000.0);
                break;
            case RedisProtocol.PublishReconcileEvent:
                break;
            default:
                throw new InvalidOperationException($"Redis was told {command}.");
        }

        return new RedisProtocol.Done(command);
    }

    private LedgerFacts Facts(Symbol symbol)
    {
        var (ledger, copy) = (RedisKeys.PositionLedger + symbol, RedisKeys.PositionLedgerCopy + symbol);
        long?[] times = [Whole(Keys.Text(RedisKeys.LastExecution + symbol)), Whole(Keys.Field(copy, CopyAt)) * 1000];
        return new LedgerFacts(
            Keys.Field(ledger, Amount), Keys.Field(copy, CopyAmount), Keys.Field(ledger, Unknown),
            Keys.Exists(RedisKeys.ReconcileHold + symbol), times.Max(), Whole(Keys.Field(RedisKeys.ReconcileState + symbol, Drift)), "");
    }

    private object Issue(RedisProtocol.IssuePositionPermit issue)
    {
        if (issue.Check is { } check)
        {
            var ledger = RedisKeys.PositionLedger + check.Symbol;
            var stands = Keys.Field(ledger, Amount);
            if ((stands ?? "") != (check.Expected ?? ""))
            {
                return new RedisProtocol.PositionPermitIssued(issue, Changed: true);
            }

            if (stands is null && check.Begin is { } begin)
            {
                if (Outdated(check.Symbol, check.AskedMs))
                {
                    return new RedisProtocol.PositionPermitIssued(issue, Changed: true);
                }

                if (Full)
                {
                    return OutOfMemory(issue);
                }

                Begin(check.Symbol, begin, check.AskedMs);
            }
        }

        if (issue.Id is { } id)
        {
            if (Full)
            {
                return OutOfMemory(issue);
            }

            Keys.Set(RedisKeys.PositionStatePermit + id, issue.Json, issue.TtlSeconds);
            stage.Checks.Permits.Judged(RedisKeys.PositionStatePermit + id, issue.Json);
        }

        Plans.Group(RedisKeys.PositionStateGroup).Ack(issue.StreamId);
        return new RedisProtocol.PositionPermitIssued(issue, Changed: false);
    }

    private bool Outdated(Symbol symbol, long askedMs) => Whole(Keys.Text(RedisKeys.LastExecution + symbol)) >= askedMs;

    private void Begin(Symbol symbol, decimal amount, long askedMs)
    {
        Keys.SetFields(RedisKeys.PositionLedger + symbol,
            (Amount, LedgerFacts.Plain(amount)), (Since, askedMs.ToString(CultureInfo.InvariantCulture)));
        Keys.SetFields(RedisKeys.PositionLedgerCopy + symbol, (CopyAmount, LedgerFacts.Plain(amount)));
        stage.Ledgers.Begun(symbol, amount, askedMs);
    }

    private object Enter(RedisProtocol.EnterFill enter)
    {
        var ledger = RedisKeys.PositionLedger + enter.Symbol;
        var stands = Keys.Field(ledger, Amount);
        var mark = RedisKeys.ResultApplied + enter.PlanId + ":" + enter.Fill.OrderId;
        var entryMs = StreamEntryIds.Ms(enter.StreamId);
        FillVerdict verdict;
        if (Keys.Exists(mark))
        {
            verdict = FillVerdict.Known;
        }
        else if (entryMs < (Whole(Keys.Field(ledger, Since)) ?? 0))
        {
            verdict = FillVerdict.NoLedger;
        }
        else if ((stands ?? "") != (enter.Expected ?? ""))
        {
            return new RedisProtocol.FillEntered(enter, FillVerdict.Changed, stands);
        }
        else
        {
            verdict = enter.After is null ? FillVerdict.NoLedger : FillVerdict.Applied;
        }

        if (Full && verdict != FillVerdict.Known)
        {
            return OutOfMemory(enter);
        }

        if (verdict == FillVerdict.Applied)
        {
            Keys.SetFields(ledger, (Amount, stands = LedgerFacts.Plain(enter.After!.Value)));
        }

        if (verdict != FillVerdict.Known)
        {
            Keys.Set(mark, enter.StreamId, MarkSeconds);
        }

        if (verdict == FillVerdict.Applied)
        {
            Keys.SetFields(RedisKeys.PositionLedgerCopy + enter.Symbol,
                (CopyAmount, stands!), (CopyAt, (entryMs / 1000).ToString(CultureInfo.InvariantCulture)));
        }

        if (verdict != FillVerdict.Known && (Whole(Keys.Text(RedisKeys.LastExecution + enter.Symbol)) ?? 0) < entryMs)
        {
            Keys.Set(RedisKeys.LastExecution + enter.Symbol, entryMs.ToString(CultureInfo.InvariantCulture), 3600);
        }

        if (enter.Last)
        {
            Results.Group(RedisKeys.PositionStateGroup).Ack(enter.StreamId);
        }

        stage.Ledgers.Entered(enter, verdict);
        return new RedisProtocol.FillEntered(enter, verdict, stands);
    }

    private object Mark(RedisProtocol.MarkOutcomeUnknown mark)
    {
        var known = RedisKeys.ResultApplied + mark.PlanId + ":unknown";
        if (!Keys.Exists(known))
        {
            if (Full)
            {
                return OutOfMemory(mark);
            }

            Keys.SetFields(RedisKeys.PositionLedger + mark.Symbol,
                (Unknown, string.Create(CultureInfo.InvariantCulture, $"{mark.PlanId}@{stage.UnixMs}")));
            Keys.Set(known, mark.StreamId, MarkSeconds);
        }

        Results.Group(RedisKeys.PositionStateGroup).Ack(mark.StreamId);
        return new RedisProtocol.Done(mark);
    }

    private object Set(RedisProtocol.SetLedger set)
    {
        if ((Keys.Field(RedisKeys.PositionLedger + set.Symbol, Amount) ?? "") != (set.Expected ?? "") || Outdated(set.Symbol, set.AskedMs))
        {
            return new RedisProtocol.LedgerSet(set, Changed: false);
        }

        if (Full)
        {
            return OutOfMemory(set);
        }

        Begin(set.Symbol, set.Amount, set.AskedMs);
        return new RedisProtocol.LedgerSet(set, Changed: true);
    }

    /// <summary>What an operator wrote into the ledger goes into the copy; never the other way.</summary>
    private void Publish(PositionPublication p)
    {
        var ledger = RedisKeys.PositionLedger + p.Symbol;
        Keys.SetFields(ledger, ("exchange_amt", LedgerFacts.Plain(p.Amount)));
        if (Keys.Field(ledger, Amount) is { } stands && Keys.Field(RedisKeys.PositionLedgerCopy + p.Symbol, CopyAmount) != stands)
        {
            Keys.SetFields(RedisKeys.PositionLedgerCopy + p.Symbol, (CopyAmount, stands));
        }

        var state = RedisKeys.ReconcileState + p.Symbol;
        Keys.SetFields(state, ("status", p.Status));
        if (p.DriftSinceMs is { } since)
        {
            Keys.SetFields(state, (Drift, since.ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            Keys.RemoveField(state, Drift);
        }
    }

    private static long? Whole(string? text) =>
        LedgerFacts.TryAmount(text, out var number) && number > 0 ? (long)number : null;
}

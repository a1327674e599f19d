using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// From a plan to its permit: a fresh snapshot, one read of the ledgers for all plans that wait for one, the verdict, and one step in Redis
/// that writes it and acknowledges the plan, unless the ledger has changed since. Plans that Redis could not be asked about stay
/// unacknowledged and come again (S10).
/// </summary>
public sealed partial class PositionStateActor
{
    /// <summary>Plans that are being judged at one time.</summary>
    private const int DeskLimit = 4_000;

    /// <summary>The next batch is taken while fewer than these are open.</summary>
    private const int EnoughWork = 500;

    /// <summary>Ledgers per read.</summary>
    private const int SymbolsPerRead = 200;

    private const int MostRounds = 5;

    private readonly Dictionary<long, IReadOnlyList<PlanAsk>> judging = [];
    private RedisProtocol.TakeMorePlans? more;

    private void ReceivePlans()
    {
        Receive<RedisProtocol.PlansSeen>(OnPlans);
        Receive<RedisProtocol.PositionPermitIssued>(OnIssued);
    }

    private void OnPlans(RedisProtocol.PlansSeen seen)
    {
        foreach (var entry in seen.Entries)
        {
            switch (entry)
            {
                case RedisProtocol.PlanSeen plan:
                    TakeIn(plan);
                    break;
                case RedisProtocol.PlanMalformed malformed:
                    Refuse(malformed);
                    break;
            }
        }

        more = new RedisProtocol.TakeMorePlans(seen.Group, seen.Batch);
        JudgeReady();
        AskForMore();
    }

    /// <summary>Plans that nobody is to carry out need no permit. A decision nobody knows is denied, so that its reader learns why.</summary>
    private void TakeIn(RedisProtocol.PlanSeen seen)
    {
        var plan = seen.Plan;
        if (plan.Decision is not (PlanDecision.Execute or PlanDecision.Unknown))
        {
            around.Redis.Tell(new RedisProtocol.AckPlans(RedisKeys.PositionStateGroup, [seen.StreamId]));
            return;
        }

        var ask = new PlanAsk(seen.StreamId, plan, Now);
        if (!desk.TryTake(ask))
        {
            return;
        }

        if (settings.SaysAllowed)
        {
            log.Info("{0}: Evaluating plan {1} from stream msg {2}", plan.Symbol, plan.Id, seen.StreamId);
        }

        Queue(ask);
    }

    /// <summary>A plan that is judged by a snapshot from memory is judged at once; else the account is read first.</summary>
    private void Queue(PlanAsk ask)
    {
        if (!ask.WasReadAgain && !LotsAreComing && book.Age(Now) is { } age && age <= settings.FreshFor)
        {
            desk.Ready(ask);
            return;
        }

        around.Meter.Count("p33_ondemand_snapshots_total", 1);
        desk.WaitForRead(ask);
        if (reading is null)
        {
            ReadAccount();
        }
    }

    private void Refuse(RedisProtocol.PlanMalformed malformed)
    {
        var denied = new PermitVerdict.Denied(DenyReason.PlanMalformed, [new("fault", PlanWire.Code(malformed.Fault))]);
        Say(malformed.Symbol, malformed.Id?.Value ?? "?", denied);
        around.Redis.Tell(new RedisProtocol.IssuePositionPermit(
            malformed.StreamId, malformed.Id,
            malformed.Id is { } id ? PermitText.Deny(id, malformed.Symbol, "", denied, around.NowMs) : "", TtlSeconds, null));
    }

    /// <summary>One read of ledgers at a time: what arrives meanwhile goes with the next, so a burst costs few round trips.</summary>
    private void JudgeReady()
    {
        if (!desk.AnyReady || judging.Count > 0)
        {
            return;
        }

        var asks = desk.TakeReady(SymbolsPerRead);
        judging[++readId] = asks;
        around.Redis.Tell(new RedisProtocol.ReadLedgers(readId, [.. asks.Select(a => a.Plan.Symbol).Distinct()]));
    }

    /// <summary>Plans that waited for these ledgers; false when none did.</summary>
    private bool JudgeBy(RedisProtocol.LedgersRead read)
    {
        if (!judging.Remove(read.ReadId, out var asks))
        {
            return false;
        }

        var now = Now;
        foreach (var ask in asks)
        {
            var facts = new PermitFacts(
                book.View(ask.Plan.Symbol, now), book.Lot(ask.Plan.Symbol), IsAllowed(ask.Plan.Symbol), read.Ledgers[ask.Plan.Symbol],
                read.NowMs, StreamEntryIds.Ms(ask.StreamId), ask.WasReadAgain);
            Answer(ask, PositionStateRules.Judge(ask.Plan, facts, settings), facts);
        }

        JudgeReady();
        return true;
    }

    private void OnLedgersNotRead(RedisProtocol.ReadLedgers read, RedisProtocol.NotDone failed)
    {
        if (!judging.Remove(read.ReadId, out var asks))
        {
            OnLookFailed(read.ReadId);
            return;
        }

        desk.Drop(asks);
        log.Warning("{0} plans not judged: ledgers not read, {1} {2}; they come again", asks.Count, failed.Doubt, failed.Why);
        JudgeReady();
        AskForMore();
    }

    private void Answer(PlanAsk ask, PermitVerdict verdict, PermitFacts facts)
    {
        ask.Verdict = verdict;
        switch (verdict)
        {
            case PermitVerdict.ReadAgain:
                ask.WasReadAgain = true;
                Queue(ask);
                break;
            case PermitVerdict.Denied denied:
                Deny(ask, denied);
                break;
            case PermitVerdict.Granted when ask.Rounds >= MostRounds:
                ask.Verdict = new PermitVerdict.Denied(DenyReason.LedgerKeepsChanging, [new("rounds", ask.Rounds)]);
                Deny(ask, (PermitVerdict.Denied)ask.Verdict);
                break;
            case PermitVerdict.Granted granted:
                Issue(
                    ask, PermitText.Allow(ask.Plan, granted, around.NowMs),
                    new RedisProtocol.LedgerCheck(
                        ask.Plan.Symbol, facts.Ledger.Text, granted.Begin, AskedMs(facts.Exchange, facts.NowMs)));
                break;
        }
    }

    /// <summary>When the exchange was asked, by Redis' clock.</summary>
    private static long AskedMs(ExchangeView? view, long redisNowMs) => redisNowMs - (long)(view?.Age.TotalMilliseconds ?? 0);

    private void Deny(PlanAsk ask, PermitVerdict.Denied denied)
    {
        Issue(ask, PermitText.Deny(ask.Plan.Id, ask.Plan.Symbol, ask.Plan.ActionText, denied, around.NowMs), null);
    }

    private void Issue(PlanAsk ask, string json, RedisProtocol.LedgerCheck? check) =>
        around.Redis.Tell(new RedisProtocol.IssuePositionPermit(ask.StreamId, ask.Plan.Id, json, TtlSeconds, check));

    /// <summary>Said after it stands in Redis: a line about a permit that was never written would be a lie.</summary>
    private void OnIssued(RedisProtocol.PositionPermitIssued issued)
    {
        var id = issued.Command.StreamId;
        if (desk.Find(id) is not { } ask)
        {
            return;
        }

        if (issued.Changed)
        {
            ask.Rounds++;
            Queue(ask);
            JudgeReady();
            return;
        }

        desk.Close(id);
        around.Meter.Observe("p33_plan_to_permit_seconds", (Now - ask.Since).TotalSeconds);
        switch (ask.Verdict)
        {
            case PermitVerdict.Granted granted:
                Say(ask.Plan, granted);
                break;
            case PermitVerdict.Denied denied:
                Say(ask.Plan.Symbol, ask.Plan.Id.Value, denied);
                break;
        }

        AskForMore();
    }

    private void OnNotIssued(RedisProtocol.IssuePositionPermit issue, RedisProtocol.NotDone failed)
    {
        desk.Close(issue.StreamId);
        log.Warning("Plan {0} not answered: {1} {2}; it comes again", issue.Id?.Value ?? "?", failed.Doubt, failed.Why);
        AskForMore();
    }

    /// <summary>Plans whose answer was lost are forgotten: unacknowledged they come again, acknowledged they are answered.</summary>
    private void DropLost()
    {
        var lost = desk.DropOlder(Now - LostAfter);
        if (lost > 0)
        {
            judging.Clear();
            log.Warning("{0} plans were not answered within {1} s; what is unacknowledged comes again", lost, LostAfter.TotalSeconds);
            AskForMore();
        }
    }

    private void AskForMore()
    {
        if (more is { } take && desk.Open < EnoughWork)
        {
            more = null;
            around.Redis.Tell(take);
        }
    }

    private void Say(Plan plan, PermitVerdict.Granted granted)
    {
        around.Meter.Count("p33_permit_allow_total", 1, ("symbol", plan.Symbol.Value));
        if (settings.SaysAllowed)
        {
            log.Info("{0}: P3.3 ALLOW plan {1} (safe_qty={2}, exchange_amt={3})", plan.Symbol, plan.Id,
                granted.SafeQuantity.ToString("0.0000", CultureInfo.InvariantCulture),
                granted.ExchangeAmount.ToString("0.0000", CultureInfo.InvariantCulture));
        }
    }

    private void Say(Symbol? symbol, string plan, PermitVerdict.Denied denied)
    {
        // A symbol that the exchange does not know is somebody's text, and a label must not grow with texts.
        var known = symbol is not null && book.Lot(symbol) is not null;
        around.Meter.Count("p33_permit_deny_total", 1, ("symbol", known ? symbol!.Value : "other"), ("reason", denied.Reason.Code()));
        log.Warning("{0}: P3.3 DENY plan {1} reason={2} context={3}", symbol?.Value ?? "?", plan, denied.Reason.Code(), PermitText.Context(denied));
    }

    /// <summary>Null while nobody can say: the exchange's symbols are not known yet.</summary>
    private bool? IsAllowed(Symbol symbol) => settings.Allowlist.Count > 0
        ? settings.Allowlist.Contains(symbol)
        : book.Lots is { } lots ? lots.ContainsKey(symbol) : null;

    private int TtlSeconds => Math.Max(1, (int)settings.PermitTtl.TotalSeconds);
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// After every read of the account its symbols' ledgers are compared with it, and in turn those of all other symbols, so that a ledger
/// somebody wrote for a flat symbol is seen too. What is found is published; nothing is traded (X10).
/// </summary>
public sealed partial class PositionStateActor
{
    /// <summary>A symbol that had a position goes on being published for as long as its snapshots live.</summary>
    private static readonly TimeSpan RecentFor = TimeSpan.FromHours(1);

    /// <summary>All other symbols are looked at once in so many reads.</summary>
    private const int RoundsForAll = 5;

    private const int MismatchForMs = 5_000;

    private readonly Dictionary<Symbol, SymbolWatch> watches = [];
    private readonly HashSet<long> looking = [];
    private TimeSpan lookedAt;
    private int sweepFrom;
    private int looks;
    private long clockAheadMs;

    private void ReceiveLedgers()
    {
        Receive<RedisProtocol.LedgersRead>(OnLedgers);
        Receive<RedisProtocol.LedgerSet>(OnLedgerSet);
    }

    private void LookAtLedgers()
    {
        // Redis hangs: its answers will fail one by one, and more questions would only wait behind them.
        if (!redisUp || (looking.Count > 0 && Now - lookedAt < LostAfter))
        {
            return;
        }

        looking.Clear();
        lookedAt = Now;

        var symbols = book.RecentlyOpen(Now, RecentFor).Concat(watches.Keys).Concat(Sweep()).Distinct();
        foreach (var chunk in symbols.Chunk(SymbolsPerRead))
        {
            looking.Add(++readId);
            around.Redis.Tell(new RedisProtocol.ReadLedgers(readId, chunk));
        }
    }

    private IEnumerable<Symbol> Sweep()
    {
        IReadOnlyList<Symbol> all = settings.Allowlist.Count > 0 ? [.. settings.Allowlist] : [.. book.Lots?.Keys ?? []];
        if (all.Count == 0)
        {
            return [];
        }

        var count = (all.Count + RoundsForAll - 1) / RoundsForAll;
        var slice = Enumerable.Range(sweepFrom, count).Select(i => all[i % all.Count]).ToList();
        sweepFrom = (sweepFrom + count) % all.Count;
        return slice;
    }

    private void OnLedgers(RedisProtocol.LedgersRead read)
    {
        if (JudgeBy(read) || !looking.Remove(read.ReadId))
        {
            return;
        }

        clockAheadMs = read.NowMs - around.NowMs;
        var firstLook = looks == 0;
        var publications = new List<PositionPublication>();
        foreach (var (symbol, ledger) in read.Ledgers)
        {
            Compare(symbol, ledger, read.NowMs, firstLook, publications);
        }

        if (publications.Count > 0)
        {
            around.Redis.Tell(new RedisProtocol.PublishPositions(publications));
        }

        looks += looking.Count == 0 ? 1 : 0;
        ShowMismatch();
    }

    private void OnLookFailed(long id) => looking.Remove(id);

    private void Compare(Symbol symbol, LedgerFacts ledger, long nowMs, bool firstLook, List<PositionPublication> publications)
    {
        var view = book.View(symbol, Now);
        var idle = view is { Amount: 0, Unreadable.Length: 0 } && ledger.Amount is null or 0m
            && !ledger.Unreadable && ledger.OutcomeUnknown is null;
        if (idle && !watches.ContainsKey(symbol))
        {
            return;
        }

        var watch = watches.TryGetValue(symbol, out var known) ? known : watches[symbol] = new SymbolWatch();
        var verdict = ReconcileRules.Judge(view, ledger, watch, firstLook, nowMs, Now, settings);
        if (verdict is null || view is null)
        {
            return;
        }

        Do(symbol, view, ledger, verdict, AskedMs(view, nowMs));
        publications.Add(new PositionPublication(
            symbol, view.Amount, view.EntryPrice, view.MarkPrice, view.UnrealizedProfit, source, book.AskedAtMs ?? 0,
            Word(verdict.Status), verdict.Reason, ledger.Amount, verdict.DriftSinceMs));
        Show(symbol, view, ledger);
        if (idle && watch.FlatSince is { } flat && Now - flat > RecentFor)
        {
            watches.Remove(symbol);
        }
    }

    private void Do(Symbol symbol, ExchangeView view, LedgerFacts ledger, ReconcileVerdict verdict, long askedMs)
    {
        switch (verdict.Act)
        {
            case ReconcileAct.None:
                break;
            case ReconcileAct.BeginLedger:
                around.Redis.Tell(new RedisProtocol.SetLedger(symbol, null, view.Amount, askedMs, "LEDGER_INIT", "position_without_ledger"));
                break;
            case ReconcileAct.PurgeGhost:
                around.Redis.Tell(new RedisProtocol.SetLedger(symbol, ledger.Text, 0, askedMs, "GHOST_PURGE", "flat_for_long"));
                break;
            case ReconcileAct.ClearUnknown:
                around.Redis.Tell(new RedisProtocol.ClearOutcomeUnknown(symbol, ledger.OutcomeUnknown!, "ledger_and_exchange_agree"));
                log.Info("{0}: HOLD_CLEARED, ledger and exchange agree after an unknown outcome ({1})", symbol, ledger.OutcomeUnknown);
                break;
            case ReconcileAct.CallPerson:
                around.Redis.Tell(new RedisProtocol.PublishReconcileEvent(
                    "MANUAL_REQUIRED", symbol, verdict.Reason, view.Amount, ledger.Amount, around.NowMs));
                around.Meter.Count("p34_reconcile_drift_total", 1, ("symbol", symbol.Value), ("reason", verdict.Reason));
                log.Error("{0}: MANUAL_REQUIRED ledger {1} exchange {2} ({3}); repair: redis-cli HSET {4} ledger_amount {5}", symbol,
                    ledger.Text ?? "none", LedgerFacts.Plain(view.Amount), verdict.Reason, RedisKeys.PositionLedger + symbol,
                    LedgerFacts.Plain(view.Amount));
                break;
        }
    }

    private void OnLedgerSet(RedisProtocol.LedgerSet set)
    {
        if (set.Changed)
        {
            var command = set.Command;
            log.Info("{0}: {1} ledger {2} -> {3} ({4})", command.Symbol, command.Event, command.Expected ?? "none",
                LedgerFacts.Plain(command.Amount), command.Reason);
        }
    }

    private void Show(Symbol symbol, ExchangeView view, LedgerFacts ledger)
    {
        var label = ("symbol", symbol.Value);
        around.Meter.Gauge("p33_exchange_position_amt", (double)view.Amount, label);
        around.Meter.Gauge("p33_ledger_position_amt", (double)(ledger.Amount ?? 0), label);
        around.Meter.Gauge("p34_reconcile_diff_amt", (double)(ledger.Amount is { } amount ? Math.Abs(view.Amount - amount) : 0), label);
        around.Meter.Gauge("p34_reconcile_hold_active", ledger.Held || ledger.OutcomeUnknown is not null ? 1 : 0, label);
    }

    /// <summary>The longest standing difference, by Redis' clock; the gate shows it too.</summary>
    private void ShowMismatch()
    {
        if (looks == 0)
        {
            return;
        }

        var oldest = watches.Values.Min(watch => watch.DriftSinceMs);
        var seconds = oldest is { } since ? Math.Max(0, around.NowMs + clockAheadMs - since) / 1000m : 0m;
        around.Meter.Gauge("position_mismatch_seconds", (double)seconds);
        around.Meter.Gauge("p33_snapshot_candidates", book.OpenPositions);
        around.Redis.Tell(new RedisProtocol.PublishMismatch(seconds, MismatchForMs));
    }

    private static string Word(ReconcileStatus status) => status switch
    {
        ReconcileStatus.Ok => "OK",
        ReconcileStatus.Drift => "DRIFT",
        ReconcileStatus.Hold => "HOLD",
        ReconcileStatus.ManualRequired => "MANUAL_REQUIRED",
    };
}

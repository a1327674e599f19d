using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.PositionState;

/// <summary>
/// Enters what results executed in the ledger, each execution once (X16): the ledger, the mark and the acknowledgement change in one step in
/// Redis, and only if the ledger is still the one that was added to. What Redis could not be asked about comes again (S10).
/// </summary>
public sealed class LedgerActor : ReceiveActor, IWithTimers
{
    private sealed record DropLost;

    /// <summary>An answer of the gateway that has not come by then was lost with the gateway's last life.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);

    /// <summary>Results that are being entered at one time; more wait unacknowledged in Redis.</summary>
    private const int Limit = 2_000;

    private const int MostRounds = 20;

    private sealed class Entering(string streamId, ExecutionReport report)
    {
        /// <summary>When it was begun; null while others of its symbol are before it.</summary>
        public long? Since { get; set; }

        public string StreamId { get; } = streamId;

        public ExecutionReport Report { get; } = report;

        public int At { get; set; }

        public int Rounds { get; set; }

        public ExecutionFill Fill => Report.Fills[At];
    }

    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly Dictionary<string, Entering> entering = new(StringComparer.Ordinal);
    private readonly Dictionary<Symbol, Queue<Entering>> queues = [];
    private readonly Dictionary<long, Entering> asked = [];
    private long readId;

    public LedgerActor(Surroundings around)
    {
        this.around = around;
        Receive<RedisProtocol.ResultSeen>(OnResult);
        Receive<RedisProtocol.LedgersRead>(OnLedgers);
        Receive<RedisProtocol.FillEntered>(OnEntered);
        Receive<RedisProtocol.Done>(OnDone);
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<DropLost>(_ => HandleDropLost());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Surroundings around) => Akka.Actor.Props.Create(() => new LedgerActor(around));

    protected override void PreStart()
    {
        around.Redis.Tell(new RedisProtocol.WatchResults(around.Node));
        Timers.StartPeriodicTimer(nameof(DropLost), new DropLost(), LostAfter, LostAfter);
    }

    private void OnResult(RedisProtocol.ResultSeen seen)
    {
        if (entering.ContainsKey(seen.StreamId) || entering.Count >= Limit)
        {
            return;
        }

        if (!ExecutionReportWire.TryRead(seen.Fields, out var report) || report.ChangesNothing)
        {
            around.Redis.Tell(new RedisProtocol.AckResult(seen.StreamId));
            return;
        }

        var work = new Entering(seen.StreamId, report);
        entering[seen.StreamId] = work;
        if (!queues.TryGetValue(report.Symbol, out var queue))
        {
            queues[report.Symbol] = queue = new Queue<Entering>();
        }

        queue.Enqueue(work);
        if (queue.Count == 1)
        {
            Start(work);
        }
    }

    /// <summary>One at a time per symbol: the second adds to what the first left.</summary>
    private void Start(Entering work)
    {
        work.Since ??= around.Time.GetTimestamp();
        if (work.Report.Fills.Count == 0)
        {
            Freeze(work, work.Report.Unknown);
            return;
        }

        asked[++readId] = work;
        around.Redis.Tell(new RedisProtocol.ReadLedgers(readId, [work.Report.Symbol]));
    }

    private void OnLedgers(RedisProtocol.LedgersRead read)
    {
        if (asked.Remove(read.ReadId, out var work))
        {
            var ledger = read.Ledgers[work.Report.Symbol];
            Enter(work, ledger.Text, ledger.Amount, ledger.Unreadable);
        }
    }

    private void Enter(Entering work, string? text, decimal? amount, bool unreadable)
    {
        var after = amount is { } before ? work.Fill.Apply(before) : null;
        if (unreadable || (amount is not null && after is null))
        {
            Freeze(work, unreadable ? "the ledger cannot be read" : "neither side nor reduce-only");
            return;
        }

        around.Redis.Tell(new RedisProtocol.EnterFill(
            work.StreamId, work.Report.PlanId, work.Report.Symbol, work.Fill, text, after, IsLast(work)));
    }

    /// <summary>With something unknown beside it, the entry is acknowledged with that.</summary>
    private static bool IsLast(Entering work) => work.At == work.Report.Fills.Count - 1 && work.Report.Unknown.Length == 0;

    private void OnEntered(RedisProtocol.FillEntered entered)
    {
        if (!entering.TryGetValue(entered.Command.StreamId, out var work))
        {
            return;
        }

        if (entered.Verdict == FillVerdict.Changed)
        {
            TryAgain(work, entered.Current);
            return;
        }

        Say(entered);
        if (IsLast(work))
        {
            Finish(work);
            return;
        }

        work.At++;
        if (work.At < work.Report.Fills.Count)
        {
            Start(work);
        }
        else
        {
            Freeze(work, work.Report.Unknown);
        }
    }

    /// <summary>An operator or a permit changed it in between: the execution is added to what stands there now.</summary>
    private void TryAgain(Entering work, string? current)
    {
        if (++work.Rounds > MostRounds)
        {
            log.Warning("{0}: result {1} not entered, its ledger keeps changing; it comes again", work.Report.Symbol, work.StreamId);
            Finish(work);
            return;
        }

        var readable = LedgerFacts.TryAmount(current, out var amount);
        Enter(work, current, readable ? amount : null, current is not null && !readable);
    }

    private void Freeze(Entering work, string why)
    {
        log.Warning("{0}: outcome of plan {1} is unknown ({2}); no permits until ledger and exchange agree", work.Report.Symbol,
            work.Report.PlanId, why);
        around.Redis.Tell(new RedisProtocol.MarkOutcomeUnknown(work.StreamId, work.Report.PlanId, work.Report.Symbol, why));
    }

    private void OnDone(RedisProtocol.Done done)
    {
        if (done.Command is RedisProtocol.MarkOutcomeUnknown mark && entering.TryGetValue(mark.StreamId, out var work))
        {
            Finish(work);
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        var work = failed.Command switch
        {
            RedisProtocol.ReadLedgers read when asked.Remove(read.ReadId, out var reading) => reading,
            RedisProtocol.EnterFill enter => entering.GetValueOrDefault(enter.StreamId),
            RedisProtocol.MarkOutcomeUnknown mark => entering.GetValueOrDefault(mark.StreamId),
            _ => null,
        };
        if (work is not null)
        {
            log.Warning("{0}: result {1} not entered: {2} {3}; it comes again", work.Report.Symbol, work.StreamId, failed.Doubt, failed.Why);
            Finish(work);
        }
    }

    private void HandleDropLost()
    {
        foreach (var work in entering.Values.Where(w => w.Since is { } since && around.Time.GetElapsedTime(since) > LostAfter).ToList())
        {
            log.Warning("{0}: result {1} was not answered; it comes again", work.Report.Symbol, work.StreamId);
            Finish(work);
        }
    }

    private void Finish(Entering work)
    {
        entering.Remove(work.StreamId);
        var queue = queues[work.Report.Symbol];
        queue.Dequeue();
        if (queue.Count > 0)
        {
            Start(queue.Peek());
        }
        else
        {
            queues.Remove(work.Report.Symbol);
        }
    }

    private void Say(RedisProtocol.FillEntered entered)
    {
        var command = entered.Command;
        around.Meter.Count("p33_results_total", 1, ("verdict", entered.Verdict.ToString().ToLowerInvariant()));
        if (entered.Verdict != FillVerdict.Known)
        {
            log.Info("{0}: result of plan {1} order {2}: {3} {4} {5}, ledger {6} -> {7}", command.Symbol, command.PlanId,
                command.Fill.OrderId, entered.Verdict, command.Fill.Side?.ToString() ?? "reduce-only",
                command.Fill.Quantity.ToString(CultureInfo.InvariantCulture), command.Expected ?? "none", entered.Current ?? "none");
        }
    }
}

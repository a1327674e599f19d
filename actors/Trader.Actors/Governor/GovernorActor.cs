using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.Governor;

/// <summary>
/// Gives plans their permits. Batch by batch: reads what they are judged by, judges them (<see cref="GovernorRules"/>), has the decisions on
/// disk (S12), then settles them in one step in Redis, where a permit, all it consumes and the acknowledgement are one. A plan is
/// acknowledged only with its outcome, so what a dead governor left comes to its next life or to another (S10); a decision whose facts have
/// changed meanwhile is made again. Opens need everything known and clear (S1, F21); closes are stopped by a person alone (D-G1, D-G2).
/// </summary>
public sealed partial class GovernorActor : ReceiveActor, IWithTimers
{
    private sealed record Beat;

    private sealed record TryAgain(long Round);

    private sealed record JournalOverdue(long Seq);

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    private readonly GovernorSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly ExposureBook exposure;
    private readonly GovernorFigures figures;
    private GovernorBatch? batch;
    private long lastRound;
    private long journalSeq;

    public GovernorActor(GovernorSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        exposure = new ExposureBook(settings.PositionsMaxAge, settings.PricesMaxAge);
        figures = new GovernorFigures(around.Meter, exposure.Lists);
        Receive<RedisProtocol.PlansSeen>(OnPlans);
        Receive<RedisProtocol.GovernorFactsRead>(OnFacts);
        Receive<DiskProtocol.Appended>(appended => OnJournal(appended.Seq, null));
        Receive<DiskProtocol.NotAppended>(failed => OnJournal(failed.Seq, failed.Why));
        Receive<JournalOverdue>(overdue => OnJournal(overdue.Seq, "no answer"));
        Receive<RedisProtocol.PlansSettled>(OnSettled);
        Receive<TryAgain>(again => OnTryAgain(again.Round));
        Receive<RedisProtocol.NotDone>(OnNotDone);
        ReceiveMinding();
        Receive<RedisProtocol.Done>(_ => { });
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    private string Day => around.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Unix seconds, as fine as the clock tells them.</summary>
    private double NowSeconds => (around.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 1e7;

    public static Props Props(GovernorSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new GovernorActor(settings, around));

    protected override void PreStart()
    {
        SayStart();
        around.Redis.Tell(new RedisProtocol.WatchConnection());
        around.Disk.Tell(new DiskProtocol.WatchEssLatch());
        around.Redis.Tell(new RedisProtocol.WatchPlans(RedisKeys.GovernorGroup, around.Node));
        Timers.StartPeriodicTimer(nameof(Beat), new Beat(), TimeSpan.Zero, BeatEvery);
    }

    private void OnPlans(RedisProtocol.PlansSeen seen)
    {
        batch = new GovernorBatch(seen, ++lastRound);
        AskFacts(batch);
    }

    private void AskFacts(GovernorBatch plans) =>
        around.Redis.Tell(new RedisProtocol.ReadGovernorFacts(plans.Round, Day, plans.Symbols()));

    private void OnFacts(RedisProtocol.GovernorFactsRead read)
    {
        if (batch is not { JournalSeq: 0, Settlement: null } plans || plans.Round != read.Round)
        {
            return;
        }

        plans.Facts = read.Facts;
        plans.Judgements = Judge(plans, read.Facts);
        plans.JournalSeq = ++journalSeq;
        around.Disk.Tell(new DiskProtocol.Append(plans.JournalSeq, GovernorRecords.Decided(around.NowMs, plans)));
        Timers.StartSingleTimer(nameof(JournalOverdue), new JournalOverdue(plans.JournalSeq), settings.JournalWait);
    }

    private List<GovernorJudgement> Judge(GovernorBatch plans, GovernorFacts facts)
    {
        var book = new GovernorBook(facts, exposure.At(Now, facts.Reserved), latch, isDisarming: disarming is not null);
        var judgements = new List<GovernorJudgement>(plans.Entries.Count);
        foreach (var entry in plans.Entries)
        {
            var judgement = Judge(entry, book);
            if (judgement.Verdict is GovernorVerdict.Permit permit && entry is RedisProtocol.PlanSeen seen)
            {
                book.Record(seen.Plan, permit);
            }

            judgements.Add(judgement);
            if (plans.Rounds == 1)
            {
                Say(entry, judgement);
            }
        }

        return judgements;
    }

    /// <summary>Numbers from outside may be larger than any account's: their product is no number then, and no permit.</summary>
    private GovernorJudgement Judge(RedisProtocol.PlanEntry entry, GovernorBook book)
    {
        try
        {
            return GovernorRules.Judge(settings, entry, book);
        }
        catch (OverflowException e)
        {
            errors++;
            log.Error("Error evaluating plan entry {0}: {1}", entry.StreamId, e.Message);
            return new GovernorJudgement(
                new GovernorVerdict.Refuse(GovernorRefusal.EvaluationError), Allocation.None(AllocationFinding.NotLookedAt), null, []);
        }
    }

    private void Say(RedisProtocol.PlanEntry entry, GovernorJudgement judgement)
    {
        foreach (var note in judgement.Notes)
        {
            log.Log(note.Level, note.Text);
        }

        if (entry is RedisProtocol.PlanSeen seen)
        {
            figures.Allocated(seen.Plan.Symbol, judgement.Allocation.Finding);
            if (judgement.Allocation.Finding == AllocationFinding.Exceeded)
            {
                around.Redis.Tell(new RedisProtocol.PublishGovernorEvent(
                    GovernorRecords.AllocationCap(seen.Plan, judgement.Allocation, NowSeconds)));
            }
        }

        if (judgement.Guard is { For: { } length } guard)
        {
            Guard(guard, length);
        }
    }

    /// <summary>A disk that fails or hangs keeps nobody from closing; an open that cannot be recorded is not permitted (S12, S2).</summary>
    private void OnJournal(long seq, string? trouble)
    {
        if (batch is not { Facts: { } facts } plans || plans.JournalSeq != seq || plans.Settlement is not null)
        {
            return;
        }

        Timers.Cancel(nameof(JournalOverdue));
        SetJournalTrouble(trouble);
        plans.Settlement = new RedisProtocol.SettlePlans(
            plans.Round, Day, facts, [.. plans.Entries.Select((entry, at) => Settle(plans, entry, at, trouble is null))]);
        around.Redis.Tell(plans.Settlement);
    }

    private PlanSettlement Settle(GovernorBatch plans, RedisProtocol.PlanEntry entry, int at, bool journaled)
    {
        if (!journaled && plans.Judgements[at].Verdict is GovernorVerdict.Permit { Opening: not null })
        {
            plans.Judgements = [.. plans.Judgements.Select((judgement, i) => i == at
                ? judgement with { Verdict = new GovernorVerdict.Refuse(GovernorRefusal.JournalUnavailable) }
                : judgement)];
        }

        // A microsecond apart: the newest entry of a symbol's executions tells whether anything came after.
        var time = NowSeconds + (at * 1e-6);
        return (plans.Judgements[at].Verdict, entry) switch
        {
            (GovernorVerdict.Permit permit, RedisProtocol.PlanSeen seen) => Permit(plans, seen, permit, time),
            (GovernorVerdict.Refuse refuse, RedisProtocol.PlanSeen seen) =>
                new PlanRefused(entry.StreamId, seen.Plan.Id, new GovernorBlock(refuse.Text, time, seen.Plan.Symbol.Value)),
            (GovernorVerdict.Refuse refuse, RedisProtocol.PlanMalformed { Id: { } id } malformed) =>
                new PlanRefused(entry.StreamId, id, new GovernorBlock(refuse.Text, time, malformed.Symbol?.Value ?? "")),
            _ => new PlanPassedOver(entry.StreamId),
        };
    }

    private PlanPermitted Permit(GovernorBatch plans, RedisProtocol.PlanSeen seen, GovernorVerdict.Permit permit, double time)
    {
        var plan = seen.Plan;
        var facts = plans.Facts!;
        var hint = EfficiencyRules.Judge(settings.Efficiency, facts.Symbols[plan.Symbol], facts.RedisNowMs / 1000m);
        var production = settings.Mode == GovernorMode.Production;
        var opening = permit.Opening is { } open && facts.Symbols[plan.Symbol].Opening is { } before
            ? new OpeningReservation(before.Head, Exposure.Member(plan, open), facts.RedisNowMs + ReservationMs)
            : null;
        return new PlanPermitted(
            seen.StreamId, plan.Id, new GovernorPermit(plan.Symbol, permit.Quantity, permit.Notional, time, hint),
            PythonFloat.Text(time), production ? Day : "", permit.Quantity, permit.Notional,
            production && opening is null ? (int)Math.Ceiling(settings.ExitLock.TotalSeconds) : 0,
            new GovernorBlock(GovernorReasons.Code(GovernorRefusal.ExitLocked), time, plan.Symbol.Value), opening);
    }
}

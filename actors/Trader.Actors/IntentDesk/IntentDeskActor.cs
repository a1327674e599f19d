using Akka.Actor;
using Akka.Event;
using Trader.Actors.Ports;
using Trader.Messages;

namespace Trader.Actors.IntentDesk;

/// <summary>
/// The order gate's door for strategies. An intent becomes a plan in the same stream as every other: governor, P3.3 and gate judge it, and
/// there is no second way to an order (S6). A plan gets into the stream once, however often its intent is handed in and whatever becomes of
/// Redis' answer; what is not known is said to be pending, never guessed (S1, S8).
/// </summary>
public sealed partial class IntentDeskActor : ReceiveActor, IWithTimers
{
    private sealed record Tick;

    /// <param name="Until">Then the answer is what is known.</param>
    private sealed record Waiter(PlanId Plan, IActorRef To, TimeSpan Until);

    private static readonly TimeSpan WakeEvery = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan IdleEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan SettleEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than Redis' deadlines; an answer that has not come by then never will.</summary>
    private static readonly TimeSpan SettleMost = TimeSpan.FromSeconds(4);

    private readonly IntentDeskSettings settings;
    private readonly Surroundings around;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly long startedAt;
    private readonly IntentBook book;
    private readonly List<Waiter> waiters = [];
    private readonly HashSet<PlanId> sought = [];
    private bool isReading;
    private TimeSpan? wakeIn;

    public IntentDeskActor(IntentDeskSettings settings, Surroundings around)
    {
        this.settings = settings;
        this.around = around;
        startedAt = around.Time.GetTimestamp();
        book = new IntentBook(settings);
        Receive<IntentProtocol.Submit>(OnSubmit);
        Receive<IntentProtocol.GetVerdict>(OnGetVerdict);
        Receive<RedisProtocol.IntentPublished>(OnPublished);
        Receive<RedisProtocol.IntentIsOther>(OnOther);
        Receive<RedisProtocol.IntentWithdrawn>(OnWithdrawn);
        Receive<RedisProtocol.IntentSought>(OnSought);
        Receive<RedisProtocol.PlanEnded>(ended => OnResult(ended.Result));
        Receive<RedisProtocol.PlanResultsRead>(OnResultsRead);
        Receive<RedisProtocol.NotDone>(OnNotDone);
        Receive<Tick>(_ => OnTick());
    }

    /// <summary>Set by the engine.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => around.Time.GetElapsedTime(startedAt);

    public static Props Props(IntentDeskSettings settings, Surroundings around) =>
        Akka.Actor.Props.Create(() => new IntentDeskActor(settings, around));

    protected override void PreStart()
    {
        around.Redis.Tell(new RedisProtocol.WatchPlanEnds());
        Wake();
    }

    private void OnSubmit(IntentProtocol.Submit submit)
    {
        var fields = OrderIntentWire.Write(submit.Intent, around.NowMs);
        if (!PlanWire.TryRead(fields, out var plan, out var fault))
        {
            // An intent is valid once it exists, and the mapping is tested against the reader.
            throw new InvalidOperationException($"intent {submit.Intent.Id} is no plan: {fault}");
        }

        var digest = PlanRecordText.DigestOf(plan);
        switch (book.Admit(plan.Id, digest, around.NewGuid(), Now, out var made))
        {
            case IntentAdmission.OtherContent:
                Answer(Sender, new GateVerdict.ContentChanged(plan.Id));
                return;
            case IntentAdmission.Full:
                Answer(Sender, new GateVerdict.NotSubmitted(
                    plan.Id, NotSubmittedReason.Full, $"{book.InHand} intents are in hand without a result, the most that are taken"));
                return;
            case IntentAdmission.New:
                log.Info("Intent {0} is plan {1}: {2} {3} {4}", submit.Intent.Id, plan.Id, plan.Symbol, submit.Intent.Action,
                    (object?)plan.Quantity ?? "");
                around.Redis.Tell(
                    new RedisProtocol.PublishIntent(plan.Id, digest, made!.Attempt, fields, (int)settings.PlanMemory.TotalSeconds));
                break;
            case IntentAdmission.Known:
                break;
        }

        Wait(plan.Id, submit.Wait);
    }

    private void OnGetVerdict(IntentProtocol.GetVerdict get)
    {
        if (book.Of(get.Plan) is null && waiters.Count < settings.MaxWaiting && sought.Add(get.Plan))
        {
            around.Redis.Tell(new RedisProtocol.FindIntent(get.Plan));
        }

        Wait(get.Plan, get.Wait);
    }

    private void OnPublished(RedisProtocol.IntentPublished published)
    {
        if (book.Of(published.Id) is not { StreamId: null } intent)
        {
            return;
        }

        book.Found(intent, published.StreamId);
        // What was there before may have its result already; the reader of new ones does not see it again.
        (intent.Stage, intent.DueAt) = published.Added
            ? (IntentStage.InStream, Now + settings.LookAgain)
            : (IntentStage.Seeking, Now);
        ReadResults();
        AnswerDue();
    }

    private void OnOther(RedisProtocol.IntentIsOther other) => Drop(other.Id, new GateVerdict.ContentChanged(other.Id));

    private void OnWithdrawn(RedisProtocol.IntentWithdrawn withdrawn)
    {
        if (book.Of(withdrawn.Id) is { StreamId: null } intent && intent.Attempt == withdrawn.Attempt)
        {
            Drop(withdrawn.Id, new GateVerdict.NotSubmitted(
                withdrawn.Id, NotSubmittedReason.Withdrawn, "Redis did not answer in time, and the plan was barred from the stream"));
        }
    }

    private void OnNotDone(RedisProtocol.NotDone failed)
    {
        switch (failed.Command)
        {
            case RedisProtocol.PublishIntent publish:
                OnNotPublished(publish, failed);
                break;
            case RedisProtocol.WithdrawIntent withdraw when book.Of(withdraw.Id) is { Stage: IntentStage.Doubtful } intent:
                intent.DueAt = Now + SettleEvery;
                break;
            case RedisProtocol.FindIntent find:
                sought.Remove(find.Id);
                AnswerAll(find.Id, new GateVerdict.Pending(find.Id, $"Redis cannot be asked: {failed.Why}"));
                break;
            case RedisProtocol.ReadPlanResults:
                EndReading();
                break;
        }
    }

    private void OnNotPublished(RedisProtocol.PublishIntent publish, RedisProtocol.NotDone failed)
    {
        if (book.Of(publish.Id) is not { StreamId: null } intent || intent.Attempt != publish.Attempt)
        {
            return;
        }

        switch (failed.Doubt)
        {
            case RedisDoubt.NotConnected:
                Drop(publish.Id, new GateVerdict.NotSubmitted(publish.Id, NotSubmittedReason.RedisUnavailable, failed.Why));
                break;
            case RedisDoubt.Refused:
                log.Error("Plan {0} was not taken by Redis: {1}", publish.Id, failed.Why);
                Drop(publish.Id, new GateVerdict.NotSubmitted(publish.Id, NotSubmittedReason.RedisRefused, failed.Why));
                break;
            case RedisDoubt.Unknown:
                log.Warning("Plan {0}: Redis has not said whether it is in the stream ({1}); being settled", publish.Id, failed.Why);
                intent.Stage = IntentStage.Doubtful;
                intent.DueAt = Now;
                Settle();
                break;
        }
    }

    private void OnTick()
    {
        wakeIn = null;
        Settle();
        ReadResults();
        AnswerDue();
        book.Tidy(Now);
        Wake();
    }

    private void Settle()
    {
        var now = Now;
        foreach (var intent in book.Open.Where(one => one is { Stage: IntentStage.Doubtful, StreamId: null } && one.DueAt <= now))
        {
            // Redis answers within its deadline, and every answer sets the time anew.
            intent.DueAt = TimeSpan.MaxValue;
            around.Redis.Tell(new RedisProtocol.WithdrawIntent(intent.Plan, intent.Digest, intent.Attempt));
        }
    }
}

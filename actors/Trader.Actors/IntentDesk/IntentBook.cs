using Trader.Messages;

namespace Trader.Actors.IntentDesk;

/// <summary>How far an intent has come.</summary>
internal enum IntentStage
{
    /// <summary>Its plan is on the way to the stream; Redis answers within its deadline.</summary>
    Publishing,

    /// <summary>Nobody knows whether the plan is in the stream; it is being settled.</summary>
    Doubtful,

    /// <summary>Another life published it, and its result has not been looked for yet.</summary>
    Seeking,

    /// <summary>It is in the stream.</summary>
    InStream,
}

/// <summary>One intent that was handed in.</summary>
internal sealed class IntentCase(PlanId plan, string digest, TimeSpan bornAt)
{
    public PlanId Plan { get; } = plan;

    public string Digest { get; } = digest;

    public TimeSpan BornAt { get; } = bornAt;

    public Guid Attempt { get; init; }

    public IntentStage Stage { get; set; }

    /// <summary>The plan's entry; null while it is not known to be in the stream.</summary>
    public string? StreamId { get; set; }

    /// <summary>A result counts once the plan under this id is known to be this one.</summary>
    public PlanResult? Result { get; set; }

    /// <summary>A result of this plan id that came before Redis' answer, which travels on another connection.</summary>
    public PlanResult? Early { get; set; }

    /// <summary>When the settling is tried again, or the stream is read for a result that did not come.</summary>
    public TimeSpan DueAt { get; set; }

    /// <summary>The stream is being read for its result.</summary>
    public bool IsRead { get; set; }

    /// <summary>Its place in the book.</summary>
    public LinkedListNode<IntentCase>? Place { get; set; }

    public GateVerdict Verdict => Result is { } result
        ? new GateVerdict.Decided(Plan, result)
        : new GateVerdict.Pending(Plan, Stage == IntentStage.Doubtful
            ? "Redis has not said whether the plan is in the stream"
            : "in the stream, and no result yet");

    /// <summary>It will soon be known whether the plan is in the stream: an answer now would say less than one in a moment.</summary>
    public bool IsSettling => Result is null && Stage is IntentStage.Publishing or IntentStage.Seeking;
}

/// <summary>What became of taking in an intent.</summary>
internal enum IntentAdmission
{
    /// <summary>It is new, and is to be published.</summary>
    New,

    /// <summary>It is in hand, or its verdict is known.</summary>
    Known,

    /// <summary>Another intent has this id.</summary>
    OtherContent,

    /// <summary>There is no room.</summary>
    Full,
}

/// <summary>
/// The intents in hand and the verdicts that are remembered, both bounded. It decides which of several results counts; it sends nothing.
/// </summary>
internal sealed class IntentBook(IntentDeskSettings settings)
{
    private const int VerdictsPerPlace = 10;

    private readonly Dictionary<PlanId, IntentCase> cases = [];
    private readonly LinkedList<IntentCase> open = new();
    private readonly LinkedList<IntentCase> settled = new();

    /// <summary>Without a final result.</summary>
    public int InHand => open.Count;

    public IEnumerable<IntentCase> Open => open;

    public IntentCase? Of(PlanId plan) => cases.GetValueOrDefault(plan);

    /// <param name="made">The case in hand; null where there is none.</param>
    public IntentAdmission Admit(PlanId plan, string digest, Guid attempt, TimeSpan now, out IntentCase? made)
    {
        made = Of(plan);
        if (made is not null)
        {
            return made.Digest == digest ? IntentAdmission.Known : IntentAdmission.OtherContent;
        }

        if (InHand >= settings.MaxInHand)
        {
            return IntentAdmission.Full;
        }

        made = Add(new IntentCase(plan, digest, now) { Attempt = attempt });
        return IntentAdmission.New;
    }

    /// <summary>Takes in hand what another life published; null when there is no room.</summary>
    public IntentCase? Restore(PlanId plan, string digest, string streamId, TimeSpan now) => InHand >= settings.MaxInHand
        ? null
        : Add(new IntentCase(plan, digest, now) { Stage = IntentStage.Seeking, StreamId = streamId, DueAt = now });

    /// <summary>The plan under this id is this intent's, and this is its entry; a result that came before counts from now on.</summary>
    public void Found(IntentCase of, string streamId)
    {
        ArgumentNullException.ThrowIfNull(of);
        of.StreamId = streamId;
        if (of.Early is { } early)
        {
            Take(of, early);
        }
    }

    /// <summary>It came to nothing: the same intent may be handed in again.</summary>
    public void Forget(IntentCase gone)
    {
        if (cases.Remove(gone.Plan))
        {
            gone.Place!.List!.Remove(gone.Place);
        }
    }

    /// <summary>True when the result is news.</summary>
    public bool Take(IntentCase of, PlanResult result)
    {
        if (of.StreamId is null)
        {
            of.Early = Supersedes(of.Early, result) ? result : of.Early;
            return false;
        }

        if (!Supersedes(of.Result, result))
        {
            return false;
        }

        of.Result = result;
        var list = of.Verdict.IsFinal ? settled : open;
        of.Place!.List!.Remove(of.Place);
        list.AddLast(of.Place);
        return true;
    }

    /// <summary>Lets go of what is old, and of the oldest verdicts where there are too many; what somebody waits for is younger.</summary>
    public void Tidy(TimeSpan now)
    {
        while (open.First is { } oldest && now - oldest.Value.BornAt >= settings.Remember)
        {
            Forget(oldest.Value);
        }

        while (settled.First is { } oldest
            && (now - oldest.Value.BornAt >= settings.Remember || settled.Count > settings.MaxInHand * VerdictsPerPlace))
        {
            Forget(oldest.Value);
        }
    }

    /// <summary>
    /// Which of two results of one plan stands. The correction of an unknown outcome replaces it; a duplicate says only that another result
    /// tells the outcome; and an execution, once said, is never hidden by anything.
    /// </summary>
    public static bool Supersedes(PlanResult? known, PlanResult next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return known switch
        {
            null => true,
            { Executed: true } => false,
            _ when next.Executed => true,
            { Error: PlanResultWords.DuplicatePlan } => next.Error != PlanResultWords.DuplicatePlan,
            { Error: PlanResultWords.OutcomeUnknown } => next.Error is not (PlanResultWords.OutcomeUnknown or PlanResultWords.DuplicatePlan),
            _ => false,
        };
    }

    private IntentCase Add(IntentCase made)
    {
        cases.Add(made.Plan, made);
        made.Place = open.AddLast(made);
        return made;
    }
}

namespace Trader.Messages;

/// <summary>Why handing in has certainly added nothing to the stream. The names in snake case are the stable codes.</summary>
public enum NotSubmittedReason
{
    /// <summary>Too many intents are in hand without a result.</summary>
    Full,

    /// <summary>Redis is away: permits live there, so nothing could be decided.</summary>
    RedisUnavailable,

    /// <summary>Redis answered with an error; nothing was changed.</summary>
    RedisRefused,

    /// <summary>Redis did not answer in time, and the plan was then barred from the stream.</summary>
    Withdrawn,

    /// <summary>No connection to the gate could be made.</summary>
    GateUnreachable,

    /// <summary>The gate did not take the token.</summary>
    Unauthorized,

    /// <summary>The gate refused the request before it looked for a plan in it; the detail says why.</summary>
    RequestRefused,
}

/// <summary>
/// What is known of a plan that a strategy handed in. There is no "probably": what is not known is <see cref="Pending"/>, and the way on is
/// to ask by the plan's id, or to hand in the same intent again, which is the same plan.
/// </summary>
public abstract record GateVerdict
{
    private GateVerdict(PlanId plan) => Plan = plan;

    public PlanId Plan { get; }

    /// <summary>An order was executed, at least in part. False while that is not known: look at <see cref="IsFinal"/>.</summary>
    public bool Executed => this is Decided { Result.Executed: true };

    /// <summary>Nothing about this plan changes any more.</summary>
    public bool IsFinal => this switch
    {
        Decided decided => decided.Result.Error != PlanResultWords.OutcomeUnknown,
        ContentChanged => true,
        _ => false,
    };

    /// <summary>Stable code; empty where there is none.</summary>
    public string Error => this switch
    {
        Decided decided => decided.Result.Error,
        ContentChanged => PlanResultWords.ContentChanged,
        NotSubmitted refused => Code(refused.Reason),
        _ => "",
    };

    /// <summary>Stable code of a reason.</summary>
    public static string Code(NotSubmittedReason reason) => reason switch
    {
        NotSubmittedReason.Full => "intents_full",
        NotSubmittedReason.RedisUnavailable => "redis_unavailable",
        NotSubmittedReason.RedisRefused => "redis_refused",
        NotSubmittedReason.Withdrawn => "withdrawn",
        NotSubmittedReason.GateUnreachable => "gate_unreachable",
        NotSubmittedReason.Unauthorized => "unauthorized",
        NotSubmittedReason.RequestRefused => "request_refused",
    };

    /// <summary>
    /// The gate's own result. With the error <c>outcome_unknown</c> an order may be at the exchange; a corrected, final result follows.
    /// </summary>
    public sealed record Decided(PlanId Plan, PlanResult Result) : GateVerdict(Plan)
    {
        /// <summary>Base units that are known to have been executed.</summary>
        public decimal Filled => Result.Steps.Sum(step => step.Order?.Executed ?? 0);
    }

    /// <summary>It is, or may be, in the stream, and there is no result yet: it may still be executed. Ask again by its id.</summary>
    /// <param name="Why">For people.</param>
    public sealed record Pending(PlanId Plan, string Why) : GateVerdict(Plan);

    /// <summary>
    /// This handing in has certainly added nothing to the stream, and never will. The same intent may be handed in again, which is also how a
    /// strategy learns whether an earlier life of its own had handed it in.
    /// </summary>
    /// <param name="Detail">For people; no secrets.</param>
    public sealed record NotSubmitted(PlanId Plan, NotSubmittedReason Reason, string Detail) : GateVerdict(Plan);

    /// <summary>Another intent was handed in under this id before. This one went nowhere, and never will under this id.</summary>
    public sealed record ContentChanged(PlanId Plan) : GateVerdict(Plan);

    /// <summary>No intent with this plan id is remembered: none was handed in, or longer ago than plans are remembered.</summary>
    public sealed record NotKnown(PlanId Plan) : GateVerdict(Plan);
}

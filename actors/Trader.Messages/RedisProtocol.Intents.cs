namespace Trader.Messages;

/// <summary>The intent desk's part: a plan gets into the stream once, whatever becomes of the answer.</summary>
public static partial class RedisProtocol
{
    /// <summary>
    /// Adds a plan to the stream and remembers its entry, in one step; one that is remembered is not added again. Reply:
    /// <see cref="IntentPublished"/>, <see cref="IntentIsOther"/>, <see cref="IntentWithdrawn"/> where this very attempt was withdrawn before.
    /// </summary>
    /// <param name="Digest">What the plan asks for: <see cref="PlanRecordText.DigestOf"/>.</param>
    /// <param name="Attempt">Names this publishing, so that it can be barred without barring the next.</param>
    /// <param name="TtlSeconds">How long the plan is remembered.</param>
    public sealed record PublishIntent(
        PlanId Id, string Digest, Guid Attempt, IReadOnlyList<KeyValuePair<string, string>> Fields, int TtlSeconds);

    /// <summary>
    /// Settles a publishing whose answer never came: when the plan is in the stream it says so, and otherwise the attempt is barred, so that
    /// it adds nothing even when the server comes to it later. Replies as <see cref="PublishIntent"/>.
    /// </summary>
    public sealed record WithdrawIntent(PlanId Id, string Digest, Guid Attempt);

    /// <summary>Asks for the entry of a plan. Reply: <see cref="IntentSought"/>.</summary>
    public sealed record FindIntent(PlanId Id);

    /// <summary>Reads results from one on, oldest first, a page at a time. Reply: <see cref="PlanResultsRead"/>.</summary>
    /// <param name="From">An entry's id, included; with <c>(</c> before it, excluded.</param>
    public sealed record ReadPlanResults(string From);

    /// <param name="StreamId">The plan's entry.</param>
    /// <param name="Added">By this step. Otherwise it was there before.</param>
    public sealed record IntentPublished(PlanId Id, string StreamId, bool Added);

    /// <summary>Another plan is remembered under this id, or nobody understands what is.</summary>
    public sealed record IntentIsOther(PlanId Id);

    /// <summary>The plan is not in the stream, and this attempt will never put it there.</summary>
    public sealed record IntentWithdrawn(PlanId Id, Guid Attempt);

    /// <param name="StreamId">Null when no plan is remembered under this id.</param>
    /// <param name="Digest">Empty without an entry.</param>
    public sealed record IntentSought(PlanId Id, string? StreamId, string Digest);

    /// <param name="Next">Where the next page begins; null when there is none.</param>
    public sealed record PlanResultsRead(IReadOnlyList<PlanResult> Results, string? Next);
}

namespace Trader.Messages;

/// <summary>Reading <c>quantum:stream:apply.plan</c> in a consumer group: one subscription per group and node.</summary>
public static partial class RedisProtocol
{
    /// <summary>
    /// Entries of one <see cref="PlansSeen"/>. A reader that works batch by batch keeps up by larger ones; larger still, and the steps that
    /// answer a batch keep Redis from answering anybody else for milliseconds.
    /// </summary>
    public const int MostPlansAtOnce = 250;

    /// <summary>
    /// Subscribes the sender to the plan stream: first what <paramref name="Consumer"/> left unacknowledged, then new entries from the
    /// stream's beginning on, and entries that dead consumers left idle (S10). Delivers <see cref="PlansSeen"/>, and the next one only after
    /// <see cref="TakeMorePlans"/>. Asking again begins anew with what is unacknowledged.
    /// </summary>
    /// <param name="Group">The worker's group, one of those in <see cref="RedisKeys"/>.</param>
    /// <param name="Consumer">The node's name: the same after a restart, different on every node.</param>
    public sealed record WatchPlans(string Group, string Consumer);

    /// <summary>The batch is dealt with as far as the next one may come; entries may still be unacknowledged. No reply.</summary>
    public sealed record TakeMorePlans(string Group, long Batch);

    /// <summary>These entries never come again. Reply: <see cref="Done"/> or <see cref="NotDone"/>.</summary>
    public sealed record AckPlans(string Group, IReadOnlyList<string> StreamIds);

    /// <param name="Batch">Number for <see cref="TakeMorePlans"/>.</param>
    /// <param name="Entries">In the stream's order, at least one.</param>
    public sealed record PlansSeen(string Group, long Batch, IReadOnlyList<PlanEntry> Entries);

    /// <summary>One entry of the stream; <see cref="PlanSeen"/> or <see cref="PlanMalformed"/>.</summary>
    /// <param name="StreamId">For <see cref="AckPlans"/>.</param>
    /// <param name="Redelivered">It was delivered before, here or elsewhere, and never acknowledged.</param>
    public abstract record PlanEntry(string StreamId, bool Redelivered);

    public sealed record PlanSeen(string StreamId, Plan Plan, bool Redelivered) : PlanEntry(StreamId, Redelivered);

    /// <param name="Fault">Why it is no plan.</param>
    /// <param name="Id">Its id, where at least that could be read.</param>
    /// <param name="Symbol">The same of its symbol.</param>
    public sealed record PlanMalformed(string StreamId, PlanFault Fault, PlanId? Id, Symbol? Symbol, bool Redelivered)
        : PlanEntry(StreamId, Redelivered);
}

namespace Trader.Messages;

/// <summary>Messages of the intent desk: the order gate's door for strategies. Every command gets exactly one <see cref="GateVerdict"/>.</summary>
public static class IntentProtocol
{
    /// <summary>Longest wait for a result.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hands in an intent. The reply comes with the final result, or after <paramref name="Wait"/> with what is known then; not before it is
    /// known whether the plan is in the stream, which takes at most Redis' deadline.
    /// </summary>
    /// <param name="Wait">Zero to <see cref="MaxWait"/>; more counts as that.</param>
    public sealed record Submit(OrderIntent Intent, TimeSpan Wait);

    /// <summary>What is known of a plan that was handed in before, in this life of the desk or in another. Waits like <see cref="Submit"/>.</summary>
    public sealed record GetVerdict(PlanId Plan, TimeSpan Wait);
}

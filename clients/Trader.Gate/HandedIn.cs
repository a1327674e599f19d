using Trader.Messages;

namespace Trader.Gate;

/// <summary>
/// What this strategy handed in and what it was told. "This handing in added nothing" says nothing about an intent whose earlier handing in
/// may have: that one stays <see cref="GateVerdict.Pending"/>, and one whose verdict is final keeps it. Safe for any number of threads.
/// </summary>
public sealed class HandedIn
{
    /// <summary>Beyond it the oldest are forgotten.</summary>
    private const int Most = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<Content, GateVerdict> told = [];
    private readonly Queue<Content> byAge = new();

    /// <summary>The verdict of a handing in, in the light of those before it.</summary>
    public GateVerdict Judge(OrderIntent intent, GateVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(verdict);
        var content = new Content(intent.Id.Plan, intent.Symbol, intent.Action, intent.Quantity, intent.Leg);
        lock (gate)
        {
            var before = told.GetValueOrDefault(content);
            if (verdict is GateVerdict.NotSubmitted refused)
            {
                return before is { IsFinal: true } ? before
                    // Withdrawn is Redis' own word that there is no such plan; the others have not looked.
                    : before is null || refused.Reason == NotSubmittedReason.Withdrawn ? Forget(content, verdict)
                    : new GateVerdict.Pending(
                        verdict.Plan, $"handed in before, and no verdict yet; handing in again failed: {verdict.Error}: {refused.Detail}");
            }

            Remember(content, verdict);
            return verdict;
        }
    }

    private GateVerdict Forget(Content content, GateVerdict verdict)
    {
        told.Remove(content);
        return verdict;
    }

    private void Remember(Content content, GateVerdict verdict)
    {
        if (!told.ContainsKey(content))
        {
            byAge.Enqueue(content);
        }

        told[content] = verdict;
        while (byAge.Count > Most)
        {
            told.Remove(byAge.Dequeue());
        }
    }

    /// <summary>What the gate calls one content (<see cref="PlanRecordText.DigestOf"/>).</summary>
    private sealed record Content(PlanId Plan, Symbol Symbol, IntentAction Action, decimal? Quantity, PositionSide Leg);
}

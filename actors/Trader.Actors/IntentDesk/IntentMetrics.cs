namespace Trader.Actors.IntentDesk;

/// <summary>Names of the desk's figures.</summary>
public static class IntentMetrics
{
    /// <summary>Answers, label <c>result</c>: executed, refused, unknown, pending, not_submitted, content_changed, not_known.</summary>
    public const string Verdicts = "trader_intent_verdicts_total";

    public const string InHand = "trader_intents_in_hand";
}

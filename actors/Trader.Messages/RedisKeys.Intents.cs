namespace Trader.Messages;

/// <summary>Keys of the intent desk.</summary>
public static partial class RedisKeys
{
    /// <summary>Prefix of strings with expiry, plan id behind it: <c>digest|entry</c> of a plan that a strategy handed in.</summary>
    public const string IntentPlan = "trader:intents:plan:";

    /// <summary>Prefix of strings with expiry, an attempt behind it: this publishing was given up and must add nothing any more.</summary>
    public const string IntentWithdrawn = "trader:intents:withdrawn:";
}

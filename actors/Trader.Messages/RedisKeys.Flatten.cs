namespace Trader.Messages;

/// <summary>Keys of the testnet flatten (flatten contract 1a).</summary>
public static partial class RedisKeys
{
    /// <summary>String: exactly <c>1</c> fires once. The runbook sets it with <c>EX 60</c>; one without expiry stays armed until it is taken.</summary>
    public const string FlattenArm = "quantum:gov:testnet:flatten:arm";

    /// <summary>String: Unix seconds of the last flatten that passed its checks; expires after an hour.</summary>
    public const string FlattenLastTs = "quantum:gov:testnet:flatten:last_ts";

    /// <summary>Hash with expiry: who armed and why, for whoever takes the key. The runbook's bare <c>SET</c> leaves none.</summary>
    public const string FlattenArmNote = "trader:flatten:arm-note";

    /// <summary>Stream: every attempt, what was decided and how it ended.</summary>
    public const string FlattenRuns = "trader:flatten:runs";
}

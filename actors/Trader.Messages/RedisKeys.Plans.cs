namespace Trader.Messages;

/// <summary>Keys of the plan chain (apply-layer contract 1.1-1.4, governor contract 1b).</summary>
public static partial class RedisKeys
{
    /// <summary>Stream of plans; every worker of the chain reads it in a group of its own.</summary>
    public const string Plans = "quantum:stream:apply.plan";

    /// <summary>Stream of what became of the plans.</summary>
    public const string PlanResults = "quantum:stream:apply.result";

    public const string GovernorGroup = "governor";

    public const string PositionStateGroup = "p33";

    /// <summary>The order gate's group.</summary>
    public const string GateGroup = "apply_layer_entry";

    /// <summary>Prefix of the governor's permits, plan id behind it: string with expiry, JSON.</summary>
    public const string Permit = "quantum:permit:";

    /// <summary>Prefix of the P3.3 permits: string with expiry, JSON; denials stand under the same key.</summary>
    public const string PositionStatePermit = "quantum:permit:p33:";

    /// <summary>Prefix of the portfolio gate's permits: a third one that a plan needs only where it is configured.</summary>
    public const string PortfolioPermit = "quantum:permit:p26:";
}

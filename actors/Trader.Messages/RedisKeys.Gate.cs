namespace Trader.Messages;

/// <summary>Keys of the order gate (apply-layer contract 1.1, 1.3).</summary>
public static partial class RedisKeys
{
    /// <summary>String: the operators' emergency stop for everything that goes through the gate. Read here, never written (S14).</summary>
    public const string KillSwitch = "quantum:global:kill_switch";

    /// <summary>
    /// Hash: who last turned the switch with <c>./trader kill-switch</c>, when and why, and which value he wrote. When another value stands
    /// there, somebody else wrote it, and nobody knows who.
    /// </summary>
    public const string KillSwitchRecord = "trader:kill-switch";

    /// <summary>Prefix of strings with expiry, plan id behind it: unix seconds at which the plan was taken. While it stands there is no
    /// second order for the plan.</summary>
    public const string PlanTaken = "quantum:apply:dedupe:";

    /// <summary>Prefix of strings with expiry: what the gate knows of a plan id (<see cref="PlanRecordText"/>).</summary>
    public const string PlanRecord = "trader:gate:plan:";

    /// <summary>
    /// Prefix of strings with expiry: a result that was published, so that publishing it again adds nothing and its entry is not carried out
    /// any more.
    /// </summary>
    public const string ResultPublished = "trader:gate:result:";

    /// <summary>Hash, node to <see cref="GateReport"/>: what every gate last said about the switch and about orders in flight.</summary>
    public const string Gates = "trader:gates";
}

namespace Trader.Messages;

/// <summary>Names of the roles a node can run (DESIGN section 4): on the command line, in liveness keys, metrics and the audit; and of the actors
/// that share a role's process.</summary>
public static class Roles
{
    public const string ExitBrain = "exit-brain";

    public const string Watchdog = "watchdog";

    public const string PanicClose = "panic-close";

    public const string Governor = "governor";

    public const string PositionState = "position-state";

    public const string ApplyLayer = "apply-layer";

    /// <summary>The governor role's second actor: flattens a testnet account.</summary>
    public const string PositionFlattener = "position-flattener";

    /// <summary>The apply-layer role's second actor: owns the emergency stop.</summary>
    public const string Ess = "ess";

    /// <summary>The apply-layer role's third actor: takes in what strategies want and tells them what became of it.</summary>
    public const string IntentDesk = "intent-desk";
}

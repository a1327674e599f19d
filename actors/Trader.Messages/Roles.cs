namespace Trader.Messages;

/// <summary>Names of the roles a node can run (DESIGN section 4): on the command line, in liveness keys, metrics and the audit.</summary>
public static class Roles
{
    public const string ExitBrain = "exit-brain";

    public const string Watchdog = "watchdog";

    public const string PanicClose = "panic-close";
}

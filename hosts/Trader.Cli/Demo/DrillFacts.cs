using Trader.Cli.Stack;
using Trader.Messages;

namespace Trader.Cli.Demo;

/// <summary>What one drill observed. Times are Unix ms on this machine's clock, the one Redis makes its ids with.</summary>
internal sealed record DrillFacts
{
    /// <summary>Positions open before the kill.</summary>
    public required int Positions { get; init; }

    /// <summary>Taken immediately before the signal was sent.</summary>
    public required long KilledMs { get; init; }

    /// <summary>SIGSTOP instead of SIGKILL.</summary>
    public bool Frozen { get; init; }

    /// <summary>From the brain's start to its first heartbeat, ms.</summary>
    public long FirstHeartbeatMs { get; init; }

    /// <summary>Id of the newest heartbeat; null when there is none.</summary>
    public long? LastHeartbeatMs { get; init; }

    /// <summary>Id of the first entry of the panic stream; null when none came.</summary>
    public long? PanicMs { get; init; }

    /// <summary>When our own blocking read had that entry.</summary>
    public long? PanicSeenMs { get; init; }

    public string Reason { get; init; } = "";

    public string IssuedBy { get; init; } = "";

    /// <summary>Entries of the panic stream: one outage is one event (E28).</summary>
    public int PanicEvents { get; init; }

    /// <summary>The outcome of that event; null when none came.</summary>
    public PanicCompletion? Completion { get; init; }

    /// <summary>Id of the completion entry.</summary>
    public long? CompletionMs { get; init; }

    /// <summary>The text of the field <c>halted</c>; empty when there is none.</summary>
    public string Halted { get; init; } = "";

    /// <summary>The exchange's own account of it.</summary>
    public required PaperSummary Exchange { get; init; }
}

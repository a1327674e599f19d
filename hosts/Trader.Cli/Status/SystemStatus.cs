using Trader.Cli.KillSwitch;
using Trader.Messages;

namespace Trader.Cli.Status;

/// <summary>
/// What Redis says about the system at one moment. Ages are on Redis' own clock, which made the entry ids. Every part that could not be
/// read has its line in <see cref="Unreadable"/>, and its value then means nothing.
/// </summary>
internal sealed record SystemStatus
{
    /// <summary>Address without secrets.</summary>
    public required string Redis { get; init; }

    /// <summary>Unix ms on Redis' clock.</summary>
    public required long NowMs { get; init; }

    /// <summary>Fields of the halt hash; empty when there is none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Halt { get; init; } = [];

    /// <summary>The newest heartbeat; null when there is none or it cannot be understood.</summary>
    public Heartbeat? Heartbeat { get; init; }

    /// <summary>Age of the newest heartbeat entry; null when there is none.</summary>
    public long? HeartbeatAgeMs { get; init; }

    /// <summary>What is wrong with the newest heartbeat; null when nothing is.</summary>
    public string? HeartbeatTrouble { get; init; }

    /// <summary>Role name to the instance that says it is alive; null when none does.</summary>
    public IReadOnlyDictionary<string, string?> Guards { get; init; } = new Dictionary<string, string?>();

    /// <summary>Every role, in the order of <see cref="Roles"/>, with what its nodes said.</summary>
    public IReadOnlyList<RoleSeen> Said { get; init; } = [];

    /// <summary>The kill switch and the order gates; null when they could not be read.</summary>
    public KillSwitchFacts? Switch { get; init; }

    /// <summary>The emergency stop; null when it could not be read.</summary>
    public StopSeen? Stop { get; init; }

    /// <summary>Text of the gate's key; null when absent, which is closed (S1).</summary>
    public string? Gate { get; init; }

    /// <summary>The newest panic; null when there was none.</summary>
    public PanicSeen? Panic { get; init; }

    /// <summary>The completion of that panic; null when there is none.</summary>
    public PanicCompletion? Completion { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<AlarmSeen> Alarms { get; init; } = [];

    /// <summary>One line per part that could not be read.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];

    public RoleSeen Of(string role) => Said.FirstOrDefault(seen => seen.Role == role) ?? new RoleSeen(role, []);
}

/// <param name="AgeMs">On Redis' clock.</param>
internal sealed record PanicSeen(string EventId, string Reason, string IssuedBy, long AgeMs);

/// <param name="AgeMs">On Redis' clock.</param>
internal sealed record AlarmSeen(string Text, long AgeMs);

using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What the gate does with a plan that passes.</summary>
public enum GateMode
{
    /// <summary>An order goes to the venue that the exchange settings choose.</summary>
    Orders,

    /// <summary>Everything is read and nothing is sent or consumed.</summary>
    DryRun,
}

/// <summary>Figures of the order gate; what happens at their edges stands in akka.hocon.</summary>
/// <param name="Mode">Whether orders are sent.</param>
/// <param name="Bypass"><c>TESTNET=true</c>: no permits on a proven testnet. Worth nothing on a production venue (S15).</param>
/// <param name="StaticKillSwitch"><c>APPLY_KILL_SWITCH=true</c>: this process executes nothing, whatever Redis says.</param>
/// <param name="HasCredentials">Key and secret are there.</param>
/// <param name="PermitWait">How long a plan waits for its permits.</param>
/// <param name="PermitStep">Longest pause between two looks at a waiting plan's permits.</param>
/// <param name="WakeEvery">Shortest pause between them.</param>
/// <param name="WatchEvery">How often the kill switch is read while nothing happens.</param>
/// <param name="KillSwitchMaxAge">A reading that is older says nothing.</param>
/// <param name="SwitchToOrder">
/// From asking for the last reading of the switch to the order's first byte; past it, the switch is read again.
/// </param>
/// <param name="PermitMaxAge">Longest life of a permit that tells its birth.</param>
/// <param name="PositionMaxAge">A position read that began longer ago sizes no order.</param>
/// <param name="PositionReadEvery">Average pause between two position reads.</param>
/// <param name="BrainSilence">Without a heartbeat of the exit brain for this long nothing is opened.</param>
/// <param name="JournalWait">Longest wait of an open for the disk; a close does not wait.</param>
/// <param name="LookupEvery">Pause between look-ups of an order of unknown outcome.</param>
/// <param name="LookupSettled">An order that is not found this long after it was sent was never executed.</param>
/// <param name="DedupeTtl">How long a taken plan id is remembered.</param>
/// <param name="MaxWaiting">Plans in hand; beyond, they stay in the stream.</param>
/// <param name="Allowlist">Symbols that may be opened; empty allows all. Exits are never held up by it.</param>
/// <param name="KillScoreWarning">From this kill score on nothing is opened.</param>
/// <param name="KillScoreCritical">From this kill score on the refusal is called critical.</param>
public sealed record ApplyLayerSettings(
    GateMode Mode,
    bool Bypass,
    bool StaticKillSwitch,
    bool HasCredentials,
    TimeSpan PermitWait,
    TimeSpan PermitStep,
    TimeSpan WakeEvery,
    TimeSpan WatchEvery,
    TimeSpan KillSwitchMaxAge,
    TimeSpan SwitchToOrder,
    TimeSpan PermitMaxAge,
    TimeSpan PositionMaxAge,
    TimeSpan PositionReadEvery,
    TimeSpan BrainSilence,
    TimeSpan JournalWait,
    TimeSpan LookupEvery,
    TimeSpan LookupSettled,
    TimeSpan DedupeTtl,
    int MaxWaiting,
    IReadOnlySet<Symbol> Allowlist,
    decimal KillScoreWarning,
    decimal KillScoreCritical);

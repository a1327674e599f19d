using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>What is known of the kill switch.</summary>
public enum SwitchState
{
    /// <summary>Not readable, or read too long ago: nothing is executed (S1).</summary>
    Unknown,

    Off,

    On,
}

/// <summary>
/// The kill switch in memory: the newest reading by the time it was asked for, and what changed since it was last told. Anything but a
/// fresh reading of off stops everything.
/// </summary>
public sealed class KillSwitchWatch(TimeSpan maxAge, bool alwaysOn)
{
    private KillSwitchSeen? seen;
    private TimeSpan askedAt = TimeSpan.MinValue;
    private SwitchState? told;

    /// <summary>The newest reading's text for log lines.</summary>
    public string Shown => alwaysOn ? "APPLY_KILL_SWITCH" : seen?.Shown ?? "(not read)";

    /// <summary>Takes a reading; as old as the question, not as its answer.</summary>
    public void Observe(KillSwitchSeen reading, TimeSpan asked)
    {
        if (asked >= askedAt)
        {
            (seen, askedAt) = (reading, asked);
        }
    }

    /// <summary>The state at this moment.</summary>
    public SwitchState State(TimeSpan now) =>
        alwaysOn ? SwitchState.On
        : seen is null || now - askedAt > maxAge ? SwitchState.Unknown
        : seen.IsOn ? SwitchState.On
        : SwitchState.Off;

    /// <summary>The state if it was not told before, else null. One stumble between two good readings is still a change.</summary>
    public SwitchState? Changed(TimeSpan now)
    {
        var state = State(now);
        if (state == told)
        {
            return null;
        }

        told = state;
        return state;
    }
}

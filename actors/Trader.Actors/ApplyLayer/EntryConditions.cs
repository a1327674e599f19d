using Trader.Messages;

namespace Trader.Actors.ApplyLayer;

/// <summary>
/// What must hold before anything is opened, besides what the atomic step reads in Redis: a live exit brain, and no latch of the emergency
/// stop on this node. The brain's key in Redis outlives a dead brain by seconds; its heartbeats and its link do not. A condition never
/// heard of is not met (S1). Exits ask none of this.
/// </summary>
public sealed class EntryConditions(TimeSpan brainSilence)
{
    private TimeSpan? heardAt;
    private bool alive;
    private bool linked;
    private bool severed;
    private EssLatch? latch;

    /// <summary>A heartbeat of the brain. After the direct link broke, only the link brings the brain back: the stream may still hold what
    /// a dead one wrote.</summary>
    public void Heard(BrainStatus status, bool byLink, TimeSpan now)
    {
        if (byLink)
        {
            (linked, severed) = (true, false);
        }
        else if (severed)
        {
            return;
        }

        (heardAt, alive) = (now, status == BrainStatus.Alive);
    }

    /// <summary>The direct link ended, or nothing listens where the brain should.</summary>
    public void Lost() => severed = linked;

    public void Seen(EssLatch seen) => latch = seen;

    /// <summary>Why nothing may be opened, as a stable code; null when it may.</summary>
    public string? Refusal(TimeSpan now) =>
        severed ? "exit_brain_lost"
        : heardAt is not { } at || now - at > brainSilence ? "exit_brain_silent"
        : !alive ? "exit_brain_degraded"
        : latch is not { Engaged: false } ? "ess_latched"
        : null;
}

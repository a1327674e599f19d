using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>
/// The crash rule (DESIGN section 4): an established link that ends without a goodbye, followed by a refused reconnect, is proof that
/// the brain's process is gone. A timeout, a clean stop, or a link that never carried the brain's heartbeat proves nothing.
/// </summary>
internal sealed class BrainLink
{
    private bool carriedHeartbeat;
    private bool stopping;
    private bool lostAbruptly;

    public void OnUp() => carriedHeartbeat = stopping = lostAbruptly = false;

    public void OnHeartbeat() => carriedHeartbeat = true;

    public void OnStopping() => stopping = true;

    public void OnLost()
    {
        lostAbruptly |= carriedHeartbeat && !stopping;
        carriedHeartbeat = false;
    }

    /// <summary>True once per death.</summary>
    public bool OnRefused()
    {
        var dead = lostAbruptly;
        lostAbruptly = false;
        return dead;
    }
}

/// <summary>What Redis says at start, before anything was heard of the brain.</summary>
internal sealed class StartFacts
{
    private bool halted;
    private bool past;

    /// <summary>The newest completion seen; it may arrive before the journal has told which outage it ends.</summary>
    public PanicCompletion? Newest { get; private set; }

    public bool HaltedAndFlat => !past && halted && Newest is { VerifiedFlat: true };

    public void OnHalt(bool isHalted) => halted = isHalted;

    public void OnCompletion(PanicCompletion completion) => Newest = completion;

    /// <summary>After the first re-arm the start is past.</summary>
    public void Forget() => past = true;
}

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
    /// <summary>
    /// A dying process may still take a connection and drop it before it refuses one, so the refusal need not be the first answer; but
    /// long after the loss a refusal belongs to another story, such as a restart that a partition hid.
    /// </summary>
    private static readonly TimeSpan DyingMoment = TimeSpan.FromSeconds(2);

    private TimeSpan? lostAbruptlyAt;

    public void OnUp()
    {
        carriedHeartbeat = stopping = false;
        lostAbruptlyAt = null;
    }

    public void OnHeartbeat() => carriedHeartbeat = true;

    public void OnStopping() => stopping = true;

    public void OnLost(TimeSpan now)
    {
        lostAbruptlyAt = carriedHeartbeat && !stopping ? now : lostAbruptlyAt;
        carriedHeartbeat = false;
    }

    /// <summary>True once per death.</summary>
    public bool OnRefused(TimeSpan now)
    {
        var dead = lostAbruptlyAt is { } at && now - at <= DyingMoment;
        lostAbruptlyAt = null;
        return dead;
    }
}

/// <summary>What Redis says at start, before anything was heard of the brain.</summary>
internal sealed class StartFacts
{
    private string? haltedBy;
    private bool past;

    /// <summary>The newest completion seen; it may arrive before the journal has told which outage it ends.</summary>
    public PanicCompletion? Newest { get; private set; }

    /// <summary>The halt in force is the one whose event ended flat; any other halt says nothing about the account.</summary>
    public bool HaltedAndFlat => !past && Newest is { VerifiedFlat: true } && Newest.EventId.Value == haltedBy;

    public void OnHalt(bool isHalted, string? eventId) => haltedBy = isHalted ? eventId : null;

    public void OnCompletion(PanicCompletion completion) => Newest = completion;

    /// <summary>After the first re-arm the start is past.</summary>
    public void Forget() => past = true;
}

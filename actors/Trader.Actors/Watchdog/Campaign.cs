using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>What the watchdog does next about a failed brain.</summary>
public enum CampaignStep
{
    Wait,

    /// <summary>The present event has reached nobody yet: send it again by both ways.</summary>
    Send,

    /// <summary>The present event has run its time, or failed: raise a fresh one.</summary>
    RaiseFresh,

    /// <summary>All events are spent: a person must act.</summary>
    Alarm,
}

/// <summary>
/// One outage: up to <see cref="WatchdogSettings.MaxEvents"/> panic events until one is completed with the account verified flat.
/// The worker never retries (S8), so every second attempt is a fresh event from here.
/// </summary>
public sealed class Campaign(WatchdogSettings settings, string reason)
{
    /// <summary>An event that the worker says it is running is given this long in all; the order budget needs 20 s for 674 symbols.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly HashSet<EventId> raised = [];
    private TimeSpan sentAt;
    private TimeSpan? reachedAt;
    private TimeSpan? progressAt;
    private TimeSpan? failedAt;
    private bool alarmed;
    private bool forgiven;

    public string Reason => reason;

    public EventId? Current { get; private set; }

    public int Raised => raised.Count;

    public bool Published { get; private set; }

    public bool Flat { get; private set; }

    /// <summary>All events are spent and none ended flat.</summary>
    public bool Exhausted => alarmed;

    public void Raise(EventId id, TimeSpan now)
    {
        raised.Add(id);
        Current = id;
        sentAt = now;
        reachedAt = progressAt = failedAt = null;
        Published = forgiven = false;
    }

    /// <summary>
    /// The watchdog itself stood still: a completion may wait unread, so the event's time does not count that while. Once per event: on a
    /// machine that stalls again and again the next event must still come.
    /// </summary>
    public void StoodStill(TimeSpan stall)
    {
        if (forgiven)
        {
            return;
        }

        forgiven = true;
        reachedAt += stall;
        progressAt += stall;
    }

    public bool Owns(EventId id) => raised.Contains(id);

    public void OnSent(TimeSpan now) => sentAt = now;

    /// <summary>Redis has the event, so it will reach a worker.</summary>
    public void OnPublished(EventId id, TimeSpan now)
    {
        if (id == Current)
        {
            Published = true;
            reachedAt ??= now;
        }
    }

    /// <summary>A worker has the event.</summary>
    public void OnDelivered(EventId id, TimeSpan now)
    {
        if (id == Current)
        {
            reachedAt ??= now;
        }
    }

    /// <summary>A worker says that it is running one of this outage's events.</summary>
    public void OnProgress(TimeSpan now) => progressAt = now;

    public void OnCompleted(PanicCompletion completion, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(completion);
        if (!Owns(completion.EventId))
        {
            return;
        }

        Flat |= completion.VerifiedFlat;
        if (!completion.VerifiedFlat && completion.EventId == Current)
        {
            failedAt ??= now;
        }
    }

    public CampaignStep Next(TimeSpan now)
    {
        if (Flat || alarmed)
        {
            // Unpublished is unfinished even then: the stream is the audit trail and other workers' only source.
            return !Published && now - sentAt >= settings.RetryEvery ? CampaignStep.Send : CampaignStep.Wait;
        }

        if (IsSpent(now))
        {
            if (raised.Count < settings.MaxEvents)
            {
                return CampaignStep.RaiseFresh;
            }

            alarmed = true;
            return CampaignStep.Alarm;
        }

        return !Published && now - sentAt >= settings.RetryEvery ? CampaignStep.Send : CampaignStep.Wait;
    }

    private bool IsSpent(TimeSpan now)
    {
        if (failedAt is { } failed)
        {
            return now - failed >= PauseAfterFailure;
        }

        // An event that has reached nobody is not spent: the same one is sent until someone has it (E27).
        if (reachedAt is not { } reached)
        {
            return false;
        }

        var running = progressAt is { } progress && now - progress < settings.CompletionDeadline
            && now - reached < LongestRun;
        return !running && now - reached >= settings.CompletionDeadline;
    }
}

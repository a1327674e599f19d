using System.Globalization;
using Trader.Messages;

namespace Trader.Actors.Watchdog;

/// <summary>Which rule found the exit brain failing; the first four are the contract's R1 to R4, in order of evaluation.</summary>
public enum WatchdogRule
{
    HeartbeatMissing,
    DegradedTooLong,
    DecisionsStagnant,
    PositionsUnguarded,

    /// <summary>The direct link ended and the reconnect was refused: nothing listens where the brain was (DESIGN section 4).</summary>
    ProcessDead,

    /// <summary>In one process: death watch reported the brain's actor.</summary>
    ActorTerminated,
}

/// <param name="Rule">Stable name, for metrics and the journal.</param>
/// <param name="Text">The documented sentence with the figures that decided.</param>
public sealed record BrainFailure(WatchdogRule Rule, string Text)
{
    /// <summary>The code on the stream: blanks to <c>_</c>, upper case (contract 2.1).</summary>
    public string Reason => "EXIT_BRAIN_" + Text.Replace(' ', '_').ToUpperInvariant();
}

/// <summary>
/// What the watchdog knows of the brain and what follows from it (S11: silence is failure). All times are the watchdog's own
/// monotonic clock since its start, taken when a heartbeat arrived; the publisher's clock is compared only with itself (E30).
/// </summary>
public sealed class BrainWatch(WatchdogSettings settings, TimeSpan watchedSince)
{
    /// <summary>A stagnation seen by the publisher's own clock must persist this long: one step of that clock is not stagnation.</summary>
    private static readonly TimeSpan StagnationConfirm = TimeSpan.FromMilliseconds(1500);

    private HeardBeats beats = new();
    private TimeSpan watchedSince = watchedSince;
    private TimeSpan? heardAt;
    private TimeSpan degraded;
    private TimeSpan degradedUpdatedAt = watchedSince;
    private bool isDegraded;
    private bool bound;
    private bool forgiven;
    private long? decisionTs;
    private TimeSpan decisionChangedAt;
    private TimeSpan? stagnantSince;

    /// <summary>The newest heartbeat, or the one that stood in the stream when watching began.</summary>
    public Heartbeat? Last { get; private set; }

    public bool HeardSinceStart => heardAt is not null;

    public bool Degraded => isDegraded;

    /// <summary>Since the last heartbeat, or since watching began.</summary>
    public TimeSpan Age(TimeSpan now) => now - (heardAt ?? watchedSince);

    /// <summary>The stream's last entry at start: it tells how many positions there were, not that anyone lives.</summary>
    public void ObserveBacklog(Heartbeat heartbeat)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        if (!IsOurs(heartbeat))
        {
            return;
        }

        beats.InStream(heartbeat.TsMs);
        if (heardAt is null)
        {
            Last = heartbeat;
        }
    }

    /// <summary>
    /// This process itself stood still (SIGSTOP, a paused machine): silence while nobody listened is not silence, so every age starts
    /// where it stood. Once per silence: on a machine that stalls again and again the ages must still come to an end.
    /// </summary>
    /// <returns>False when a stall was forgiven already since the last heartbeat.</returns>
    public bool StoodStill(TimeSpan stall)
    {
        if (forgiven)
        {
            return false;
        }

        forgiven = true;
        watchedSince += stall;
        heardAt += stall;
        degradedUpdatedAt += stall;
        decisionChangedAt += stall;
        stagnantSince += stall;
        return true;
    }

    /// <summary>Takes in a heartbeat. Returns false when it is another service's, or old news.</summary>
    public bool Observe(Heartbeat heartbeat, bool byLink, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(heartbeat);
        if (!IsOurs(heartbeat) || (!byLink && !beats.InStream(heartbeat.TsMs)))
        {
            return false;
        }

        if (byLink)
        {
            beats.ByLink(heartbeat.TsMs);
        }

        Take(heartbeat, now);
        return true;
    }

    /// <summary>Counts from zero again from the last heartbeat on, which keeps the age it has; what was heard before stays known.</summary>
    public BrainWatch StartedOver(TimeSpan now)
    {
        var since = now - Age(now);
        var next = new BrainWatch(settings, since) { beats = beats };
        if (Last is not null)
        {
            next.Take(Last, since);
        }

        return next;
    }

    private void Take(Heartbeat heartbeat, TimeSpan now)
    {
        bound |= heartbeat.ServiceId is not null;
        Integrate(now);
        isDegraded = heartbeat.Status == BrainStatus.Degraded;
        if (heartbeat.LastDecisionTsMs != decisionTs)
        {
            decisionTs = heartbeat.LastDecisionTsMs;
            decisionChangedAt = now;
        }

        heardAt = now;
        forgiven = false;
        Last = heartbeat;
        var stagnant = OwnDecisionAge(heartbeat) > settings.DecisionsStagnant;
        stagnantSince = stagnant ? stagnantSince ?? now : null;
    }

    /// <summary>R1 to R4 in order, strict comparisons; null while the brain is fine.</summary>
    public BrainFailure? Judge(TimeSpan now)
    {
        Integrate(now);
        var age = Age(now);
        var positions = Last?.ActivePositions ?? 0;
        if (age > settings.HeartbeatMissing)
        {
            return new BrainFailure(WatchdogRule.HeartbeatMissing,
                $"Heartbeat missing ({Seconds(age)}s > {Limit(settings.HeartbeatMissing)}s)");
        }

        if (degraded > settings.DegradedTooLong)
        {
            return new BrainFailure(WatchdogRule.DegradedTooLong,
                $"DEGRADED too long ({Seconds(degraded)}s > {Limit(settings.DegradedTooLong)}s)");
        }

        if (positions > 0 && Stagnation(now) is { } stagnation)
        {
            return new BrainFailure(WatchdogRule.DecisionsStagnant,
                $"Decisions stagnant ({Seconds(stagnation)}s) with {Count(positions)} positions");
        }

        return positions > 0 && age > settings.PositionsUnguarded
            ? new BrainFailure(WatchdogRule.PositionsUnguarded,
                $"Positions UNGUARDED ({Count(positions)} pos, heartbeat {Seconds(age)}s old)")
            : null;
    }

    /// <summary>Time spent degraded, less the time spent healthy since: flapping adds up (E33), an old lapse fades.</summary>
    public TimeSpan DegradedFor(TimeSpan now)
    {
        Integrate(now);
        return degraded;
    }

    /// <summary>The documented status line.</summary>
    public string Status(TimeSpan now)
    {
        var beat = HeardSinceStart ? $"{Seconds(Age(now))}s ago" : "NEVER";
        var status = Last is null || !HeardSinceStart ? "NEVER" : isDegraded ? "DEGRADED" : "ALIVE";
        var decision = DecisionAge(now) is { } age && HeardSinceStart ? $"{Seconds(age)}s ago" : "NEVER";
        return $"Status: heartbeat={beat}, status={status}, positions={Count(Last?.ActivePositions ?? 0)}, "
            + $"last_decision={decision}";
    }

    private bool IsOurs(Heartbeat heartbeat) => heartbeat.ServiceId is null
        // The runbook's heartbeats name no service; they count only until the brain itself has been heard (E31).
        ? !bound
        : string.Equals(heartbeat.ServiceId, settings.ServiceId, StringComparison.Ordinal);

    private void Integrate(TimeSpan now)
    {
        var passed = now - degradedUpdatedAt;
        degradedUpdatedAt = now;
        degraded = isDegraded ? degraded + passed : degraded > passed ? degraded - passed : TimeSpan.Zero;
    }

    /// <summary>How long no decision has been made, null when the brain does not say (then rule 3 does not apply).</summary>
    private TimeSpan? DecisionAge(TimeSpan now) =>
        Last?.LastDecisionTsMs is null || heardAt is not { } heard
            ? null
            : Max(now - decisionChangedAt, OwnDecisionAge(Last) + (now - heard));

    private TimeSpan? Stagnation(TimeSpan now)
    {
        if (DecisionAge(now) is not { } age || age <= settings.DecisionsStagnant)
        {
            return null;
        }

        var unchanged = now - decisionChangedAt;
        return unchanged > settings.DecisionsStagnant || now - stagnantSince > StagnationConfirm ? age : null;
    }

    /// <summary>By the publisher's own clock, both ends of it, so its error cancels out.</summary>
    private static TimeSpan OwnDecisionAge(Heartbeat heartbeat) => heartbeat.LastDecisionTsMs is { } decided
        ? TimeSpan.FromMilliseconds(Math.Max(0, heartbeat.TsMs - decided))
        : TimeSpan.Zero;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static string Count(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Rounded up, so that a line never claims "5.0s > 5.0s".</summary>
    private static string Seconds(TimeSpan span) =>
        (Math.Ceiling(span.TotalMilliseconds / 100) / 10).ToString("F1", CultureInfo.InvariantCulture);

    private static string Limit(TimeSpan span) => span.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
}

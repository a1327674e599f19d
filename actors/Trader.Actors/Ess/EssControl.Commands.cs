using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>What people ask for, and how a release goes: latch away, written down, in force; or none of it.</summary>
public sealed partial class EssControl
{
    /// <param name="Event">Set once it is being written.</param>
    private sealed record Release(
        EssVia Via, string By, string Reason, long? Ask, TimeSpan Since, long LowerId, EssReleased? Event);

    /// <param name="Ask">Null once its asker has been answered.</param>
    private sealed record Waiting(long? Ask, EssProtocol.Activate Command, TimeSpan Since);

    private sealed record Awaited(long Ask, bool WasActive, TimeSpan Since);

    /// <summary>An asker waits no longer than this for the disk: the stop holds without it.</summary>
    private static readonly TimeSpan AskerPatience = TimeSpan.FromSeconds(2);

    private readonly List<Waiting> waiting = [];
    private readonly List<Awaited> awaited = [];
    private Release? releasing;

    public IReadOnlyList<EssEffect> Activate(long ask, EssProtocol.Activate command, EssNow now)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (!recovered || releasing is not null)
        {
            // Active already, by doubt or because the release is not over; the latch stands meanwhile for whoever asks the disk.
            waiting.Add(new Waiting(ask, command, now.Since));
            RaiseLatch(new EssStop(command.Via, command.Reason, command.By, now.Ms), now);
            KeepProvisional(now);
            return Flush();
        }

        Take(new Waiting(ask, command, now.Since), now);
        return Flush();
    }

    public IReadOnlyList<EssEffect> Deactivate(long ask, EssProtocol.Deactivate command, EssNow now)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (Stop is not null && releasing is null)
        {
            var note = EssNote.Of(now.Ms, command.By, command.Reason);
            BeginRelease(command.Via, note.By, note.Reason, ask, now);
        }
        else
        {
            effects.Add(new EssEffect.Answer(ask, !Active
                ? new EssProtocol.NotActive(Status())
                : new EssProtocol.NotDeactivated(Status(), releasing is null ? Reason : "a release is under way; ask for the status")));
        }

        return Flush();
    }

    public IReadOnlyList<EssEffect> Lowered(long id, EssNow now)
    {
        if (releasing is { Event: null } under && under.LowerId == id)
        {
            var released = new EssReleased(
                State.Number + 1, now.Ms, under.Via, under.By, under.Reason,
                EssRules.Accepted(drawdown ?? State.StopDrawdown, settings.DailyDrawdownPercent),
                EssRules.Accepted(openLoss ?? State.StopOpenLoss, settings.OpenLossPercent));
            releasing = under with { Event = released };
            effects.Add(new EssEffect.Write(released));
        }

        return Flush();
    }

    public IReadOnlyList<EssEffect> NotLowered(long id, string why, EssNow now)
    {
        if (releasing is { Event: null } under && under.LowerId == id)
        {
            FailRelease($"latch {latchPath} cannot be removed: {why}", now);
        }

        return Flush();
    }

    private void BeginRelease(EssVia via, string by, string reason, long? ask, EssNow now)
    {
        releasing = new Release(via, by, reason, ask, now.Since, ++lastId, null);

        // By file: it was seen to be gone.
        effects.Add(new EssEffect.Lower(lastId, NotesOnly: via == EssVia.File));
    }

    private void EndRelease(EssReleased released, EssNow now)
    {
        var (under, ended) = (releasing!, State.Stop!);
        releasing = null;
        State = State.After(released);
        Share(released);
        (latchStood, raised, raisingSince, raiseOpen, latchTrouble) = (false, false, null, false, "");
        // The marker as it was heard during this stop, else the one that this stop sets: any other is somebody else's stop.
        toRelease = !markerSeen || marker is null ? Stamp(ended.AtMs) : marker is "" ? RedisProtocol.NoTextMarker : marker;
        announce = "ess_deactivated";
        Say(EssLevel.Warning, $"ESS DEACTIVATED by {under.By} ({under.Via}): {under.Reason}; it stood since {Stamp(ended.AtMs)} for {ended.Reason}");
        effects.Add(new EssEffect.CountReset(under.Via));
        TakeWaiting(now);
        Evaluate(now);
        SyncNow(now);
        if (under.Ask is { } ask)
        {
            effects.Add(new EssEffect.Answer(ask, new EssProtocol.Deactivated(Status(), ended)));
        }
    }

    private void FailRelease(string why, EssNow now)
    {
        var (under, stop) = (releasing!, State.Stop!);
        releasing = null;
        Say(EssLevel.Error, $"ESS stays active: {under.By} ({under.Via}) wanted to end it, but {why}");
        if (under.Ask is { } ask)
        {
            effects.Add(new EssEffect.Answer(ask, new EssProtocol.NotDeactivated(Status(), why)));
        }

        if (under.Event is { } attempted)
        {
            // It may still reach the disk: the stop is written behind it, under a number that comes after.
            State = State with { Number = attempted.Number };
            Remember(new EssStopped(State.Number + 1, stop, Cause: true, State.StopDrawdown, State.StopOpenLoss), now);
        }

        // The latch that goes with this attempt, now or late, is not taken away by a person, and its note has had its turn: what ends the stop
        // is asked for anew. Raised even where it is seen: a removal that hung may still come through, and this comes behind it.
        (latchStood, oldRelease) = (false, files?.Release ?? oldRelease);
        RaiseLatch(stop, now);
        TakeWaiting(now);
    }

    private void TakeWaiting(EssNow now)
    {
        while (recovered && releasing is null && waiting.Count > 0)
        {
            var next = waiting[0];
            waiting.RemoveAt(0);
            Take(next, now);
        }
    }

    private void Take(Waiting next, EssNow now)
    {
        var wasActive = Active;
        Begin(next.Command.Via, next.Command.By, next.Command.Reason, now);
        if (next.Ask is { } ask)
        {
            awaited.Add(new Awaited(ask, wasActive, next.Since));
        }

        Settle(now);
    }

    /// <summary>Answers who asked for a stop, once all of it is on disk or it is known that it will not be.</summary>
    private void Settle(EssNow now)
    {
        var settled = recovered && raisingSince is null && unwritten.Count == 0 && latchTrouble.Length == 0;
        var known = string.Join("; ", new[] { latchTrouble, memoryTrouble }.Where(t => t.Length > 0));
        foreach (var one in awaited.Where(a => settled || known.Length > 0 || now.Since - a.Since > AskerPatience).ToList())
        {
            awaited.Remove(one);
            var trouble = settled ? "" : known.Length > 0 ? known : "the disk has not answered yet";
            effects.Add(new EssEffect.Answer(one.Ask, new EssProtocol.Activated(Status(), one.WasActive, trouble)));
        }

        for (var i = 0; i < waiting.Count; i++)
        {
            if (waiting[i] is { Ask: { } ask } late && now.Since - late.Since > AskerPatience)
            {
                effects.Add(new EssEffect.Answer(ask, new EssProtocol.Activated(Status(), true, "not written down yet: " + Reason)));
                waiting[i] = late with { Ask = null };
            }
        }

        // The first is the stop; an answered one behind it is no further cause.
        for (var i = waiting.Count - 1; i > 0; i--)
        {
            if (waiting[i].Ask is null)
            {
                waiting.RemoveAt(i);
            }
        }
    }
}

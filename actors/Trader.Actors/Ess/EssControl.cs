using System.Globalization;
using Trader.Actors.Disk;
using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// The emergency stop's decisions: facts and time in, effects out. It is active until it knows that there is no stop (S1); a stop holds from
/// the moment it is decided, whatever disk and Redis say; and only a person ends one (S14): by removing what a person made by hand, or by
/// saying so. A release counts when it is on disk (S12).
/// </summary>
public sealed partial class EssControl(EssSettings settings, string latchPath)
{
    /// <summary>How a stop that does not end by hand is ended; stands in every line that refuses to end one.</summary>
    public const string HowToEnd = "to deactivate: ops/bin/ess_controller.sh deactivate, or ./trader ess deactivate";

    /// <summary>What the disk has not answered by then is asked for again: told twice, an event changes nothing more.</summary>
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(3);

    private readonly List<EssEffect> effects = [];
    private readonly SortedDictionary<long, (EssEvent Event, TimeSpan? Asked)> unwritten = [];
    private DiskProtocol.EssFilesSeen? files;
    private EssNote? oldRelease;
    private bool latchStood;
    private bool raised;
    private bool raiseOpen;
    private TimeSpan? raisingSince;
    private long lastId;
    private long raiseId;
    private string latchTrouble = "";
    private string memoryTrouble = "";

    public EssState State { get; private set; } = EssState.Empty;

    /// <summary>Why entries are refused; empty only when it is known that there is no stop.</summary>
    public string Reason => !recovered ? RecoveringReason()
        : State.Stop is { } stop ? stop.Reason
        : files is null ? "STARTING: the latch has not been seen"
        : files.Latch.Engaged ? $"LATCH: {(files.Latch.Doubt.Length > 0 ? files.Latch.Doubt : files.Latch.Path)}"
        : "";

    public bool Active => Reason.Length > 0;

    /// <summary>The stop in force; null when there is none, or when it is only not known.</summary>
    public EssStop? Stop => recovered ? State.Stop : null;

    public IReadOnlyList<EssEffect> Files(DiskProtocol.EssFilesSeen seen, EssNow now)
    {
        var doubted = files?.Latch.Doubt.Length > 0;
        files = seen;
        Evaluate(now);
        if (seen.Latch.Doubt.Length > 0 != doubted)
        {
            SyncNow(now);
        }

        return Flush();
    }

    public IReadOnlyList<EssEffect> Raised(long id, EssNow now)
    {
        if (id == raiseId)
        {
            (raisingSince, raiseOpen, raised, latchTrouble) = (null, false, true, "");
            Settle(now);
        }

        return Flush();
    }

    public IReadOnlyList<EssEffect> NotRaised(long id, string why, EssNow now)
    {
        if (id == raiseId)
        {
            (raisingSince, raiseOpen) = (null, false);
            if (latchTrouble.Length == 0)
            {
                Alarm("ESS_LATCH_NOT_WRITTEN", $"the stop is active, but its latch {latchPath} cannot be written: {why}");
            }

            latchTrouble = $"latch {latchPath} cannot be written: {why}";
            Settle(now);
        }

        return Flush();
    }

    public IReadOnlyList<EssEffect> Written(long number, EssNow now)
    {
        unwritten.Remove(number);
        memoryTrouble = "";
        if (releasing?.Event?.Number == number)
        {
            EndRelease(releasing.Event, now);
        }

        Settle(now);
        return Flush();
    }

    public IReadOnlyList<EssEffect> NotWritten(long number, string why, EssNow now)
    {
        if (releasing?.Event?.Number == number)
        {
            FailRelease($"it cannot be written down (S12): {why}", now);
        }
        else if (unwritten.TryGetValue(number, out var refused))
        {
            unwritten[number] = (refused.Event, null);
            if (memoryTrouble.Length == 0)
            {
                Alarm("ESS_NOT_WRITTEN", $"the stop is active, but its memory cannot be written and may not outlive a reboot: {why}");
            }

            memoryTrouble = $"memory cannot be written: {why}";
        }

        Settle(now);
        return Flush();
    }

    /// <summary>Every second: what failed is tried again, what was not answered is given up.</summary>
    public IReadOnlyList<EssEffect> Tick(EssNow now)
    {
        foreach (var late in unwritten.Values.Where(u => u.Asked is not { } at || now.Since - at > DiskPatience).ToList())
        {
            Keep(late.Event, now);
        }

        if (releasing is { } under && now.Since - under.Since > settings.ReleaseDeadline)
        {
            FailRelease("the disk did not answer in time", now);
        }

        if (raisingSince is { } since && now.Since - since > DiskPatience)
        {
            raisingSince = null;
            latchTrouble = latchTrouble.Length > 0 ? latchTrouble : $"{latchPath} does not answer";
        }

        Evaluate(now);
        LookAtAge(now);
        Settle(now);
        SyncNow(now);
        return Flush();
    }

    public EssProtocol.Status Status() => new(
        Active, Reason, Stop, files?.Latch, markerStands, FiguresNow(), State.Trips, State.Resets, State.History.Count == 0 ? null : State.History[^1]);

    public static string Stamp(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString(
        "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Compares the stop with the latch: the one place where either follows from the other.</summary>
    private void Evaluate(EssNow now)
    {
        if (!recovered || files is not { } seen || releasing is not null || seen.Latch.Doubt.Length > 0)
        {
            return;
        }

        if (State.Stop is not { } stop)
        {
            if (seen.Latch.Present)
            {
                Begin(EssVia.File, Or(seen.Made?.By, "whoever made the file"), Or(seen.Made?.Reason, $"manual: {EssLatchFiles.Latch} was created"), now);
            }
            else if (seen.Release is { } note && note != oldRelease)
            {
                // A release of nothing: forgotten, or it would release a later stop.
                oldRelease = note;
                effects.Add(new EssEffect.Lower(++lastId, NotesOnly: true));
            }
        }
        else if (seen.Latch.Present)
        {
            // Not while a raise is unanswered: a removal of our own may still be on its way before it.
            latchStood = !raiseOpen;
        }
        else if (seen.Release is { } note && note != oldRelease && (raised || note.AtMs >= stop.AtMs))
        {
            BeginRelease(EssVia.File, Or(note.By, "whoever removed the latch"), Or(note.Reason, "released"), null, now);
        }
        else if (latchStood && !raiseOpen && stop.Via == EssVia.File)
        {
            BeginRelease(EssVia.File, "whoever removed the latch", $"{EssLatchFiles.Latch} was removed", null, now);
        }
        else
        {
            LatchAgain(stop, now);
        }
    }

    private void LatchAgain(EssStop stop, EssNow now)
    {
        if (raisingSince is not null)
        {
            return;
        }

        if (latchStood)
        {
            Say(EssLevel.Warning, $"ESS latch {latchPath} was removed, but this stop was not made by that file ({stop.Reason}): latched again; {HowToEnd}");
        }
        else if (latchTrouble.Length == 0)
        {
            Say(EssLevel.Warning, $"ESS latch {latchPath} is missing and the stop of {Stamp(stop.AtMs)} is remembered ({stop.Reason}): "
                + "latched again; " + HowToEnd);
        }

        latchStood = false;
        RaiseLatch(stop, now);
    }

    /// <summary>A stop, or a cause that a stop made by hand did not have: that one ends by hand no more.</summary>
    private bool Begin(EssVia via, string by, string reason, EssNow now)
    {
        var cause = State.Stop is not null;
        if (cause && (!State.Stop!.EndsByHand || via is EssVia.File or EssVia.Redis))
        {
            return false;
        }

        var note = EssNote.Of(now.Ms, by, reason);
        var stop = new EssStop(via, note.Reason, note.By, now.Ms);
        Remember(new EssStopped(State.Number + 1, stop, cause, drawdown, openLoss), now);
        (latchStood, raised, markerSeen, owner) = (files?.Latch.Present == true, false, false, via != EssVia.Redis);
        oldRelease = files?.Release ?? oldRelease;
        if (via != EssVia.File)
        {
            RaiseLatch(stop, now);
        }

        var text = $"{(cause ? "ESS stays active" : "ESS ACTIVATED")}: {stop.Reason} (by {stop.By}, {via}); entries are refused; {HowToEnd}";
        Alarm("ESS_ACTIVE", text);
        effects.Add(new EssEffect.CountTrip(via));
        announce = cause ? announce : "ess_activated";
        SyncNow(now);
        return true;
    }

    private void RaiseLatch(EssStop stop, EssNow now)
    {
        (raisingSince, raiseOpen, raiseId) = (now.Since, true, ++lastId);
        effects.Add(new EssEffect.Raise(raiseId, EssNote.Of(stop.AtMs, stop.By, stop.Reason)));
    }

    private void Remember(EssEvent happened, EssNow now)
    {
        State = State.After(happened);
        Keep(happened, now);
        Share(happened);
    }

    private void Keep(EssEvent happened, EssNow now)
    {
        unwritten[happened.Number] = (happened, now.Since);
        effects.Add(new EssEffect.Write(happened));
    }

    private void Say(EssLevel level, string text) => effects.Add(new EssEffect.Say(level, text));

    private void Alarm(string code, string text) => effects.Add(new EssEffect.RaiseAlarm(code, text));

    private static string Or(string? text, string otherwise) => string.IsNullOrEmpty(text) ? otherwise : text;

    private EssEffect[] Flush()
    {
        EssEffect[] done = [.. effects];
        effects.Clear();
        return done;
    }
}

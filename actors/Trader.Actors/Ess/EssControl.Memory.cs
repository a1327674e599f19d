using Trader.Messages;

namespace Trader.Actors.Ess;

/// <summary>
/// Two memories, one stop: this node's journal, and the store in Redis that outlives its disk. Until both have been read it is not known that
/// there is no stop (S1); together they say more than either, and each is given what it lacks.
/// </summary>
public sealed partial class EssControl
{
    /// <summary>More than a store may lack: what is older has been in both for long.</summary>
    private const int MostShared = 500;

    private readonly List<EssEvent> happenedSoFar = [];
    private (IReadOnlyList<EssEvent> Events, string? Damage)? fromDisk;
    private IReadOnlyList<EssEvent>? fromRedis;
    private EssStopped? provisional;
    private bool recovered;

    /// <param name="happened">What the disk remembers, in any order.</param>
    /// <param name="damage">Why that may not be all; null when it is.</param>
    public IReadOnlyList<EssEffect> Recovered(IReadOnlyList<EssEvent> happened, string? damage, EssNow now)
    {
        fromDisk ??= (happened, damage);
        Recover(now);
        KeepProvisional(now);
        return Flush();
    }

    /// <summary>The other memory has been read, now or again: it is given what it lacks.</summary>
    public IReadOnlyList<EssEffect> Recalled(IReadOnlyList<EssEvent> happened, EssNow now)
    {
        ArgumentNullException.ThrowIfNull(happened);
        fromRedis ??= happened;
        if (!recovered)
        {
            Recover(now);
        }

        if (recovered)
        {
            var known = happened.Select(e => e.Number).ToHashSet();
            effects.AddRange(happenedSoFar.Where(e => !known.Contains(e.Number)).Select(e => new EssEffect.Share(e)));
        }

        return Flush();
    }

    private void Recover(EssNow now)
    {
        if (recovered || fromDisk is not { } disk || fromRedis is not { } redis)
        {
            return;
        }

        // A number that both know and that differs is two histories: the one with a stop is believed.
        var all = disk.Events.Concat(redis).GroupBy(e => e.Number).OrderBy(g => g.Key)
            .Select(g => g.FirstOrDefault(e => e is EssStopped) ?? g.First()).ToList();
        State = all.Aggregate(State, (state, e) => state.After(e));
        recovered = true;
        happenedSoFar.AddRange(all.TakeLast(MostShared));
        foreach (var lacking in all.ExceptBy(disk.Events.Select(e => e.Number), e => e.Number).TakeLast(MostShared))
        {
            Keep(lacking, now);
        }

        if (disk.Damage is { } damage)
        {
            Begin(EssVia.Memory, "trader", $"memory of the stop is damaged: {damage}", now);
        }
        else if (State.Stop is { } stop)
        {
            Say(EssLevel.Critical, $"ESS is still active since {Stamp(stop.AtMs)}: {stop.Reason} (by {stop.By}); {HowToEnd}");
        }

        // Its number again, if this stop now begins; else a number that is never used again: what ends the stop comes after it.
        TakeWaiting(now);
        State = State with { Number = Math.Max(State.Number, provisional?.Number ?? 0) };
        Evaluate(now);
        SyncNow(now);
    }

    /// <summary>
    /// A stop that is asked for while only the disk has been read: on disk at once, or it would not outlive a reboot before Redis answers.
    /// </summary>
    private void KeepProvisional(EssNow now)
    {
        if (recovered || provisional is not null || fromDisk is not { } disk || waiting.Count == 0)
        {
            return;
        }

        var first = waiting[0].Command;
        var note = EssNote.Of(now.Ms, first.By, first.Reason);
        var number = disk.Events.Select(e => e.Number).DefaultIfEmpty().Max() + 1;
        provisional = new EssStopped(number, new EssStop(first.Via, note.Reason, note.By, now.Ms), Cause: false, null, null);
        Keep(provisional, now);
    }

    private string RecoveringReason() => "RECOVERING: the stop's memory has not been read from "
        + (fromDisk is null ? fromRedis is null ? "disk and Redis" : "disk" : "Redis");

    private void Share(EssEvent happened)
    {
        happenedSoFar.Add(happened);
        if (happenedSoFar.Count > MostShared)
        {
            // The stop in force is what must never be forgotten.
            happenedSoFar.RemoveAt(happenedSoFar.FindIndex(e => e is not EssStopped s || s.Stop != State.Stop));
        }

        effects.Add(new EssEffect.Share(happened));
    }
}

using Akka.Actor;
using Akka.Event;
using Trader.Messages;

namespace Trader.Actors.Flatten;

/// <summary>From the arm key to the start of a run, in the documented order (flatten contract 2.3, rows 1 to 10).</summary>
public sealed partial class PositionFlattenerActor
{
    /// <summary>An arm key that was taken and whose checks are not over.</summary>
    private sealed record Attempt(EventId Run, FlattenArmNote Note, long TakenAt, bool Kept, EssLatch? Latch, bool Claiming);

    /// <summary>Whatever the checks need to know of the start is known, or cannot change the answer.</summary>
    private bool IsSettled => settings.Flags is not { IsForced: true, IsConfirmed: true } || (venue is not null && recordTrouble != NotReadYet);

    private void HandleLook()
    {
        // One question at a time, and none while a key is being checked: its answer may take the next key.
        if (!looking && attempt is null && !standingDown && (IsSettled || Now >= StartGrace))
        {
            looking = true;
            around.Redis.Tell(new RedisProtocol.TakeFlattenArm());
        }
    }

    private void HandleLooked(RedisProtocol.FlattenArmLooked looked)
    {
        looking = false;
        deafSince = null;
        deafSaid = false;
        var left = looked.Arm is FlattenArm.OtherValue or FlattenArm.WrongType ? $"{looked.Arm} {looked.Shown}" : "";
        if (left.Length > 0 && left != leftAtKey)
        {
            if (looked.Arm == FlattenArm.WrongType)
            {
                log.Error("Error checking flatten arm key: it is a {0}, not a string; ignored", FlattenText.Show(looked.Shown));
            }
            else
            {
                log.Warning("Testnet flatten arm key holds '{0}' instead of '1'; ignored", FlattenText.ShowShort(looked.Shown));
            }
        }

        leftAtKey = left;
        if (looked.Arm == FlattenArm.Taken)
        {
            Begin(looked.Note);
        }
    }

    private void HandleNotDone(RedisProtocol.NotDone failed)
    {
        switch (failed.Command)
        {
            case RedisProtocol.TakeFlattenArm:
                HandleDeaf(failed);
                break;
            case RedisProtocol.ClaimFlattenCooldown claim when claim.Run == attempt?.Run:
                Refuse(new FlattenNo(FlattenRefusal.RedisUnusable, $"Redis did not take the cooldown ({failed.Why})"));
                break;
            case RedisProtocol.PublishFlatten:
                publishing = false;
                Timers.StartSingleTimer(nameof(PublishAgain), new PublishAgain(), PublishEvery);
                break;
            default:
                break;
        }
    }

    /// <summary>Once per silence, and not for the moment that every start has.</summary>
    private void HandleDeaf(RedisProtocol.NotDone failed)
    {
        looking = false;
        deafSince ??= Now;
        if (!deafSaid && (failed.Doubt != RedisDoubt.NotConnected || Now - deafSince >= SilenceGrace))
        {
            deafSaid = true;
            log.Error("Error checking flatten arm key: {0}{1}", failed.Why,
                failed.Doubt == RedisDoubt.Unknown ? "; a key set just now may be gone: look at the log, then set it again" : "");
        }
    }

    private void Begin(FlattenArmNote note)
    {
        log.Info("Testnet flatten arm key detected - attempting flatten");
        around.Meter.Count(FlattenMeter.Attempts, 1);
        attempt = new Attempt(EventId.FromGuid(around.NewGuid()), note, around.Time.GetTimestamp(), false, null, false);
        if (FlattenRules.Standing(settings, venue, recordTrouble) is { } no)
        {
            Refuse(no);
            return;
        }

        Timers.StartSingleTimer(nameof(ChecksOverdue), new ChecksOverdue(attempt.Run), ChecksDeadline);
        recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Armed(attempt.Run, note, around.NowMs)));
        around.Disk.Tell(new DiskProtocol.ReadEssLatch(++latchId));
    }

    private void HandleLatch(DiskProtocol.EssLatchRead read)
    {
        if (attempt is not null && read.ReadId == latchId)
        {
            attempt = attempt with { Latch = read.Latch };
            Check();
        }
    }

    private void HandleKept(FlattenRecorder.Kept kept)
    {
        switch (kept.Event)
        {
            case FlattenEvent.Armed armed when armed.Run == attempt?.Run:
                attempt = attempt with { Kept = true };
                Check();
                break;
            case FlattenEvent.Refused or FlattenEvent.Interrupted or FlattenEvent.Aborted:
                Publish(kept.Event);
                break;
            default:
                break;
        }
    }

    private void HandleNotKept(FlattenRecorder.NotKept failed)
    {
        switch (failed.Event)
        {
            case FlattenEvent.Armed armed when armed.Run == attempt?.Run:
                Refuse(new FlattenNo(FlattenRefusal.RecordUnusable, $"its own record cannot be written ({failed.Why})"));
                break;
            case FlattenEvent.Refused or FlattenEvent.Interrupted or FlattenEvent.Aborted:
                // Better told on the stream alone than nowhere.
                Publish(failed.Event);
                break;
            default:
                break;
        }
    }

    /// <summary>Latch, then cooldown here, then cooldown in Redis: only the last changes anything, so it comes when all else allows it.</summary>
    private void Check()
    {
        if (attempt is not { Latch: { } latch, Claiming: false } now)
        {
            return;
        }

        if (FlattenRules.Latch(latch) is { } noLatch)
        {
            Refuse(noLatch);
        }
        else if (FlattenRules.Cooldown(coolFrom is { } from ? Now - from : null, settings.Cooldown) is { } cooling)
        {
            Refuse(cooling);
        }
        else if (running is not null)
        {
            Refuse(new FlattenNo(FlattenRefusal.Cooldown, $"Cooldown active (run {runningId} is not over)"));
        }
        else if (now.Kept)
        {
            attempt = now with { Claiming = true };
            around.Redis.Tell(new RedisProtocol.ClaimFlattenCooldown(now.Run, (int)settings.Cooldown.TotalMilliseconds));
        }
    }

    private void HandleCooldown(RedisProtocol.FlattenCooldownAnswered answer)
    {
        if (attempt is not { Claiming: true } now || answer.Run != now.Run)
        {
            return;
        }

        if (FlattenRules.Cooldown(answer, settings.Cooldown) is { } cooling)
        {
            Refuse(cooling);
            return;
        }

        coolFrom = Now;
        log.Warning("Testnet flatten: ALL SAFETY CHECKS PASSED - executing flatten");
        Timers.Cancel(nameof(ChecksOverdue));
        attempt = null;
        if (!settings.HasCredentials)
        {
            log.Error("Testnet flatten: No Binance client available");
            around.Meter.Count(FlattenMeter.Errors, 1);
            recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Aborted(
                now.Run, "no key or secret is set", FlattenFigures.None with { Errors = 1 }, around.NowMs)));
            return;
        }

        Publish(new FlattenEvent.Armed(now.Run, now.Note, around.NowMs));
        runningId = now.Run;
        running = Context.Watch(Context.ActorOf(
            FlattenRunActor.Props(settings, around, recorder, now.Run, now.TakenAt), $"run-{now.Run}"));
    }

    private void HandleChecksOverdue(ChecksOverdue overdue)
    {
        if (attempt is { } now && now.Run == overdue.Run)
        {
            var silent = now.Latch is null ? "the ESS latch could not be looked at" : !now.Kept ? "its own record was not written"
                : "Redis did not take the cooldown";
            Refuse(new FlattenNo(FlattenRefusal.NoAnswer, $"{silent} within {ChecksDeadline.TotalSeconds:0} s"));
        }
    }

    private void Refuse(FlattenNo no)
    {
        var now = attempt!;
        attempt = null;
        Timers.Cancel(nameof(ChecksOverdue));
        FlattenLines.NoOp(log, no);
        around.Meter.Count(FlattenMeter.NoOps, 1);
        recorder.Tell(new FlattenRecorder.Keep(new FlattenEvent.Refused(now.Run, no.Reason, no.Text, now.Note, around.NowMs)));
        TellIdle();
    }
}

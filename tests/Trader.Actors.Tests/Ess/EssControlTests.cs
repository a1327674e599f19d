using Trader.Actors.Ess;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Ess;

/// <summary>What makes an emergency stop, what keeps it, and the only ways in which it ends.</summary>
public sealed class EssControlTests
{
    [Fact]
    public void S1_it_is_active_until_memory_and_latch_have_been_seen()
    {
        var world = new EssWorld();
        world.Seconds(1);
        Assert.True(world.Control.Active);
        Assert.StartsWith("active:RECOVERING", world.StateKey, StringComparison.Ordinal);
        world.Play(world.Control.Recovered([], null, world.Now));
        Assert.True(world.Control.Active);
        world.Look();
        Assert.True(world.Control.Active);
        world.Play(world.Control.Recalled([], world.Now));
        Assert.False(world.Control.Active);
        world.Seconds(1);
        Assert.Equal("clear", world.StateKey);
        Assert.Empty(world.Disk);
    }

    [Fact]
    [Trait("covers", "D-E1,D-E13")]
    public void A_touch_stops_at_once_with_marker_state_and_record()
    {
        var world = EssWorld.Clear();
        world.Touch();
        Assert.True(world.Control.Active);
        Assert.Equal(EssVia.File, world.Control.Stop!.Via);
        Assert.StartsWith("active:manual", world.StateKey, StringComparison.Ordinal);
        Assert.NotNull(world.Marker);
        Assert.Equal(["ess_activated"], world.Announced);
        Assert.Contains("ESS_ACTIVE", world.Alarms);
        Assert.IsType<EssStopped>(Assert.Single(world.Disk));
    }

    [Fact]
    [Trait("covers", "D-E2,F19,F32")]
    public void S14_removing_the_file_ends_what_the_file_made_and_says_so()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.Remove();
        Assert.False(world.Control.Active);
        Assert.Null(world.Marker);
        Assert.Equal("clear", world.StateKey);
        Assert.Equal(["ess_activated", "ess_deactivated"], world.Announced);
        Assert.IsType<EssReleased>(world.Disk[^1]);
        world.Seconds(5);
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void S14_removing_the_file_does_not_end_what_a_trigger_made()
    {
        var world = Tripped();
        world.Remove();
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
        Assert.Contains(world.Said, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(EssControl.HowToEnd, StringComparison.Ordinal));
    }

    [Fact]
    public void S14_nor_what_the_api_made()
    {
        var world = EssWorld.Clear();
        var ask = world.Activate();
        Assert.Equal("", Assert.IsType<EssProtocol.Activated>(world.Answers[ask]).Trouble);
        world.Remove();
        Assert.True(world.Latch);
        Assert.True(world.Control.Active);
    }

    [Fact]
    public void A_person_ends_any_stop_and_who_and_why_is_kept()
    {
        foreach (var release in new Action<EssWorld>[] { w => w.ScriptReleases(), w => w.Deactivate() })
        {
            var world = Tripped();
            release(world);
            Assert.False(world.Control.Active);
            Assert.False(world.Latch);
            Assert.Null(world.Marker);
            Assert.Equal("ann", Assert.IsType<EssReleased>(world.Disk[^1]).By);
            Assert.Equal("released", world.Control.Status().Last!.Event);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("covers", "D-E8")]
    public void S14_a_stop_outlives_its_process_and_a_reboot(bool reboot)
    {
        var world = Tripped();
        var stop = world.Control.Stop;
        world.NewLife(reboot);
        Assert.Equal(stop, world.Control.Stop);
        Assert.True(world.Latch);
        Assert.StartsWith("active:Daily drawdown", world.StateKey, StringComparison.Ordinal);
        world.Remove();
        Assert.True(world.Latch);
    }

    [Fact]
    [Trait("covers", "D-E8")]
    public void S14_a_touched_stop_outlives_a_reboot_too_and_still_ends_by_hand()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.NewLife(reboot: true);
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
        world.Remove();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void A_release_while_no_process_ran_is_honoured_at_its_start()
    {
        var world = Tripped();
        world.Seconds(1);
        var note = world.Now.Ms;
        world.Remove();
        world.LeaveReleaseNote(note);

        // What a dead process cannot put back.
        world.NewLife(reboot: false);
        Assert.True(world.Control.Active, "the latch stands: the last life had put it back");

        var other = Tripped();
        other.Seconds(1);
        other.DiskHangs = true;
        other.ScriptReleases();
        other.DiskHangs = false;
        other.NewLife(reboot: false);
        Assert.False(other.Control.Active);
    }

    [Fact]
    public void S14_a_release_from_before_the_stop_releases_nothing()
    {
        var world = EssWorld.Clear();
        world.LeaveReleaseNote(world.Now.Ms - 60_000);
        world.DiskHangs = true;
        world.Account(100);
        world.Account(90);
        world.NewLife(reboot: false);
        world.DiskHangs = false;
        world.Account(100);
        world.Account(90);
        Assert.True(world.Control.Active);
        world.Seconds(10);
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
    }

    [Fact]
    public void A_clock_that_stepped_back_does_not_keep_a_person_from_ending_the_stop()
    {
        var world = Tripped();
        world.ClockSteps(TimeSpan.FromHours(-3));
        world.ScriptReleases();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void S12_a_release_that_cannot_be_written_down_does_not_happen()
    {
        var world = Tripped();
        world.DiskWrites = false;
        var ask = world.Deactivate();
        Assert.Contains("disk full", Assert.IsType<EssProtocol.NotDeactivated>(world.Answers[ask]).Why, StringComparison.Ordinal);
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
        world.DiskWrites = true;
        world.Deactivate();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void S12_a_release_whose_record_arrives_too_late_is_followed_by_the_stop_it_did_not_end()
    {
        var world = Tripped();
        world.DiskHangs = true;
        var ask = world.Deactivate();
        world.Seconds(7);
        Assert.IsType<EssProtocol.NotDeactivated>(world.Answers[ask]);
        Assert.True(world.Control.Active);
        world.DiskHangs = false;
        world.Seconds(5);
        Assert.True(world.Latch);
        world.NewLife(reboot: true);
        Assert.True(world.Control.Active);
        Assert.Equal(world.Disk.Select(e => e.Number).Max(), world.Control.State.Number);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S14_a_failed_release_of_a_touched_stop_does_not_begin_again_by_itself(bool byScript)
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.JournalHangs = true;
        if (byScript)
        {
            world.ScriptReleases();
        }
        else
        {
            world.Deactivate();
        }

        world.Seconds(7);
        world.JournalHangs = false;
        world.Seconds(10);
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
        Assert.DoesNotContain(world.Disk, e => e is EssReleased);
        world.Remove();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void S14_a_latch_that_goes_after_its_release_failed_is_nobodys_release()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.DiskHangs = true;
        world.Deactivate();
        world.Seconds(7);

        // The removal that hung comes through after the answer was that it did not happen.
        world.Look();
        world.Remove();
        world.DiskHangs = false;
        world.Seconds(10);
        Assert.True(world.Control.Active);
        Assert.True(world.Latch);
        Assert.DoesNotContain(world.Disk, e => e is EssReleased);
    }

    [Fact]
    public void S1_a_stop_holds_though_nothing_can_be_written()
    {
        var world = EssWorld.Clear();
        (world.DiskWrites, world.LatchWrites, world.RedisUp) = (false, false, false);
        var ask = world.Activate();
        Assert.NotEqual("", Assert.IsType<EssProtocol.Activated>(world.Answers[ask]).Trouble);
        Assert.True(world.Control.Active);
        Assert.Contains("ESS_LATCH_NOT_WRITTEN", world.Alarms);
        (world.DiskWrites, world.LatchWrites, world.RedisUp) = (true, true, true);
        world.Seconds(5);
        Assert.True(world.Latch);
        Assert.NotNull(world.Marker);
        Assert.Equal(["ess_activated"], world.Announced);
        world.NewLife(reboot: true);
        Assert.True(world.Control.Active);
    }

    [Fact]
    public void S1_memory_that_is_damaged_is_a_stop_that_a_person_ends()
    {
        var world = new EssWorld();
        world.Start("2 records are torn");
        Assert.True(world.Control.Active);
        Assert.Contains("2 records are torn", world.Control.Reason, StringComparison.Ordinal);
        world.Remove();
        Assert.True(world.Control.Active);
        world.Deactivate();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void S1_a_latch_in_doubt_refuses_while_the_doubt_lasts_and_latches_nothing()
    {
        var world = EssWorld.Clear();
        world.Doubt("permission denied");
        Assert.True(world.Control.Active);
        Assert.StartsWith("active:LATCH: permission denied", world.StateKey, StringComparison.Ordinal);
        Assert.Empty(world.Disk);
        Assert.Null(world.Marker);
        var ask = world.Deactivate();
        Assert.IsType<EssProtocol.NotDeactivated>(world.Answers[ask]);
        world.Look();
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void Who_asks_before_the_memory_is_read_gets_a_stop_all_the_same()
    {
        var world = new EssWorld();
        var ask = world.Activate();
        Assert.True(world.Latch);
        world.Seconds(3);
        Assert.NotEqual("", Assert.IsType<EssProtocol.Activated>(world.Answers[ask]).Trouble);
        world.Start();
        Assert.Equal((EssVia.Api, "bob"), (world.Control.Stop!.Via, world.Control.Stop.By));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S1_a_stop_asked_for_before_the_store_is_read_outlives_a_reboot(bool askedFirst)
    {
        var world = EssWorld.Clear();
        world.Account(100);
        world.RedisUp = false;
        var before = world.Disk.Count;
        world.NewLife(reboot: true, askFirst: askedFirst);
        for (var i = 0; i < 50; i++)
        {
            world.Activate();
            world.Seconds(3);
        }

        Assert.Equal(before + 1, world.Disk.Count);
        world.NewLife(reboot: true);
        world.RedisUp = true;
        world.Play(world.Control.Recalled([.. world.Store], world.Now));
        Assert.Equal((EssVia.Api, "bob"), (world.Control.Stop!.Via, world.Control.Stop.By));
        Assert.Equal(1, world.Control.State.Trips);
        world.Deactivate();
        world.NewLife(reboot: true);
        Assert.False(world.Control.Active);
    }

    [Fact]
    public void A_stop_asked_for_before_the_store_is_read_is_one_stop_once_it_is()
    {
        var world = new EssWorld { RedisUp = false };
        world.Start();
        world.Activate();
        world.RedisUp = true;
        world.Play(world.Control.Recalled([], world.Now));
        Assert.Equal(1, world.Control.State.Trips);
        Assert.Contains("ESS_ACTIVE", world.Alarms);
        Assert.Single(world.Disk.Select(e => e.Number).Distinct());
        world.Deactivate();
        world.NewLife(reboot: true);
        Assert.False(world.Control.Active);
        Assert.Equal(1, world.Control.State.Trips);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S1_a_latch_touched_after_the_look_outlives_the_release_of_what_was_seen(bool ofNothing)
    {
        var world = EssWorld.Clear();
        if (!ofNothing)
        {
            world.Touch();
        }

        world.TouchedBeforeLower = true;
        world.ScriptReleases();
        Assert.True(world.Latch);
        Assert.True(world.Control.Active);
        Assert.Null(world.Release);
    }

    [Fact]
    public void Ending_what_is_not_active_says_so()
    {
        var world = EssWorld.Clear();
        Assert.IsType<EssProtocol.NotActive>(world.Answers[world.Deactivate()]);
        Assert.Empty(world.Disk);
    }

    [Fact]
    public void A_touch_during_a_release_is_a_new_stop()
    {
        var world = Tripped();
        world.DiskHangs = true;
        world.Deactivate();
        world.DiskHangs = false;

        // The latch went, and came again after the record was written.
        world.Remove();
        world.Play(world.Control.Lowered(LowerId(world), world.Now));
        Assert.False(world.Control.Active);
        world.Touch();
        Assert.Equal(EssVia.File, world.Control.Stop!.Via);
    }

    [Fact]
    public void S14_a_further_cause_makes_a_touched_stop_one_that_does_not_end_by_hand()
    {
        var world = EssWorld.Clear();
        world.Account(100);
        world.Touch();
        world.Account(94);
        Assert.Equal(EssVia.Drawdown, world.Control.Stop!.Via);
        world.Remove();
        Assert.True(world.Latch);
        Assert.Equal(1, world.Control.State.Trips);
    }

    [Fact]
    public void S14_a_stop_outlives_the_loss_of_either_memory()
    {
        var diskless = Tripped();
        diskless.Disk.Clear();
        diskless.NewLife(reboot: true);
        Assert.Equal(EssVia.Drawdown, diskless.Control.Stop!.Via);
        Assert.NotEmpty(diskless.Disk);

        var flushed = Tripped();
        flushed.Store.Clear();
        flushed.Flush();
        flushed.NewLife(reboot: true);
        Assert.Equal(EssVia.Drawdown, flushed.Control.Stop!.Via);
        Assert.NotEmpty(flushed.Store);
    }

    [Fact]
    public void S1_while_a_memory_cannot_be_read_it_is_active_and_the_disk_alone_still_latches()
    {
        var world = EssWorld.Clear();
        world.RedisUp = false;
        world.NewLife(reboot: false);
        Assert.True(world.Control.Active);
        Assert.Contains("Redis", world.Control.Reason, StringComparison.Ordinal);
        Assert.IsType<EssProtocol.NotDeactivated>(world.Answers[world.Deactivate()]);
        world.Activate();
        Assert.True(world.Latch);
        world.RedisUp = true;
        world.Play(world.Control.Recalled([.. world.Store], world.Now));
        Assert.Equal(EssVia.Api, world.Control.Stop!.Via);
    }

    [Fact]
    public void A_store_that_was_away_is_given_what_it_lacks()
    {
        var world = EssWorld.Clear();
        world.RedisUp = false;
        world.Touch();
        world.Remove();
        world.RedisUp = true;
        world.Play(world.Control.Recalled([.. world.Store], world.Now));
        Assert.Equal(world.Disk, world.Store);
    }

    private static long LowerId(EssWorld world)
    {
        // The only lower that is under way: found by trying, as its number is the control's own.
        for (long id = 1; id < 100; id++)
        {
            if (world.Control.Lowered(id, world.Now) is { Count: > 0 } effects)
            {
                world.Play(effects);
                return 0;
            }
        }

        throw new InvalidOperationException("no release is under way");
    }

    private static EssWorld Tripped()
    {
        var world = EssWorld.Clear();
        world.Account(100);
        world.Account(94);
        Assert.Equal("Daily drawdown 6.00% >= 5.00%", world.Control.Stop!.Reason);
        Assert.True(world.Latch);
        return world;
    }
}

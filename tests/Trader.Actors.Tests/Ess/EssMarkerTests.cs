using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Ess;

/// <summary>Latch and Redis marker in agreement, and which disappearances of a marker are a person's doing.</summary>
public sealed class EssMarkerTests
{
    [Fact]
    public void A_marker_set_in_redis_stops_and_raises_the_latch()
    {
        var world = EssWorld.Clear();
        world.SetMarker();
        world.Seconds(1);
        Assert.Equal(EssVia.Redis, world.Control.Stop!.Via);
        Assert.True(world.Latch);
        Assert.StartsWith("active:", world.StateKey, StringComparison.Ordinal);
    }

    [Fact]
    public void S14_deleting_it_ends_what_it_made()
    {
        var world = EssWorld.Clear();
        world.SetMarker();
        world.Seconds(3);
        world.DeleteMarker();
        world.Seconds(1);
        Assert.False(world.Control.Active);
        Assert.False(world.Latch);
        world.Seconds(2);
        Assert.Equal("clear", world.StateKey);
    }

    [Fact]
    public void S14_a_redis_that_lost_its_memory_ends_nothing()
    {
        var world = EssWorld.Clear();
        world.SetMarker();
        world.Seconds(3);
        world.Flush();
        world.Seconds(3);
        Assert.True(world.Control.Active);
        Assert.NotNull(world.Marker);
    }

    [Fact]
    public void S14_a_marker_that_expired_ends_nothing()
    {
        var world = EssWorld.Clear();
        world.SetMarker();
        world.Seconds(3);
        world.MarkerExpiryMs = 500;
        world.Seconds(1);
        world.DeleteMarker();
        world.Seconds(3);
        Assert.True(world.Control.Active);
        Assert.NotNull(world.Marker);
    }

    [Fact]
    public void S14_deleting_the_marker_of_another_stop_puts_it_back_with_a_warning()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.Seconds(2);
        world.DeleteMarker();
        world.Seconds(2);
        Assert.True(world.Control.Active);
        Assert.NotNull(world.Marker);
        Assert.Contains(world.Said, line => line.Contains("is gone, but the stop stays", StringComparison.Ordinal));
    }

    [Fact]
    public void S14_a_marker_that_went_while_no_process_watched_ends_nothing()
    {
        var world = EssWorld.Clear();
        world.SetMarker();
        world.Seconds(3);
        world.DeleteMarker();
        world.NewLife(reboot: false);
        world.Seconds(3);
        Assert.True(world.Control.Active);
    }

    [Fact]
    public void Redis_that_was_away_is_told_and_learns_of_the_end()
    {
        var world = EssWorld.Clear();
        world.RedisUp = false;
        world.Touch();
        Assert.True(world.Control.Active);
        Assert.Equal("clear", world.StateKey);
        world.RedisUp = true;
        world.Seconds(1);
        Assert.StartsWith("active:", world.StateKey, StringComparison.Ordinal);
        Assert.NotNull(world.Marker);

        world.RedisUp = false;
        world.Remove();
        Assert.False(world.Control.Active);
        world.RedisUp = true;
        world.Seconds(2);
        Assert.Null(world.Marker);
        Assert.Equal("clear", world.StateKey);
        Assert.Equal(["ess_activated", "ess_deactivated"], world.Announced);
    }

    [Fact]
    public void A_marker_of_a_stop_that_was_ended_while_redis_was_away_is_no_new_stop_to_the_next_life()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.Seconds(1);
        world.RedisUp = false;
        world.Remove();
        world.NewLife(reboot: false);
        world.RedisUp = true;
        world.Play(world.Control.Recalled([.. world.Store], world.Now));
        world.Seconds(3);
        Assert.False(world.Control.Active);
        Assert.Null(world.Marker);
    }

    [Fact]
    public void A_marker_that_somebody_else_sets_while_one_is_being_taken_away_stays()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.Seconds(1);
        world.RedisUp = false;
        world.Remove();
        world.SetMarker("2030-01-01T00:00:00Z");
        world.RedisUp = true;
        world.Seconds(2);
        Assert.Equal(EssVia.Redis, world.Control.Stop!.Via);
    }

    [Fact]
    public void S1_a_marker_that_was_never_heard_of_is_a_stop_and_no_part_of_a_release()
    {
        var world = EssWorld.Clear();
        world.RedisUp = false;
        world.Touch();
        world.SetMarker("2030-01-01T00:00:00Z");
        world.Remove();
        Assert.False(world.Control.Active);
        world.RedisUp = true;
        world.Seconds(2);
        Assert.Equal(EssVia.Redis, world.Control.Stop!.Via);
        Assert.NotNull(world.Marker);
    }

    [Fact]
    public void A_release_takes_the_marker_that_made_the_stop_whatever_it_says()
    {
        foreach (var text in new[] { "1", "" })
        {
            var world = EssWorld.Clear();
            world.SetMarker(text);
            world.Seconds(2);
            Assert.True(world.Control.Active);
            world.Deactivate();
            world.Seconds(2);
            Assert.Null(world.Marker);
            Assert.False(world.Control.Active);
        }
    }

    [Fact]
    [Trait("covers", "D-E9")]
    public void The_marker_is_renewed_while_the_stop_lasts()
    {
        var world = EssWorld.Clear();
        world.Touch();
        world.MarkerExpiryMs = 1000;
        world.Seconds(1);
        Assert.Equal(86_400_000, world.MarkerExpiryMs);
    }
}

using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.Ports;
using Trader.Actors.Watchdog;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.Watchdog;

/// <summary>What a new life of the watchdog makes of the outage that the last one left in the journal (S11, S14, E28).</summary>
public sealed class WatchdogMemoryTests : TestKit
{
    private readonly TestProbe redis;
    private readonly TestProbe disk;
    private readonly IActorRef watchdog;

    public WatchdogMemoryTests()
    {
        redis = CreateTestProbe();
        disk = CreateTestProbe();
        var around = new Surroundings(
            redis, CreateTestProbe(), CreateTestProbe(), disk, TimeProvider.System, NoMeter.Instance, Guid.NewGuid, "test");
        watchdog = Sys.ActorOf(WatchdogActor.Props(Documented.Watchdog, around));
    }

    [Fact]
    [Trait("rule", "S11")]
    public void S11_An_outage_that_ended_flat_and_was_cleared_while_no_watchdog_ran_is_over()
    {
        ResumeOutage();
        watchdog.Tell(new RedisProtocol.CompletionSeen(Flat(), Backlog: true));
        Assert.Equal("watchdog.flat", NextRecord());

        watchdog.Tell(Halt(halted: false));

        Assert.Equal("watchdog.armed", NextRecord());
    }

    [Fact]
    [Trait("rule", "S14")]
    public void S14_A_halt_that_still_stands_keeps_it_standing_by_and_so_does_one_cleared_later_without_a_heartbeat()
    {
        ResumeOutage();
        watchdog.Tell(new RedisProtocol.CompletionSeen(Flat(), Backlog: true));
        Assert.Equal("watchdog.flat", NextRecord());

        watchdog.Tell(Halt(halted: true));
        watchdog.Tell(Halt(halted: false));

        NothingRecorded();
    }

    [Fact]
    [Trait("rule", "S14")]
    public void S14_An_outage_that_ends_in_this_life_waits_for_the_brain()
    {
        ResumeOutage();
        watchdog.Tell(new RedisProtocol.CompletionSeen(Flat(), Backlog: false));
        Assert.Equal("watchdog.flat", NextRecord());

        watchdog.Tell(Halt(halted: false));

        NothingRecorded();
    }

    private static PanicCompletion Flat() => new(Event("e1"), 2, 2, [], 1_000, 2_000);

    private static RedisProtocol.HaltRead Halt(bool halted) =>
        new(null, halted ? [new("halted", "true"), new("event_id", "e1")] : [], false);

    private void ResumeOutage()
    {
        disk.ExpectMsg<DiskProtocol.Recover>();
        watchdog.Tell(new DiskProtocol.Recovered(
            [new JournalRecord("watchdog.fired", 1_000, [new("event_id", "e1"), new("reason", "WHY"), new("ts", "1000")])], null, null));
        redis.FishForMessage<RedisProtocol.PublishPanic>(_ => true);
    }

    private string NextRecord() => disk.ExpectMsg<DiskProtocol.Append>().Record.Kind;

    /// <summary>Every handler before the answer to this question has run.</summary>
    private void NothingRecorded()
    {
        watchdog.Tell(new Identify("all heard"), TestActor);
        ExpectMsg<ActorIdentity>();
        Assert.False(disk.HasMessages);
    }
}

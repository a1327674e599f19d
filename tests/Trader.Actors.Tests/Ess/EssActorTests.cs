using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.Ess;
using Trader.Actors.Ports;
using Trader.Messages;
using Xunit;

namespace Trader.Actors.Tests.Ess;

/// <summary>The thin actor around the decisions: what it asks at its start, and that every command gets its one answer.</summary>
public sealed class EssActorTests : TestKit
{
    private const string Latch = "/run/quantum/ESS_ON";

    private readonly TestProbe disk;
    private readonly TestProbe redis;
    private readonly TestProbe exchange;
    private readonly IActorRef ess;

    public EssActorTests()
    {
        (disk, redis, exchange) = (CreateTestProbe("disk"), CreateTestProbe("redis"), CreateTestProbe("exchange"));
        var around = new Surroundings(
            redis.Ref, exchange.Ref, CreateTestProbe("link").Ref, disk.Ref, new StandingTime(), NoMeter.Instance, Guid.NewGuid, "n1");
        ess = Sys.ActorOf(EssActor.Props(EssWorld.Settings, Latch, around), "ess");
    }

    [Fact]
    public void S1_it_begins_by_asking_and_holds_entries_meanwhile()
    {
        Assert.Equal(EssRecords.Prefix, disk.ExpectMsg<DiskProtocol.Recover>().KindPrefix);
        disk.ExpectMsg<DiskProtocol.WatchEssFiles>();
        Assert.Equal(EssWish.Hold, redis.FishForMessage<RedisProtocol.SyncEss>(_ => true).Wish);
        exchange.ExpectMsg<ExchangeProtocol.GetAccountFigures>();
        ess.Tell(new EssProtocol.GetStatus(), TestActor);
        Assert.True(ExpectMsg<EssProtocol.Status>().Active);
    }

    [Fact]
    public void S12_a_stop_and_its_end_are_answered_after_the_disk()
    {
        Begin();
        ess.Tell(new EssProtocol.Activate(EssVia.Api, "bob", "odd fills"), TestActor);
        var append = disk.FishForMessage<DiskProtocol.Append>(_ => true);
        Assert.Equal("ess.stopped", append.Record.Kind);
        var raise = disk.ExpectMsg<DiskProtocol.RaiseEssLatch>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Answer(new DiskProtocol.Appended(append.Seq));
        Answer(Seen(present: true));
        Answer(new DiskProtocol.EssLatchRaised(raise.Id));
        Assert.Equal("", ExpectMsg<EssProtocol.Activated>().Trouble);

        ess.Tell(new EssProtocol.Deactivate(EssVia.Api, "ann", "all well"), TestActor);
        Answer(new DiskProtocol.EssLatchLowered(disk.ExpectMsg<DiskProtocol.LowerEssLatch>().Id));
        var released = disk.ExpectMsg<DiskProtocol.Append>();
        Assert.Equal("ann", PanicWire.Find(released.Record.Fields, "by"));
        Answer(Seen(present: false));
        Answer(new DiskProtocol.Appended(released.Seq));
        Assert.False(ExpectMsg<EssProtocol.Deactivated>().Status.Active);
        ess.Tell(new EssProtocol.GetHistory(1), TestActor);
        Assert.Equal("released", Assert.Single(ExpectMsg<EssProtocol.History>().Newest).Event);
    }

    [Fact]
    public void S1_a_journal_that_stays_damaged_is_a_stop()
    {
        disk.ExpectMsg<DiskProtocol.Recover>();
        Answer(new DiskProtocol.Recovered([new JournalRecord("ess.stopped", 1, [])], null, null));

        // A record nobody understands: it is asked for again, because a journal may be whole a moment later.
        disk.FishForMessage<DiskProtocol.Recover>(_ => true, TimeSpan.FromSeconds(10));
        ess.Tell(new EssProtocol.GetStatus(), TestActor);
        Assert.StartsWith("RECOVERING", ExpectMsg<EssProtocol.Status>().Reason, StringComparison.Ordinal);
    }

    /// <summary>Until it is clear: the persistence store of this test recovers by itself.</summary>
    private void Begin()
    {
        disk.ExpectMsg<DiskProtocol.Recover>();
        disk.ExpectMsg<DiskProtocol.WatchEssFiles>();
        Answer(new DiskProtocol.Recovered([], null, null));
        Answer(Seen(present: false));
        AwaitCondition(() =>
        {
            ess.Tell(new EssProtocol.GetStatus(), TestActor);
            return !ExpectMsg<EssProtocol.Status>().Active;
        });
    }

    private void Answer(object message) => ess.Tell(message, disk.Ref);

    /// <summary>Nothing grows old: no patience ends while a loaded machine lets a test wait.</summary>
    private sealed class StandingTime : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_763_719_200_000);
    }

    private static DiskProtocol.EssFilesSeen Seen(bool present) => new(new EssLatch(Latch, present, ""), "", null, null);
}

using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Actors.PanicClose;
using Trader.Actors.Ports;
using Trader.Messages;
using Xunit;
using static Trader.Actors.Tests.Documented;

namespace Trader.Actors.Tests.PanicClose;

/// <summary>In which order a run reads the account before it may call it flat (S3, X22).</summary>
public sealed class PanicRunVerifyingTests : TestKit
{
    private readonly TestProbe parent;
    private readonly TestProbe exchange;
    private readonly IActorRef runActor;
    private readonly HandClock clock = new();

    public PanicRunVerifyingTests()
    {
        parent = CreateTestProbe();
        exchange = CreateTestProbe();
        var around = new Surroundings(
            CreateTestProbe(), exchange, CreateTestProbe(), CreateTestProbe(), clock, NoMeter.Instance, Guid.NewGuid, "test");
        var run = new PanicRun(Slow, 0, 1_000);
        run.Triggers.Add(Trigger());
        runActor = parent.ChildActorOf(PanicRunActor.Props(Slow, around, CreateTestProbe(), run));
        exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
        exchange.ExpectMsg<ExchangeProtocol.GetMarketLots>();
        exchange.ExpectMsg<ExchangeProtocol.GetRestingOrders>();
    }

    /// <summary>No read is repeated while a test looks.</summary>
    private static PanicCloseSettings Slow => Documented.PanicClose with { ReadEvery = Seconds(30), LookupEvery = Seconds(30), HaltWait = Seconds(30) };

    [Fact]
    [Trait("rule", "S3")]
    public void S3_Positions_count_as_flat_only_from_a_read_asked_after_the_books_were_seen_empty()
    {
        Plan();
        var pair = exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
        var books = exchange.ExpectMsg<ExchangeProtocol.GetRestingOrders>();
        Answer(new ExchangeProtocol.PositionsRead(pair.ReadId, [], []));
        clock.Now = Seconds(2);
        Answer(new ExchangeProtocol.RestingOrdersRead(books.ReadId, new HashSet<Symbol>()));

        var after = exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
        Assert.False(parent.HasMessages);
        Answer(new ExchangeProtocol.PositionsRead(after.ReadId, [], []));

        Assert.True(parent.ExpectMsg<PanicCloseProtocol.RunEnded>().Completions.Single().VerifiedFlat);
    }

    [Fact]
    [Trait("rule", "S3")]
    public void S3_What_filled_between_the_two_reads_is_closed_too()
    {
        Plan();
        var pair = exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
        var books = exchange.ExpectMsg<ExchangeProtocol.GetRestingOrders>();
        Answer(new ExchangeProtocol.PositionsRead(pair.ReadId, [], []));
        clock.Now = Seconds(2);
        Answer(new ExchangeProtocol.RestingOrdersRead(books.ReadId, new HashSet<Symbol>()));

        var after = exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
        Answer(new ExchangeProtocol.PositionsRead(after.ReadId, [Pos("AUSDT", 1)], []));
        Answer(new DiskProtocol.Appended(2));

        var close = Assert.Single(exchange.ExpectMsg<ExchangeProtocol.SendCloses>().Orders);
        Assert.Equal(("AUSDT", 1m), (close.Symbol.Value, close.Quantity));
        Assert.False(parent.HasMessages);
    }

    [Fact]
    [Trait("rule", "S4")]
    public void S4_Nothing_is_verified_before_the_halt_was_confirmed_or_waited_for()
    {
        Answer(new ExchangeProtocol.PositionsRead(1, [], []));
        Answer(new ExchangeProtocol.MarketLotsRead(1, new Dictionary<Symbol, MarketLot>()));
        Answer(new ExchangeProtocol.RestingOrdersRead(1, new HashSet<Symbol>()));
        Assert.False(exchange.HasMessages);

        Open();

        exchange.ExpectMsg<ExchangeProtocol.GetPositions>();
    }

    /// <summary>An empty account with empty books under a confirmed halt, so that verifying begins at once.</summary>
    private void Plan()
    {
        Open();
        Answer(new ExchangeProtocol.PositionsRead(1, [], []));
        Answer(new ExchangeProtocol.MarketLotsRead(1, new Dictionary<Symbol, MarketLot>()));
        Answer(new ExchangeProtocol.RestingOrdersRead(1, new HashSet<Symbol>()));
    }

    private void Open()
    {
        var id = Trigger().EventId;
        Answer(new PanicCloseProtocol.Halted(id, InRedis: true, OnDisk: true));
        Answer(new RedisProtocol.PanicClaimed(id, PanicClaim.Mine, Slow.Worker));
        Answer(new DiskProtocol.Appended(1));
    }

    private void Answer(object message)
    {
        runActor.Tell(message);
        runActor.Tell(new Identify("heard"), TestActor);
        ExpectMsg<ActorIdentity>();
    }

    private sealed class HandClock : TimeProvider
    {
        private long ticks;

        public TimeSpan Now
        {
            set => Interlocked.Exchange(ref ticks, value.Ticks);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref ticks);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());
    }
}

using Akka.Actor;
using Akka.Persistence;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Trader.Redis.Tests.Support;
using Xunit;

namespace Trader.Redis.Tests.Persistence;

/// <summary>The journal's own promises, against a real server: no gap, no overlap, no wait without an end.</summary>
public sealed class RedisJournalTests(PersistenceFixture redis) : TestKit(redis.Setup()), IClassFixture<PersistenceFixture>
{
    private static int ids;

    private readonly string id = "j" + Interlocked.Increment(ref ids);

    private IActorRef Journal => Akka.Persistence.Persistence.Instance.Apply(Sys).JournalFor(null);

    [Fact]
    public async Task The_keys_are_those_of_the_official_plugin()
    {
        Store(1, "a");
        Store(2, "b");

        Assert.Equal("2", await redis.Console.Text("GET", PersistenceFixture.Key(id) + ":highestSequenceNr"));
        Assert.Equal("2", await redis.Console.Text("ZCARD", PersistenceFixture.Key(id)));
        Assert.Equal("1", await redis.Console.Text("ZCOUNT", PersistenceFixture.Key(id), "2", "2"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task S12_A_write_that_does_not_follow_the_highest_number_fails_and_stores_nothing(long first)
    {
        Store(1, "a");
        Store(2, "b");
        Store(3, "c");

        var failed = Write(first, "x").ExpectMsg<WriteMessagesFailed>();

        Assert.Contains("another writer, or Redis lost events", failed.Cause.Message, StringComparison.Ordinal);
        Assert.Equal("3", await redis.Console.Text("ZCARD", PersistenceFixture.Key(id)));
        Assert.Equal(["a", "b", "c"], Replayed());
    }

    [Fact]
    public void S12_Of_two_writers_that_recovered_the_same_events_the_second_fails()
    {
        Store(1, "a");
        var (one, other) = (Write(2, "one"), Write(2, "other"));

        one.ExpectMsg<WriteMessagesSuccessful>();
        other.ExpectMsg<WriteMessagesFailed>();
        other.ExpectMsg<WriteMessageFailure>();
        Assert.Equal(["a", "one"], Replayed());
    }

    [Theory]
    [InlineData("ZREMRANGEBYSCORE {0} 2 2", "event 2 of")]
    [InlineData("ZREMRANGEBYSCORE {0} 1 1", "event 1 of")]
    [InlineData("ZREMRANGEBYSCORE {0} 3 3", "ends at event 2 and says that it ends at 3")]
    [InlineData("DEL {0}", "ends at event 0 and says that it ends at 3")]
    [InlineData("DEL {0}:highestSequenceNr", "ends at event 3 and says that it ends at 0")]
    [InlineData("SET {0}:highestSequenceNr many", "has a number that is none")]
    [InlineData("SET {0} oops", "ServerError WRONGTYPE")]
    [InlineData("ZADD {0} 2 corrupt", "cannot be read")]
    public async Task S12_A_journal_that_lost_or_spoiled_something_fails_the_recovery(string damage, string why)
    {
        Store(1, "a");
        Store(2, "b");
        Store(3, "c");

        string[] command = string.Format(null, damage, PersistenceFixture.Key(id)).Split(' ');
        await redis.Console.Text(command[0], [.. command[1..]]);

        Assert.Contains(why, Replay().Fish<ReplayMessagesFailure>().Cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_FLUSHALL_there_is_nothing_and_a_writer_that_still_lives_fails()
    {
        Store(1, "a");
        await redis.Console.Text("FLUSHALL");

        Write(2, "b").ExpectMsg<WriteMessagesFailed>();

        Assert.Empty(Replayed());
        Store(1, "new");
        Assert.Equal(["new"], Replayed());
    }

    [Fact]
    public void Events_deleted_on_purpose_are_not_missed()
    {
        Store(1, "a");
        Store(2, "b");
        Store(3, "c");
        Journal.Tell(new DeleteMessagesTo(id, 2, TestActor));
        ExpectMsg<DeleteMessagesSuccess>();

        Assert.Equal(["c"], Replayed());
    }

    [Fact]
    public void A_rejected_event_uses_up_its_number_and_the_ones_around_it_are_stored()
    {
        var answers = Write(1, "a", new Measured(0.1), new object(), new string('x', 70_000), "e");

        answers.ExpectMsg<WriteMessagesSuccessful>();
        answers.ExpectMsg<WriteMessageSuccess>();
        foreach (var why in new[] { "has no stored form", "nobody registered Object", "more than 65536" })
        {
            Assert.Contains(why, answers.ExpectMsg<WriteMessageRejected>().Cause.Message, StringComparison.Ordinal);
        }

        answers.ExpectMsg<WriteMessageSuccess>();
        Store(6, "f");
        Assert.Equal(["a", "e", "f"], Replayed());
    }

    [Fact]
    public void Of_events_that_belong_together_none_is_stored_when_one_is_rejected()
    {
        var probe = CreateTestProbe();
        Journal.Tell(new WriteMessages([new AtomicWrite([Event(1, "a"), Event(2, new Measured(1))])], probe.Ref, 1));

        probe.ExpectMsg<WriteMessagesSuccessful>();
        probe.ExpectMsg<WriteMessageRejected>();
        probe.ExpectMsg<WriteMessageRejected>();
        Assert.Empty(Replayed());
    }

    [Fact]
    public void More_events_than_a_step_or_a_page_holds_are_stored_and_replayed_in_order()
    {
        const int count = 1_777;
        object[] events = [.. Enumerable.Range(1, count).Select(i => (object)$"e{i}")];

        var answers = Write(1, events);
        answers.ExpectMsg<WriteMessagesSuccessful>();
        answers.ReceiveN(count, TimeSpan.FromSeconds(20));

        Assert.Equal(events, Replayed());
    }

    [Fact]
    public void A_count_limit_counts_events_and_not_the_places_of_rejected_ones()
    {
        Write(1, "a", new object(), "c", "d").ExpectMsg<WriteMessagesSuccessful>();

        Assert.Equal(["a", "c"], Replayed(max: 2));
    }

    [Fact]
    public async Task S2_While_redis_is_frozen_or_away_writes_and_reads_fail_in_time_and_nothing_hangs()
    {
        await using var own = await Own();
        await own.Fixture.Server.Freeze();
        var frozen = own.Write(2, "b");
        Assert.Matches(
            "^storing events of p: (TimedOut|ConnectionLost)$",
            frozen.ExpectMsg<WriteMessagesFailed>(2 * PersistenceFixture.CommandDeadline).Cause.Message);
        await own.Fixture.Server.Kill();

        var away = own.Write(2, "b").ExpectMsg<WriteMessagesFailed>(2 * PersistenceFixture.CommandDeadline);
        Assert.Equal("storing events of p: NotConnected", away.Cause.Message);
        own.Journal.Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, "p", own.Probe.Ref));
        Assert.Contains(
            "NotConnected",
            own.Probe.ExpectMsg<ReplayMessagesFailure>(3 * PersistenceFixture.CommandDeadline).Cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S12_A_write_of_unknown_outcome_that_arrives_late_is_found_or_its_number_is_taken()
    {
        await using var own = await Own();
        await own.Fixture.Server.Freeze();
        own.Write(2, "late").ExpectMsg<WriteMessagesFailed>(2 * PersistenceFixture.CommandDeadline);
        await own.Fixture.Server.Thaw();

        // Whatever became of it: what is recovered is what the next write follows.
        var recovered = await own.RecoveredWhenUp();
        var next = own.Write(recovered.Count + 1, "next");
        await Until.True(async () => (await own.Highest()) >= recovered.Count + 1);
        next.ExpectMsg<WriteMessagesSuccessful>();
        Assert.Equal([.. recovered, "next"], await own.RecoveredWhenUp());
    }

    [Fact]
    public async Task Scripts_that_redis_has_forgotten_are_sent_again_in_order()
    {
        Store(1, "a");
        await redis.Console.Text("SCRIPT", "FLUSH");
        var (second, third) = (Write(2, "b"), Write(3, "c"));

        second.ExpectMsg<WriteMessagesSuccessful>();
        third.ExpectMsg<WriteMessagesSuccessful>();
        Assert.Equal(["a", "b", "c"], Replayed());
    }

    [Fact]
    public async Task A_replay_does_not_overtake_a_write_that_is_on_its_way()
    {
        Store(1, "a");
        await redis.Console.Text("SCRIPT", "FLUSH");
        Write(2, "b");

        Assert.Equal(["a", "b"], Replayed());
    }

    [Fact]
    public void A_connection_named_in_the_engines_settings_is_refused()
    {
        var system = ActorSystem.Create("named", redis.Setup(
            "akka.persistence.journal.redis.configuration-string = \"localhost:6379,password=hunter2\""));
        var probe = CreateTestProbe();
        EventFilter.Exception<ActorInitializationException>();
        var journal = Akka.Persistence.Persistence.Instance.Apply(system).JournalFor(null);
        probe.Watch(journal);

        probe.ExpectMsg<Terminated>();
        system.Dispose();
    }

    private Persistent Event(long number, object payload) => new(payload, number, id, writerGuid: "w");

    private TestProbe Write(long first, params object[] payloads)
    {
        var probe = CreateTestProbe();
        Journal.Tell(new WriteMessages(
            payloads.Select((p, i) => new AtomicWrite(Event(first + i, p))).ToList(), probe.Ref, 1));
        return probe;
    }

    private void Store(long number, object payload) => Write(number, payload).ExpectMsg<WriteMessagesSuccessful>();

    private Replays Replay(long max = long.MaxValue)
    {
        var probe = CreateTestProbe();
        Journal.Tell(new ReplayMessages(1, long.MaxValue, max, id, probe.Ref));
        return new Replays(probe);
    }

    private List<object> Replayed(long max = long.MaxValue) => Replay(max).All();

    private async Task<OwnServer> Own()
    {
        var fixture = new PersistenceFixture();
        await fixture.InitializeAsync();
        var own = new OwnServer(fixture, ActorSystem.Create("own", fixture.Setup()), this);
        own.Write(1, "a").ExpectMsg<WriteMessagesSuccessful>(TimeSpan.FromSeconds(5));
        return own;
    }

    private sealed record Replays(TestProbe Probe)
    {
        public T Fish<T>() => Probe.FishForMessage<T>(_ => true);

        public List<object> All()
        {
            var all = new List<object>();
            Probe.FishForMessage(m =>
            {
                if (m is ReplayedMessage replayed)
                {
                    all.Add(replayed.Persistent.Payload);
                }

                return m is RecoverySuccess;
            });
            return all;
        }
    }

    /// <summary>A server that may be killed, and a system that writes events of <c>p</c> there.</summary>
    private sealed class OwnServer(PersistenceFixture fixture, ActorSystem system, TestKit kit) : IAsyncDisposable
    {
        public PersistenceFixture Fixture => fixture;

        public TestProbe Probe { get; } = kit.CreateTestProbe();

        public IActorRef Journal => Akka.Persistence.Persistence.Instance.Apply(system).JournalFor(null);

        public TestProbe Write(long number, object payload)
        {
            var probe = kit.CreateTestProbe();
            Journal.Tell(new WriteMessages(
                [new AtomicWrite(new Persistent(payload, number, "p", writerGuid: "w"))], probe.Ref, 1));
            return probe;
        }

        public async Task<long> Highest() => long.Parse(
            await fixture.Console.Text("GET", PersistenceFixture.Key("p") + ":highestSequenceNr"),
            System.Globalization.CultureInfo.InvariantCulture);

        public async Task<List<object>> RecoveredWhenUp()
        {
            var all = new List<object>();
            await Until.True(() =>
            {
                all.Clear();
                var probe = kit.CreateTestProbe();
                Journal.Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, "p", probe.Ref));
                var end = probe.FishForMessage(
                    m =>
                    {
                        all.AddRange(m is ReplayedMessage r ? [r.Persistent.Payload] : []);
                        return m is RecoverySuccess or ReplayMessagesFailure;
                    },
                    TimeSpan.FromSeconds(5));
                return Task.FromResult(end is RecoverySuccess);
            });
            return all;
        }

        public async ValueTask DisposeAsync()
        {
            await system.Terminate();
            await fixture.DisposeAsync();
        }
    }
}

using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

public sealed class StreamGroupReaderTests : IAsyncLifetime
{
    private static readonly StreamOptions Options = new() { BlockMs = 300, ClaimEveryMs = 200, ClaimIdleMs = 60_000 };

    private RedisServer _server = null!;
    private ClientHarness _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start(new RedisServerOptions { Durable = true });
        _redis = await ClientHarness.Connect(_server.Url);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_group_is_created_from_the_beginning_and_an_acknowledged_entry_is_done()
    {
        StreamRecorder recorder = new();
        await Add("1-1", "before");
        await using StreamGroupReader reader = Reader("w1", recorder);
        await Add("1-2", "after");

        List<StreamEntry> entries = await recorder.Entries.Take(2);
        RedisResult acked = await reader.Ack(entries[0].Id, ClientHarness.Deadline);

        Assert.Equal(["before", "after"], entries.Select(e => e.Fields[0].Value));
        Assert.All(entries, e => Assert.False(e.Redelivered));
        Assert.True(acked.Value.TryInteger(out long count));
        Assert.Equal(1, count);
        Assert.Equal([new StreamId(1, 2)], await Pending());
        Assert.Single(recorder.Notices.Rest(), n => n.Kind == StreamNoticeKind.GroupCreated);
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_What_a_worker_left_unfinished_is_given_to_its_next_life_first()
    {
        StreamRecorder first = new();
        await using (Reader("w1", first))
        {
            await Add("1-1", "unfinished");
            await first.Entry("unfinished");
        }

        await Add("1-2", "new");
        StreamRecorder second = new();
        await using StreamGroupReader next = Reader("w1", second);

        List<StreamEntry> entries = await second.Entries.Take(2);
        Assert.Equal([("unfinished", true), ("new", false)], entries.Select(e => (e.Fields[0].Value, e.Redelivered)));
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_What_a_dead_worker_left_unfinished_is_claimed_by_another()
    {
        StreamRecorder dead = new();
        await using (Reader("dead", dead))
        {
            await Add("1-1", "orphan");
            await dead.Entry("orphan");
        }

        StreamRecorder alive = new();
        await using StreamGroupReader reader = Reader("alive", alive, Options with { ClaimIdleMs = 100 });

        StreamEntry claimed = await alive.Entry("orphan");
        Assert.True(claimed.Redelivered);
        await alive.Notice(StreamNoticeKind.Claimed);
        await reader.Ack(claimed.Id, ClientHarness.Deadline);
        Assert.Empty(await Pending());
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_More_orphans_than_fit_one_answer_are_all_claimed()
    {
        StreamRecorder dead = new();
        await using (Reader("dead", dead))
        {
            for (ulong i = 1; i <= 25; i++)
            {
                await Add(new StreamId(1, i).ToString(), "orphan");
            }

            await dead.Entries.Take(25);
        }

        StreamRecorder alive = new();
        StreamOptions small = Options with { ClaimIdleMs = 100, BatchSize = 3 };
        await using StreamGroupReader reader = Reader("alive", alive, small);

        HashSet<StreamId> claimed = [];
        while (claimed.Count < 25)
        {
            claimed.Add((await alive.Entries.Next(_ => true)).Id);
        }

        Assert.Equal(25, claimed.Count);
    }

    [Fact]
    public async Task Work_that_is_kept_alive_counts_as_fresh()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        await Add("1-1", "long work");
        StreamEntry entry = await recorder.Entry("long work");
        await Until.True(async () => await IdleMs() >= 200);
        long idle = await IdleMs();

        RedisResult kept = await reader.KeepAlive([entry.Id], ClientHarness.Deadline);

        Assert.Equal(1, kept.Value.Items.Length);
        Assert.True(await IdleMs() < idle);
        await reader.Ack(entry.Id, ClientHarness.Deadline);
        Assert.Equal(0, (await reader.KeepAlive([entry.Id], ClientHarness.Deadline)).Value.Items.Length);
        Assert.Empty(await Pending());
    }

    [Theory]
    [InlineData("DEL", "s")]
    [InlineData("FLUSHALL", "SYNC")]
    [InlineData("XGROUP", "DESTROY", "s", "g")]
    public async Task A_group_that_is_gone_is_created_again_from_the_beginning(params string[] command)
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        await Add("1-1", "a");
        await recorder.Entry("a");
        await recorder.Notice(StreamNoticeKind.GroupCreated);

        await _redis.Send(command[0], [.. command[1..].Select(RedisArgument.FromString)]);
        await Add("2-1", "b");

        StreamEntry b = await recorder.Entry("b");
        Assert.False(b.Redelivered);
        await recorder.Notice(StreamNoticeKind.GroupCreated);
        Assert.Contains(b.Id, await Pending());
    }

    [Fact]
    public async Task What_a_lost_group_had_already_handed_out_comes_marked_as_redelivered()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        await Add("1-1", "done");
        await reader.Ack((await recorder.Entry("done")).Id, ClientHarness.Deadline);

        await _redis.Send("XGROUP", "DESTROY", "s", "g");

        Assert.True((await recorder.Entry("done")).Redelivered);
    }

    [Fact]
    public async Task A_killed_server_is_read_on_from_where_it_was()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        await Add("1-1", "a");
        await recorder.Entry("a");

        await _server.Kill();
        await recorder.States.Down();
        await _server.Restart();
        await _redis.States.Up();
        await Add("1-2", "b");

        List<StreamEntry> entries = await recorder.Entries.Take(2);
        Assert.Equal([("a", true), ("b", false)], entries.Select(e => (e.Fields[0].Value, e.Redelivered)));
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_gets_its_group_again()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        await recorder.Notice(StreamNoticeKind.GroupCreated);

        await _server.Kill();
        Directory.Delete(Path.Combine(_server.Folder, "appendonlydir"), recursive: true);
        await _server.Restart();

        await recorder.Notice(StreamNoticeKind.GroupCreated);
        await _redis.States.Up();
        await Add("1-1", "a");
        await recorder.Entry("a");
    }

    [Fact]
    public async Task A_frozen_server_is_noticed_under_a_blocking_read()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder, new StreamOptions());
        await recorder.Notice(StreamNoticeKind.GroupCreated);

        await _server.Freeze();

        Assert.Equal(RedisDownReason.Silent, (await recorder.States.Down()).Reason);
        await _redis.States.Down();
        await _server.Thaw();
        await _redis.States.Up();
        await Add("1-1", "a");
        await recorder.Entry("a");
    }

    [Fact]
    public async Task A_pending_entry_that_was_deleted_is_acknowledged_and_skipped()
    {
        StreamRecorder first = new();
        await using (Reader("w1", first))
        {
            await Add("1-1", "deleted");
            await Add("1-2", "kept");
            await first.Entries.Take(2);
        }

        await _redis.Send("XDEL", "s", "1-1");
        StreamRecorder second = new();
        await using StreamGroupReader next = Reader("w1", second);

        Assert.Equal(["kept"], await second.Values(1));
        await second.Notice(StreamNoticeKind.DeletedEntriesDropped);
        Assert.Equal([new StreamId(1, 2)], await Pending());
    }

    [Fact]
    public async Task An_oversized_entry_comes_without_fields_and_says_so_and_bad_text_is_replaced()
    {
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder, Options with { MaxEntryBytes = 100 });
        await _redis.Send("XADD", "s", "1-1", "n", new byte[101]);
        await _redis.Send("XADD", "s", "1-2", "n", new byte[] { 0x61, 0xff, 0x62 });

        List<StreamEntry> entries = await recorder.Entries.Take(2);

        Assert.True(entries[0].IsOversized);
        Assert.Empty(entries[0].Fields);
        Assert.Equal((false, "a\ufffdb"), (entries[1].IsOversized, entries[1].Fields[0].Value));
    }

    [Fact]
    public async Task A_key_of_another_type_is_told_once_and_waited_out()
    {
        await _redis.Send("SET", "s", "text");
        StreamRecorder recorder = new();
        await using StreamGroupReader reader = Reader("w1", recorder);
        StreamNotice notice = await recorder.Notice(StreamNoticeKind.Refused);
        Assert.Contains("WRONGTYPE", notice.Detail, StringComparison.Ordinal);

        await _redis.Send("DEL", "s");

        await recorder.Notice(StreamNoticeKind.GroupCreated);
        await Add("1-1", "a");
        await recorder.Entry("a");
    }

    [Fact]
    public async Task A_sink_that_throws_ends_the_reader_and_the_owner_is_told()
    {
        StreamRecorder recorder = new();
        StreamSink throwing = recorder.Sink with { OnEntries = (_, _) => throw new InvalidOperationException("sink") };
        await using StreamGroupReader reader = StreamGroupReader.Start(
            new StreamConsumer("s", "g", "w1"), _redis.Client, Options, throwing);

        await Add("1-1", "a");

        await recorder.States.Next(s => s is RedisLinkState.Down { Reason: RedisDownReason.Stopped });
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.Completion);
        Assert.Equal([new StreamId(1, 1)], await Pending());
    }

    private StreamGroupReader Reader(string consumer, StreamRecorder recorder, StreamOptions? options = null) =>
        StreamGroupReader.Start(
            new StreamConsumer("s", "g", consumer), _redis.Client, options ?? Options, recorder.Sink);

    private Task<string> Add(string id, string value) => _redis.Text("XADD", "s", id, "n", value);

    private async Task<IEnumerable<StreamId>> Pending()
    {
        RedisResult pending = await _redis.Send("XPENDING", "s", "g", "-", "+", 100);
        Assert.True(pending.IsValue, pending.ErrorText);
        return pending.Value.Items.ToArray().Select(item =>
        {
            Assert.True(StreamId.TryParse(item.Items[0].Bytes.Span, out StreamId id));
            return id;
        });
    }

    private async Task<long> IdleMs()
    {
        RedisResult pending = await _redis.Send("XPENDING", "s", "g", "-", "+", 1);
        Assert.True(pending.Value.Items[0].Items[2].TryInteger(out long idle));
        return idle;
    }
}

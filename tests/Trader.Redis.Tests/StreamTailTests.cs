using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

public sealed class StreamTailTests : IAsyncLifetime
{
    private static readonly StreamOptions Options = new() { BlockMs = 200 };

    private readonly StreamRecorder _recorder = new();
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
    public async Task Entries_come_in_order_from_the_position_asked_for()
    {
        await Add("1-1", "a");
        await Add("1-2", "b");
        await using StreamTail tail = Tail(new StreamId(1, 1));
        await Add("1-3", "c");
        await Add("2-0", "d");

        Assert.Equal(["b", "c", "d"], await _recorder.Values(3));
        await Add("5-0", "e");
        StreamEntry last = await _recorder.Entry("e");
        Assert.Equal((new StreamId(5, 0), false, false), (last.Id, last.Redelivered, last.IsOversized));
    }

    [Fact]
    public async Task A_tail_from_the_end_reads_only_what_comes_later()
    {
        await Add("1-1", "old");
        await using StreamTail tail = StreamTail.StartAtEnd(
            "s", _redis.Client.Target, Options, _recorder.Sink);
        await UntilBlocked();

        await Add("1-2", "new");

        Assert.Equal(["new"], await _recorder.Values(1));
    }

    [Fact]
    public async Task Over_a_kill_and_a_restart_every_entry_comes_exactly_once()
    {
        await using StreamTail tail = Tail(StreamId.Zero);
        await Add("1-1", "a");
        Assert.Equal(["a"], await _recorder.Values(1));

        await _server.Kill();
        await _recorder.States.Down();
        await _server.Restart();
        await _redis.States.Up();
        await Add("1-2", "b");
        await Add("1-3", "c");

        Assert.Equal(["b", "c"], await _recorder.Values(2));
        Assert.Empty(_recorder.Notices.Rest());
    }

    [Fact]
    public async Task Over_a_freeze_every_entry_comes_exactly_once()
    {
        await using StreamTail tail = Tail(StreamId.Zero);
        await Add("1-1", "a");
        Assert.Equal(["a"], await _recorder.Values(1));

        await _server.Freeze();
        Assert.Equal(RedisDownReason.Silent, (await _recorder.States.Down()).Reason);
        await _redis.States.Down();
        await _server.Thaw();
        await _redis.States.Up();
        await Add("1-2", "b");

        Assert.Equal(["b"], await _recorder.Values(1));
    }

    [Theory]
    [InlineData("DEL", "s")]
    [InlineData("FLUSHALL", "SYNC")]
    public async Task A_stream_that_starts_over_is_read_from_its_beginning(string command, string argument)
    {
        await using StreamTail tail = Tail(StreamId.Zero);
        await Add("1000-1", "a");
        Assert.Equal(["a"], await _recorder.Values(1));

        await _redis.Send(command, argument);
        await Add("5-1", "b");
        await Add("5-2", "c");

        Assert.Equal(["b", "c"], await _recorder.Values(2));
        await _recorder.Notice(StreamNoticeKind.StreamRestarted);
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_is_followed_from_its_beginning()
    {
        await using StreamTail tail = Tail(StreamId.Zero);
        await Add("1000-1", "a");
        Assert.Equal(["a"], await _recorder.Values(1));

        await _server.Kill();
        Directory.Delete(Path.Combine(_server.Folder, "appendonlydir"), recursive: true);
        await _recorder.States.Down();
        await _server.Restart();
        await _redis.States.Up();
        await Add("5-1", "b");

        Assert.Equal(["b"], await _recorder.Values(1));
    }

    [Fact]
    public async Task A_stream_whose_last_entry_was_deleted_goes_on_and_repeats_nothing()
    {
        await using StreamTail tail = Tail(StreamId.Zero);
        await Add("1-1", "a");
        await Add("1-2", "b");
        Assert.Equal(["a", "b"], await _recorder.Values(2));

        await _redis.Send("XDEL", "s", "1-2");
        long reads = await XInfoCalls();
        await Until.True(async () => await XInfoCalls() >= reads + 2);

        await Add("1-3", "c");
        Assert.Equal(["c"], await _recorder.Values(1));
        Assert.Empty(_recorder.Notices.Rest());
    }

    [Fact]
    public async Task A_key_of_another_type_is_told_once_and_waited_out()
    {
        await _redis.Send("SET", "s", "text");
        await using StreamTail tail = Tail(StreamId.Zero);
        StreamNotice notice = await _recorder.Notice(StreamNoticeKind.Refused);
        Assert.Contains("WRONGTYPE", notice.Detail, StringComparison.Ordinal);

        await _redis.Send("DEL", "s");
        await Add("1-1", "a");

        Assert.Equal(["a"], await _recorder.Values(1));
        Assert.Empty(_recorder.Notices.Rest());
    }

    [Fact]
    public async Task A_disposed_tail_ends_and_says_so()
    {
        StreamTail tail = Tail(StreamId.Zero);
        await _recorder.States.Up();

        await tail.DisposeAsync();

        Assert.True(tail.Completion.IsCompletedSuccessfully);
        Assert.Equal(RedisDownReason.Stopped, Assert.IsType<RedisLinkState.Down>(_recorder.States.Rest()[^1]).Reason);
    }

    private StreamTail Tail(StreamId position) => StreamTail.StartAfter(
        position, "s", _redis.Client.Target, Options, _recorder.Sink);

    private Task<string> Add(string id, string value) => _redis.Text("XADD", "s", id, "n", value);

    private Task UntilBlocked() => Until.True(
        async () => (await _redis.Text("CLIENT", "LIST")).Contains("cmd=xread", StringComparison.Ordinal));

    private async Task<long> XInfoCalls()
    {
        string stats = await _redis.Text("INFO", "commandstats");
        string line = stats.Split("\r\n").Single(l => l.StartsWith("cmdstat_xinfo|stream:", StringComparison.Ordinal));
        return long.Parse(line.Split("calls=")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}

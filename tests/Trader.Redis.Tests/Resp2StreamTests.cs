using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

/// <summary>A real server without HELLO, as servers before 6 were: everything in RESP2, whose stream answers are
/// shaped otherwise.</summary>
public sealed class Resp2StreamTests : IAsyncLifetime
{
    private static readonly StreamOptions Options = new() { BlockMs = 200, ClaimEveryMs = 200, ClaimIdleMs = 100 };

    private readonly StreamRecorder _recorder = new();
    private RedisServer _server = null!;
    private ClientHarness _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start(new RedisServerOptions
        {
            Password = "pw",
            ConfigLines = ["rename-command HELLO \"\""],
        });
        _redis = await ClientHarness.Connect(_server.Url + "/2");
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_tail_reads_and_notices_a_deletion()
    {
        await using StreamTail tail = StreamTail.StartAfter(
            StreamId.Zero, "s", _redis.Client.Target, Options, _recorder.Sink);
        Assert.Equal(2, ((RedisLinkState.Up)await _recorder.States.Up()).Protocol);
        await _redis.Text("XADD", "s", "9-1", "n", "a");
        Assert.Equal(["a"], await _recorder.Values(1));

        await _redis.Send("DEL", "s");
        await _redis.Text("XADD", "s", "1-1", "n", "b");

        Assert.Equal(["b"], await _recorder.Values(1));
    }

    [Fact]
    [Trait("rule", "S10")]
    public async Task S10_A_group_reader_reads_claims_and_reads_its_own_pending_entries()
    {
        StreamRecorder dead = new();
        await using (Reader("dead", dead))
        {
            await _redis.Text("XADD", "s", "1-1", "n", "orphan");
            await dead.Entry("orphan");
        }

        await using (StreamGroupReader alive = Reader("alive", _recorder))
        {
            Assert.True((await _recorder.Entry("orphan")).Redelivered);
            await alive.Ack(new StreamId(1, 1), ClientHarness.Deadline);
            await _redis.Text("XADD", "s", "1-2", "n", "own");
            await _recorder.Entry("own");
        }

        StreamRecorder next = new();
        await using StreamGroupReader again = Reader("alive", next);
        Assert.True((await next.Entry("own")).Redelivered);
    }

    private StreamGroupReader Reader(string consumer, StreamRecorder recorder) => StreamGroupReader.Start(
        new StreamConsumer("s", "g", consumer), _redis.Client, Options, recorder.Sink);
}

using System.Globalization;
using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

/// <summary>Commands against a real server that is well.</summary>
public sealed class RedisClientTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private ClientHarness _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.Start();
        _redis = await ClientHarness.Connect(_server.Url);
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Text_bytes_and_numbers_come_back_as_they_went()
    {
        byte[] bytes = [0, 13, 10, 255, 36];

        await _redis.Send("SET", "text", "grün €");
        await _redis.Send("SET", "bytes", bytes);

        Assert.Equal("grün €", await _redis.Text("GET", "text"));
        Assert.Equal(bytes, (await _redis.Send("GET", "bytes")).Value.Bytes.ToArray());
        Assert.Equal(-5, await _redis.Number("INCRBY", "n", -5));
        Assert.True((await _redis.Send("GET", "none")).Value.IsNull);
    }

    [Fact]
    public async Task Commands_of_many_callers_share_the_connection_and_each_gets_its_own_reply()
    {
        Task<string>[] callers = [.. Enumerable.Range(0, 5000).Select(i => Task.Run(
            () => _redis.Text("ECHO", i.ToString(CultureInfo.InvariantCulture))))];

        string[] replies = await Task.WhenAll(callers);

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i.ToString(CultureInfo.InvariantCulture)), replies);
        string clients = await _redis.Text("CLIENT", "LIST");
        Assert.Single(clients.Split("name=trader"), s => s.Contains("cmd=client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RESP3_types_are_read()
    {
        await _redis.Send("HSET", "h", "a", "1");
        await _redis.Send("SADD", "s", "x");
        await _redis.Send("ZADD", "z", "1.5", "m");

        Assert.Equal(RespKind.Map, (await _redis.Send("HGETALL", "h")).Value.Kind);
        Assert.True((await _redis.Send("HGETALL", "h")).Value.TryMember("a"u8, out RespValue one));
        Assert.True(one.TryInteger(out long n) && n == 1);
        Assert.Equal(RespKind.Set, (await _redis.Send("SMEMBERS", "s")).Value.Kind);
        Assert.True((await _redis.Send("ZSCORE", "z", "m")).Value.TryDouble(out double score));
        Assert.Equal(1.5, score);
        Assert.Equal(RespKind.Verbatim, (await _redis.Send("INFO", "server")).Value.Kind);
    }

    [Fact]
    public async Task A_reply_of_megabytes_is_read()
    {
        byte[] big = new byte[5_000_000];
        Random.Shared.NextBytes(big);

        await _redis.Send("SET", "big", big);

        Assert.Equal(big, (await _redis.Send("GET", "big")).Value.Bytes.ToArray());
    }

    [Fact]
    public async Task A_database_is_selected_and_one_out_of_range_is_refused()
    {
        await using ClientHarness three = await ClientHarness.Connect(_server.Url + "/3");
        await using ClientHarness beyond = ClientHarness.Start(_server.Url + "/99");

        await three.Send("SET", "where", "three");

        Assert.True((await _redis.Send("GET", "where")).Value.IsNull);
        RedisLinkState.Down down = await beyond.States.Down();
        Assert.Equal(RedisDownReason.Refused, down.Reason);
        Assert.Contains("SELECT", down.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_is_a_result_with_its_code()
    {
        await _redis.Send("SET", "text", "x");

        Assert.Equal("WRONGTYPE", (await _redis.Send("XADD", "text", "*", "a", "b")).ErrorCode);
        Assert.Equal("NOSCRIPT", (await _redis.Send("EVALSHA", new string('0', 40), 0)).ErrorCode);
        Assert.Equal("ERR", (await _redis.Send("NOSUCHCOMMAND")).ErrorCode);
        Assert.Equal("NOGROUP", (await _redis.Send("XREADGROUP", "GROUP", "g", "c", "STREAMS", "none", ">")).ErrorCode);
        Assert.True(_redis.Client.IsUp);
    }

    [Fact]
    public async Task A_replica_and_a_full_server_refuse_writes_and_answer_reads()
    {
        await using RedisServer other = await RedisServer.Start(new RedisServerOptions
        {
            ConfigLines = ["maxmemory 6mb", "maxmemory-policy noeviction"],
        });
        await using ClientHarness redis = await ClientHarness.Connect(other.Url);
        await redis.Send("SET", "k", "v");
        await redis.Send("SET", "much", new byte[2 * 1024 * 1024]);
        await redis.Send("CONFIG", "SET", "maxmemory", "2mb");

        Assert.Equal("OOM", (await redis.Send("SET", "k", "w")).ErrorCode);
        Assert.Equal("OOM", (await redis.Send("XADD", "s", "*", "a", "b")).ErrorCode);
        Assert.Equal("v", await redis.Text("GET", "k"));
        await redis.Send("FLUSHALL");
        await redis.Send("REPLICAOF", "127.0.0.1", 1);
        Assert.Equal("READONLY", (await redis.Send("SET", "k", "v")).ErrorCode);
    }

    [Fact]
    public async Task A_script_runs_by_digest_and_in_full_when_the_server_forgot_it()
    {
        RedisScript script = new("return redis.call('INCRBY', KEYS[1], ARGV[1])");

        for (int i = 1; i <= 4; i++)
        {
            RedisResult result = await script.Execute(_redis.Client, ["counter"], ["2"], ClientHarness.Deadline);
            Assert.True(result.Value.TryInteger(out long count));
            Assert.Equal(i * 2, count);
            if (i == 2)
            {
                await _redis.Send("SCRIPT", "FLUSH");
            }
        }

        Assert.Equal(2, await CallsOf("eval"));
        Assert.Equal(4, await CallsOf("evalsha"));
    }

    [Fact]
    public async Task The_latest_entries_come_newest_first_and_a_stream_stays_about_as_long_as_asked()
    {
        for (int i = 0; i < 1000; i++)
        {
            string n = i.ToString(CultureInfo.InvariantCulture);
            RedisCommand add = StreamCommands.Add("s", 100, [new("n", n), new("n2", "x")]);
            Assert.True((await _redis.Client.Execute(add, ClientHarness.Deadline)).IsValue);
        }

        RedisResult latest = await _redis.Client.Execute(StreamCommands.Latest("s", 2), ClientHarness.Deadline);

        Assert.True(StreamReplies.TryReadEntries(latest.Value, 1000, _ => false, out List<StreamEntry> entries, out _));
        Assert.Equal(["999", "998"], entries.Select(e => e.TryField("n", out string value) ? value : ""));
        Assert.Equal(["n", "n2"], entries[0].Fields.Select(f => f.Key));
        Assert.InRange(await _redis.Number("XLEN", "s"), 100, 300);
    }

    private async Task<long> CallsOf(string command)
    {
        string stats = await _redis.Text("INFO", "commandstats");
        string line = stats.Split("\r\n").Single(l => l.StartsWith($"cmdstat_{command}:", StringComparison.Ordinal));
        return long.Parse(line.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }
}

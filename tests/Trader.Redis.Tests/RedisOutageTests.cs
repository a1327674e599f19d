using Trader.Redis.Tests.Support;
using Trader.Testing;
using Xunit;

namespace Trader.Redis.Tests;

/// <summary>A real server that dies, freezes, forgets and comes back.</summary>
public sealed class RedisOutageTests : IAsyncLifetime
{
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
    public async Task A_killed_server_ends_what_is_in_flight_and_fails_the_rest_at_once_until_it_is_back()
    {
        await _redis.Send("SET", "k", "v");
        ValueTask<RedisResult> blocked = _redis.Send("BLPOP", "nothing", 0);

        await _server.Kill();

        Assert.Equal(RedisResultKind.ConnectionLost, (await blocked).Kind);
        Assert.Equal(RedisDownReason.ConnectionLost, (await _redis.States.Down()).Reason);
        Assert.Equal(RedisResultKind.NotConnected, (await _redis.Send("GET", "k")).Kind);
        Assert.Equal(RedisDownReason.Unreachable, (await _redis.States.Down()).Reason);

        await _server.Restart();
        await _redis.States.Up();
        Assert.Equal("v", await _redis.Text("GET", "k"));
    }

    [Fact]
    public async Task A_stopped_server_is_a_lost_connection_and_a_restarted_one_is_found()
    {
        await _server.Stop();
        await _redis.States.Down();

        await _server.Restart();

        await _redis.States.Up();
        Assert.Equal("PONG", await _redis.Text("PING"));
    }

    [Fact]
    public async Task A_frozen_server_is_noticed_by_an_idle_client_and_found_again_when_it_thaws()
    {
        await _server.Freeze();

        Assert.Equal(RedisDownReason.Silent, (await _redis.States.Down()).Reason);
        Assert.False(_redis.Client.IsUp);

        // TCP still connects to a frozen process: only an answered handshake may count as up.
        Assert.Equal(RedisDownReason.Silent, (await _redis.States.Down()).Reason);

        await _server.Thaw();
        await _redis.States.Up();
        Assert.Equal("PONG", await _redis.Text("PING"));
    }

    [Fact]
    public async Task A_command_to_a_frozen_server_times_out_at_its_own_deadline_and_a_patient_one_with_the_connection()
    {
        await _server.Freeze();
        ValueTask<RedisResult> patient = _redis.Send("GET", "k");

        RedisCommand set = RedisCommand.Of("SET", "k", "v");
        RedisResult impatient = await _redis.Client.Execute(set, TimeSpan.FromMilliseconds(50));

        Assert.Equal(RedisResultKind.TimedOut, impatient.Kind);
        Assert.True(impatient.IsOutcomeUnknown);
        Assert.Equal(RedisResultKind.ConnectionLost, (await patient).Kind);
        Assert.Equal(RedisDownReason.Silent, (await _redis.States.Down()).Reason);
    }

    [Fact]
    public async Task A_late_reply_is_not_taken_for_the_answer_to_another_command()
    {
        await _server.Freeze();
        RedisResult late = await _redis.Client.Execute(RedisCommand.Of("ECHO", "late"), TimeSpan.FromMilliseconds(50));
        ValueTask<RedisResult> next = _redis.Send("ECHO", "next");
        await _server.Thaw();

        Assert.Equal(RedisResultKind.TimedOut, late.Kind);
        RedisResult answer = await next;
        if (answer.Kind != RedisResultKind.ConnectionLost)
        {
            Assert.True(answer.Value.TryText(out string text));
            Assert.Equal("next", text);
        }
    }

    [Fact]
    public async Task A_connection_the_server_kills_is_made_again()
    {
        await using ClientHarness other = await ClientHarness.Connect(_server.Url);

        await other.Send("CLIENT", "KILL", "TYPE", "normal");

        Assert.Equal(RedisDownReason.ConnectionLost, (await _redis.States.Down()).Reason);
        await _redis.States.Up();
        Assert.Equal("PONG", await _redis.Text("PING"));
    }

    [Fact]
    public async Task A_disposed_client_ends_what_is_in_flight_and_says_stopped_last()
    {
        ValueTask<RedisResult> blocked = _redis.Send("BLPOP", "nothing", 0);

        await _redis.DisposeAsync();

        Assert.Equal(RedisResultKind.ConnectionLost, (await blocked).Kind);
        RedisLinkState.Down last = Assert.IsType<RedisLinkState.Down>(_redis.States.Rest()[^1]);
        Assert.Equal(RedisDownReason.Stopped, last.Reason);
        Assert.True(_redis.Client.Completion.IsCompletedSuccessfully);
    }
}

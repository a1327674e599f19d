using System.Text;
using Trader.Redis.Tests.Support;
using Xunit;

namespace Trader.Redis.Tests;

/// <summary>Against a server in this process that misbehaves.</summary>
public sealed class RedisConnectionTests
{
    private const string FourDeep = "*1\r\n*1\r\n*1\r\n*1\r\n";
    private const string SeventeenDeep = FourDeep + FourDeep + FourDeep + FourDeep + "*1\r\n";

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("$536870912\r\n")]
    [InlineData("*99999999\r\n")]
    [InlineData("%1000000\r\n")]
    [InlineData(SeventeenDeep)]
    [InlineData("$3\r\nabcdef\r\n")]
    [InlineData("+OK\r\n+NOBODY ASKED\r\n")]
    public async Task A_malformed_or_oversized_reply_ends_the_connection_and_the_client_goes_on(string reply)
    {
        await using HostileServer server = HostileServer.AnsweringAll(reply);
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        RedisResult result = await harness.Send("GET", "k");

        Assert.True(result.Kind is RedisResultKind.ConnectionLost || reply.StartsWith("+OK", StringComparison.Ordinal));
        Assert.Equal(RedisDownReason.Malformed, (await harness.States.Down()).Reason);
        await harness.States.Up();
    }

    [Fact]
    public async Task A_line_without_end_ends_the_connection()
    {
        await using HostileServer server = HostileServer.AnsweringAll("+" + new string('x', 70_000));
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        Assert.Equal(RedisResultKind.ConnectionLost, (await harness.Send("GET", "k")).Kind);

        Assert.Equal(RedisDownReason.Malformed, (await harness.States.Down()).Reason);
    }

    [Fact]
    public async Task Half_a_reply_and_then_the_end_is_a_lost_connection()
    {
        await using HostileServer server = HostileServer.Scripted(async (command, stream, cancel) =>
        {
            string text = command[0] == "HELLO" ? HostileServer.Welcome : "$10\r\nabc";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancel);
            if (command[0] == "GET")
            {
                stream.Close();
            }
        });
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        RedisResult result = await harness.Send("GET", "k");

        Assert.Equal(RedisResultKind.ConnectionLost, result.Kind);
        Assert.True(result.IsOutcomeUnknown);
        Assert.Equal(RedisDownReason.ConnectionLost, (await harness.States.Down()).Reason);
    }

    [Fact]
    public async Task A_reply_that_drips_in_byte_by_byte_is_one_reply()
    {
        byte[] reply = Encoding.ASCII.GetBytes("*3\r\n$5\r\nhello\r\n:42\r\n%1\r\n+k\r\n_\r\n");
        await using HostileServer server = HostileServer.Scripted(async (command, stream, cancel) =>
        {
            byte[] bytes = command[0] == "GET" ? reply : Encoding.ASCII.GetBytes(HostileServer.Welcome);
            foreach (byte one in bytes)
            {
                await stream.WriteAsync(new[] { one }, cancel);
                await Task.Yield();
            }
        });
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        RedisResult result = await harness.Send("GET", "k");

        Assert.Equal(reply, RespEncoder.Encode(result.Value));
    }

    [Fact]
    public async Task A_server_that_sends_and_sends_without_answering_is_overdue()
    {
        await using HostileServer server = HostileServer.Scripted(async (command, stream, cancel) =>
        {
            if (command[0] == "HELLO")
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(HostileServer.Welcome), cancel);
                return;
            }

            await stream.WriteAsync("$100000\r\n"u8.ToArray(), cancel);
            while (!cancel.IsCancellationRequested)
            {
                await stream.WriteAsync("x"u8.ToArray(), cancel);
                await Task.Delay(20, cancel);
            }
        });
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        RedisResult result = await harness.Client.Execute(RedisCommand.Of("GET", "k"), TimeSpan.FromMilliseconds(100));

        Assert.Equal(RedisResultKind.TimedOut, result.Kind);
        Assert.Equal(RedisDownReason.Overdue, (await harness.States.Down()).Reason);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_noticed_by_an_idle_client()
    {
        await using HostileServer server =
            HostileServer.Answering(command => command[0] == "HELLO" ? HostileServer.Welcome : "");
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        Assert.Equal(RedisDownReason.Silent, (await harness.States.Down()).Reason);
    }

    [Fact]
    public async Task A_server_that_falls_silent_after_a_slow_answer_is_noticed_as_soon_as_any_other()
    {
        TaskCompletionSource slow = new();
        await using HostileServer server = HostileServer.Scripted(async (command, stream, cancel) =>
        {
            if (command[0] == "GET")
            {
                await slow.Task;
            }

            string text = command[0] switch { "HELLO" => HostileServer.Welcome, "GET" => "+slow\r\n", _ => "" };
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancel);
        });
        ManualTime time = new();
        Recorder<RedisLinkState> states = new();
        RedisTarget target = new(RedisEndpoint.Parse(server.Url), new RedisOptions(), time);
        await using RedisClient client = RedisClient.Start(target, states.Add);
        await states.Up();

        // A look in between sees a command in flight and sets the next one for its silence limit.
        ValueTask<RedisResult> get = client.Execute(RedisCommand.Of("GET", "k"), TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMilliseconds(600));
        slow.SetResult();
        Assert.True((await get).IsValue);
        TimeSpan answered = time.Elapsed;
        Task<RedisLinkState.Down> down = states.Down();
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            return Task.FromResult(down.IsCompleted || time.Elapsed - answered > TimeSpan.FromMilliseconds(1700));
        });

        Assert.True(down.IsCompleted, "not noticed within the ping interval, its deadline, and a little");
        Assert.Equal(RedisDownReason.Silent, (await down).Reason);
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_never_counts_as_up()
    {
        await using HostileServer server = HostileServer.Answering(_ => "");
        await using ClientHarness harness =
            ClientHarness.Start(server.Url, new RedisOptions { ConnectTimeoutMs = 200 });

        Assert.IsType<RedisLinkState.Connecting>(await harness.States.Next(_ => true));
        RedisLinkState next = await harness.States.Next(_ => true);
        Assert.Equal(RedisDownReason.Silent, Assert.IsType<RedisLinkState.Down>(next).Reason);
        Assert.Equal(RedisResultKind.NotConnected, (await harness.Send("GET", "k")).Kind);
    }

    [Fact]
    [Trait("rule", "S16")]
    public async Task S16_An_old_server_is_spoken_to_in_RESP2_and_what_it_quotes_is_not_passed_on()
    {
        await using HostileServer server = HostileServer.Answering(command => command[0] switch
        {
            "HELLO" => $"-ERR unknown command `HELLO`, with args beginning with: {string.Join(' ', command)}\r\n",
            "AUTH" => command[^1] == "right" ? "+OK\r\n" : $"-WRONGPASS {command[^1]} is wrong\r\n",
            "INFO" => "$0\r\n\r\n",
            _ => "+OK\r\n",
        });
        string address = server.Url["redis://".Length..];
        await using ClientHarness right = ClientHarness.Start($"redis://me:right@{address}/3");
        await using ClientHarness wrong = ClientHarness.Start($"redis://me:s3cret@{address}/3");

        Assert.Equal(2, ((RedisLinkState.Up)await right.States.Up()).Protocol);
        RedisLinkState.Down down = await wrong.States.Down();

        Assert.Equal(RedisDownReason.Refused, down.Reason);
        Assert.Contains("WRONGPASS", down.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", down.Detail, StringComparison.Ordinal);
        await server.Commands.Next(c => c is ["AUTH", "me", "right"]);
    }

    [Fact]
    public async Task An_old_server_gets_the_database_selected_after_the_password()
    {
        await using HostileServer server = HostileServer.Answering(command => command[0] switch
        {
            "HELLO" => "-NOAUTH Authentication required.\r\n",
            "INFO" => "$0\r\n\r\n",
            _ => "+OK\r\n",
        });
        string address = server.Url["redis://".Length..];
        await using ClientHarness harness = await ClientHarness.Connect($"redis://:pw@{address}/3");

        List<string[]> commands = await server.Commands.Take(4);

        Assert.Equal(
            ["HELLO 3 AUTH default pw SETNAME trader", "AUTH pw", "INFO cluster", "SELECT 3"],
            commands.Select(c => string.Join(' ', c)));
    }

    [Fact]
    public async Task A_server_that_refuses_everybody_at_the_door_is_refused_not_malformed()
    {
        await using HostileServer server = HostileServer.Greeting("-ERR max number of clients reached\r\n");
        RedisOptions options = new() { ConnectTimeoutMs = 200 };
        await using ClientHarness harness = ClientHarness.Start(server.Url, options);

        Assert.NotEqual(RedisDownReason.Malformed, (await harness.States.Down()).Reason);
        Assert.DoesNotContain(harness.States.Rest(), s => s is RedisLinkState.Up);
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots")]
    [InlineData("NOAUTH Authentication required.")]
    [InlineData("CLUSTERDOWN The cluster is down")]
    public async Task An_error_reply_is_a_result_and_the_connection_stays(string error)
    {
        await using HostileServer server = HostileServer.AnsweringAll($"-{error}\r\n");
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        RedisResult first = await harness.Send("GET", "k");
        RedisResult second = await harness.Send("GET", "k");

        Assert.Equal(RedisResultKind.ServerError, first.Kind);
        Assert.Equal(error.Split(' ')[0], second.ErrorCode);
        Assert.Equal(error, second.ErrorText);
        Assert.DoesNotContain(harness.States.Rest(), s => s is RedisLinkState.Down);
    }

    [Fact]
    public async Task Pushes_answer_no_command()
    {
        await using HostileServer server =
            HostileServer.AnsweringAll(">2\r\n+invalidate\r\n_\r\n:7\r\n>1\r\n+message\r\n");
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);

        Assert.Equal(7, await harness.Number("GET", "a"));
        Assert.Equal(7, await harness.Number("GET", "b"));
    }

    [Fact]
    public async Task More_than_may_be_in_flight_is_refused_unsent()
    {
        await using HostileServer server =
            HostileServer.Answering(command => command[0] == "HELLO" ? HostileServer.Welcome : "");
        await using ClientHarness harness =
            await ClientHarness.Connect(server.Url, new RedisOptions { MaxInFlight = 2, MaxUnsentBytes = 1000 });

        ValueTask<RedisResult> tooLong = harness.Send("SET", "k", new byte[2000]);
        ValueTask<RedisResult> first = harness.Send("GET", "1");
        ValueTask<RedisResult> second = harness.Send("GET", "2");
        ValueTask<RedisResult> third = harness.Send("GET", "3");

        Assert.Equal(RedisResultKind.Overloaded, (await tooLong).Kind);
        Assert.Equal(RedisResultKind.Overloaded, (await third).Kind);
        await harness.States.Down();
        Assert.Equal(RedisResultKind.ConnectionLost, (await first).Kind);
        Assert.Equal(RedisResultKind.ConnectionLost, (await second).Kind);
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_the_order_of_replies_intact()
    {
        TaskCompletionSource gaveUp = new();
        await using HostileServer server = HostileServer.Scripted(async (command, stream, cancel) =>
        {
            if (command[0] == "GET" && command[1] == "1")
            {
                await gaveUp.Task;
            }

            string text = command[0] == "HELLO" ? HostileServer.Welcome : $"+{command[^1]}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancel);
        });
        await using ClientHarness harness = await ClientHarness.Connect(server.Url);
        using CancellationTokenSource cancel = new();

        RedisCommand get = RedisCommand.Of("GET", "1");
        Task<RedisResult> first = harness.Client.Execute(get, ClientHarness.Deadline, cancel.Token).AsTask();
        Task<string> second = harness.Text("GET", "2");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gaveUp.SetResult();

        Assert.Equal("2", await second);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable_and_is_tried_again_at_growing_waits()
    {
        await using ClientHarness harness = ClientHarness.Start("redis://127.0.0.1:1");

        RedisLinkState.Down first = await harness.States.Down();
        Assert.Equal(RedisDownReason.Unreachable, first.Reason);
        Assert.InRange(first.RetryIn.TotalMilliseconds, 25, 50);
        await harness.States.Next(s => s is RedisLinkState.Down { RetryIn.TotalMilliseconds: > 100 });
        await harness.Client.DisposeAsync();

        RedisLinkState.Down last = Assert.IsType<RedisLinkState.Down>(harness.States.Rest()[^1]);
        Assert.Equal(RedisDownReason.Stopped, last.Reason);
        Assert.Equal(RedisResultKind.NotConnected, (await harness.Send("PING")).Kind);
    }
}

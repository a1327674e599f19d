using System.Net.Sockets;
using Trader.Exchange.Binance;
using Trader.Messages;

namespace Trader.Exchange.Tests.Binance;

/// <summary>What a real socket can do to a request, seen through the production handler.</summary>
public sealed class TransportFaultTests
{
    /// <summary>Deadlines pass when a test says so, never because the machine is busy.</summary>
    private readonly ManualTime _time = new();

    public static TheoryData<string> BrokenAnswers => ["reset", "close", "half head", "half body reset", "half body close", "bad gzip", "hang", "drip", "not http"];

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_to_a_closed_port_was_never_sent()
    {
        using var client = Client(RawServer.Closed());
        var answer = Assert.Single((await client.SendClosesAsync([Venue.Close()])).Answers);
        Assert.Equal((CloseState.Refused, FaultKind.Unreachable), (answer.State, answer.Fault?.Kind));
        Assert.Equal(FaultKind.Unreachable, (await client.GetPositionsAsync()).Fault().Kind);
    }

    [Theory]
    [Trait("rule", "S8")]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task S8_what_fails_before_a_connection_stands_was_never_sent(HttpRequestError error)
    {
        using var handler = new ThrowingHandler(error);
        using var client = Venue.Client(handler);
        var answer = Assert.Single((await client.SendClosesAsync([Venue.Close()])).Answers);
        Assert.Equal((CloseState.Refused, FaultKind.Unreachable), (answer.State, answer.Fault?.Kind));
        Assert.Equal(FaultKind.Unreachable, (await client.GetPositionsAsync()).Fault().Kind);
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_whose_body_was_begun_is_unknown_whatever_the_error_is_called()
    {
        using var handler = new ThrowingHandler(HttpRequestError.ConnectionError) { ReadsBody = true };
        using var client = Venue.Client(handler);
        var answer = Assert.Single((await client.SendClosesAsync([Venue.Close()])).Answers);
        Assert.Equal((CloseState.Unknown, FaultKind.UnknownOutcome), (answer.State, answer.Fault?.Kind));
    }

    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_whose_tls_handshake_fails_was_never_sent()
    {
        await using var server = new RawServer((_, _) => Task.CompletedTask);
        using var client = Client(server.Address.Replace("http:", "https:", StringComparison.Ordinal));
        var answer = Assert.Single((await client.SendClosesAsync([Venue.Close()])).Answers);
        Assert.Equal((CloseState.Refused, FaultKind.Unreachable), (answer.State, answer.Fault?.Kind));
    }

    [Theory]
    [Trait("rule", "S8")]
    [MemberData(nameof(BrokenAnswers))]
    public async Task S8_an_order_that_left_and_got_no_whole_answer_is_unknown_and_left_once(string fault)
    {
        await using var server = new RawServer(Break(fault));
        using var client = Client(server.Address);
        var orders = Venue.Closes(5);
        var sent = await client.SendClosesAsync(orders);
        Assert.Equal(5, sent.Answers.Count);
        Assert.All(sent.Answers, a => Assert.Equal((CloseState.Unknown, FaultKind.UnknownOutcome), (a.State, a.Fault?.Kind)));
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [Trait("rule", "S3")]
    [MemberData(nameof(BrokenAnswers))]
    public async Task S3_a_read_without_a_whole_answer_is_a_fault(string fault)
    {
        await using var server = new RawServer(Break(fault));
        using var client = Client(server.Address);
        Assert.Contains(
            (await client.GetPositionsAsync()).Fault().Kind, (FaultKind[])[FaultKind.UnknownOutcome, FaultKind.Unreadable]);
    }

    /// <summary>The framework repeats a request whose pooled connection died, unless it has begun to write a
    /// body.</summary>
    [Fact]
    [Trait("rule", "S8")]
    public async Task S8_an_order_on_a_pooled_connection_that_dies_is_not_repeated_by_the_framework()
    {
        await using var server = new RawServer((stream, n) =>
        {
            if (n > 1)
            {
                RawServer.Reset(stream);
                return Task.CompletedTask;
            }

            return RawServer.WriteAsync(stream, RawServer.Http(200, "{}"));
        });
        using var client = Client(server.Address);
        (await client.PingAsync()).Value();
        var answer = Assert.Single((await client.SendClosesAsync([Venue.Close()])).Answers);
        Assert.Equal(CloseState.Unknown, answer.State);
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task Answers_longer_than_the_limit_are_unreadable()
    {
        await using var server = new RawServer((stream, n) => RawServer.WriteAsync(
            stream,
            n == 1
                ? "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n["
                : "HTTP/1.1 200 OK\r\n\r\n[" + new string(' ', 5000)));
        using var client = new BinanceClient(
            Venue.Options(server.Address) with { MaxResponseBytes = 1000 }, Venue.Credentials, _time);
        Assert.Equal(FaultKind.Unreadable, (await client.GetPositionsAsync()).Fault().Kind);
        Assert.Equal(FaultKind.Unreadable, (await client.GetPositionsAsync()).Fault().Kind);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var server = new RawServer((stream, _) => RawServer.WriteAsync(
            stream, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"));
        using var client = Client(server.Address);
        Assert.Equal(FaultKind.Unreadable, (await client.GetPositionsAsync()).Fault().Kind);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Connections_are_kept_and_used_again()
    {
        var sockets = new System.Collections.Concurrent.ConcurrentDictionary<Socket, int>();
        await using var server = new RawServer((stream, _) =>
        {
            sockets.AddOrUpdate(stream.Socket, 1, (_, n) => n + 1);
            return RawServer.WriteAsync(stream, RawServer.Http(200, "{}"));
        });
        using var client = Client(server.Address);
        for (var i = 0; i < 5; i++)
        {
            (await client.PingAsync()).Value();
        }

        Assert.Equal(5, Assert.Single(sockets).Value);
    }

    private BinanceClient Client(string address) => new(Venue.Options(address), Venue.Credentials, _time);

    private Func<NetworkStream, int, Task> Break(string fault) => async (stream, _) =>
    {
        switch (fault)
        {
            case "reset":
                RawServer.Reset(stream);
                break;
            case "close":
                stream.Socket.Shutdown(SocketShutdown.Both);
                break;
            case "half head":
                await RawServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Le");
                stream.Socket.Shutdown(SocketShutdown.Both);
                break;
            case "half body reset":
                await RawServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{");
                RawServer.Reset(stream);
                break;
            case "half body close":
                await RawServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[]");
                stream.Socket.Shutdown(SocketShutdown.Both);
                break;
            case "bad gzip":
                await RawServer.WriteAsync(
                    stream, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope");
                break;
            case "drip":
                await RawServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
                for (var i = 0; i < 40; i++)
                {
                    await RawServer.WriteAsync(stream, " ");
                    _time.Advance(TimeSpan.FromMilliseconds(200));
                }

                break;
            case "not http":
                await RawServer.WriteAsync(stream, "SSH-2.0-OpenSSH_9.2\r\n");
                break;
            default:
                // Says nothing and keeps the connection.
                Assert.Equal("hang", fault);
                _time.Advance(TimeSpan.FromSeconds(6));
                break;
        }
    };

    private sealed class ThrowingHandler(HttpRequestError error) : HttpMessageHandler
    {
        public bool ReadsBody { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (ReadsBody && request.Content is not null)
            {
                await request.Content.CopyToAsync(Stream.Null, cancellationToken);
            }

            throw new HttpRequestException(error);
        }
    }
}

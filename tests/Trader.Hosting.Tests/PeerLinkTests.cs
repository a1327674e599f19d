using System.Net;
using System.Net.Sockets;
using System.Text;
using Trader.Hosting.Configuration;
using Trader.Hosting.Link;
using Trader.Messages;
using Xunit;

namespace Trader.Hosting.Tests;

/// <summary>The direct link against real sockets and a real process that is killed and frozen.</summary>
public sealed class PeerLinkTests
{
    private readonly Inbox _inbox = new();

    [Fact]
    public async Task A_killed_peer_is_lost_and_then_refused()
    {
        using var peer = await PeerProcess.Start();
        await using var link = Open(peer.Port);
        await _inbox.Next<LinkProtocol.Up>();
        var first = await _inbox.Next<LinkProtocol.EventSeen>();
        Assert.Equal(
            (LinkPeer.ExitBrain, "heartbeat", "ALIVE"),
            (first.Peer, first.Event, PanicWire.Find(first.Fields, "status")));
        peer.Beat();
        await _inbox.Next<LinkProtocol.EventSeen>();

        peer.Kill();
        await _inbox.Next<LinkProtocol.Lost>();
        // A dying process may still take a connection and drop it: no answer, and then the refusal.
        await _inbox.Until<LinkProtocol.Refused>();

        using var next = await PeerProcess.Start(peer.Port);
        await _inbox.Until<LinkProtocol.Up>();
        await _inbox.Next<LinkProtocol.EventSeen>();
    }

    [Fact]
    public async Task A_frozen_peer_says_nothing_and_a_new_connection_to_it_is_no_answer()
    {
        using var peer = await PeerProcess.Start();
        await using var link = Open(peer.Port);
        await _inbox.Next<LinkProtocol.Up>();
        await _inbox.Next<LinkProtocol.EventSeen>();
        peer.Signal("STOP");

        // The frozen peer's kernel accepts the second link's connection; only the peer itself could answer.
        var second = new Inbox();
        await using (new PeerLink(
            LinkPeer.ExitBrain, Settings(peer.Port) with { AnswerDeadline = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, second.Put))
        {
            await second.Next<LinkProtocol.NoAnswer>();
            await second.Next<LinkProtocol.NoAnswer>();
        }

        Assert.True(_inbox.IsEmpty);
        peer.Signal("CONT");
        peer.Beat();
        await _inbox.Next<LinkProtocol.EventSeen>();
    }

    [Fact]
    public async Task Nobody_there_is_refused_again_and_again()
    {
        await using var link = Open(FreePort());
        await _inbox.Next<LinkProtocol.Refused>();
        await _inbox.Next<LinkProtocol.Refused>();
        await _inbox.Next<LinkProtocol.Refused>();
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("")]
    public async Task An_answer_that_is_no_event_stream_is_no_answer(string answer)
    {
        using var listener = Listener();
        await using var link = Open(((IPEndPoint)listener.LocalEndpoint).Port);
        using (var socket = await listener.AcceptSocketAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
            socket.Shutdown(SocketShutdown.Both);
        }

        await _inbox.Next<LinkProtocol.NoAnswer>();
    }

    [Fact]
    public async Task Events_cut_anywhere_arrive_whole_and_a_reset_is_a_loss()
    {
        using var listener = Listener();
        await using var link = Open(((IPEndPoint)listener.LocalEndpoint).Port);
        using (var socket = await listener.AcceptSocketAsync())
        {
            socket.NoDelay = true;
            var text = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: comment\nevent: heartbeat\ndata: {\"a\":\"é\",\"n\":1}\n\n"
                + "event: heartbeat\r\ndata: nonsense\r\n\r\nevent: stopping\ndata: {}\n\n";
            foreach (var b in Encoding.UTF8.GetBytes(text))
            {
                await socket.SendAsync(new[] { b });
            }

            await _inbox.Next<LinkProtocol.Up>();
            Assert.Equal([new("a", "é"), new("n", "1")], (await _inbox.Next<LinkProtocol.EventSeen>()).Fields);
            Assert.Empty((await _inbox.Next<LinkProtocol.EventSeen>()).Fields);
            Assert.Equal("stopping", (await _inbox.Next<LinkProtocol.EventSeen>()).Event);
            socket.LingerState = new LingerOption(true, 0);
        }

        await _inbox.Next<LinkProtocol.Lost>();
    }

    [Fact]
    public async Task A_line_without_end_ends_the_connection()
    {
        using var listener = Listener();
        await using var link = Open(((IPEndPoint)listener.LocalEndpoint).Port);
        using var socket = await listener.AcceptSocketAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"));
        await _inbox.Next<LinkProtocol.Up>();
        await socket.SendAsync(new byte[EventStreamReader.MaxBytes + 1]);
        await _inbox.Next<LinkProtocol.Lost>();
    }

    internal static int FreePort()
    {
        using var listener = Listener();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static TcpListener Listener()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private PeerLink Open(int port) => new(LinkPeer.ExitBrain, Settings(port), TimeProvider.System, _inbox.Put);

    internal static LinkSettings Settings(params int[] ports) => new(
        Enum.GetValues<LinkPeer>().ToDictionary(p => p, _ => new Uri($"http://127.0.0.1:{ports[0]}")),
        [.. ports.Select(p => new Uri($"http://127.0.0.1:{p}"))],
        AnswerDeadline: TimeSpan.FromSeconds(5), RetryFirst: TimeSpan.FromMilliseconds(20), RetryMost: TimeSpan.FromMilliseconds(100),
        PanicDeadline: TimeSpan.FromSeconds(2), ReaderQueue: 16);
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Trader.Hosting.Configuration;
using Trader.Messages;

namespace Trader.Hosting.Link;

/// <summary>
/// Keeps one connection to one peer's event stream and reports, in order, what happens to it: <see
/// cref="LinkProtocol.Up"/>, <see cref="LinkProtocol.EventSeen"/>, <see cref="LinkProtocol.Lost"/>, then for every
/// further attempt <see cref="LinkProtocol.Refused"/> or <see cref="LinkProtocol.NoAnswer"/> until it is up again.
/// </summary>
/// <remarks>
/// The end of a killed peer's connection is seen as soon as its kernel sends it, because a read is always
/// outstanding. A frozen peer's kernel keeps accepting connections, so a connection counts only once the peer itself
/// has answered with the head. A host that is gone answers nothing at all: TCP keep-alive ends that connection after
/// about four seconds, and no reconnect follows.
/// </remarks>
public sealed class PeerLink : IAsyncDisposable
{
    private readonly LinkPeer _peer;
    private readonly Uri _address;
    private readonly LinkSettings _settings;
    private readonly TimeProvider _time;
    private readonly Action<object> _report;
    private readonly byte[] _request;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="report">Gets the messages; must not block.</param>
    public PeerLink(LinkPeer peer, LinkSettings settings, TimeProvider time, Action<object> report)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_peer, _settings, _time, _report) = (peer, settings, time, report);
        _address = settings.Peers[peer];
        // HTTP/1.0: the answer's body then ends with the connection and is never chunked.
        _request = Encoding.ASCII.GetBytes(
            $"GET {peer.RoleOf().HeartbeatsPath()} HTTP/1.0\r\nHost: {_address.Authority}\r\n"
            + "Accept: text/event-stream\r\n\r\n");
        _loop = Task.Run(Loop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>
    /// A dying process closes its connections one after the other: for a moment its port may still take a connection and drop it, which
    /// proves nothing. So attempts follow each other quickly just after a loss, until one is refused or the moment is over.
    /// </summary>
    private static readonly TimeSpan DyingMoment = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan DyingPause = TimeSpan.FromMilliseconds(3);

    private async Task Loop()
    {
        var pause = _settings.RetryFirst;
        long? lostAt = null;
        while (!_stop.IsCancellationRequested)
        {
            var began = _time.GetTimestamp();
            var answered = await Attempt().ConfigureAwait(false);
            if (answered)
            {
                pause = _settings.RetryFirst;
                // The first attempt after a loss is made at once: its answer says whether the peer is dead. A peer
                // that hangs up on every connection is not hammered.
                if (_time.GetElapsedTime(began) >= _settings.RetryFirst)
                {
                    lostAt = _time.GetTimestamp();
                    continue;
                }
            }

            var dying = lostAt is { } at && _time.GetElapsedTime(at) < DyingMoment;
            await Task.Delay(dying ? DyingPause : pause, _time, _stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = answered || dying ? pause : Min(pause * 2, _settings.RetryMost);
        }
    }

    /// <summary>One connection from its first packet to its end; true when it was up.</summary>
    private async Task<bool> Attempt()
    {
        try
        {
            return await Connect().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // No descriptor left, or stopped in the middle: nothing is known of the peer, and the loop must go on.
            Report(new LinkProtocol.NoAnswer(_peer));
            return false;
        }
    }

    private async Task<bool> Connect()
    {
        using var socket = NewSocket();
        using var stopping = _stop.Token.Register(socket.Dispose);
        var address = await Address().ConfigureAwait(false);
        var error = address is null
            ? SocketError.HostNotFound
            : await SocketSteps.Connect(socket, address, _settings.AnswerDeadline, _stop.Token).ConfigureAwait(false);
        if (error == SocketError.Success)
        {
            error = await SocketSteps.Send(socket, _request).ConfigureAwait(false);
        }
        else if (error == SocketError.ConnectionRefused)
        {
            Report(new LinkProtocol.Refused(_peer));
            return false;
        }

        if (error == SocketError.Success && await Listen(socket).ConfigureAwait(false))
        {
            Report(new LinkProtocol.Lost(_peer));
            return true;
        }

        Report(new LinkProtocol.NoAnswer(_peer));
        return false;
    }

    /// <summary>Reads until the connection ends; true when the peer had answered with an event stream.</summary>
    private async Task<bool> Listen(Socket socket)
    {
        var reader = new EventStreamReader();
        var buffer = new byte[8 * 1024];
        var up = false;
        using var head = _time.CreateTimer(
            _ => socket.Dispose(), null, _settings.AnswerDeadline, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var (error, count) = await SocketSteps.Receive(socket, buffer).ConfigureAwait(false);
            if (error != SocketError.Success || count == 0)
            {
                return up;
            }

            var events = new List<LinkProtocol.EventSeen>();
            reader.Take(
                buffer.AsSpan(0, count), (name, fields) => events.Add(new LinkProtocol.EventSeen(_peer, name, fields)));
            if (reader.IsOpen && !up)
            {
                up = head.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                Report(new LinkProtocol.Up(_peer));
            }

            events.ForEach(Report);
            if (reader.IsBroken)
            {
                return up;
            }
        }
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        return socket;
    }

    private async Task<EndPoint?> Address()
    {
        if (IPAddress.TryParse(_address.Host.Trim('[', ']'), out var ip))
        {
            return new IPEndPoint(ip, _address.Port);
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(_address.Host, _stop.Token).WaitAsync(
                _settings.AnswerDeadline, _time).ConfigureAwait(false);
            return found.Length > 0 ? new IPEndPoint(found[0], _address.Port) : null;
        }
        catch (Exception e) when (e is SocketException or TimeoutException or OperationCanceledException)
        {
            return null;
        }
    }

    private void Report(object message)
    {
        if (!_stop.IsCancellationRequested)
        {
            _report(message);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_peer} at {_address}");
}

using System.Net.Sockets;
using System.Text;

namespace Trader.Hosting.Node;

/// <summary>
/// systemd's notification protocol (sd_notify(3)): one datagram per state to the socket named by
/// <c>NOTIFY_SOCKET</c>. Without that variable it does nothing; with it, a failure is returned and logged once,
/// because the unit would be killed for silence (X8i).
/// </summary>
public sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _address;

    public ServiceNotifier(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.GetValueOrDefault("NOTIFY_SOCKET") is { Length: > 1 } path && path[0] is '/' or '@')
        {
            // A leading @ stands for the abstract namespace, whose names begin with a zero byte.
            _address = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        }
    }

    /// <summary>Sends e.g. <c>READY=1</c>; false when it could not be sent.</summary>
    public bool Send(string state)
    {
        if (_socket is null)
        {
            return true;
        }

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _address!);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket?.Dispose();
}

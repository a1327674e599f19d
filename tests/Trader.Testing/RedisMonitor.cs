using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Trader.Testing;

/// <summary>A command as Redis ran it, inside scripts too.</summary>
/// <param name="AtMs">By the machine's clock, Unix ms with fraction.</param>
/// <param name="Text">As MONITOR writes it, from the command's quoted name on.</param>
public sealed record SeenCommand(double AtMs, string Text)
{
    /// <summary>Whether it is this command on this key.</summary>
    public bool Is(string name, string key) =>
        Text.StartsWith($"\"{name}\" \"{key}\"", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Redis' own record of what it did and when (MONITOR): the witness of orders between writes.</summary>
public sealed class RedisMonitor : IAsyncDisposable
{
    private readonly TcpClient _socket;
    private readonly List<SeenCommand> _seen = [];
    private readonly Task _reading;

    private RedisMonitor(TcpClient socket, StreamReader lines)
    {
        _socket = socket;
        _reading = Read(lines);
    }

    /// <summary>So far, in the order in which Redis ran them.</summary>
    public IReadOnlyList<SeenCommand> Seen
    {
        get
        {
            lock (_seen)
            {
                return _seen.ToArray();
            }
        }
    }

    public static async Task<RedisMonitor> Start(int port)
    {
        TcpClient socket = new();
        await socket.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        NetworkStream stream = socket.GetStream();
        await stream.WriteAsync("MONITOR\r\n"u8.ToArray()).ConfigureAwait(false);
        StreamReader lines = new(stream, Encoding.UTF8);
        string? ok = await lines.ReadLineAsync().ConfigureAwait(false);
        return ok == "+OK" ? new RedisMonitor(socket, lines) : throw new InvalidOperationException($"MONITOR: {ok}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // +1732184000.123456 [0 127.0.0.1:1234] "HSET" "key" ...
    private async Task Read(StreamReader lines)
    {
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            int origin = line.IndexOf("] ", StringComparison.Ordinal);
            if (origin < 0 || !double.TryParse(line.AsSpan(1, blank - 1), CultureInfo.InvariantCulture, out double at))
            {
                continue;
            }

            lock (_seen)
            {
                _seen.Add(new SeenCommand(at * 1000, line[(origin + 2)..]));
            }
        }
    }
}

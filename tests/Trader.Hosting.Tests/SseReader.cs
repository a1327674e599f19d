using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trader.Hosting.Tests;

/// <summary>A reader of an event stream that knows nothing but TCP.</summary>
internal sealed class SseReader : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private string _text = "";

    public string Head { get; private set; } = "";

    public static async Task<SseReader> Open(int port, string path)
    {
        var reader = new SseReader();
        await reader._client.ConnectAsync(IPAddress.Loopback, port);
        await reader._client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n"));
        reader.Head = await reader.Cut("\r\n\r\n") ?? "";
        return reader;
    }

    /// <summary>The next whole event; null at the end of the stream.</summary>
    public Task<string?> Next() => Cut("\n\n");

    public async Task UntilEnd()
    {
        try
        {
            while (await Cut("\n\n") is not null)
            {
            }
        }
        catch (IOException)
        {
            // An aborted connection ends in a reset.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string?> Cut(string end)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        int at;
        while ((at = _text.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            var count = await _client.GetStream().ReadAsync(_buffer, deadline.Token);
            if (count == 0)
            {
                return null;
            }

            _text += Encoding.UTF8.GetString(_buffer, 0, count);
        }

        var piece = _text[..(at + end.Length)];
        _text = _text[piece.Length..];
        return piece;
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trader.Redis.Tests.Support;

/// <summary>A server in this process that answers each command as the test likes, well-formed or not.</summary>
public sealed class HostileServer : IAsyncDisposable
{
    /// <summary>A RESP3 answer to HELLO.</summary>
    public const string Welcome = "%1\r\n+proto\r\n:3\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string[], Stream, CancellationToken, Task> _answer;
    private readonly Func<Stream, Task> _greet;
    private readonly Task _accepting;

    private HostileServer(Func<string[], Stream, CancellationToken, Task> answer, Func<Stream, Task> greet)
    {
        _answer = answer;
        _greet = greet;
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Every command received, name and arguments.</summary>
    public Recorder<string[]> Commands { get; } = new();

    public string Url => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Answers with text; null closes the connection, empty says nothing.</summary>
    public static HostileServer Answering(Func<string[], string?> answer) => new(
        async (command, stream, cancel) =>
        {
            string? text = answer(command);
            if (text is null)
            {
                stream.Close();
                return;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
        },
        _ => Task.CompletedTask);

    /// <summary>Welcomes RESP3, answers PING, and every other command with <paramref name="reply"/>.</summary>
    public static HostileServer AnsweringAll(string reply) => Answering(command => command[0] switch
    {
        "HELLO" => Welcome,
        "PING" => "+PONG\r\n",
        _ => reply,
    });

    public static HostileServer Scripted(Func<string[], Stream, CancellationToken, Task> answer) =>
        new(answer, _ => Task.CompletedTask);

    /// <summary>Says something to everybody who connects, unasked.</summary>
    public static HostileServer Greeting(string text) => new(
        (_, _, _) => Task.CompletedTask, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task Accept()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(Serve(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using TcpClient connection = client;
        NetworkStream stream = client.GetStream();
        PipeReader reader = PipeReader.Create(stream);
        RespReader resp = new(new RespLimits());
        try
        {
            await _greet(stream);
            while (true)
            {
                ReadResult read = await reader.ReadAsync(_stop.Token);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (resp.Read(ref rest, out RespValue command) == RespReadStatus.Reply)
                {
                    string[] words = [.. command.Items.ToArray().Select(w => Encoding.UTF8.GetString(w.Bytes.Span))];
                    Commands.Add(words);
                    await _answer(words, stream, _stop.Token);
                }

                reader.AdvanceTo(rest.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client hung up, or the test is over: both end a connection.
        }
    }
}

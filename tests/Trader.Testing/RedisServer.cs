using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trader.Testing;

/// <summary>How to start a <see cref="RedisServer"/>.</summary>
public sealed record RedisServerOptions
{
    /// <summary><c>requirepass</c>; empty for none.</summary>
    public string Password { get; init; } = "";

    /// <summary>Certificate files; null for a plain port.</summary>
    public TestCertificate? Tls { get; init; }

    /// <summary>True: an append-only file synced at every write, so that a SIGKILL and a restart lose
    /// nothing.</summary>
    public bool Durable { get; init; }

    /// <summary>Further lines of redis.conf, such as <c>user alice on &gt;pw ~* +@all</c> or <c>maxmemory
    /// 2mb</c>.</summary>
    public IReadOnlyList<string> ConfigLines { get; init; } = [];
}

/// <summary>
/// A real redis-server of its own on a free loopback port, in a private directory that is deleted at the end. It can
/// be stopped, killed, frozen, and started again on the same port. Unix only.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int StartTries = 5;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly RedisServerOptions _options;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private bool _frozen;

    private RedisServer(RedisServerOptions options)
    {
        _options = options;
        Folder = Directory.CreateTempSubdirectory("trader-redis-").FullName;
    }

    /// <summary>The port; the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>The private directory.</summary>
    public string Folder { get; }

    /// <summary><c>redis://127.0.0.1:port</c> or <c>rediss://localhost:port</c>, with the password if there is
    /// one.</summary>
    public string Url
    {
        get
        {
            string user = _options.Password.Length == 0 ? "" : $":{Uri.EscapeDataString(_options.Password)}@";
            return _options.Tls is null
                ? string.Create(CultureInfo.InvariantCulture, $"redis://{user}127.0.0.1:{Port}")
                : string.Create(CultureInfo.InvariantCulture, $"rediss://{user}localhost:{Port}");
        }
    }

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message holds its log.</exception>
    public static async Task<RedisServer> Start(RedisServerOptions? options = null)
    {
        RedisServer server = new(options ?? new RedisServerOptions());
        for (int tries = 1; ; tries++)
        {
            // The port is free now and may be taken a moment later: then another one is tried.
            server.Port = FreePort();
            if (await server.TryStart().ConfigureAwait(false))
            {
                return server;
            }

            if (tries == StartTries)
            {
                string log = server.LogText();
                await server.DisposeAsync().ConfigureAwait(false);
                throw new InvalidOperationException($"redis-server did not start:\n{log}");
            }
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it again on the same port, with what it had saved (only a Durable one saves).</summary>
    public async Task Restart()
    {
        if (!await TryStart().ConfigureAwait(false))
        {
            throw new InvalidOperationException($"redis-server did not start again:\n{LogText()}");
        }
    }

    /// <summary>SIGTERM: an orderly end.</summary>
    public Task Stop() => End("TERM");

    /// <summary>SIGKILL: sudden death.</summary>
    public Task Kill() => End("KILL");

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public async Task Freeze()
    {
        await Signal("STOP").ConfigureAwait(false);
        _frozen = true;
    }

    /// <summary>SIGCONT after <see cref="Freeze"/>.</summary>
    public async Task Thaw()
    {
        await Signal("CONT").ConfigureAwait(false);
        _frozen = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await Kill().ConfigureAwait(false);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> TryStart()
    {
        string config = Path.Combine(Folder, "redis.conf");
        await File.WriteAllLinesAsync(config, ConfigLines()).ConfigureAwait(false);
        ProcessStartInfo start = new("redis-server", [config])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Note(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Note(line.Data, ready);
        process.Exited += (_, _) => ready.TrySetResult(false);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        if (await ready.Task.WaitAsync(StartDeadline).ConfigureAwait(false))
        {
            return true;
        }

        process.Dispose();
        _process = null;
        return false;
    }

    private IEnumerable<string> ConfigLines()
    {
        yield return "bind 127.0.0.1";
        yield return "save \"\"";
        yield return $"dir {Folder}";
        if (_options.Durable)
        {
            yield return "appendonly yes";
            yield return "appendfsync always";
        }

        if (_options.Password.Length > 0)
        {
            yield return $"requirepass \"{_options.Password}\"";
        }

        string port = Port.ToString(CultureInfo.InvariantCulture);
        if (_options.Tls is { } tls)
        {
            yield return "port 0";
            yield return $"tls-port {port}";
            yield return $"tls-cert-file {tls.CertificateFile}";
            yield return $"tls-key-file {tls.KeyFile}";
            yield return $"tls-ca-cert-file {tls.CaFile}";
            yield return "tls-auth-clients no";
        }
        else
        {
            yield return $"port {port}";
        }

        foreach (string line in _options.ConfigLines)
        {
            yield return line;
        }
    }

    private void Note(string? line, TaskCompletionSource<bool> ready)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.AppendLine(line);
        }

        if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
            ready.TrySetResult(true);
        }
    }

    private string LogText()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }

    private async Task End(string signal)
    {
        Process process = _process ?? throw new InvalidOperationException("redis-server is not running");
        await Signal(signal).ConfigureAwait(false);
        if (_frozen && signal != "KILL")
        {
            await Thaw().ConfigureAwait(false);
        }

        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
        _process = null;
        _frozen = false;
    }

    private async Task Signal(string name)
    {
        Process process = _process ?? throw new InvalidOperationException("redis-server is not running");
        string pid = process.Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("kill", [$"-{name}", pid]);
        await kill.WaitForExitAsync().ConfigureAwait(false);
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"kill -{name} failed for redis-server");
        }
    }
}

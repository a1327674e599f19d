using System.Diagnostics;
using System.Globalization;

namespace Trader.Hosting.Tests;

/// <summary>The program above as a child process.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<PeerProcess> Start(int port = 0)
    {
        var info = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", typeof(Program).Assembly.Location, port.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(info) ?? throw new InvalidOperationException("the peer did not start");
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return new PeerProcess(process, int.Parse(line ?? "", CultureInfo.InvariantCulture));
    }

    public void Beat() => _process.StandardInput.WriteLine("beat");

    public void Kill() => _process.Kill();

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}

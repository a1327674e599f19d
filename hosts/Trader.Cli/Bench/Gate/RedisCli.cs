using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Trader.Cli.CommandLine;

namespace Trader.Cli.Bench.Gate;

/// <summary>What a person types into <c>redis-cli</c>, in one that is open already: its start is nobody's reaction time.</summary>
internal sealed class RedisCli : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    /// <exception cref="Refusal">There is no redis-cli.</exception>
    public RedisCli(int port)
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("redis-cli", ["-p", port.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new Refusal(ExitCode.Unavailable, $"redis-cli does not start: {e.Message}; install redis-tools", e);
        }
    }

    /// <summary>Types one command; done once it is acknowledged.</summary>
    /// <exception cref="Refusal">The answer is not OK.</exception>
    public async Task TypeAsync(string command, CancellationToken cancel)
    {
        await _process.StandardInput.WriteLineAsync(command.AsMemory(), cancel);
        await _process.StandardInput.FlushAsync(cancel);
        var answer = await _process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(Deadline, cancel);
        if (answer != "OK")
        {
            throw new Refusal(ExitCode.Bad, $"redis-cli {command}: {answer}");
        }
    }

    public void Dispose()
    {
        // Its input ends, and so does it.
        _process.StandardInput.Close();
        _process.Dispose();
    }
}

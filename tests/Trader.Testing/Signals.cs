using System.Diagnostics;
using System.Globalization;

namespace Trader.Testing;

/// <summary>Signals by process id.</summary>
internal static class Signals
{
    /// <param name="pid">Of a process that this test started.</param>
    /// <param name="name">KILL, STOP, CONT or TERM.</param>
    /// <exception cref="InvalidOperationException">There is no such process.</exception>
    public static async Task Send(int pid, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().ConfigureAwait(false);
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"kill -{name} {pid} failed");
        }
    }
}

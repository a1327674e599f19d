using System.Globalization;

namespace Trader.Cli.Tests;

/// <summary>Whether a process still runs.</summary>
internal static class Processes
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static bool Runs(int pid) => CommandLine(pid.ToString(CultureInfo.InvariantCulture)).Length > 0;

    /// <exception cref="TimeoutException">It never came true; the message says what was awaited.</exception>
    public static async Task UntilAsync(string what, Func<bool> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Deadline)
            {
                throw new TimeoutException("never: " + what);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            // There is no such process any more.
            return "";
        }
    }
}

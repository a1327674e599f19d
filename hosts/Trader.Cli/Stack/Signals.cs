using System.Runtime.InteropServices;

namespace Trader.Cli.Stack;

/// <summary>Signals to processes that this program started.</summary>
internal static partial class Signals
{
    public static readonly int Kill = 9;
    public static readonly int Terminate = 15;
    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    /// <returns>False when there is no such process any more.</returns>
    public static bool Send(int pid, int signal) => KillProcess(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillProcess(int pid, int signal);
}

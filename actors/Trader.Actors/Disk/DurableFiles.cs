using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trader.Actors.Disk;

/// <summary>
/// What .NET does not offer: a file that was created, renamed or deleted is only there after a power cut when its
/// directory was synced.
/// </summary>
internal static class DurableFiles
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    // EWOULDBLOCK on Linux, the sharing violation on Windows: .NET has no exception type of its own for a held lock.
    private static readonly int HeldByAnother = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : 11;

    /// <summary>Creates the directory and its parents for this user alone, and syncs the parent.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, DirectoryMode);
        }

        if (parent is not null)
        {
            SyncDirectory(parent);
        }
    }

    /// <summary>Options of a new file that only this user may read.</summary>
    public static FileStreamOptions NewFile(System.IO.FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        return options;
    }

    /// <summary>Creates an empty file for this user alone; leaves an existing one as it is.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static void CreateFile(string path)
    {
        if (!File.Exists(path))
        {
            new FileStream(path, NewFile(System.IO.FileMode.CreateNew)).Dispose();
        }
    }

    /// <summary>Null when another process holds it. The lock goes with the process, however it dies.</summary>
    /// <exception cref="IOException">The file cannot be created or opened.</exception>
    public static SafeFileHandle? TryLock(string path)
    {
        CreateFile(path);
        try
        {
            return File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.None);
        }
        catch (IOException e) when (e.HResult == HeldByAnother)
        {
            return null;
        }
    }

    /// <exception cref="IOException">The system did not confirm.</exception>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals its directories and offers no such call.
            return;
        }

        var file = Open(Encoding.UTF8.GetBytes(path + '\0'), 0);
        if (file < 0)
        {
            throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()} : '{path}'");
        }

        var synced = Sync(file);
        var error = synced == 0 ? string.Empty : Marshal.GetLastPInvokeErrorMessage();
        _ = Close(file);
        if (synced != 0)
        {
            throw new IOException($"{error} : '{path}'");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}

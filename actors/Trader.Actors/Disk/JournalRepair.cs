using System.Globalization;

namespace Trader.Actors.Disk;

/// <summary>What a crash in the middle of an append left behind.</summary>
/// <param name="Segment">The segment whose end is torn.</param>
/// <param name="ValidBytes">What of it stays.</param>
/// <param name="TornBytes">What is cut off and kept in a side file; 0 when the end is whole.</param>
/// <param name="UnbornSegment">A file whose first record never got whole; 0 when there is none.</param>
internal sealed record JournalRepair(int Segment, long ValidBytes, long TornBytes, int UnbornSegment)
{
    private const int MaxSideFiles = 10_000;

    public bool Owed => TornBytes > 0 || UnbornSegment > 0;

    /// <summary>Keeps the cut bytes, then cuts. Running it again after a failure is safe.</summary>
    /// <returns>One line saying what was done.</returns>
    /// <exception cref="IOException">The disk refused; the journal is as it was.</exception>
    public string Run(string dir, JournalIo io)
    {
        var did = new List<string>();
        if (TornBytes > 0)
        {
            var path = Path.Combine(dir, JournalPaths.Segment(Segment));
            using var file = File.OpenHandle(
                path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite | FileShare.Delete);
            var side = KeepTail(dir, file);
            io.SetLength(file, ValidBytes);
            io.Flush(file);
            did.Add(string.Create(CultureInfo.InvariantCulture,
                $"{TornBytes} bytes cut from {JournalPaths.Segment(Segment)} at {ValidBytes}, kept in {side}"));
        }

        var unborn = Path.Combine(dir, JournalPaths.Segment(UnbornSegment));
        if (UnbornSegment > 0 && File.Exists(unborn))
        {
            var side = SideFile(dir, UnbornSegment, 0);
            File.Move(unborn, Path.Combine(dir, side));
            DurableFiles.SyncDirectory(dir);
            did.Add($"unfinished {JournalPaths.Segment(UnbornSegment)} moved to {side}");
        }

        return string.Join("; ", did);
    }

    private string KeepTail(string dir, Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        var name = SideFile(dir, Segment, ValidBytes);
        var kept = false;
        try
        {
            using var side = new FileStream(Path.Combine(dir, name), DurableFiles.NewFile(FileMode.CreateNew));
            var buffer = new byte[64 * 1024];
            var at = ValidBytes;
            for (var read = RandomAccess.Read(file, buffer, at); read > 0; read = RandomAccess.Read(file, buffer, at))
            {
                side.Write(buffer, 0, read);
                at += read;
            }

            side.Flush(flushToDisk: true);
            DurableFiles.SyncDirectory(dir);
            kept = true;
            return name;
        }
        finally
        {
            if (!kept)
            {
                // Half a copy would only take the room that the next try needs.
                File.Delete(Path.Combine(dir, name));
            }
        }
    }

    private static string SideFile(string dir, int segment, long offset)
    {
        for (var i = 1; i < MaxSideFiles; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{segment:D8}.{offset}.{i}.torn");
            if (!File.Exists(Path.Combine(dir, name)))
            {
                return name;
            }
        }

        throw new IOException($"more than {MaxSideFiles} side files in {dir}");
    }
}

using System.Globalization;
using System.Text;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The emergency stop's files in the run directory. <c>ESS_ON</c> is the documented latch: that something stands there is all that counts,
/// so <c>touch</c> is enough. <c>ESS_ON.note</c> says who raised it, <c>ESS_OFF</c> who released it; neither is needed for the stop itself.
/// </summary>
public class EssLatchFiles(string runDir, TimeProvider time)
{
    public const string Latch = "ESS_ON";
    public const string MadeNote = "ESS_ON.note";
    public const string ReleaseNote = "ESS_OFF";
    private const int MaxNoteBytes = 4096;
    private const UnixFileMode LatchMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string LatchPath { get; } = Path.Combine(runDir, Latch);

    /// <summary>Looks. A run directory that does not exist holds no latch; everything that cannot be seen is doubt (S1).</summary>
    /// <param name="notes">Also read the notes.</param>
    public virtual DiskProtocol.EssFilesSeen Look(bool notes)
    {
        try
        {
            // The link itself is looked at, not what it points to: a dangling link is something that stands there.
            if (Attributes(LatchPath) is { } found)
            {
                return new DiskProtocol.EssFilesSeen(
                    new EssLatch(LatchPath, true, ""), Oddity(found), notes ? Note(MadeNote) : null, null);
            }

            return Attributes(runDir) is { } parent && !parent.HasFlag(FileAttributes.Directory)
                ? Doubtful($"{runDir} is not a directory")
                : new DiskProtocol.EssFilesSeen(new EssLatch(LatchPath, false, ""), "", null, notes ? Note(ReleaseNote) : null);
        }
        catch (IOException e)
        {
            return Doubtful(e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            return Doubtful(e.Message);
        }
    }

    /// <summary>Makes the run directory, so that <c>touch</c> works. Returns null when it is there, else why not.</summary>
    public virtual string? Prepare()
    {
        try
        {
            Directory.CreateDirectory(runDir);
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is said when no look came back.</summary>
    public DiskProtocol.EssFilesSeen Doubtful(string why) => new(new EssLatch(LatchPath, false, why), "", null, null);

    /// <summary>Returns null when the latch stands, else why it does not. The notes are extras: they cannot fail it.</summary>
    public virtual string? Raise(EssNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        try
        {
            // 0755: operators and other services look here.
            Directory.CreateDirectory(runDir);

            // An older release must not release this stop. It goes first: a release that is there afterwards is newer.
            Forget(ReleaseNote);
            if (Attributes(LatchPath) is null)
            {
                Write(LatchPath, time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) + "\n", FileMode.CreateNew);
            }
        }
        catch (IOException e)
        {
            return Stands() ? null : e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return Stands() ? null : e.Message;
        }

        // The journal knows who and why; this copy is for whoever looks into the directory.
        _ = WriteNote(MadeNote, note);
        return null;
    }

    /// <summary>Returns null when nothing stands there any more, else why it may.</summary>
    /// <param name="notesOnly">Removes the notes and leaves the latch as it is; returns null.</param>
    public virtual string? Lower(bool notesOnly = false)
    {
        if (!notesOnly && LowerLatch() is { } why)
        {
            return why;
        }

        Forget(MadeNote);
        Forget(ReleaseNote);
        return null;
    }

    private string? LowerLatch()
    {
        try
        {
            if (Attributes(LatchPath) is { } found)
            {
                if (found.HasFlag(FileAttributes.Directory) && !found.HasFlag(FileAttributes.ReparsePoint))
                {
                    Directory.Delete(LatchPath);
                }
                else
                {
                    File.Delete(LatchPath);
                }
            }

            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// A person's release, for an owner that may not be running: who and why first, then the latch. Returns as <see cref="Lower"/>; without
    /// the note nothing is changed, because an owner that remembers a stop would latch again.
    /// </summary>
    public string? Release(EssNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (WriteNote(ReleaseNote, note) is { } unnoted)
        {
            return unnoted;
        }

        var why = LowerLatch();
        Forget(why is null ? MadeNote : ReleaseNote);
        return why;
    }

    /// <summary>Notes are extras: one that cannot be removed fails nothing.</summary>
    private void Forget(string note)
    {
        try
        {
            File.Delete(Path.Combine(runDir, note));
        }
        catch (IOException)
        {
            // A directory that is not there, or a disk that is read-only: the latch's own operation says so.
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else's file, or a directory of that name.
        }
    }

    private static FileAttributes? Attributes(string path)
    {
        try
        {
            return File.GetAttributes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string Oddity(FileAttributes found) =>
        found.HasFlag(FileAttributes.ReparsePoint) ? "a link"
        : found.HasFlag(FileAttributes.Directory) ? "a directory"
        : "";

    private static void Write(string path, string text, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = LatchMode;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
        if (!OperatingSystem.IsWindows())
        {
            // Whatever the umask of a service: operators and other services read it.
            File.SetUnixFileMode(file.SafeFileHandle, LatchMode);
        }
    }

    private bool Stands() => Look(notes: false).Latch.Present;

    /// <summary>Null when it is written, else why not.</summary>
    private string? WriteNote(string name, EssNote note)
    {
        try
        {
            Directory.CreateDirectory(runDir);
            Write(Path.Combine(runDir, name), note.Write(), FileMode.Create);
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
        catch (UnauthorizedAccessException e)
        {
            return e.Message;
        }
    }

    /// <summary>Null when there is none; one that cannot be read says nothing, but it is there.</summary>
    private EssNote? Note(string name)
    {
        var path = Path.Combine(runDir, name);
        if (Attributes(path) is not { } found)
        {
            return null;
        }

        if (found.HasFlag(FileAttributes.Directory))
        {
            return EssNote.Of(0, "", "");
        }

        try
        {
            using var handle = File.OpenHandle(path);
            var buffer = new byte[MaxNoteBytes];
            return EssNote.Read(Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(handle, buffer, 0)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return EssNote.Of(0, "", "");
        }
        catch (UnauthorizedAccessException)
        {
            return EssNote.Of(0, "", "");
        }
    }
}

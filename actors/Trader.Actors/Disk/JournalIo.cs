using Microsoft.Win32.SafeHandles;

namespace Trader.Actors.Disk;

/// <summary>
/// The three calls by which a full or dying disk speaks to the journal. They are virtual because no test can make a
/// healthy disk write half a record or refuse one fsync.
/// </summary>
public class JournalIo
{
    /// <summary>Writes all bytes.</summary>
    /// <exception cref="IOException">Some, all or none of them were written.</exception>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) =>
        RandomAccess.Write(file, bytes, offset);

    /// <summary>Returns when the file's bytes and length are on the disk.</summary>
    /// <exception cref="IOException">They may not be, and asking again may wrongly say that they are.</exception>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <exception cref="IOException">The length is as it was.</exception>
    public virtual void SetLength(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);
}

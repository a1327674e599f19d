using Microsoft.Win32.SafeHandles;

namespace Trader.Actors.Disk;

/// <summary>How a batch reaches the disk, and what is left of one that does not.</summary>
public sealed partial class JournalFile
{
    private void WriteBehind(SafeFileHandle segment)
    {
        var (written, flushed) = (false, false);
        try
        {
            _io.Write(segment, _batch.WrittenSpan, _end);
            written = true;
            _io.Flush(segment);
            flushed = true;
        }
        finally
        {
            // After a failed fsync the kernel may call the same pages clean: this file's later syncs would prove
            // nothing.
            if (!flushed && (!TryCutBack(segment) || written))
            {
                segment.Dispose();
                (_segment, _cause) = (null, "failed-append");
            }
        }
    }

    private bool TryCutBack(SafeFileHandle segment)
    {
        try
        {
            _io.SetLength(segment, _end);
            _io.Flush(segment);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void WriteNewSegment()
    {
        var number = _lastNumber + 1;
        var path = Path.Combine(_dir, JournalPaths.Segment(number));
        SafeFileHandle? segment = null;
        var done = false;
        try
        {
            DurableFiles.CreateFile(path);
            segment = OpenSegment(number);
            _io.Write(segment, _batch.WrittenSpan, 0);
            _io.Flush(segment);
            DurableFiles.SyncDirectory(_dir);
            done = true;
        }
        finally
        {
            if (!done)
            {
                segment?.Dispose();
                Abandon(path, number);
            }
        }

        _segment?.Dispose();
        (_segment, _lastNumber, _damageNote) = (segment, number, string.Empty);
    }

    /// <summary>What cannot be deleted keeps its number; the opener of the next segment passes it over.</summary>
    private void Abandon(string path, int number)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            _lastNumber = number;
        }
        catch (UnauthorizedAccessException)
        {
            _lastNumber = number;
        }
    }
}

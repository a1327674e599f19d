using Microsoft.Win32.SafeHandles;

namespace Trader.Actors.Disk;

/// <summary>
/// Reads one segment record by record, while its writer may be appending. Takes no lock. A read returns what stands in
/// the file now;
/// <see cref="RecordFault.Incomplete"/> does not move on, so that reading again later sees the rest. What it read ahead
/// is believed until it runs out: a failed append that its writer cut off meanwhile may still be shown.
/// </summary>
/// <exception cref="IOException">From every member that reads: the disk did not answer.</exception>
internal sealed class SegmentReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer;
    private long _bufferAt;
    private int _buffered;

    public SegmentReader(string path, int bufferBytes = 2 * JournalCodec.MaxRecordBytes)
    {
        _buffer = new byte[bufferBytes];

        // ReadWrite and Delete: a reader never stands in a writer's way.
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Of the next record.</summary>
    public long Offset { get; private set; }

    public long FileLength => RandomAccess.GetLength(_file);

    /// <summary>Valid until the next call of <see cref="TryNext"/>.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>False at <paramref name="limit"/> or the end of the file.</summary>
    /// <param name="limit">Bytes from here on are not part of the journal.</param>
    public bool TryNext(long limit, out RecordFault fault, out int length, out ChainHash hash)
    {
        Payload = default;
        if (!TryRead(limit, out fault, out length, out hash) || fault == RecordFault.Incomplete)
        {
            Fill(Offset);
            if (!TryRead(limit, out fault, out length, out hash))
            {
                return false;
            }
        }

        if (fault == RecordFault.Incomplete && length >= JournalCodec.MaxRecordBytes)
        {
            // No record is that long: garbage without a line feed. Passed over in pieces; what follows its end is tried
            // again.
            fault = RecordFault.BadLength;
        }

        Offset += fault == RecordFault.Incomplete ? 0 : length;
        return true;
    }

    private bool TryRead(long limit, out RecordFault fault, out int length, out ChainHash hash)
    {
        var start = (int)(Offset - _bufferAt);
        var available = (int)Math.Min(_buffered - start, Math.Max(0, limit - Offset));
        if (available <= 0)
        {
            (fault, length, hash) = (RecordFault.None, 0, default);
            return false;
        }

        fault = JournalCodec.Read(_buffer.AsSpan(start, available), out length, out hash, out var payload);
        if (fault == RecordFault.None)
        {
            Payload = _buffer.AsMemory(start + JournalCodec.HeaderBytes, payload.Length);
        }

        return true;
    }

    public void Dispose() => _file.Dispose();

    private void Fill(long offset)
    {
        var start = offset - _bufferAt;
        var keep = start >= 0 && start < _buffered ? (int)(_buffered - start) : 0;
        _buffer.AsSpan((int)(keep > 0 ? start : 0), keep).CopyTo(_buffer);
        (_bufferAt, _buffered) = (offset, keep);

        // Never past the file's length: a device in a segment's place would be read for ever.
        var end = Math.Min(_buffer.Length, FileLength - _bufferAt);
        while (_buffered < end)
        {
            var read = RandomAccess.Read(_file, _buffer.AsSpan(_buffered, (int)end - _buffered), _bufferAt + _buffered);
            if (read == 0)
            {
                return;
            }

            _buffered += read;
        }
    }
}

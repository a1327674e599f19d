using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// Where the newest records of every kind stand, so that an actor that restarts in the middle of a panic gets its
/// records in milliseconds however long the journal is. Holds 16 bytes a record instead of the record; the newest N of
/// a prefix are always among the newest N of its kinds.
/// </summary>
internal sealed class JournalIndex
{
    /// <summary>The newest records kept per kind and answered per prefix.</summary>
    public const int MaxRecords = 10_000;

    /// <summary>More kinds than this are not kept; a system has some dozens.</summary>
    public const int MaxKinds = 1024;

    private readonly Dictionary<string, Queue<Place>> _kinds = new(StringComparer.Ordinal);

    /// <summary>A kind was left out, so an answer may lack records.</summary>
    public bool Overflowed { get; private set; }

    public void Add(string kind, int segment, long offset, int length)
    {
        if (!_kinds.TryGetValue(kind, out var places))
        {
            if (_kinds.Count == MaxKinds)
            {
                Overflowed = true;
                return;
            }

            _kinds[kind] = places = new Queue<Place>();
        }

        if (places.Count == MaxRecords)
        {
            places.Dequeue();
        }

        places.Enqueue(new Place(segment, (int)offset, length));
    }

    /// <summary>
    /// The newest records whose kind starts with the prefix, oldest first, read from disk and checked again.
    /// </summary>
    /// <param name="lost">How many of them could not be read.</param>
    /// <exception cref="IOException">A segment cannot be read.</exception>
    public List<JournalRecord> Read(string nodeDir, string prefix, out int lost)
    {
        var places = _kinds.Where(k => k.Key.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(k => k.Value)
            .OrderBy(p => p.Segment).ThenBy(p => p.Offset).TakeLast(MaxRecords).ToList();
        var records = new List<JournalRecord>(places.Count);
        var buffer = new byte[JournalCodec.MaxRecordBytes];
        lost = 0;
        foreach (var segment in places.GroupBy(p => p.Segment))
        {
            using var file = File.OpenHandle(
                Path.Combine(nodeDir, JournalPaths.Segment(segment.Key)),
                share: FileShare.ReadWrite | FileShare.Delete);
            foreach (var place in segment)
            {
                var bytes = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, place.Length), place.Offset));
                if (JournalCodec.Read(bytes, out _, out _, out var payload) == RecordFault.None
                    && JournalPayload.TryRead(payload, out _, out var record))
                {
                    records.Add(record);
                }
                else
                {
                    lost++;
                }
            }
        }

        return records;
    }

    private readonly record struct Place(int Segment, int Offset, int Length);
}

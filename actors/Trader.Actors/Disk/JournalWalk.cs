using System.Globalization;

namespace Trader.Actors.Disk;

/// <summary>One place in a journal: a record, or what stands where one should.</summary>
/// <param name="Segment">Number of the file.</param>
/// <param name="Offset">Bytes from its start.</param>
/// <param name="Length">Bytes up to the next place.</param>
/// <param name="Seq">The record's number in the journal; 0 when there is no readable record.</param>
/// <param name="Why">One line for a person; empty without a fault.</param>
internal sealed record JournalPlace(
    int Segment, long Offset, int Length, RecordFault Fault, long Seq, string Kind, ChainHash Hash, string Why);

/// <summary>
/// Walks a node's segments in order and checks every record's framing, checksum, number and place in the chain. One
/// walk serves the writer at start, the verifier and <c>--follow</c>: at the end it stops, and <see cref="TryNext"/>
/// goes on when there is more.
/// </summary>
internal sealed class JournalWalk(string nodeDir) : IDisposable
{
    public const string NoRecord = "the checksum matches, but this is no journal record";

    private SegmentReader? _reader;
    private long _limit = long.MaxValue;
    private int _next;
    private bool _resync;
    private bool _started;

    /// <summary>The segment being read; 0 before the first.</summary>
    public int Segment { get; private set; }

    /// <summary>Where the valid part of that segment ends, so far.</summary>
    public long Offset => _reader?.Offset ?? 0;

    /// <summary>Hash of the last readable record.</summary>
    public ChainHash Hash { get; private set; } = ChainHash.Genesis;

    /// <summary>Number of the last readable record.</summary>
    public long Seq { get; private set; }

    /// <summary>Bytes of an unfinished last record: being written now, or torn.</summary>
    public long TailBytes => _reader is null ? 0 : Math.Max(0, _reader.FileLength - _reader.Offset);

    /// <summary>The current record's payload, until the next call of <see cref="TryNext"/>.</summary>
    public ReadOnlyMemory<byte> Payload => _reader?.Payload ?? default;

    /// <summary>
    /// A later file that is no segment yet: its writer is creating it, or died doing so. 0 when there is none.
    /// </summary>
    public int UnbornSegment { get; private set; }

    /// <summary>What stands in it.</summary>
    public long UnbornBytes =>
        UnbornSegment > 0 && new FileInfo(PathOf(UnbornSegment)) is { Exists: true } file ? file.Length : 0;

    /// <summary>False at the end of what can be read now.</summary>
    public bool TryNext(out JournalPlace place)
    {
        place = End;
        if (_reader is null && !TryOpenFirst())
        {
            return false;
        }

        while (true)
        {
            var more = _reader!.TryNext(_limit, out var fault, out var length, out var hash);
            if (more && fault != RecordFault.Incomplete)
            {
                place = Check(_reader.Offset - length, length, fault, hash);
                return true;
            }

            if (_next == 0)
            {
                (_limit, _next) = Continuation();
                if (_next == 0)
                {
                    return false;
                }

                // What its writer left behind at the limit does not count, and what it appended last has yet to be
                // read.
                continue;
            }

            const string CutShort = "record cut short, and the journal goes on behind it";
            var cut = more ? Damaged(_reader.Offset, length, RecordFault.Incomplete, CutShort) : null;
            var gap = MoveOn();
            place = cut ?? gap ?? End;
            if (place != End)
            {
                return true;
            }
        }
    }

    public void Dispose() => _reader?.Dispose();

    private static readonly JournalPlace End = new(0, 0, 0, RecordFault.None, 0, string.Empty, default, string.Empty);

    private bool TryOpenFirst()
    {
        var segments = JournalPaths.Segments(nodeDir);
        if (segments.Count == 0)
        {
            return false;
        }

        Open(segments[0]);
        return true;
    }

    private void Open(int segment)
    {
        _reader?.Dispose();
        Segment = segment;
        _reader = new SegmentReader(PathOf(segment));
        (_limit, _next) = Continuation();
    }

    /// <summary>Opens the next segment; answers with a place when the one it follows is not there.</summary>
    private JournalPlace? MoveOn()
    {
        // Read past the limit before it was known: those records were withdrawn, the next one is chained to an earlier
        // one.
        _resync |= _reader!.Offset > _limit;
        var (from, next) = (Segment, _next);
        var after = SegmentOpener.Read(PathOf(next))?.AfterSegment;
        Open(next);
        return after is null || after == from
            ? null
            : Damaged(0, 0, RecordFault.MissingSegment, string.Create(
                CultureInfo.InvariantCulture, $"follows {JournalPaths.Segment(after.Value)}, which is not there"));
    }

    /// <summary>
    /// Where this segment ends and which one follows; 0 when this is the last. Of several that follow it, the last
    /// counts: the others are segments whose creation failed.
    /// </summary>
    private (long Limit, int Next) Continuation()
    {
        var (limit, next) = (long.MaxValue, 0);
        UnbornSegment = 0;
        foreach (var later in JournalPaths.Segments(nodeDir).Where(s => s > Segment))
        {
            var opener = SegmentOpener.Read(PathOf(later));
            if (opener is null)
            {
                if (Unborn(later))
                {
                    UnbornSegment = later;
                }
                else
                {
                    next = next == 0 ? later : next;
                }
            }
            else if (opener.AfterSegment == Segment)
            {
                (limit, next) = (opener.AfterLength, later);
            }
            else
            {
                return (limit, next == 0 ? later : next);
            }
        }

        return (limit, next);
    }

    /// <summary>No whole first record and no second line.</summary>
    private bool Unborn(int segment)
    {
        try
        {
            using var reader = new SegmentReader(PathOf(segment));
            return !reader.TryNext(long.MaxValue, out var fault, out var length, out _)
                || fault == RecordFault.Incomplete || length == reader.FileLength;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
    }

    private JournalPlace Check(long offset, int length, RecordFault fault, ChainHash hash)
    {
        if (fault != RecordFault.None)
        {
            return Damaged(offset, length, fault, fault switch
            {
                RecordFault.BadHeader => "no record header",
                RecordFault.BadLength => "the stated length does not lead to the end of a line",
                _ => "the checksum does not match",
            });
        }

        var payload = Payload.Span;
        if (!JournalPayload.TryReadHead(payload, out var seq, out var kind))
        {
            return Damaged(offset, length, RecordFault.BadPayload, NoRecord);
        }

        var previous = Previous(offset, payload);
        var follows = ChainHash.After(previous, payload) == hash && (seq == Seq + 1 || (!_started && Segment > 1));
        var (last, resync) = (Seq, _resync);
        (Hash, Seq, _resync, _started) = (hash, seq, false, true);
        return follows || resync
            ? new JournalPlace(Segment, offset, length, RecordFault.None, seq, kind, hash, string.Empty)
            : new JournalPlace(Segment, offset, length, RecordFault.BadChain, seq, kind, hash, string.Create(
                CultureInfo.InvariantCulture,
                $"record {seq} does not follow record {last}: something was removed, changed or reordered"));
    }

    /// <summary>
    /// The hash before this record. Where the oldest segment there is starts behind others, they were archived and its
    /// opener says where it starts; a first segment follows nothing.
    /// </summary>
    private ChainHash Previous(long offset, ReadOnlySpan<byte> payload) =>
        !_started && Segment > 1 && offset == 0 && JournalPayload.TryRead(payload, out _, out var record)
            && SegmentOpener.From(record) is { } opener
            ? opener.Previous
            : Hash;

    private JournalPlace Damaged(long offset, int length, RecordFault fault, string why)
    {
        // The hash before the next record is unknown now; that record is taken at its word, because this one was
        // already reported.
        _resync = true;
        return new JournalPlace(Segment, offset, length, fault, 0, string.Empty, default, why);
    }

    private string PathOf(int segment) => Path.Combine(nodeDir, JournalPaths.Segment(segment));
}

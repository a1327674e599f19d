using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// One node's append-only journal (S12): segments <c>NNNNNNNN.log</c> in <c>&lt;state&gt;/journal/&lt;node&gt;</c>. A
/// record is acknowledged after fsync. At start a torn last record, which nobody was told is there, is moved to a
/// <c>.torn</c> file beside the segment; every other damage is kept, reported, and noted in the segment that goes on
/// behind it. One owner: not for use by two threads, and a second process is locked out. After a power cut in the
/// middle of a batch a disk may hold a later record and not an earlier one; that cannot be told from damage and is
/// reported as such.
/// </summary>
public sealed partial class JournalFile : IDisposable
{
    /// <summary>A batch that would make a segment longer starts the next one.</summary>
    public const long MaxSegmentBytes = 64L * 1024 * 1024;

    private readonly string _dir;
    private readonly TimeProvider _time;
    private readonly JournalIo _io;
    private readonly long _maxSegmentBytes;
    private readonly SafeFileHandle _lock;
    private readonly JournalIndex _index = new();
    private readonly ArrayBufferWriter<byte> _batch = new(64 * 1024);
    private readonly List<(string Kind, int Length)> _batched = [];
    private SafeFileHandle? _segment;
    private JournalRepair? _repair;
    private string _cause = "start";
    private string _damageNote = string.Empty;
    private int _number;
    private int _lastNumber;
    private long _end;
    private ChainHash _hash;

    private JournalFile(string dir, TimeProvider time, JournalIo io, long maxSegmentBytes, SafeFileHandle held)
    {
        (_dir, _time, _io, _maxSegmentBytes, _lock) = (dir, time, io, maxSegmentBytes, held);
        var scan = JournalScan.Run(dir, _index);
        (_number, _end, _hash, Seq, Damage) = (scan.Segment, scan.End, scan.Hash, scan.Seq, scan.Damage);
        _repair = scan.Repair.Owed ? scan.Repair : null;
        _lastNumber = Math.Max(_number, scan.Repair.UnbornSegment);
        if (scan.NewDamage is not null)
        {
            (_cause, _damageNote) = (SegmentOpener.DamageCause, scan.NewDamage);
        }
        else if (_number > 0)
        {
            _segment = OpenSegment(_number);
        }
    }

    /// <summary>
    /// Null when every record from the oldest segment on is whole and in its place. Stays until a person moves the
    /// damaged segment and all before it elsewhere: what it lacks stays lacking.
    /// </summary>
    public string? Damage { get; }

    /// <summary>Number of the newest record; 0 in an empty journal.</summary>
    public long Seq { get; private set; }

    /// <summary>
    /// Opens or creates a node's journal, reads it whole and repairs its end. Never throws for what a disk can do.
    /// </summary>
    /// <exception cref="ArgumentException">Not a node name.</exception>
    public static JournalOpening Open(
        string stateDir, string node, TimeProvider time, JournalIo? io = null, long maxSegmentBytes = MaxSegmentBytes)
    {
        var dir = JournalPaths.Node(stateDir, node);
        try
        {
            DurableFiles.CreateDirectory(dir);
            return Opening(dir, time, io ?? new JournalIo(), maxSegmentBytes);
        }
        catch (IOException e)
        {
            return new JournalOpening.Refused($"cannot open the journal {dir}: {e.Message}");
        }
        catch (UnauthorizedAccessException e)
        {
            return new JournalOpening.Refused($"cannot open the journal {dir}: {e.Message}");
        }
    }

    /// <summary>
    /// Writes the records in order and syncs once. Nothing of a batch that failed is left in the journal.
    /// </summary>
    public AppendResult Append(IReadOnlyList<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        try
        {
            return TryAppend(records);
        }
        catch (IOException e)
        {
            return new AppendResult.Failed(e.Message);
        }
        catch (UnauthorizedAccessException e)
        {
            return new AppendResult.Failed(e.Message);
        }
    }

    /// <summary>The newest 10,000 records whose kind starts with the prefix, oldest first.</summary>
    /// <param name="damage">Why records may be missing, null when none are.</param>
    public IReadOnlyList<JournalRecord> Newest(string kindPrefix, out string? damage)
    {
        damage = Damage ?? (_index.Overflowed ? $"more than {JournalIndex.MaxKinds} kinds of records" : null);
        try
        {
            var records = _index.Read(_dir, kindPrefix, out var lost);
            damage = lost == 0 ? damage : $"{lost} records that were whole at start cannot be read any more";
            return records;
        }
        catch (IOException e)
        {
            damage = e.Message;
            return [];
        }
        catch (UnauthorizedAccessException e)
        {
            damage = e.Message;
            return [];
        }
    }

    public void Dispose()
    {
        _segment?.Dispose();
        _lock.Dispose();
    }

    private static JournalOpening Opening(string dir, TimeProvider time, JournalIo io, long maxSegmentBytes)
    {
        var held = DurableFiles.TryLock(Path.Combine(dir, JournalPaths.Lock));
        if (held is null)
        {
            return new JournalOpening.Refused(
                $"another process writes the journal {dir} and two would break it: stop it (fuser {dir}/lock)");
        }

        JournalFile? journal = null;
        try
        {
            journal = new JournalFile(dir, time, io, maxSegmentBytes, held);
        }
        finally
        {
            if (journal is null)
            {
                held.Dispose();
            }
        }

        // What a full disk refuses now is still owed, and the first append says so.
        _ = journal.Append([]);
        return new JournalOpening.Opened(journal);
    }

    private SafeFileHandle OpenSegment(int number) => File.OpenHandle(
        Path.Combine(_dir, JournalPaths.Segment(number)), access: FileAccess.Write,
        share: FileShare.ReadWrite | FileShare.Delete);

    private AppendResult TryAppend(IReadOnlyList<JournalRecord> records)
    {
        if (_repair is not null)
        {
            var did = _repair.Run(_dir, _io);
            _repair = null;
            records = [new JournalRecord("journal.repaired", NowMs, [new("what", did)]), .. records];
        }

        var owed = _segment is null && _cause == SegmentOpener.DamageCause;
        if (records.Count == 0 && !owed)
        {
            return new AppendResult.Written(Seq);
        }

        var (hash, seq) = Encode(records, opener: null);
        if (_segment is not null && _end + _batch.WrittenCount <= _maxSegmentBytes)
        {
            WriteBehind(_segment);
            Count(_number, _end, hash, seq);
        }
        else
        {
            _cause = _segment is null ? _cause : "rotation";
            (hash, seq) = Encode(records, new SegmentOpener(_number, _end, _hash, _cause, _damageNote));
            WriteNewSegment();
            Count(_lastNumber, 0, hash, seq);
        }

        return new AppendResult.Written(Seq);
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private (ChainHash Hash, long Seq) Encode(IReadOnlyList<JournalRecord> records, SegmentOpener? opener)
    {
        _batch.ResetWrittenCount();
        _batched.Clear();
        var (hash, seq) = (_hash, Seq);
        if (opener is not null)
        {
            Add(opener.ToRecord(NowMs));
        }

        foreach (var record in records)
        {
            Add(record);
        }

        return (hash, seq);

        void Add(JournalRecord record)
        {
            var before = _batch.WrittenCount;
            hash = JournalCodec.Encode(++seq, record, hash, _batch);
            _batched.Add((record.Kind, _batch.WrittenCount - before));
        }
    }

    /// <summary>The batch is on disk: from here on it is the journal.</summary>
    private void Count(int number, long offset, ChainHash hash, long seq)
    {
        foreach (var (kind, length) in _batched)
        {
            _index.Add(kind, number, offset, length);
            offset += length;
        }

        (_number, _end, _hash, Seq) = (number, offset, hash, seq);
    }
}

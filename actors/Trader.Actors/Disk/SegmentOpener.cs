using System.Globalization;
using System.Text;
using Trader.Messages;

namespace Trader.Actors.Disk;

/// <summary>
/// The first record of every segment: what it follows. It names the file and the length at which that file was left, so
/// bytes behind that point (a failed append that could not be cut off) are known not to be part of the journal.
/// </summary>
/// <param name="AfterSegment">0 for the very first segment.</param>
/// <param name="AfterLength">Bytes of that segment that belong to the journal.</param>
/// <param name="Previous">Hash of the record before; what the chain starts with when older segments were
/// archived.</param>
/// <param name="Cause"><c>start</c>, <c>rotation</c>, <c>failed-append</c> or <c>damage</c>.</param>
/// <param name="Damage">The damaged places, empty unless the cause is damage.</param>
internal sealed record SegmentOpener(
    int AfterSegment, long AfterLength, ChainHash Previous, string Cause, string Damage)
{
    public const string Kind = "journal.segment";
    public const string DamageCause = "damage";

    /// <summary>
    /// Characters of the damage note, so that an opener always fits the small buffer it is read with.
    /// </summary>
    public const int MaxDamageLength = 1000;

    private const int BufferBytes = 8 * 1024;

    public JournalRecord ToRecord(long atMs) => new(Kind, atMs,
    [
        new("cause", Cause),
        new("after_file", AfterSegment == 0 ? string.Empty : JournalPaths.Segment(AfterSegment)),
        new("after_length", AfterLength.ToString(CultureInfo.InvariantCulture)),
        new("prev_hash", Previous.ToString()),
        new("damage", Damage),
    ]);

    /// <summary>Null when the record is no opener.</summary>
    public static SegmentOpener? From(JournalRecord record)
    {
        var after = PanicWire.Find(record.Fields, "after_file") ?? string.Empty;
        var previous = Encoding.UTF8.GetBytes(PanicWire.Find(record.Fields, "prev_hash") ?? string.Empty);
        if (record.Kind != Kind || !ChainHash.TryParse(previous, out var hash)
            || !long.TryParse(PanicWire.Find(record.Fields, "after_length"), NumberStyles.None,
                CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var number = 0;
        return after.Length == 0
            || int.TryParse(
                Path.GetFileNameWithoutExtension(after), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? new SegmentOpener(number, length, hash, PanicWire.Find(record.Fields, "cause") ?? string.Empty,
                PanicWire.Find(record.Fields, "damage") ?? string.Empty)
            : null;
    }

    /// <summary>The opener of a segment file, null when its first line is not a whole one.</summary>
    public static SegmentOpener? Read(string path)
    {
        try
        {
            using var reader = new SegmentReader(path, BufferBytes);
            return reader.TryNext(long.MaxValue, out var fault, out _, out _) && fault == RecordFault.None
                && JournalPayload.TryRead(reader.Payload.Span, out _, out var record)
                ? From(record)
                : null;
        }
        catch (FileNotFoundException)
        {
            // Listed a moment ago: its writer gave up creating it.
            return null;
        }
    }
}
